// Products of vectors and matrices that take fixed ranks, and products that are sums of nothing (outer, Kronecker) or of two
// terms (cross). What broadcasts is `matmul`.

import { formatShape, type Shape } from '../dim.ts'
import type { HeddleError } from '../errors.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { resolveAxes, resolveAxis } from './axes.ts'
import { asNumbers, product, sumOfProducts } from './contract.ts'
import { mul, sub } from './elementwise.ts'
import { contractLabelled } from './labelled.ts'
import { broadcastShapes, broadcastTo, errorHere } from './operand.ts'
import { stack, take } from './slice.ts'

/** Two values, of shapes that fit. */
export type Product = (x: Value, y: Value) => Value

/** Both operands as numbers of one dtype, which must have so many axes. */
function ranked(op: string, x: Value, y: Value, ranks: readonly [number, number]): readonly [Value, Value] {
  const [left, right] = asNumbers(op, [x, y]) as readonly [Value, Value]
  if (left.type.shape.length !== ranks[0] || right.type.shape.length !== ranks[1])
    throw productRanks(op, left, right)
  return [left, right]
}

/** What each product takes. */
const forms: Readonly<Record<string, string>> = {
  mm: 'x must be [m, k] and y [k, n]; matmul takes other ranks',
  addmm: 'x must be [m, k] and y [k, n]',
  mv: 'x must be [m, k] and y [k]; matmul takes other ranks',
  addmv: 'x must be [m, k] and y [k]',
  bmm: 'x must be [b, m, k] and y [b, k, n]; matmul broadcasts',
  addbmm: 'x must be [b, m, k] and y [b, k, n]',
  baddbmm: 'x must be [b, m, k] and y [b, k, n]',
  outer: 'x must be [m] and y [n]; flatten joins axes',
  addr: 'x must be [m] and y [n]',
  vdot: 'x and y must be [k]; inner takes other ranks',
  inner: 'the last axes of x and y must be equal',
  cross: 'the axis must have extent 3 in both',
}

/** `[m, k]` times `[k, n]`, for the functions that add to it as well. */
export const matrices = (op: string, x: Value, y: Value): Value => product(...ranked(op, x, y, [2, 2]))

/** `[m, k]` times `[k]`. */
export const matrixVector = (op: string, x: Value, y: Value): Value => product(...ranked(op, x, y, [2, 1]))

/** `[b, m, k]` times `[b, k, n]`, without broadcasting. */
export function batches(op: string, x: Value, y: Value): readonly [Value, Value] {
  const [left, right] = ranked(op, x, y, [3, 3])
  const fits = left.type.shape[0] === right.type.shape[0] && left.type.shape[2] === right.type.shape[1]
  if (!fits) throw productRanks(op, left, right)
  return [left, right]
}

/** `[m]` times `[n]`: `[m, n]`. */
export function outerProduct(op: string, x: Value, y: Value): Value {
  const [left, right] = ranked(op, x, y, [1, 1])
  return mul(left.builder.reshape(left, { shape: [...left.type.shape, 1] }), right)
}

/**
 * Matrix product without broadcasting.
 *
 * *Shapes*: `x [m, k]`, `y [k, n]` → `[m, n]`. *Dtypes*: as `matmul`. Throws `SHAPE_PRODUCT`, `SHAPE_MATMUL_INNER`.
 *
 * @example
 * mm(x, y) // x: f32[2, 3], y: f32[3, 4] gives f32[2, 4]
 */
export const mm: Product = traced((x: Value, y: Value): Value => matrices('mm', x, y))

/**
 * Matrix times vector. *Shapes*: `x [m, k]`, `y [k]` → `[m]`. Throws `SHAPE_PRODUCT`, `SHAPE_MATMUL_INNER`.
 *
 * @example
 * mv(x, y) // x: f32[2, 3], y: f32[3] gives f32[2]
 */
export const mv: Product = traced((x: Value, y: Value): Value => matrixVector('mv', x, y))

/**
 * A batch of matrix products. *Shapes*: `x [b, m, k]`, `y [b, k, n]` → `[b, m, n]`; nothing broadcasts. Throws `SHAPE_PRODUCT`.
 *
 * @example
 * bmm(x, y) // x: f32[5, 2, 3], y: f32[5, 3, 4] gives f32[5, 2, 4]
 */
export const bmm: Product = traced((x: Value, y: Value): Value => product(...batches('bmm', x, y)))

/**
 * Every product of an element of x with one of y. *Shapes*: `x [m]`, `y [n]` → `[m, n]`. Throws `SHAPE_PRODUCT`.
 *
 * @example
 * outer(x, y) // x: f32[2], y: f32[3] gives f32[2, 3]
 */
export const outer: Product = traced((x: Value, y: Value): Value => outerProduct('outer', x, y))

/**
 * Sum of the products of two vectors: PyTorch's `dot` and, as all numbers here are real, its `vdot`. Throws `SHAPE_PRODUCT`,
 * `SHAPE_MATMUL_INNER`.
 *
 * @example
 * vdot(x, x) // x = [1, 2, 3] gives 14
 */
export const vdot: Product = traced((x: Value, y: Value): Value => product(...ranked('vdot', x, y, [1, 1])))

/**
 * Sums of products over the last axes; with a scalar, its product with every element.
 *
 * *Shapes*: `x [m…, k]`, `y [n…, k]` → `[m…, n…]`. Throws `SHAPE_PRODUCT`.
 *
 * @example
 * inner(x, y) // x: f32[2, 3], y: f32[4, 3] gives f32[2, 4]
 */
export const inner: Product = traced((x: Value, y: Value): Value => {
  const [left, right] = asNumbers('inner', [x, y]) as readonly [Value, Value]
  const last = [left.type.shape.length - 1, right.type.shape.length - 1] as const
  if (last.includes(-1)) return mul(left, right)
  if (left.type.shape[last[0]] !== right.type.shape[last[1]]) throw productRanks('inner', left, right)
  return sumOfProducts(left, right, {
    leftBatch: [],
    rightBatch: [],
    leftContract: [last[0]],
    rightContract: [last[1]],
  })
})

/**
 * Kronecker product: every element of x, replaced by itself times y.
 *
 * *Shapes*: of the longer rank, an axis has the product of the extents; missing leading axes count as 1.
 *
 * @example
 * kron(x, y) // x: f32[2, 3], y: f32[4, 5] gives f32[8, 15]
 */
export const kron: Product = traced((x: Value, y: Value): Value => {
  const [left, right] = asNumbers('kron', [x, y]) as readonly [Value, Value]
  const rank = Math.max(left.type.shape.length, right.type.shape.length)
  const full = ({ type: { shape } }: Value): Shape => [
    ...new Array<number>(rank - shape.length).fill(1),
    ...shape,
  ]
  const [outside, inside] = [full(left), full(right)]
  // [m0, 1, m1, 1, …] times [1, n0, 1, n1, …]
  const products = mul(
    left.builder.reshape(left, { shape: outside.flatMap((dim) => [dim, 1]) }),
    right.builder.reshape(right, { shape: inside.flatMap((dim) => [1, dim]) }),
  )
  return products.builder.reshape(products, { shape: outside.map((dim, axis) => dim * (inside[axis] ?? 1)) })
})

/**
 * Cross product of vectors of three elements along an axis (default the last). Other axes broadcast.
 *
 * - C1 the axis has extent 3 in both. Throws `SHAPE_PRODUCT`.
 *
 * @example
 * cross(x, y) // x: f32[5, 3], y: f32[5, 3] gives f32[5, 3]
 */
export const cross: (x: Value, y: Value, options?: { readonly axis?: number | undefined }) => Value = traced(
  (x: Value, y: Value, { axis = -1 }: { readonly axis?: number | undefined } = {}): Value => {
    const [left, right] = asNumbers('cross', [x, y]) as readonly [Value, Value]
    const shape = broadcastShapes('cross', [left.type.shape, right.type.shape])
    const along = resolveAxis('cross', axis, shape)
    const isThree = ({ type }: Value): boolean => type.shape[along - shape.length + type.shape.length] === 3
    if (!isThree(left) || !isThree(right)) throw productRanks('cross', left, right) // C1
    const component = (value: Value): ((index: number) => Value) => {
      const whole = broadcastTo(value, shape)
      return (index) => take(whole, { axis: along, index: index % 3 })
    }
    const [u, v] = [component(left), component(right)]
    const components = [0, 1, 2].map((i) => sub(mul(u(i + 1), v(i + 2)), mul(u(i + 2), v(i + 1))))
    return stack(components, { axis: along })
  },
)

export interface TensordotOptions {
  /** The last so many axes of x with the first of y (default 2), or the axes of x and of y, paired in order. */
  readonly axes?: number | readonly [readonly number[], readonly number[]] | undefined
}

/**
 * Sum of products over paired axes; the result's axes are the others of x, then those of y. Paired extents are equal or 1.
 *
 * - C1 as many axes of x as of y. Throws `ATTR_TENSORDOT_AXES`. C2 extents of a pair fit. Throws `SHAPE_DOT_PAIRS`.
 *
 * @example
 * tensordot(x, y, { axes: [[1, 0], [0, 1]] }) // x: f32[3, 4, 5], y: f32[4, 3, 2] gives f32[5, 2]
 */
export const tensordot: (x: Value, y: Value, options?: TensordotOptions) => Value = traced(
  (x: Value, y: Value, { axes = 2 }: TensordotOptions = {}): Value => {
    const [left, right] = asNumbers('tensordot', [x, y]) as readonly [Value, Value]
    const [leftAxes, rightAxes] = pairsOf(left.type.shape, right.type.shape, axes)
    const labelsOf = ({ type }: Value, paired: readonly number[], side: string): readonly string[] =>
      type.shape.map((_, axis) => (paired.includes(axis) ? `pair${paired.indexOf(axis)}` : `${side}${axis}`))
    const operands = [
      { value: left, labels: labelsOf(left, leftAxes, 'x') },
      { value: right, labels: labelsOf(right, rightAxes, 'y') },
    ]
    const free = operands.flatMap(({ labels }) => labels).filter((label) => !label.startsWith('pair'))
    return contractLabelled(operands, free)
  },
)

function pairsOf(
  x: Shape,
  y: Shape,
  axes: NonNullable<TensordotOptions['axes']>,
): readonly [readonly number[], readonly number[]] {
  if (
    typeof axes === 'number' &&
    !(Number.isInteger(axes) && axes >= 0 && axes <= Math.min(x.length, y.length))
  )
    throw tensordotCount(x, y, axes) // C1
  const [left, right] =
    typeof axes === 'number'
      ? [
          Array.from({ length: axes }, (_, k) => x.length - axes + k),
          Array.from({ length: axes }, (_, k) => k),
        ]
      : axes
  if (left.length !== right.length) throw tensordotLists(left, right) // C1
  resolveAxes('tensordot', left, x)
  resolveAxes('tensordot', right, y)
  const pairs = [
    left.map((axis) => resolveAxis('tensordot', axis, x)),
    right.map((axis) => resolveAxis('tensordot', axis, y)),
  ] as const
  pairs[0].forEach((axis, k) => {
    const [own, other] = [x[axis] ?? 1, y[pairs[1][k] ?? 0] ?? 1]
    if (own !== other && own !== 1 && other !== 1) throw tensordotPair(x, y, axis, pairs[1][k] ?? 0) // C2
  })
  return pairs
}

const productRanks = (op: string, x: Value, y: Value): HeddleError =>
  errorHere(
    'SHAPE_PRODUCT',
    `${op}: x is ${formatShape(x.type.shape)}, y is ${formatShape(y.type.shape)}; ${forms[op] ?? ''}`,
    { op, left: x.type.shape, right: y.type.shape },
  )

const tensordotCount = (x: Shape, y: Shape, count: number): HeddleError =>
  errorHere(
    'ATTR_TENSORDOT_AXES',
    `tensordot: axes is ${count}, x is ${formatShape(x)}, y is ${formatShape(y)}; it must be from 0 to the smaller number of axes`,
    { axes: count, left: x, right: y, constraint: 'C1' },
  )

const tensordotLists = (left: readonly number[], right: readonly number[]): HeddleError =>
  errorHere(
    'ATTR_TENSORDOT_AXES',
    `tensordot: ${formatShape(left)} names ${left.length} axes of x, ${formatShape(right)} ${right.length} of y; they are paired and must be as many`,
    { left, right, constraint: 'C1' },
  )

const tensordotPair = (x: Shape, y: Shape, left: number, right: number): HeddleError =>
  errorHere(
    'SHAPE_DOT_PAIRS',
    `tensordot: axis ${left} of x ${formatShape(x)} has extent ${x[left]}, axis ${right} of y ${formatShape(y)} has ${y[right]}; these must be equal or 1`,
    { left: x, right: y, leftAxis: left, rightAxis: right, constraint: 'C2' },
  )
