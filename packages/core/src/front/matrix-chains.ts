// Products of many matrices: powers of one, and chains in the order that takes the fewest multiplications.

import { formatShape, type Shape } from '../dim.ts'
import type { HeddleError } from '../errors.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { eye } from './constants.ts'
import { asNumbers, product } from './contract.ts'
import { broadcastTo, errorHere } from './operand.ts'

/**
 * `x` times itself, `power` times; 0 gives identities.
 *
 * *Shapes*: `x […, n, n]`. *Dtypes*: numbers; kept.
 * - C1 the last two extents are equal. Throws `SHAPE_SQUARE`.
 * - C2 the power is whole and not negative. Throws `ATTR_MATRIX_POWER`; negative ones need the inverse of linear algebra.
 *
 * *Numerics*: by squaring, about 2 log2(power) products.
 *
 * @example
 * matrixPower(x, 3) // x = [[1, 1], [0, 1]] gives [[1, 3], [0, 1]]
 */
export const matrixPower: (x: Value, power: number) => Value = traced((x: Value, power: number): Value => {
  const [value] = asNumbers('matrixPower', [x]) as readonly [Value]
  const { shape } = value.type
  if (shape.length < 2 || shape.at(-1) !== shape.at(-2)) throw notSquare(shape) // C1
  if (!Number.isInteger(power) || power < 0) throw powerRange(power) // C2
  let result: Value | undefined
  let square = value
  for (let rest = power; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = result === undefined ? square : product(result, square)
    if (rest > 1) square = product(square, square)
  }
  return result ?? broadcastTo(eye(value.builder, value.type.dtype, shape.at(-1) ?? 0), shape)
})

/**
 * The product of several matrices, multiplied in the order that takes the fewest multiplications. The first may be a vector (a
 * row) and the last (a column); their axes are gone from the result.
 *
 * - C1 one matrix or more; only the first and the last may have one axis, all others have two. Throws `SHAPE_CHAIN`.
 * - C2 columns equal the rows of the next. Throws `SHAPE_MATMUL_INNER`.
 *
 * *Source*: Cormen, Leiserson, Rivest and Stein, Introduction to algorithms, section 15.2.
 *
 * @example
 * chainMatmul([x, y, z]) // x: f32[10, 100], y: f32[100, 5], z: f32[5, 50] gives f32[10, 50]
 */
export const chainMatmul: (matrices: readonly Value[]) => Value = traced(
  (matrices: readonly Value[]): Value => {
    const last = matrices.length - 1
    const isMatrix = ({ type: { shape } }: Value, k: number): boolean =>
      shape.length === 2 || (shape.length === 1 && last > 0 && (k === 0 || k === last))
    if (matrices.length === 0 || !matrices.every(isMatrix)) throw chainRanks(matrices) // C1
    const values = asNumbers('chainMatmul', matrices)
    const split = bestSplits(values)
    // The tree of products, leaves first: a span is multiplied once both its halves are.
    const done = new Map<number, Value>()
    const key = (from: number, to: number): number => from * values.length + to
    values.forEach((value, k) => {
      done.set(key(k, k), value)
    })
    const spans: (readonly [number, number])[] = last > 0 ? [[0, last]] : []
    for (const [from, to] of spans) {
      const middle = split[from]?.[to] ?? from
      if (middle > from) spans.push([from, middle])
      if (to > middle + 1) spans.push([middle + 1, to])
    }
    for (const [from, to] of spans.reverse()) {
      const middle = split[from]?.[to] ?? from
      const [left, right] = [done.get(key(from, middle)), done.get(key(middle + 1, to))]
      done.set(key(from, to), product(left as Value, right as Value)) // C2
    }
    return done.get(key(0, last)) as Value
  },
)

/** Where to split each span `from … to` of the chain: after which matrix. */
function bestSplits(values: readonly Value[]): readonly (readonly number[])[] {
  const count = values.length
  const first = (values[0] as Value).type.shape
  const dims = [first.length === 2 ? (first[0] ?? 1) : 1, ...values.map(columnsOf)]
  const table = (): number[][] => Array.from({ length: count }, () => new Array<number>(count).fill(0))
  const [costs, splits] = [table(), table()]
  for (let length = 2; length <= count; length++) {
    for (let from = 0; from + length <= count; from++) {
      const to = from + length - 1
      let best = Number.POSITIVE_INFINITY
      for (let middle = from; middle < to; middle++) {
        const own = (dims[from] ?? 1) * (dims[middle + 1] ?? 1) * (dims[to + 1] ?? 1)
        const cost = (costs[from]?.[middle] ?? 0) + (costs[middle + 1]?.[to] ?? 0) + own
        if (cost < best) {
          best = cost
          ;(costs[from] as number[])[to] = cost
          ;(splits[from] as number[])[to] = middle
        }
      }
    }
  }
  return splits
}

/** A first vector is a row of its elements, a last one a column. */
const columnsOf = ({ type: { shape } }: Value, k: number): number =>
  shape.length === 1 && k > 0 ? 1 : (shape.at(-1) ?? 1)

const notSquare = (shape: Shape): HeddleError =>
  errorHere(
    'SHAPE_SQUARE',
    `matrixPower: x is ${formatShape(shape)}; its last two axes must have equal extents`,
    { shape, constraint: 'C1' },
  )

const powerRange = (power: number): HeddleError =>
  errorHere(
    'ATTR_MATRIX_POWER',
    power < 0 && Number.isInteger(power)
      ? `matrixPower: power is ${power}; a negative power needs the inverse, which comes with linear algebra`
      : `matrixPower: power is ${power}; it must be whole and not negative`,
    { power, constraint: 'C2' },
  )

const chainRanks = (matrices: readonly Value[]): HeddleError =>
  errorHere(
    'SHAPE_CHAIN',
    `chainMatmul: operands are ${matrices.map(({ type }) => formatShape(type.shape)).join(', ') || 'none'}; one or more matrices are wanted, of which only the first and the last may be vectors`,
    { shapes: matrices.map(({ type }) => type.shape), constraint: 'C1' },
  )
