// Contractions: matrix products by the rules of numpy and PyTorch, and the general dot with axes from the end. Every sum of
// products of the front goes through `sumOfProducts`, the one place that knows how integers are contracted.

import { formatShape, type Shape } from '../dim.ts'
import { isFloat } from '../dtype.ts'
import type { HeddleError } from '../errors.ts'
import type { ContractDims } from '../ir/define.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { checkRoles } from '../ops/dot.ts'
import { resolveAxis } from './axes.ts'
import { broadcastShapes, broadcastTo, commonDType, errorHere, graphOf, promote } from './operand.ts'

/**
 * Matrix product over the last axis of x and the last but one of y; leading axes broadcast. A vector is a row on the left and
 * a column on the right, and its axis is gone from the result.
 *
 * *Shapes*: `x [k]` or `[…, m, k]`, `y [k]` or `[…, k, n]`. *Dtypes*: all numbers, promoted to one; bools count as i32.
 * Throws `SHAPE_MATMUL_INNER`, `SHAPE_MATMUL_RANK`, `SHAPE_BROADCAST`.
 *
 * @example
 * matmul(x, w) // x: f32[64, 784], w: f32[784, 10] gives f32[64, 10]
 */
export const matmul: (x: Value, y: Value) => Value = traced((x: Value, y: Value): Value => {
  const [left, right] = asNumbers('matmul', [x, y]) as readonly [Value, Value]
  return product(left, right)
})

/** Values of one graph in the dtype they meet in; bools count as i32. */
export function asNumbers(op: string, values: readonly Value[]): readonly Value[] {
  graphOf(op, values)
  const common = commonDType(op, values)
  return values.map((value) => promote(value, common === 'bool' ? 'i32' : common))
}

/**
 * The contraction of two values of one dtype. Integers have no `dot`: they are multiplied and summed, which is exact (it
 * wraps) in any order, and one kernel as well.
 */
export function sumOfProducts(x: Value, y: Value, dims: ContractDims): Value {
  const b = x.builder
  if (isFloat(x.type.dtype)) return b.dot(x, y, dims)
  checkRoles(x.type, y.type, dims)
  const { leftBatch, leftContract, rightBatch, rightContract } = dims
  const freeOf = ({ type }: Value, taken: readonly number[]): readonly number[] =>
    type.shape.map((_, axis) => axis).filter((axis) => !taken.includes(axis))
  const leftFree = freeOf(x, [...leftBatch, ...leftContract])
  const rightFree = freeOf(y, [...rightBatch, ...rightContract])
  const left = b.permute(x, { perm: [...leftBatch, ...leftFree, ...leftContract] })
  const right = b.permute(y, { perm: [...rightBatch, ...rightFree, ...rightContract] })
  const [m, n] = [leftFree.length, rightFree.length]
  const batch = leftBatch.length
  // [batch…, m…, 1…, k…] times [batch…, 1…, n…, k…]
  const spread = ({ type: { shape } }: Value, at: number, count: number): Shape => [
    ...shape.slice(0, at),
    ...new Array<number>(count).fill(1),
    ...shape.slice(at),
  ]
  const wide = b.reshape(left, { shape: spread(left, batch + m, n) })
  const tall = b.reshape(right, { shape: spread(right, batch, m) })
  const shape = broadcastShapes('dot', [wide.type.shape, tall.type.shape])
  const products = b.mul(broadcastTo(wide, shape), broadcastTo(tall, shape))
  return b.reduceSum(products, { axes: leftContract.map((_, k) => batch + m + n + k) })
}

/** The matrix product of two values of one dtype. */
export function product(x: Value, y: Value): Value {
  const b = x.builder
  const left = x.type.shape
  const right = y.type.shape
  if (left.length === 0 || right.length === 0) throw matmulRank(left, right)
  const rows = Math.max(0, right.length - 2)
  if (left.at(-1) !== right[rows]) throw matmulInner(left, right)
  const contract = { leftContract: [left.length - 1], rightContract: [rows] }
  // Where at most one side has batch axes, they are just more rows or columns of one product.
  if (right.length <= 2) return sumOfProducts(x, y, { leftBatch: [], rightBatch: [], ...contract })
  if (left.length <= 2) {
    const z = sumOfProducts(x, y, { leftBatch: [], rightBatch: [], ...contract }) // [m, batch…, n]
    return left.length === 1 ? z : b.permute(z, { perm: behind(right.length, rows) })
  }
  const batch = broadcastShapes('matmul', [left.slice(0, -2), right.slice(0, -2)])
  const axes = batch.map((_, axis) => axis)
  const whole = (value: Value): Value => broadcastTo(value, [...batch, ...value.type.shape.slice(-2)])
  return sumOfProducts(whole(x), whole(y), {
    leftBatch: axes,
    rightBatch: axes,
    leftContract: [batch.length + 1],
    rightContract: [batch.length],
  })
}

/** The order that brings axis 0 to position `place` among `rank` axes. */
function behind(rank: number, place: number): readonly number[] {
  const others = Array.from({ length: rank - 1 }, (_, k) => k + 1)
  return [...others.slice(0, place), 0, ...others.slice(place)]
}

export interface DotOptions {
  /** Axes summed over, paired in order. */
  readonly leftContract: readonly number[]
  readonly rightContract: readonly number[]
  /** Axes walked together, paired in order. Default none. */
  readonly leftBatch?: readonly number[] | undefined
  readonly rightBatch?: readonly number[] | undefined
}

/**
 * Sum of products over paired axes: the result's axes are batch, free axes of x, free axes of y. Throws `SHAPE_DOT_PAIRS`,
 * `ATTR_DOT_ROLES`.
 *
 * @example
 * dot(x, w, { leftContract: [-1], rightContract: [-1] }) // x: f32[64, 784], w: f32[10, 784] gives f32[64, 10]
 */
export const dot: (x: Value, y: Value, options: DotOptions) => Value = traced(
  (
    x: Value,
    y: Value,
    { leftContract, rightContract, leftBatch = [], rightBatch = [] }: DotOptions,
  ): Value => {
    const [left, right] = asNumbers('dot', [x, y]) as readonly [Value, Value]
    const of = (value: Value, axes: readonly number[]): readonly number[] =>
      axes.map((axis) => resolveAxis('dot', axis, value.type.shape))
    return sumOfProducts(left, right, {
      leftBatch: of(x, leftBatch),
      rightBatch: of(y, rightBatch),
      leftContract: of(x, leftContract),
      rightContract: of(y, rightContract),
    })
  },
)

const matmulRank = (x: Shape, y: Shape): HeddleError =>
  errorHere(
    'SHAPE_MATMUL_RANK',
    `matmul: x is ${formatShape(x)}, y is ${formatShape(y)}; both need one axis or more. mul multiplies by a scalar.`,
    { left: x, right: y },
  )

function matmulInner(x: Shape, y: Shape): HeddleError {
  const [columns, rows] = [x.at(-1), y.at(-2) ?? y.at(-1)]
  const swapped = [...y.slice(0, -2), y.at(-1), y.at(-2)].filter((dim) => dim !== undefined)
  const hint =
    y.length >= 2 && y.at(-1) === columns ? ` transpose(y) is ${formatShape(swapped)} and would fit.` : ''
  return errorHere(
    'SHAPE_MATMUL_INNER',
    `matmul: x ${formatShape(x)} has ${columns} columns, y ${formatShape(y)} has ${rows} rows; these must be equal.${hint}`,
    { left: x, right: y },
  )
}
