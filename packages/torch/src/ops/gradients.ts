// Slopes of sampled functions, by differences of neighbours.
import { argumentError, repeatedDim, type TorchError } from '../errors.ts'
import { Tensor } from '../tensor/tensor.ts'
import { add, div, mul, sub } from './arithmetic.ts'
import { float } from './conversion.ts'
import { diff } from './cumulative.ts'
import { type Dims, resolveDim } from './dims.ts'
import { cat } from './joins.ts'
import { sliceAlong } from './parts.ts'
import { view } from './views.ts'

interface GradientOptions {
  /** The distance of samples: one for all dimensions, one for each, or the coordinates along each. */
  readonly spacing?: number | readonly number[] | readonly Tensor[]
  readonly dim?: Dims | null
  /** 1 or 2: how exact the slopes at the ends are. */
  readonly edgeOrder?: number
}

type Spacing = number | Tensor

/** The slopes along each dimension that is named, all unless some are: of the second order inside, of `edgeOrder` at the ends. */
export function gradient(
  input: Tensor,
  { spacing = 1, dim = null, edgeOrder = 1 }: GradientOptions = {},
): readonly Tensor[] {
  const named = typeof dim === 'number' ? [dim] : (dim ?? input.shape.map((_, axis) => axis))
  if (edgeOrder !== 1 && edgeOrder !== 2) throw edgeOrderRange()
  const distances = distancesOf(spacing, named.length, dim !== null)
  const axes = named.map((each) => resolveDim(each, input.ndim))
  axes.forEach((axis, k) => {
    if (axes.indexOf(axis) !== k) throw repeatedDim(axis)
    if ((input.shape[axis] as number) < edgeOrder + 1) throw tooShort()
  })
  const x = input.dtype.isFloatingPoint || input.dtype.core === 'bool' ? input : float(input)
  return axes.map((axis, k) => {
    const distance = distances[k] as Spacing
    return typeof distance === 'number'
      ? evenly(x, axis, distance, edgeOrder)
      : unevenly(x, axis, distance, edgeOrder)
  })
}

function distancesOf(
  spacing: GradientOptions['spacing'] & {},
  count: number,
  isNamed: boolean,
): readonly Spacing[] {
  if (typeof spacing === 'number') return Array.from({ length: count }, () => spacing)
  if (spacing.length !== count)
    throw isNamed ? spacingOfDims(spacing.length, count) : spacingCount(spacing.length, count)
  spacing.forEach((each) => {
    if (each instanceof Tensor && each.ndim !== 1) throw coordinatesRank(each.ndim)
  })
  return spacing
}

/** Positions of a dimension from one end or the other. */
const range = (x: Tensor, axis: number, start: number, end: number | null): Tensor =>
  sliceAlong(x, axis, start, end, 1)
const at = (x: Tensor, axis: number, position: number): Tensor =>
  range(x, axis, position, position === -1 ? null : position + 1)

function evenly(x: Tensor, axis: number, distance: number, edgeOrder: number): Tensor {
  const edge = (weights: readonly number[], positions: readonly number[]): Tensor =>
    div(combined(x, axis, weights, positions), distance)
  const [first, last] =
    edgeOrder === 1
      ? [edge([-1, 1], [0, 1]), edge([-1, 1], [-2, -1])]
      : [edge([-1.5, 2, -0.5], [0, 1, 2]), edge([0.5, -2, 1.5], [-3, -2, -1])]
  const inside = div(div(sub(range(x, axis, 2, null), range(x, axis, 0, -2)), distance), 2)
  return cat([first, inside, last], axis)
}

function unevenly(x: Tensor, axis: number, coordinates: Tensor, edgeOrder: number): Tensor {
  const steps = view(
    diff(coordinates),
    x.shape.map((_, each) => (each === axis ? -1 : 1)),
  )
  const [before, behind] = [range(steps, axis, 0, -1), range(steps, axis, 1, null)]
  const both = add(before, behind)
  const inside = add(
    add(
      mul(range(x, axis, 0, -2), div(mul(behind, -1), mul(before, both))),
      mul(range(x, axis, 1, -1), div(sub(behind, before), mul(before, behind))),
    ),
    mul(range(x, axis, 2, null), div(before, mul(behind, both))),
  )
  const end = (positions: readonly number[], step: number): Tensor =>
    div(combined(x, axis, [-1, 1], positions), at(steps, axis, step))
  if (edgeOrder === 1) return cat([end([0, 1], 0), inside, end([-2, -1], -1)], axis)
  const first = curved(x, axis, [0, 1, 2], at(steps, axis, 0), at(steps, axis, 1))
  const last = curved(x, axis, [-1, -2, -3], mul(at(steps, axis, -1), -1), mul(at(steps, axis, -2), -1))
  return cat([first, inside, last], axis)
}

/** The slope at the first of three positions, of the parabola through them; `near` and `far` lie between each two. */
function curved(x: Tensor, axis: number, positions: readonly number[], near: Tensor, far: Tensor): Tensor {
  const [p = 0, q = 0, r = 0] = positions
  const both = add(near, far)
  return add(
    sub(
      mul(at(x, axis, q), div(both, mul(near, far))),
      mul(at(x, axis, p), div(add(mul(near, 2), far), mul(near, both))),
    ),
    mul(at(x, axis, r), div(mul(near, -1), mul(far, both))),
  )
}

function combined(x: Tensor, axis: number, weights: readonly number[], positions: readonly number[]): Tensor {
  const terms = positions.map((position, k) => mul(at(x, axis, position), weights[k] as number))
  return terms.reduce((sum, term) => add(sum, term))
}

const edgeOrderRange = (): TorchError =>
  argumentError('torch.gradient only supports edge_order=1 and edge_order=2.')
const tooShort = (): TorchError =>
  argumentError('torch.gradient expected each dimension size to be at least edge_order+1')
const spacingCount = (found: number, count: number): TorchError =>
  argumentError(
    `torch.gradient expected spacing to be unspecified, a scalar or a list of length ${count} but got a list of length ${found}`,
    { found, count },
  )
const spacingOfDims = (found: number, count: number): TorchError =>
  argumentError(
    `torch.gradient expected spacing to be unspecified, a scalar or it's spacing and dim arguments to have the same length, but got a spacing argument of length ${found} and a dim argument of length ${count}.`,
    { found, count },
  )
const coordinatesRank = (found: number): TorchError =>
  argumentError(
    `torch.gradient expected each element of spacing to have one dimension, but got an element with ${found} dimensions!`,
    { found },
  )
