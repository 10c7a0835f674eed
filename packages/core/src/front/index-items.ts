// What stands between brackets: items of `index` and `indexAssign`, as users write them, resolved against the axes of a shape.
// Everything the program knows is checked here, at the user's line, and negative positions are counted from the end; positions
// that are data are left as they are.

import { formatShape, type Shape, sizeOf } from '../dim.ts'
import { isInteger } from '../dtype.ts'
import type { HeddleError } from '../errors.ts'
import { formatType } from '../ir/tensor-type.ts'
import type { Value } from '../ir/value.ts'
import { flattenNested, type Nested } from './nested.ts'
import { describe, errorHere, isValue } from './operand.ts'

/** A range of an axis. Ends count from the end if negative and are cut to the axis. */
export interface IndexSlice {
  /** Default 0. */
  readonly start?: number | undefined
  /** Exclusive. Default the extent. */
  readonly limit?: number | undefined
  /** At least 1. Default 1. */
  readonly step?: number | undefined
}

/**
 * A position (removes the axis), a range, `null` (a new axis), `'...'` (all axes in between), a boolean (a new axis, empty if
 * false), positions that replace the axis, or a mask that replaces as many axes as it has. Positions and masks are nested
 * arrays, or values; a mask that is data can be assigned through only.
 */
export type IndexItem = number | boolean | null | '...' | IndexSlice | Value | readonly Nested[]

/** Positions of an axis as the program knows them, within the axis. */
export interface KnownPositions {
  readonly shape: Shape
  readonly data: readonly number[]
}

/** An item resolved against the axes it takes. */
export type ResolvedItem =
  | { readonly kind: 'range'; readonly start: number; readonly limit: number; readonly step: number }
  /** An axis of extent 1 that x does not have. */
  | { readonly kind: 'added' }
  /** One position, known or of rank 0: the axis goes before the rest is looked at. */
  | { readonly kind: 'position'; readonly position: number | Value }
  /** Positions; `isAdded` if the axis they replace is one that x does not have. */
  | { readonly kind: 'positions'; readonly positions: KnownPositions | Value; readonly isAdded: boolean }
  /** A mask that is data. */
  | { readonly kind: 'mask'; readonly mask: Value }

interface Given {
  readonly op: string
  readonly place: number
  readonly shape: Shape
}

/** Items in the order of the axes they take, which are all of them. */
export function resolveItems(op: string, items: readonly IndexItem[], shape: Shape): readonly ResolvedItem[] {
  const read = items.map((item, place) => readItem(item, { op, place, shape }))
  const taken = read.reduce<number>((count, item) => count + axesTaken(item), 0)
  if (taken > shape.length) throw tooMany(op, taken, shape)
  const dots = read.filter((item) => item === '...').length
  if (dots > 1) throw badItem({ op, place: items.lastIndexOf('...'), shape }, 'is a second ellipsis')
  const whole = new Array<IndexSlice>(shape.length - taken).fill({})
  const filled = dots === 0 ? [...read, ...whole] : read.flatMap((item) => (item === '...' ? whole : [item]))
  let axis = 0
  return filled.flatMap((item, place) => {
    const first = axis
    axis += axesTaken(item)
    return resolveItem(item, first, { op, place, shape })
  })
}

interface Known {
  readonly shape: Shape
  readonly data: readonly number[]
  readonly isMask: boolean
}

type ReadItem = number | boolean | null | '...' | IndexSlice | Value | { readonly known: Known }

/** Nested arrays and literals are read once; everything else is as it came. */
function readItem(item: IndexItem, given: Given): ReadItem {
  if (isValue(item)) {
    const { dtype } = item.type
    if (dtype !== 'bool' && !isInteger(dtype)) throw badItem(given, `is ${formatType(item.type)}`)
    if (!isLiteral(item)) return item
    return {
      known: { shape: item.type.shape, data: Array.from(item.attrs.data, Number), isMask: dtype === 'bool' },
    }
  }
  if (Array.isArray(item)) {
    const flat = flattenNested(item)
    if ('problem' in flat) throw badItem(given, `is uneven: ${flat.problem}`)
    const isMask = typeof flat.items[0] === 'boolean'
    if (flat.items.some((each) => (typeof each === 'boolean') !== isMask || !Number.isInteger(Number(each))))
      throw badItem(given, 'holds other things than whole numbers, or booleans')
    return { known: { shape: flat.shape, data: flat.items.map(Number), isMask } }
  }
  const isPlain = item === null || typeof item === 'boolean' || item === '...' || Number.isInteger(item)
  const isRange =
    typeof item === 'object' && item !== null && Object.keys(item).every((key) => rangeKeys.has(key))
  if (!isPlain && !isRange) throw badItem(given, `is ${describe(item)}`)
  return item as Exclude<IndexItem, readonly Nested[]>
}

const rangeKeys = new Set(['start', 'limit', 'step'])
const isLiteral = (value: Value): value is Value<'literal'> => value.op === 'literal'
const isKnown = (item: ReadItem): item is { readonly known: Known } =>
  typeof item === 'object' && item !== null && 'known' in item

/** How many axes of x an item is about. */
function axesTaken(item: ReadItem): number {
  if (item === null || item === '...' || typeof item === 'boolean') return 0
  if (isKnown(item)) return item.known.isMask ? item.known.shape.length : 1
  if (isValue(item)) return item.type.dtype === 'bool' ? item.type.shape.length : 1
  return 1
}

function resolveItem(item: ReadItem, axis: number, given: Given): readonly ResolvedItem[] {
  if (item === null) return [{ kind: 'added' }]
  if (typeof item === 'boolean') return [onAdded(item)]
  if (item === '...') return []
  const extent = given.shape[axis] ?? 0
  if (typeof item === 'number') return [{ kind: 'position', position: wrapped(item, axis, given) }]
  if (isKnown(item)) return resolveKnown(item.known, axis, given)
  if (isValue(item)) return [resolveValue(item, axis, given)]
  const { start, limit, step = 1 } = item
  if (!Number.isInteger(step) || step < 1) throw badItem(given, `has step ${step}, which must be 1 or more`)
  const first = cut(start ?? 0, extent)
  return [{ kind: 'range', start: first, limit: Math.max(first, cut(limit ?? extent, extent)), step }]
}

/** A boolean stands for an axis of extent 1 that is kept or emptied. */
const onAdded = (kept: boolean): ResolvedItem => ({
  kind: 'positions',
  positions: { shape: [kept ? 1 : 0], data: kept ? [0] : [] },
  isAdded: true,
})

/** An end of a range, from 0 to the extent. */
const cut = (end: number, extent: number): number =>
  Math.min(Math.max(end < 0 ? end + extent : end, 0), extent)

function wrapped(position: number, axis: number, given: Given): number {
  const extent = given.shape[axis] ?? 0
  if (position < -extent || position >= extent) throw positionRange(position, axis, given)
  return position < 0 ? position + extent : position
}

function resolveKnown({ shape, data, isMask }: Known, axis: number, given: Given): readonly ResolvedItem[] {
  if (!isMask) {
    const all = data.map((position) => wrapped(position, axis, given))
    const [position = 0] = all
    if (shape.length === 0) return [{ kind: 'position', position }]
    return [{ kind: 'positions', positions: { shape, data: all }, isAdded: false }]
  }
  if (shape.length === 0) return [onAdded(data[0] === 1)]
  checkMask(shape, axis, given)
  // The places where the mask holds, one list of coordinates for each of its axes.
  const places = data.flatMap((holds, place) => (holds === 1 ? [place] : []))
  return shape.map((dim, k) => {
    const stride = sizeOf(shape.slice(k + 1))
    const coordinates = places.map((place) => Math.floor(place / stride) % dim)
    return { kind: 'positions', positions: { shape: [places.length], data: coordinates }, isAdded: false }
  })
}

function resolveValue(item: Value, axis: number, given: Given): ResolvedItem {
  const { dtype, shape } = item.type
  if (dtype !== 'bool')
    return shape.length === 0
      ? { kind: 'position', position: item }
      : { kind: 'positions', positions: item, isAdded: false }
  checkMask(shape, axis, given)
  return { kind: 'mask', mask: item }
}

function checkMask(mask: Shape, axis: number, given: Given): void {
  if (mask.some((dim, k) => dim !== given.shape[axis + k])) throw maskShape(mask, axis, given)
}

const positionRange = (position: number, axis: number, { op, place, shape }: Given): HeddleError =>
  errorHere(
    'ATTR_INDEX_RANGE',
    `${op}: item ${place} is position ${position} of axis ${axis} of ${formatShape(shape)}; positions are ${-(shape[axis] ?? 0)} to ${(shape[axis] ?? 0) - 1}`,
    { op, place, position, axis, shape },
  )

const badItem = ({ op, place, shape }: Given, problem: string): HeddleError =>
  errorHere(
    'ATTR_INDEX_ITEM',
    `${op}: item ${place} ${problem}; items are whole numbers, { start, limit, step }, null, one '...', booleans, and arrays or values of integers or bools`,
    { op, place, shape },
  )

const tooMany = (op: string, taken: number, shape: Shape): HeddleError =>
  errorHere(
    'ATTR_INDEX_COUNT',
    `${op}: the items take ${taken} axes, x ${formatShape(shape)} has ${shape.length}`,
    { op, taken, shape },
  )

const maskShape = (mask: Shape, axis: number, { op, place, shape }: Given): HeddleError =>
  errorHere(
    'SHAPE_INDEX_MASK',
    `${op}: item ${place} is a mask ${formatShape(mask)}; the axes of ${formatShape(shape)} from ${axis} on are ${formatShape(shape.slice(axis, axis + mask.length))}, and must be equal`,
    { op, place, mask, axis, shape },
  )
