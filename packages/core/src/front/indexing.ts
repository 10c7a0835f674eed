// Reading and writing parts of arrays by lists of items, with PyTorch's meaning: `index(x, 0, null, { start: 1 }, ids)` is
// `x[0, None, 1:, ids]`. Values never change: writing gives another value.

import { formatShape, type Shape } from '../dim.ts'
import type { HeddleError } from '../errors.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import type { ScatterCombine } from '../kernel/kernel.ts'
import { type IndexItem, resolveItems } from './index-items.ts'
import { fromEnd, type JoinedPositions, joinPositions } from './index-positions.ts'
import { type IndexView, readView, viewOf, writeView } from './index-view.ts'
import type { Nested } from './nested.ts'
import {
  asValue,
  broadcastTo,
  builderOf,
  canBroadcast,
  constantOf,
  errorHere,
  type Operand,
  promote,
} from './operand.ts'
import { flatten } from './shape.ts'

/**
 * The part of x that the items name.
 *
 * A whole number takes a position and removes its axis; a range `{ start, limit, step }` keeps it; `null` adds an axis; `'...'`
 * stands for the axes no item is about, which otherwise come last. Arrays of whole numbers, nested or values, broadcast with each
 * other and are taken together: their axes come where the first stands if they are neighbours, else first. Single positions are
 * taken out before that. A mask is the list of the places where it holds; it must be known to the program. A mask of several axes
 * takes them all before the next item (PyTorch looks at the next item one axis behind the first of the mask).
 *
 * Negative positions count from the end, also those that are data. Known positions outside the axis are an error; data outside it
 * reads NaN (0 for integers and bool).
 *
 * *Dtypes*: any; kept. *Throws* `ATTR_INDEX_RANGE`, `ATTR_INDEX_COUNT`, `ATTR_INDEX_ITEM`, `SHAPE_INDEX_MASK`,
 * `SHAPE_DATA_DEPENDENT`, `SHAPE_BROADCAST`. *Gradient*: a position that is read several times gets the sum. *Source*: PyTorch's
 * `x[...]`.
 *
 * @example
 * index(x, '...', [2, 0]) // x = [[1, 2, 3], [4, 5, 6]] gives [[3, 1], [6, 4]]
 */
export const index: (x: Value, ...items: readonly IndexItem[]) => Value = traced(
  (x: Value, ...items: readonly IndexItem[]): Value => {
    const b = builderOf('index', [asValue('index', x)])
    const view = viewOf(resolveItems('index', items, x.type.shape), x.type.shape)
    if (view.masks.length > 0) throw maskRead(view.masks[0]?.mask.type.shape ?? [])
    const part = readSingle(x, view).at(-1) ?? x
    if (view.several.length === 0) return part
    const lists = joinPositions('index', part, view.several)
    return b.gather(joined(part, lists), lists.places, { axis: lists.axis })
  },
)

export interface IndexAssignOptions {
  /** What happens to what is there: it is replaced (`assign`, the default), or combined with the value. */
  readonly combine?: ScatterCombine | undefined
}

/**
 * `x` with `value` in the part that the items name: `x[items] = value`, as another value.
 *
 * Items are those of `index`; one of them may also be a mask that is data. Of several assignments to one place the last stays;
 * `add` and the other combinations take each. Positions that are data and outside their axis write nothing.
 *
 * *Shapes*: the value broadcasts to the part; behind a mask that is data it has one element, or none, along the mask.
 * *Dtypes*: the value is converted to that of x. *Throws* as `index`, and `SHAPE_INDEX_VALUE`. *Gradient*: as `scatter`.
 * *Source*: PyTorch's item assignment; with `add`, `index_put` that accumulates.
 *
 * @example
 * indexAssign(x, [0, { start: 1 }], 9) // x = [[1, 2, 3], [4, 5, 6]] gives [[1, 9, 9], [4, 5, 6]]
 */
export const indexAssign: (
  x: Value,
  items: readonly IndexItem[],
  value: Operand,
  options?: IndexAssignOptions,
) => Value = traced(
  (
    x: Value,
    items: readonly IndexItem[],
    value: Operand,
    { combine = 'assign' }: IndexAssignOptions = {},
  ): Value => {
    const b = builderOf('indexAssign', [asValue('indexAssign', x), value])
    const view = viewOf(resolveItems('indexAssign', items, x.type.shape), x.type.shape)
    const parts = readSingle(x, view)
    let written = assignPart(parts.at(-1) ?? x, view, value, combine)
    view.single.forEach(({ axis, position }, k) => {
      const part = parts[view.single.length - 1 - k] ?? x
      const at = fromEnd(position, part.type.shape[axis] ?? 1)
      written = b.scatter(part, at, written, { axis, combine: 'assign' })
    })
    return writeView(x, view, written)
  },
)

/**
 * Elements of x as if it were flat, at positions that count from the end if negative: `index` of the flat array.
 *
 * *Source*: PyTorch's `take`.
 *
 * @example
 * takeFlat(x, [[3, -4]]) // x = [[1, 2], [3, 4]] gives [[4, 1]]
 */
export const takeFlat: (x: Value, indices: Value | readonly Nested[]) => Value = traced(
  (x: Value, indices: Value | readonly Nested[]): Value => index(flatten(asValue('takeFlat', x)), indices),
)

/**
 * `x` with elements written as if it were flat: `indexAssign` of the flat array.
 *
 * *Source*: PyTorch's `put`; with `combine: 'add'` the one that accumulates.
 *
 * @example
 * putFlat(x, [3, 0], 9) // x = [[1, 2], [3, 4]] gives [[9, 2], [3, 9]]
 */
export const putFlat: (
  x: Value,
  indices: Value | readonly Nested[],
  values: Operand,
  options?: IndexAssignOptions,
) => Value = traced(
  (
    x: Value,
    indices: Value | readonly Nested[],
    values: Operand,
    options: IndexAssignOptions = {},
  ): Value => {
    const { shape } = asValue('putFlat', x).type
    return x.builder.reshape(indexAssign(flatten(x), [indices], values, options), { shape })
  },
)

/** The view, then without one axis of a single position after the other, from the last to the first. */
function readSingle(x: Value, view: IndexView): readonly Value[] {
  const parts = [readView(x, view)]
  for (const { axis, position } of [...view.single].reverse()) {
    const part = parts.at(-1) ?? x
    const at = fromEnd(position, part.type.shape[axis] ?? 1)
    parts.push(x.builder.gather(part, at, { axis }))
  }
  return parts
}

const joined = (x: Value, { perm, joined: shape }: JoinedPositions): Value =>
  x.builder.reshape(x.builder.permute(x, { perm }), { shape })

/** `part` with the value where positions or a mask say, or everywhere. */
function assignPart(part: Value, view: IndexView, value: Operand, combine: ScatterCombine): Value {
  const [mask, ...others] = view.masks
  if (mask !== undefined) {
    if (others.length > 0 || view.several.length > 0) throw maskBeside(mask.mask.type.shape)
    return assignMasked(part, mask, value, combine)
  }
  if (view.several.length === 0) return combined(part, fitted(part, value, part.type.shape), combine)
  const b = part.builder
  const lists = joinPositions('indexAssign', part, view.several)
  const updates = fitted(part, value, lists.shape)
  const { axis, apart, perm } = lists
  const written = b.scatter(joined(part, lists), lists.places, updates, { axis, combine })
  const back = perm.map((_, place) => perm.indexOf(place))
  return b.permute(b.reshape(written, { shape: apart }), { perm: back })
}

const ops = { add: 'add', multiply: 'mul', minimum: 'minimum', maximum: 'maximum' } as const

const combined = (there: Value, value: Value, combine: ScatterCombine): Value =>
  combine === 'assign' ? value : there.builder[ops[combine]](there, value)

/** The value in the dtype of x, broadcast to a shape; leading axes of extent 1 that it has too many are dropped. */
function fitted(x: Value, value: Operand, shape: Shape): Value {
  const { dtype } = x.type
  if (typeof value === 'number')
    return x.builder.full({ dtype, shape, value: constantOf('indexAssign', dtype, value) })
  const own = value.type.shape
  const excess = Math.max(0, own.length - shape.length)
  const kept = own.slice(0, excess).every((dim) => dim === 1) ? own.slice(excess) : own
  if (!canBroadcast(kept, shape)) throw valueShape(own, shape)
  return broadcastTo(x.builder.reshape(promote(value, dtype), { shape: kept }), shape)
}

/** A value laid over `part` where the mask holds. How many places that are is not known, so it is the same for all. */
function assignMasked(
  part: Value,
  { axis, mask }: { readonly axis: number; readonly mask: Value },
  value: Operand,
  combine: ScatterCombine,
): Value {
  const b = part.builder
  const { shape } = part.type
  const end = axis + mask.type.shape.length
  const own = shape.map((dim, k) => (k >= axis && k < end ? dim : 1))
  const holds = b.expand(b.reshape(mask, { shape: own }), { shape })
  const laid = typeof value === 'number' ? value : acrossMask(value, [axis, end], shape)
  return b.select(holds, combined(part, fitted(part, laid, shape), combine), part)
}

/** The one axis that stands for the places of the mask, as axes of extent 1 for those of the mask. */
function acrossMask(value: Value, [axis, end]: readonly [number, number], shape: Shape): Value {
  const own = value.type.shape
  const place = own.length - (shape.length - end) - 1
  if (place < 0) return value
  if (own[place] !== 1) throw maskedValue(own, place)
  const ones = new Array<number>(end - axis).fill(1)
  return value.builder.reshape(value, { shape: [...own.slice(0, place), ...ones, ...own.slice(place + 1)] })
}

const maskRead = (mask: Shape): HeddleError =>
  errorHere(
    'SHAPE_DATA_DEPENDENT',
    `index: a mask bool${formatShape(mask)} is data, and how much it keeps would be the size of the result, which a program must know; give the mask as an array, or keep all places and use select, or indexAssign`,
    { mask },
  )

const maskBeside = (mask: Shape): HeddleError =>
  errorHere(
    'SHAPE_DATA_DEPENDENT',
    `indexAssign: a mask bool${formatShape(mask)} that is data stands beside other positions or masks, with which the places it keeps would have to be paired; their number is not known`,
    { mask },
  )

const maskedValue = (value: Shape, axis: number): HeddleError =>
  errorHere(
    'SHAPE_INDEX_VALUE',
    `indexAssign: axis ${axis} of the value ${formatShape(value)} has an element for each place of a mask that is data; their number is not known. maskedScatter writes one after the other.`,
    { value, axis },
  )

const valueShape = (value: Shape, part: Shape): HeddleError =>
  errorHere(
    'SHAPE_INDEX_VALUE',
    `indexAssign: the value ${formatShape(value)} does not broadcast to the part ${formatShape(part)}`,
    { value, part },
  )
