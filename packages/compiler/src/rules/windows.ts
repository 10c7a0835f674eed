// Windows of one element and windows that do not overlap are views; putting such windows back adds nothing up. This turns
// the derivative of a pooling with stride = size into plain index arithmetic. A fold starts at +0: its result is x + 0.
import type { AttrsOf, Builder, OpTable, Value } from '@heddle/core'
import { p } from '../rewrite/pattern.ts'
import { type Rule, rule } from '../rewrite/rule.ts'
import { constant, dimAt, input, range } from './support.ts'

const isOnes = (entries: readonly number[]): boolean => entries.every((entry) => entry === 1)
const plusZero = (b: Builder, x: Value): Value => b.add(x, constant(b, x.type, 0))

export const windowRules: readonly Rule[] = [
  rule('windows-of-one', {
    why: 'windows of one element are every stride-th element: a 1 x 1 convolution is a plain contraction',
    match: p.windows(p.any('x')).as('root'),
    when: ({ root }) => isOnes(root.attrs.sizes),
    rewrite: ({ x, root: { attrs, type } }, b) => {
      const { shape } = x.type
      const steps = shape.map((_, axis) => dimAt(attrs.strides, attrs.axes.indexOf(axis)))
      return b.reshape(b.slice(x, { starts: shape.map(() => 0), limits: shape, steps }), {
        shape: type.shape,
      })
    },
    examples: [
      (b) => b.windows(input(b, 'x', [2, 5]), { axes: [1], sizes: [1], strides: [2], dilations: [1] }),
      (b) => b.windows(input(b), { axes: [], sizes: [], strides: [], dilations: [] }),
    ],
  }),
  rule('fold-of-one', {
    why: 'windows of one element are put back by spreading them',
    match: p.foldWindows(p.any('x')).as('root'),
    when: ({ root }) => isOnes(root.attrs.sizes),
    rewrite: ({ x, root: { attrs } }, b) => {
      const { axes, strides, shape } = attrs
      const counts = x.type.shape.slice(0, shape.length)
      const interior = shape.map((_, axis) => dimAt(strides, axes.indexOf(axis)) - 1)
      const high = shape.map(
        (dim, axis) => dim - ((dimAt(counts, axis) - 1) * ((interior[axis] ?? 0) + 1) + 1),
      )
      const low = shape.map(() => 0)
      const spread = counts.includes(0)
        ? b.reshape(x, { shape })
        : b.pad(b.reshape(x, { shape: counts }), { low, high, interior, value: 0 })
      return plusZero(b, spread)
    },
    examples: [
      (b) =>
        b.foldWindows(input(b, 'x', [2, 3, 1]), {
          axes: [1],
          sizes: [1],
          strides: [2],
          dilations: [1],
          shape: [2, 6],
        }),
    ],
  }),
  rule('fold-of-disjoint-windows', {
    why: 'windows that only touch are put back by interleaving their axes: no sum',
    match: p.foldWindows(p.any('x')).as('root'),
    when: ({ root: { attrs } }) =>
      !isOnes(attrs.sizes) &&
      isOnes(attrs.dilations) &&
      attrs.sizes.every((size, k) => size === attrs.strides[k]),
    rewrite: ({ x, root: { attrs } }, b) => plusZero(b, interleave(b, x, attrs)),
    examples: [
      (b) =>
        b.foldWindows(input(b, 'x', [2, 3, 2, 2, 3]), {
          axes: [1, 2],
          sizes: [2, 3],
          strides: [2, 3],
          dilations: [1, 1],
          shape: [2, 6, 7],
        }),
    ],
  }),
]

/** `[counts…, sizes…]` to `[…, count, size, …]` to `[…, count * size, …]`, zeros after it. */
function interleave(b: Builder, x: Value, { axes, sizes, shape }: AttrsOf<OpTable['foldWindows']>): Value {
  const rank = shape.length
  const perm = range(rank).flatMap((axis) => {
    const k = axes.indexOf(axis)
    return k < 0 ? [axis] : [axis, rank + k]
  })
  const covered = range(rank).map((axis) => dimAt(x.type.shape, axis) * dimAt(sizes, axes.indexOf(axis)))
  return b.pad(b.reshape(b.permute(x, { perm }), { shape: covered }), {
    low: shape.map(() => 0),
    high: shape.map((dim, axis) => dim - dimAt(covered, axis)),
    interior: shape.map(() => 0),
    value: 0,
  })
}
