// Positions and masks in an index, taken together: read as a copy, and written in place. A mask is the list of the places where it
// holds, which takes looking at it; assigning what does not depend on how many these are does not.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { moved } from '../autograd/move.ts'
import { numberIn, uint8 } from '../dtypes.ts'
import { cpu } from '../engine/device.ts'
import { warn } from '../errors.ts'
import { isContiguous, iteratedStrides, preservedStrides } from '../tensor/layout.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { broadcastShapes } from './aligned.ts'
import { castTo } from './cast.ts'
import * as errors from './index-errors.ts'
import { isMask } from './index-items.ts'
import { type Operand, operation } from './operation.ts'
import { coordinatesOf, requireWithin } from './positions.ts'
import { type Argument, run, runInPlace } from './run.ts'

/** Positions by dimension, all integers. */
export type Positions = readonly (Tensor | undefined)[]

/** Masks as the places where they hold. Throws where shapes or positions do not fit. */
export function positionsOf(part: Tensor, tensors: readonly (Tensor | undefined)[]): Positions {
  const positions: (Tensor | undefined)[] = []
  tensors.forEach((each) => {
    if (each === undefined || !isMask(each)) {
      positions.push(each && besides(part, each))
      return
    }
    if (each.dtype === uint8) {
      warn(
        'UserWarning: indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool instead.',
      )
    }
    requireMask(each, part, positions.length)
    positions.push(...coordinatesOf(each).map((place) => besides(part, place)))
  })
  if (positions.length > part.ndim) throw errors.tooMany(part.ndim)
  const shapes = positions.flatMap((each) => (each === undefined ? [] : [each.shape]))
  requireFit(shapes)
  let order = 0
  positions.forEach((each, dim) => {
    if (each === undefined) return
    const place = order++
    const extent = part.shape[dim] as number
    requireWithin(each, extent, (index) => errors.outOfBounds(index, place, extent))
  })
  return positions
}

/** What indexes, where the indexed tensor is: it may come from the CPU. */
function besides({ device }: Tensor, index: Tensor): Tensor {
  if (index.device !== device && index.device !== cpu) throw errors.indexDevice(device)
  return moved(index, device)
}

function requireMask(mask: Tensor, part: Tensor, dim: number): void {
  mask.shape.forEach((extent, axis) => {
    if (dim + axis >= part.ndim) throw errors.tooMany(part.ndim)
    if (extent !== part.shape[dim + axis]) throw errors.maskShape(mask.shape, axis, part.shape, dim + axis)
  })
}

function requireFit(shapes: readonly (readonly number[])[]): void {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length))
  for (let axis = 1; axis <= rank; axis++) {
    const extents = shapes.flatMap((shape) => (axis <= shape.length ? [shape.at(-axis) as number] : []))
    if (new Set(extents.filter((extent) => extent !== 1)).size > 1) throw errors.indexShapes(shapes)
  }
}

interface AxesOption {
  /** Dimensions the positions are for. */
  readonly axes: readonly number[]
}

interface AssignOption extends AxesOption {
  readonly accumulate: boolean
}

/** Items of core's index: whole dimensions, and positions where there are some. */
function itemsOf(axes: readonly number[], positions: readonly Operand[]): readonly core.IndexItem[] {
  const last = Math.max(-1, ...axes)
  const flat = positions as readonly Value[]
  const isMixed = flat.some(({ type }) => type.shape.length > 0)
  return Array.from({ length: last + 1 }, (_, axis) => {
    const k = axes.indexOf(axis)
    const position = flat[k]
    if (position === undefined) return {}
    return isMixed && position.type.shape.length === 0 ? core.reshape(position, [1]) : position
  })
}

const indexed = operation<AxesOption>({
  name: 'index',
  node: 'IndexBackward0',
  operands: ['self'],
  build: ([self, ...positions], { axes }) => core.index(self as Value, ...itemsOf(axes, positions)),
})

const assigned = operation<AssignOption>({
  name: 'index_put',
  overwrites: true,
  node: 'IndexPutBackward0',
  operands: ['self', 'values'],
  numbersHaveEdges: true,
  build: ([self, value, ...positions], { axes, accumulate }) => {
    const x = self as Value
    return core.indexAssign(x, itemsOf(axes, positions), valueFor(x, value as Operand), {
      combine: accumulate ? 'add' : 'assign',
    })
  },
  // A value that another overwrites at its place gets that place's gradient, too.
  derivative:
    ({ axes, accumulate }) =>
    ({ operands, cotangents: [grad] }) => {
      if (grad === undefined) return []
      const items = itemsOf(axes, operands.slice(-axes.length))
      const self = accumulate ? grad : core.indexAssign(grad, items, 0)
      const hasValue = operands.length > axes.length + 1
      return hasValue ? [self, sumTo(core.index(grad, ...items), operands[1] as Value)] : [self]
    },
})

/** The sum over what a value was repeated along. */
function sumTo(x: Value, { type: { shape } }: Value): Value {
  const missing = x.type.shape.length - shape.length
  const axes = x.type.shape.flatMap((extent, axis) =>
    axis < missing || (shape[axis - missing] === 1 && extent !== 1) ? [axis] : [],
  )
  return core.reshape(axes.length === 0 ? x : core.sum(x, { axes }), shape)
}

const assignedByMask = operation<AxesOption>({
  name: 'index_put',
  overwrites: true,
  node: 'IndexPutBackward0',
  operands: ['self', 'values'],
  numbersHaveEdges: true,
  build: ([self, value, mask], { axes }) => {
    const x = self as Value
    return core.indexAssign(x, itemsOf(axes, [castTo(mask as Value, 'bool')]), valueFor(x, value as Operand))
  },
})

const valueFor = ({ type: { dtype } }: Value, value: Operand): Operand =>
  typeof value === 'number' ? Number(numberIn(dtype, value)) : castTo(value, dtype)

const givenOf = (
  positions: Positions,
): { readonly axes: readonly number[]; readonly given: readonly Tensor[] } => ({
  axes: positions.flatMap((each, axis) => (each === undefined ? [] : [axis])),
  given: positions.filter((each) => each !== undefined),
})

export function readPositions(part: Tensor, positions: Positions): Tensor {
  const { axes, given } = givenOf(positions)
  const result = run(indexed, [part, ...given], { axes })
  return isContiguous(part.layout_) ? result : inOrderOf(part, positions, result)
}

/** The result in the order of memory of what was read. */
function inOrderOf(part: Tensor, positions: Positions, result: Tensor): Tensor {
  const { axes, given } = givenOf(positions)
  const { shape } = result.type_
  const rest = part.stride().filter((_, axis) => !axes.includes(axis))
  const before = placeOf(axes)
  const count = shape.length - rest.length
  const around = (own: readonly number[]): readonly number[] => [
    ...new Array<number>(before + count - own.length).fill(0),
    ...own,
    ...new Array<number>(rest.length - before).fill(0),
  ]
  const own = [...rest.slice(0, before), ...new Array<number>(count).fill(0), ...rest.slice(before)]
  const others = given.map((each) =>
    around(each.stride().map((stride, axis) => (each.shape[axis] === 1 ? 0 : stride))),
  )
  return result.withLayout({ shape, strides: iteratedStrides(shape, [own, ...others]), offset: 0 })
}

/** How many dimensions come before those of the positions: where these stand side by side, those before them. */
const placeOf = (axes: readonly number[]): number =>
  axes.every((axis, k) => k === 0 || axis === (axes[k - 1] as number) + 1) ? (axes[0] ?? 0) : 0

/** Writes to positions, or adds to what is there. */
export function assignPositions(
  part: Tensor,
  positions: Positions,
  value: Argument,
  accumulate: boolean,
): void {
  requireValue(part, positions, value)
  const { axes, given } = givenOf(positions)
  runInPlace(assigned, part, [value, ...given], { axes, accumulate })
}

/** The same as a tensor of its own. */
export function putPositions(
  part: Tensor,
  positions: Positions,
  value: Argument,
  accumulate: boolean,
): Tensor {
  requireValue(part, positions, value)
  const { axes, given } = givenOf(positions)
  const result = run(assigned, [part, value, ...given], { axes, accumulate })
  return result.withLayout({ shape: part.shape, strides: preservedStrides(part.layout_), offset: 0 })
}

function requireValue(part: Tensor, positions: Positions, value: Argument): void {
  if (typeof value === 'number') return
  if (value.dtype !== part.dtype) throw errors.valueDtype(part.dtype.title, value.dtype.title)
  const shape = resultShape(part.shape, positions)
  const missing = shape.length - value.ndim
  if (missing < 0 || value.shape.some((extent, axis) => extent !== 1 && extent !== shape[axis + missing]))
    throw errors.valueShape(value.shape, shape)
}

/** The shape of what positions read: theirs where they stand side by side, else in front. */
function resultShape(shape: readonly number[], positions: Positions): readonly number[] {
  const { axes, given } = givenOf(positions)
  const common = broadcastShapes(...given.map((each) => each.shape))
  const rest = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis))
  const before = placeOf(axes)
  const extents = rest.map((axis) => shape[axis] as number)
  return [...extents.slice(0, before), ...common, ...extents.slice(before)]
}

/** Whether there is one mask, and a value that is the same however often it holds. */
export function countIsOpen(
  part: Tensor,
  tensors: readonly (Tensor | undefined)[],
  value: Argument,
): boolean {
  const given = tensors.filter((each) => each !== undefined)
  const [mask] = given
  if (mask === undefined || given.length > 1 || !isMask(mask)) return false
  const first = tensors.indexOf(mask)
  if (mask.shape.some((extent, axis) => extent !== part.shape[first + axis])) return false
  if (typeof value === 'number') return true
  if (value.dtype !== part.dtype) return false
  const behind = part.ndim - first - mask.ndim
  const target = [...part.shape.slice(0, first), 1, ...part.shape.slice(first + mask.ndim)]
  const missing = target.length - value.ndim
  return (
    missing >= 0 &&
    (value.ndim <= behind || value.shape.at(-1 - behind) === 1) &&
    value.shape.every((extent, axis) => extent === 1 || extent === target[axis + missing])
  )
}

/** Writes where the one mask among the tensors holds. */
export function assignMask(part: Tensor, tensors: readonly (Tensor | undefined)[], value: Argument): void {
  const axis = tensors.findIndex((each) => each !== undefined)
  runInPlace(assignedByMask, part, [value, besides(part, tensors[axis] as Tensor)], { axes: [axis] })
}
