// Error bounds of ops that move, combine or look up elements. Moves carry bounds along by running the op's own meaning on
// them; sums and products add the rounding of as many operations as they combine, whatever the order.
import type { NdArray, ScatterCombine, Value } from '@heddle/core'
import { castScalar, forEachIndex, isFloat, numbersOf, offsetOf, opRecord, sizeOf } from '@heddle/core'
import type { BoundArgs, Bounded, BoundRule } from './bounds.ts'
import { summationError, tolerancesOf } from './tolerances.ts'

export const unknown: number = Number.POSITIVE_INFINITY

/** Values handed in are exact, except that an approximate runtime may take a denormal for zero. */
export const exactLeaf: BoundRule = ({ node, value, precision }) => {
  const tolerances = tolerancesOf(precision, node.type.dtype)
  return numbersOf(value).map((x) =>
    tolerances?.flushesDenormals && Math.abs(x) < tolerances.smallest ? Math.abs(x) : 0,
  )
}

/** Positions as numbers of a dtype that may not hold them all. */
export const positions: BoundRule = ({ node, value, precision }) => {
  const tolerances = tolerancesOf(precision, node.type.dtype)
  return numbersOf(value).map((z) => (tolerances && z * tolerances.epsilon > 1 ? z : 0))
}

/** Moves of one or more operands, all of them values. */
export const moved: BoundRule = (args) =>
  run(
    args,
    args.inputs.map(({ bound }, k) => as(args, k, bound)),
  )

/** `pad`: what it adds is exact. */
export const padded: BoundRule = ({ node, inputs, value }) => {
  const bounds = inputs.map((input) => ({ ...input.value, dtype: 'f64' as const, data: input.bound }))
  return numbersOf(
    opRecord('pad').evaluate(bounds, { ...node.attrs, value: 0 }, { ...node.type, shape: value.shape }),
  )
}

export const gathered: BoundRule = (args) => {
  const [x, indices] = args.inputs
  if (x === undefined || indices === undefined || !isExact(indices)) return allUnknown(args)
  // Bounds are never NaN, so a NaN was read outside x, which is certain.
  const bounds = run(args, [as(args, 0, x.bound), indices.value])
  return bounds.map((error) => (Number.isNaN(error) ? 0 : error))
}

export const summed: BoundRule = (args) => {
  const [x] = args.inputs
  if (x === undefined) return allUnknown(args)
  const count = x.value.data.length / Math.max(1, args.value.data.length)
  return addedUp(
    args,
    run(args, [as(args, 0, x.bound)]),
    run(args, [as(args, 0, magnitudes(x))]),
    () => count,
  )
}

/** Windows that overlap: as many terms as a window has elements, at most. */
export const folded: BoundRule = (args) => {
  const [x] = args.inputs
  if (x === undefined) return allUnknown(args)
  const counts = run(args, [as(args, 0, new Float64Array(x.bound.length).fill(1))])
  return addedUp(
    args,
    run(args, [as(args, 0, x.bound)]),
    run(args, [as(args, 0, magnitudes(x))]),
    (at) => counts[at] ?? 0,
  )
}

/** What is written is written exactly; what meets what is there is bounded as the reduction of the same kind. */
export const scattered: BoundRule = (args) => {
  const [base, indices, updates] = args.inputs
  if (base === undefined || indices === undefined || updates === undefined) return allUnknown(args)
  if (!isExact(indices)) return allUnknown(args)
  const { combine } = (args.node as Value<'scatter'>).attrs
  const scatter = (of: (operand: Bounded) => Float64Array, how: ScatterCombine = combine): Float64Array =>
    run(args, [as(args, 0, of(base)), indices.value, as(args, 2, of(updates))], { combine: how })
  const counts = scatter(({ bound }) => new Float64Array(bound.length).fill(1), 'add')
  const countAt = (at: number): number => counts[at] ?? 0
  switch (combine) {
    case 'assign':
      return scatter(({ bound }) => bound)
    case 'add':
      return addedUp(
        args,
        scatter(({ bound }) => bound),
        scatter(magnitudes),
        countAt,
      )
    case 'multiply': {
      const exact = scatter(({ value }) => numbersOf(value).map(Math.abs))
      const most = scatter(magnitudes)
      const areExact = isExact(base) && isExact(updates)
      const spread = most.map((product, at) => (areExact ? 0 : Math.max(0, product - (exact[at] ?? 0))))
      return addedUp(args, spread, most, countAt)
    }
    case 'minimum':
    case 'maximum':
      return between(
        args,
        scatter((operand) => end(operand, -1)),
        scatter((operand) => end(operand, 1)),
      )
    default:
      return combine satisfies never
  }
}

/**
 * |Π(x+d) - Πx| <= Π(|x|+e) - Π|x|, and each multiplication rounds what it has so far. Whatever their order, no product of some
 * of the factors exceeds Π max(1, |x|): beyond the largest number one may overflow, and what it then meets may be 0.
 */
export const multiplied: BoundRule = (args) => {
  const [x] = args.inputs
  if (x === undefined) return allUnknown(args)
  const exact = run(args, [as(args, 0, numbersOf(x.value).map(Math.abs))])
  const most = run(args, [as(args, 0, magnitudes(x))])
  const spread = most.map((product, at) => (isExact(x) ? 0 : Math.max(0, product - (exact[at] ?? 0))))
  const count = x.value.data.length / Math.max(1, args.value.data.length)
  const { largest = Number.POSITIVE_INFINITY } = tolerancesOf(args.precision, args.node.type.dtype) ?? {}
  const partial = run(args, [
    as(
      args,
      0,
      magnitudes(x).map((magnitude) => Math.max(1, magnitude)),
    ),
  ])
  return addedUp(args, spread, most, () => count).map((bound, at) =>
    (partial[at] ?? 0) > largest ? Number.POSITIVE_INFINITY : bound,
  )
}

export const contracted: BoundRule = (args) => {
  const [x, y] = args.inputs
  if (x === undefined || y === undefined) return allUnknown(args)
  const dot = (left: ArrayLike<number>, right: ArrayLike<number>): Float64Array =>
    run(args, [as(args, 0, left), as(args, 1, right)])
  const ofX = dot(x.bound, magnitudes(y))
  const ofY = dot(numbersOf(x.value).map(Math.abs), y.bound)
  const ones = dot(new Float64Array(x.bound.length).fill(1), new Float64Array(y.bound.length).fill(1))
  return addedUp(
    args,
    ofX.map((error, at) => error + (ofY[at] ?? 0)),
    dot(magnitudes(x), magnitudes(y)),
    (at) => ones[at] ?? 0,
    true,
  )
}

/** An extreme lies between the extremes of the lower and of the upper ends. */
export const extreme: BoundRule = (args) => {
  const [x] = args.inputs
  if (x === undefined) return allUnknown(args)
  return between(args, run(args, [as(args, 0, end(x, -1))]), run(args, [as(args, 0, end(x, 1))]))
}

/** The lower or the upper ends of the intervals of a value. */
const end = ({ value, bound }: Bounded, sign: number): Float64Array =>
  bound.map((error, at) => Number(value.data[at] ?? 0) + sign * error)

/** How far the ends of intervals lie from the value. */
const between = ({ value }: BoundArgs, low: Float64Array, high: Float64Array): Float64Array =>
  low.map((below, at) => {
    const z = Number(value.data[at] ?? Number.NaN)
    const above = high[at] ?? Number.NaN
    if (Object.is(below, z) && Object.is(above, z)) return 0
    return Math.max(z - below, above - z)
  })

/** How far the position of an extreme may move: to any element whose interval reaches the best one's. */
export const position: BoundRule = (args) => {
  const { node, inputs, value } = args
  const [x] = inputs
  if (x === undefined || isExact(x)) return new Float64Array(value.data.length)
  const axis = 'axis' in node.attrs ? node.attrs.axis : 0
  const extent = x.value.shape[axis] ?? 1
  const sign = node.op === 'argMin' ? -1 : 1
  const bounds = new Float64Array(value.data.length)
  let at = 0
  forEachIndex(value.shape, (index) => {
    const offsets = Array.from({ length: extent }, (_, k) =>
      offsetOf(x.value.shape, [...index.slice(0, axis), k, ...index.slice(axis)]),
    )
    bounds[at] = reachOfPosition(
      offsets.map((offset) => sign * Number(x.value.data[offset] ?? 0)),
      offsets.map((offset) => x.bound[offset] ?? unknown),
      Number(value.data[at] ?? 0),
    )
    at++
  })
  return bounds
}

function reachOfPosition(values: readonly number[], errors: readonly number[], found: number): number {
  if (errors.every((error) => error === 0)) return 0
  if (errors.includes(unknown) || values.some(Number.isNaN)) return values.length
  const best = Math.max(...values.map((value, k) => value - (errors[k] ?? 0)))
  const reached = values.map((value, k) => (value + (errors[k] ?? 0) >= best ? Math.abs(k - found) : 0))
  return Math.max(...reached)
}

/** Ops whose result is anything if an operand is not exact. */
export const exactInputs: BoundRule = (args) =>
  args.inputs.every(isExact) ? new Float64Array(args.value.data.length) : allUnknown(args)

/** Errors of the terms and of adding `countAt` of them up. Integers add up exactly, or wrap beyond what is known. */
export function addedUp(
  args: BoundArgs,
  errors: Float64Array,
  magnitude: Float64Array,
  countAt: (at: number) => number,
  products = false,
): Float64Array {
  const { dtype } = args.node.type
  const tolerances = tolerancesOf(args.precision, dtype)
  const areWhole = args.inputs.every(isWhole)
  return errors.map((error, at) => {
    if (tolerances === undefined) {
      const most = magnitude[at] ?? unknown
      return error === 0 ? 0 : Number(castScalar(most, 'f64', dtype)) === most ? error : unknown
    }
    if (!Number.isFinite(Number(args.value.data[at] ?? Number.NaN))) return error < unknown ? 0 : unknown
    // Whole numbers add up without rounding while no partial sum can need more digits than there are.
    if (areWhole && (magnitude[at] ?? unknown) * tolerances.epsilon <= 1) return 0
    return error + summationError(tolerances, countAt(at), magnitude[at] ?? unknown, products)
  })
}

/** The op itself on float64 arrays, with `changes` to its attributes. */
export function run(
  { node, value }: BoundArgs,
  inputs: readonly NdArray[],
  changes: object = {},
): Float64Array {
  const type = { dtype: 'f64', shape: value.shape } as const
  return numbersOf(opRecord(node.op).evaluate(inputs, { ...node.attrs, ...changes }, type))
}

/** Other numbers in the place of operand `k`. */
export function as({ inputs }: BoundArgs, k: number, data: ArrayLike<number>): NdArray {
  return { dtype: 'f64', shape: inputs[k]?.value.shape ?? [], data: Float64Array.from(data) }
}

/** Largest magnitudes within the bounds. */
export function magnitudes({ value, bound }: Bounded): Float64Array {
  return bound.map((error, at) => Math.abs(Number(value.data[at] ?? 0)) + error)
}

const isWhole = ({ value, bound }: Bounded): boolean =>
  bound.every((error) => error === 0) && numbersOf(value).every((x) => Number.isInteger(x))

export const isExact = ({ bound }: Bounded): boolean => bound.every((error) => error === 0)

export const allUnknown = ({ value }: BoundArgs): Float64Array =>
  new Float64Array(value.data.length).fill(isFloat(value.dtype) || sizeOf(value.shape) > 0 ? unknown : 0)
