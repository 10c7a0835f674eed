// Reductions: over nothing, over one element, of constants, of views, of reductions. A sum starts at +0, so the sum of one
// element x is x + 0. Exact means that the same elements are combined in the same order.
import {
  type Builder,
  castScalar,
  type DType,
  dtypes,
  isFloat,
  isValueOf,
  shapesEqual,
  sizeOf,
  type Value,
} from '@heddle/core'
import { p } from '../rewrite/pattern.ts'
import { type Rule, rule } from '../rewrite/rule.ts'
import {
  constant,
  dimAt,
  input,
  isIdentity,
  isSorted,
  range,
  repeatedAxes,
  sameButForUnits,
  wideAxes,
  withoutAxes,
} from './support.ts'

const reductions = ['reduceSum', 'reduceProduct', 'reduceMax', 'reduceMin'] as const
const extremes = ['reduceMax', 'reduceMin'] as const
type Reduction = Value<(typeof reductions)[number]>
const isExtreme = ({ op }: Value): boolean => op === 'reduceMax' || op === 'reduceMin'

const reduce = (b: Builder, like: Reduction, x: Value, axes: readonly number[]): Value =>
  b.make(like.op, [x], { axes })
const unitAxes = (x: Value, axes: readonly number[]): readonly number[] =>
  axes.filter((axis) => dimAt(x.type.shape, axis) === 1)

/** Axes of the operand that the axes of a reduction's operand's result are. */
const remaining = (rank: number, removed: readonly number[]): readonly number[] =>
  range(rank).filter((axis) => !removed.includes(axis))

/** Sum of a constant over what `root` removes, where no partial sum rounds and a number can stand for it. */
function totalOf({ attrs: { dtype, value }, type }: Value<'full'>, root: Value): number | undefined {
  const count = sizeOf(type.shape) / Math.max(1, sizeOf(root.type.shape))
  if (count === 0) return undefined
  // A sum starts at +0: of -0 it is +0.
  if (isFloat(dtype)) return isExactMultiple(value, count, dtype) ? value * count + 0 : undefined
  const total = Number(castScalar(BigInt.asIntN(64, BigInt(value) * BigInt(count)), 'i64', dtype))
  return isValueOf(dtype, total) ? total : undefined
}

/** Whether every partial sum of `count` times `value` is a number of the dtype, so that the order does not matter. */
function isExactMultiple(value: number, count: number, dtype: DType): boolean {
  if (!Number.isFinite(value)) return false
  const limit = 2 ** dtypes[dtype].significand
  const exponent = Math.floor(Math.log2(Math.abs(value) || 1))
  // The odd whole number that value is a power of two times of.
  let significand = Math.abs(value) * 2 ** -exponent
  for (let bit = 0; bit < 53 && !Number.isInteger(significand); bit++) significand *= 2
  return Math.abs(exponent) < 60 && Number.isInteger(significand) && significand * count <= limit
}

export const reductionRules: readonly Rule[] = [
  rule('reduce-unit-axes', {
    why: 'an axis of one element needs no reduction',
    match: p.unaryOf(reductions, p.any('x')).as('root'),
    when: ({ x, root }) => root.attrs.axes.length === 0 || unitAxes(x, root.attrs.axes).length > 0,
    rewrite: ({ x, root }, b) => {
      const { axes } = root.attrs
      const gone = unitAxes(x, axes)
      const y = b.reshape(x, { shape: withoutAxes(x.type.shape, gone) })
      const left = axes.filter((axis) => !gone.includes(axis))
      if (left.length > 0) {
        return reduce(
          b,
          root,
          y,
          left.map((axis) => axis - gone.filter((other) => other < axis).length),
        )
      }
      return root.op === 'reduceSum' ? b.add(y, constant(b, y.type, 0)) : y
    },
    examples: [
      (b) => b.reduceSum(input(b, 'x', [1, 3]), { axes: [0] }),
      (b) => b.reduceSum(input(b, 'x', [2, 1, 3]), { axes: [1, 2] }),
      (b) => b.reduceMax(input(b, 'x', [2, 1]), { axes: [1] }),
      (b) => b.reduceSum(input(b), { axes: [] }),
    ],
  }),
  rule('arg-of-unit-axis', {
    why: 'the only position is 0',
    match: p.unaryOf(['argMax', 'argMin'], p.any('x')).as('root'),
    when: ({ x, root }) => dimAt(x.type.shape, root.attrs.axis) === 1,
    rewrite: ({ root }, b) => constant(b, root.type, 0),
    examples: [(b) => b.argMax(input(b, 'x', [2, 1]), { axis: 1 })],
  }),
  rule('sum-of-constant', {
    why: 'n c, where no partial sum rounds',
    match: p.reduceSum(p.constant('c')).as('root'),
    when: ({ c, root }) => totalOf(c, root) !== undefined,
    rewrite: ({ c, root }, b) => constant(b, root.type, totalOf(c, root) ?? 0),
    examples: [
      (b) => b.reduceSum(constant(b, { dtype: 'f32', shape: [5, 7] }, 0.75), { axes: [0] }),
      (b) => b.reduceSum(constant(b, { dtype: 'i32', shape: [3] }, -7), { axes: [0] }),
    ],
  }),
  rule('extreme-of-constant', {
    why: 'all are the largest and the smallest',
    match: p.unaryOf(extremes, p.constant('c')).as('root'),
    rewrite: ({ c, root }, b) => constant(b, root.type, c.attrs.value),
    examples: [(b) => b.reduceMax(constant(b, { dtype: 'f32', shape: [5, 7] }, -0), { axes: [0] })],
  }),
  rule('extreme-of-extreme', {
    why: 'one reduction over all axes; extremes have no order',
    match: p.unaryOf(extremes, p.unaryOf(extremes, p.any('x')).as('inner')).as('outer'),
    when: ({ inner, outer }) => inner.op === outer.op,
    rewrite: ({ x, inner, outer }, b) =>
      reduce(b, outer, x, mergedAxes(x, inner.attrs.axes, outer.attrs.axes)),
    examples: [(b) => b.reduceMax(b.reduceMax(input(b, 'x', [2, 3, 4]), { axes: [1] }), { axes: [1] })],
  }),
  rule('reduce-of-permute', {
    why: 'the same elements in the same order; permutes move outwards',
    match: p.unaryOf(reductions, p.permute(p.any('x')).as('view')).as('root'),
    when: ({ view, root }) =>
      isExtreme(root) || isSorted(root.attrs.axes.map((axis) => dimAt(view.attrs.perm, axis))),
    rewrite: ({ x, view, root }, b) => {
      const { perm } = view.attrs
      const axes = root.attrs.axes.map((axis) => dimAt(perm, axis)).sort((i, j) => i - j)
      const kept = remaining(perm.length, axes)
      const order = perm.filter((axis) => !axes.includes(axis)).map((axis) => kept.indexOf(axis))
      const y = reduce(b, root, x, axes)
      return isIdentity(order) ? y : b.permute(y, { perm: order })
    },
    examples: [
      (b) => b.reduceSum(b.permute(input(b, 'x', [2, 3, 4]), { perm: [2, 1, 0] }), { axes: [1] }),
      (b) => b.reduceSum(b.permute(input(b), { perm: [1, 0] }), { axes: [0] }),
    ],
  }),
  rule('reduce-of-reshape', {
    why: 'axes of extent 1 do not matter to a reduction; reshapes move outwards',
    match: p.unaryOf(reductions, p.reshape(p.any('x')).as('view')).as('root'),
    when: ({ x, view, root }) =>
      root.attrs.axes.length > 0 &&
      unitAxes(view, root.attrs.axes).length === 0 &&
      sameButForUnits(x.type.shape, view.type.shape),
    rewrite: ({ x, view, root }, b) => {
      const from = wideAxes(x.type.shape)
      const to = wideAxes(view.type.shape)
      const axes = root.attrs.axes.map((axis) => dimAt(from, to.indexOf(axis)))
      return b.reshape(reduce(b, root, x, axes), { shape: root.type.shape })
    },
    examples: [(b) => b.reduceSum(b.reshape(input(b), { shape: [1, 2, 1, 3] }), { axes: [1] })],
  }),
  rule('reduce-of-expand', {
    why: 'what is repeated and kept is reduced once; an extreme of repetitions is that of one',
    match: p.unaryOf(reductions, p.expand(p.any('x')).as('view')).as('root'),
    when: ({ x, view, root }) =>
      !view.type.shape.includes(0) &&
      repeatedAxes(x.type.shape, view.type.shape).some(
        (axis) => isExtreme(root) || !root.attrs.axes.includes(axis),
      ),
    rewrite: ({ x, view, root }, b) => {
      const { axes } = root.attrs
      // Repetitions that are combined must stay, but for extremes.
      const shape = x.type.shape.map((dim, axis) =>
        axes.includes(axis) && !isExtreme(root) ? dimAt(view.type.shape, axis) : dim,
      )
      const y = reduce(b, root, shapesEqual(shape, x.type.shape) ? x : b.expand(x, { shape }), axes)
      return b.expand(y, { shape: root.type.shape })
    },
    examples: [
      (b) => b.reduceSum(b.expand(input(b, 'x', [2, 1, 3]), { shape: [2, 4, 3] }), { axes: [2] }),
      (b) => b.reduceMax(b.expand(input(b, 'x', [2, 1, 3]), { shape: [2, 4, 3] }), { axes: [1, 2] }),
    ],
  }),
  rule('sum-of-padded', {
    why: 'zeros around what is summed add nothing',
    match: p.reduceSum(p.pad(p.any('x')).as('view')).as('root'),
    when: ({ x, view: { attrs }, root }) =>
      attrs.value === 0 &&
      !x.type.shape.includes(0) &&
      range(x.type.shape.length).every(
        (axis) =>
          root.attrs.axes.includes(axis) ||
          (attrs.low[axis] === 0 && attrs.high[axis] === 0 && attrs.interior[axis] === 0),
      ),
    rewrite: ({ x, root }, b) => b.reduceSum(x, root.attrs),
    examples: [
      (b) =>
        b.reduceSum(b.pad(input(b), { low: [1, 0], high: [2, 0], interior: [0, 0], value: 0 }), {
          axes: [0],
        }),
    ],
  }),
]

/** Axes of `x` removed by two reductions one after the other. */
function mergedAxes(x: Value, inner: readonly number[], outer: readonly number[]): readonly number[] {
  const kept = remaining(x.type.shape.length, inner)
  return [...inner, ...outer.map((axis) => dimAt(kept, axis))].sort((i, j) => i - j)
}

/** Not exact in floats: another order, another rounding. */
export const looseReductionRules: readonly Rule[] = [
  rule('sum-of-sum', {
    why: 'one reduction over all axes; other partial sums',
    exactness: 'reassociates',
    match: p.reduceSum(p.reduceSum(p.any('x')).as('inner')).as('outer'),
    rewrite: ({ x, inner, outer }, b) =>
      b.reduceSum(x, { axes: mergedAxes(x, inner.attrs.axes, outer.attrs.axes) }),
    examples: [(b) => b.reduceSum(b.reduceSum(input(b, 'x', [2, 3, 4]), { axes: [1] }), { axes: [1] })],
  }),
  rule('sum-of-repeated', {
    why: 'n x instead of x + x + …; rounds once',
    exactness: 'reassociates',
    match: p.reduceSum(p.expand(p.any('x')).as('view')).as('root'),
    when: ({ x, view, root }) =>
      repeatedAxes(x.type.shape, view.type.shape).some((axis) => root.attrs.axes.includes(axis)),
    rewrite: ({ x, view, root }, b) => {
      const repeated = repeatedAxes(x.type.shape, view.type.shape).filter((axis) =>
        root.attrs.axes.includes(axis),
      )
      const count = repeated.reduce((product, axis) => product * dimAt(view.type.shape, axis), 1)
      const shape = view.type.shape.map((dim, axis) => (repeated.includes(axis) ? 1 : dim))
      const y = b.reduceSum(b.expand(x, { shape }), root.attrs)
      return b.mul(y, constant(b, y.type, count))
    },
    examples: [(b) => b.reduceSum(b.expand(input(b, 'x', [1, 3]), { shape: [5, 3] }), { axes: [0] })],
  }),
  rule('sum-of-scaled', {
    why: 'a factor of all terms is a factor of the sum; one product instead of many',
    exactness: 'reassociates',
    match: p.reduceSum(p.mul(p.any('x'), p.constant('c'))).as('root'),
    rewrite: ({ x, c, root }, b) => {
      const y = b.reduceSum(x, root.attrs)
      return b.mul(y, constant(b, y.type, c.attrs.value))
    },
    examples: [(b) => b.reduceSum(b.mul(input(b), constant(b, input(b).type, 0.3)), { axes: [1] })],
  }),
]
