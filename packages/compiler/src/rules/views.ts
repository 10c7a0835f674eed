// Views over views: what changes nothing goes, two in a row become one. All exact: no value is computed.
import { type Builder, formatShape, shapesEqual, type Value } from '@heddle/core'
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
} from './support.ts'

const all = (value: number) => (entries: readonly number[]) => entries.every((entry) => entry === value)
const areZeros = all(0)
const areOnes = all(1)
const sliceAlong = (b: Builder, x: Value, start: number, limit: number): Value =>
  b.slice(x, {
    starts: x.type.shape.map((_, axis) => (axis === 0 ? start : 0)),
    limits: x.type.shape.map((dim, axis) => (axis === 0 ? limit : dim)),
    steps: x.type.shape.map(() => 1),
  })
const padBy = (b: Builder, x: Value, low: number, high: number, value = 0): Value =>
  b.pad(x, { low: [low, 0], high: [high, 0], interior: [0, 0], value })

export const viewRules: readonly Rule[] = [
  rule('identity-permute', {
    why: 'axes stay where they are',
    match: p.permute(p.any('x')).as('root'),
    when: ({ root }) => isIdentity(root.attrs.perm),
    rewrite: ({ x }) => x,
    examples: [(b) => b.permute(input(b), { perm: [0, 1] })],
  }),
  rule('permute-of-permute', {
    why: 'one permutation instead of two; a pair that cancels is then the identity',
    match: p.permute(p.permute(p.any('x')).as('inner')).as('outer'),
    rewrite: ({ x, inner, outer }, b) =>
      b.permute(x, { perm: outer.attrs.perm.map((axis) => dimAt(inner.attrs.perm, axis)) }),
    examples: [
      (b) => b.permute(b.permute(input(b, 'x', [2, 3, 4]), { perm: [1, 2, 0] }), { perm: [0, 2, 1] }),
    ],
  }),
  rule('permute-of-unit-axes', {
    why: 'moving axes of extent 1 is a reshape, and reshapes join',
    match: p.permute(p.any('x')).as('root'),
    when: ({ x, root: { attrs } }) =>
      !isIdentity(attrs.perm) && isSorted(attrs.perm.filter((axis) => dimAt(x.type.shape, axis) !== 1)),
    rewrite: ({ x, root }, b) => b.reshape(x, { shape: root.type.shape }),
    examples: [(b) => b.permute(input(b, 'x', [2, 1, 3]), { perm: [1, 0, 2] })],
  }),
  rule('identity-reshape', {
    why: 'the shape stays',
    match: p.reshape(p.any('x')).as('root'),
    when: ({ x, root }) => shapesEqual(x.type.shape, root.type.shape),
    rewrite: ({ x }) => x,
    examples: [(b) => b.reshape(input(b), { shape: [2, 3] })],
  }),
  rule('reshape-of-reshape', {
    why: 'the last shape counts',
    match: p.reshape(p.reshape(p.any('x'))).as('outer'),
    rewrite: ({ x, outer }, b) => b.reshape(x, outer.attrs),
    examples: [(b) => b.reshape(b.reshape(input(b), { shape: [6] }), { shape: [3, 2] })],
  }),
  rule('reshape-of-expand', {
    why: 'axes of extent 1 come and go before the others are repeated; expands move outwards',
    match: p.reshape(p.expand(p.any('x')).as('inner')).as('root'),
    when: ({ inner, root }) => sameButForUnits(inner.type.shape, root.type.shape),
    rewrite: ({ x, inner, root }, b) => {
      // Axes wider than 1 pair up in order; those not repeated keep the operand's extent.
      const repeated = repeatedAxes(x.type.shape, inner.type.shape)
      const from = wideAxes(inner.type.shape)
      const to = wideAxes(root.type.shape)
      const shape = root.type.shape.map((dim, axis) =>
        repeated.includes(from[to.indexOf(axis)] ?? -1) ? 1 : dim,
      )
      return b.expand(b.reshape(x, { shape }), { shape: root.type.shape })
    },
    examples: [
      (b) =>
        b.reshape(b.expand(input(b, 'x', [2, 1, 1, 3]), { shape: [2, 4, 1, 3] }), { shape: [1, 2, 4, 3] }),
    ],
  }),
  rule('identity-expand', {
    why: 'nothing is repeated',
    match: p.expand(p.any('x')).as('root'),
    when: ({ x, root }) => shapesEqual(x.type.shape, root.type.shape),
    rewrite: ({ x }) => x,
    examples: [(b) => b.expand(input(b), { shape: [2, 3] })],
  }),
  rule('expand-of-expand', {
    why: 'the last shape counts',
    match: p.expand(p.expand(p.any('x'))).as('outer'),
    rewrite: ({ x, outer }, b) => b.expand(x, outer.attrs),
    examples: [(b) => b.expand(b.expand(input(b, 'x', [1, 1]), { shape: [1, 3] }), { shape: [2, 3] })],
  }),
  rule('permute-of-expand', {
    why: 'expands move outwards',
    match: p.permute(p.expand(p.any('x'))).as('root'),
    rewrite: ({ x, root }, b) => b.expand(b.permute(x, root.attrs), { shape: root.type.shape }),
    examples: [(b) => b.permute(b.expand(input(b, 'x', [1, 3]), { shape: [2, 3] }), { perm: [1, 0] })],
  }),
  rule('identity-slice', {
    why: 'the box is the whole',
    match: p.slice(p.any('x')).as('root'),
    when: ({ x, root }) => areOnes(root.attrs.steps) && shapesEqual(x.type.shape, root.type.shape),
    rewrite: ({ x }) => x,
    examples: [(b) => sliceAlong(b, input(b), 0, 2)],
  }),
  rule('slice-of-slice', {
    why: 'one box instead of two',
    match: p.slice(p.slice(p.any('x')).as('inner')).as('outer'),
    rewrite: ({ x, inner, outer }, b) => {
      const axes = range(x.type.shape.length)
      const step = (axis: number): number => (inner.attrs.steps[axis] ?? 1) * (outer.attrs.steps[axis] ?? 1)
      const starts = axes.map(
        (axis) =>
          (inner.attrs.starts[axis] ?? 0) + (outer.attrs.starts[axis] ?? 0) * (inner.attrs.steps[axis] ?? 1),
      )
      const limits = axes.map((axis) => {
        const count = dimAt(outer.type.shape, axis)
        const start = Math.min(starts[axis] ?? 0, dimAt(x.type.shape, axis))
        return count === 0 ? start : start + (count - 1) * step(axis) + 1
      })
      return b.slice(x, {
        starts: starts.map((start, axis) => Math.min(start, limits[axis] ?? start)),
        limits,
        steps: axes.map(step),
      })
    },
    examples: [
      (b) => sliceAlong(b, sliceAlong(b, input(b, 'x', [9, 2]), 1, 8), 2, 5),
      (b) => {
        const every = (x: Value, step: number): Value =>
          b.slice(x, { starts: [1], limits: x.type.shape, steps: [step] })
        return every(every(input(b, 'x', [17]), 2), 3)
      },
      (b) => sliceAlong(b, sliceAlong(b, input(b, 'x', [4, 2]), 1, 4), 3, 3),
    ],
  }),
  rule('slice-of-pad', {
    why: 'a box inside what was padded is a box of it',
    match: p.slice(p.pad(p.any('x')).as('inner')).as('root'),
    when: ({ x, inner, root: { attrs } }) =>
      areZeros(inner.attrs.interior) &&
      x.type.shape.every(
        (dim, axis) =>
          (attrs.starts[axis] ?? 0) >= (inner.attrs.low[axis] ?? 0) &&
          (attrs.limits[axis] ?? 0) <= (inner.attrs.low[axis] ?? 0) + dim,
      ),
    rewrite: ({ x, inner, root: { attrs } }, b) => {
      const shift = (entries: readonly number[]): readonly number[] =>
        entries.map((entry, axis) => entry - (inner.attrs.low[axis] ?? 0))
      return b.slice(x, { ...attrs, starts: shift(attrs.starts), limits: shift(attrs.limits) })
    },
    examples: [(b) => sliceAlong(b, padBy(b, input(b), 2, 3), 2, 4)],
  }),
  rule('slice-of-concat', {
    why: 'a box of one of the parts',
    match: p.slice(p.concat().as('inner')).as('root'),
    when: ({ inner, root }) => partOf(inner, root) !== undefined,
    rewrite: ({ inner, root }, b) => {
      const { part, start } = partOf(inner, root) ?? { part: inner, start: 0 }
      const shift = (entries: readonly number[]): readonly number[] =>
        entries.map((entry, axis) => (axis === inner.attrs.axis ? entry - start : entry))
      return b.slice(part, {
        ...root.attrs,
        starts: shift(root.attrs.starts),
        limits: shift(root.attrs.limits),
      })
    },
    examples: [(b) => sliceAlong(b, b.concat(input(b), input(b, 'y', [4, 3]), { axis: 0 }), 3, 5)],
  }),
  rule('slice-of-expand', {
    why: 'what is repeated need not be cut; expands move outwards',
    match: p.slice(p.expand(p.any('x'))).as('root'),
    when: ({ root }) => !root.type.shape.includes(0),
    rewrite: ({ x, root: { attrs, type } }, b) => {
      const cut = x.type.shape.map((dim) => dim !== 1)
      const pick = (entries: readonly number[], whole: number): readonly number[] =>
        entries.map((entry, axis) => (cut[axis] === true ? entry : whole))
      const box = {
        starts: pick(attrs.starts, 0),
        limits: pick(attrs.limits, 1),
        steps: pick(attrs.steps, 1),
      }
      return b.expand(b.slice(x, box), { shape: type.shape })
    },
    examples: [(b) => sliceAlong(b, b.expand(input(b, 'x', [1, 3]), { shape: [5, 3] }), 1, 3)],
  }),
  rule('identity-pad', {
    why: 'nothing is added',
    match: p.pad(p.any('x')).as('root'),
    when: ({ x, root }) => shapesEqual(x.type.shape, root.type.shape) && areZeros(root.attrs.low),
    rewrite: ({ x }) => x,
    examples: [(b) => padBy(b, input(b), 0, 0)],
  }),
  rule('pad-of-pad', {
    why: 'one frame instead of two of the same value',
    match: p.pad(p.pad(p.any('x')).as('inner')).as('outer'),
    when: ({ x, inner, outer }) =>
      Object.is(inner.attrs.value, outer.attrs.value) &&
      areZeros(outer.attrs.interior) &&
      !x.type.shape.includes(0),
    rewrite: ({ x, inner, outer }, b) => {
      const sum = (side: 'low' | 'high'): readonly number[] =>
        inner.attrs[side].map((entry, axis) => entry + (outer.attrs[side][axis] ?? 0))
      return b.pad(x, { ...inner.attrs, low: sum('low'), high: sum('high') })
    },
    examples: [(b) => padBy(b, padBy(b, input(b), 1, 0), 2, 3)],
  }),
  rule('flip-of-flip', {
    why: 'an axis reversed twice is as it was',
    match: p.flip(p.flip(p.any('x')).as('inner')).as('outer'),
    rewrite: ({ x, inner, outer }, b) => {
      const axes = range(x.type.shape.length).filter(
        (axis) => inner.attrs.axes.includes(axis) !== outer.attrs.axes.includes(axis),
      )
      return b.flip(x, { axes })
    },
    examples: [(b) => b.flip(b.flip(input(b), { axes: [0, 1] }), { axes: [1] })],
  }),
  rule('flip-of-unit-axes', {
    why: 'one element has no order',
    match: p.flip(p.any('x')).as('root'),
    when: ({ x, root }) =>
      root.attrs.axes.length === 0 || root.attrs.axes.some((axis) => dimAt(x.type.shape, axis) <= 1),
    rewrite: ({ x, root }, b) => {
      const axes = root.attrs.axes.filter((axis) => dimAt(x.type.shape, axis) > 1)
      return axes.length === 0 ? x : b.flip(x, { axes })
    },
    examples: [(b) => b.flip(input(b, 'x', [1, 3]), { axes: [0, 1] }), (b) => b.flip(input(b), { axes: [] })],
  }),
  rule('concat-of-one', {
    why: 'nothing is joined',
    match: p.concat().as('root'),
    when: ({ root }) => root.inputs.length === 1,
    rewrite: ({ root }) => root.inputs[0] ?? root,
    examples: [(b) => b.concat(input(b), { axis: 0 })],
  }),
  rule('concat-without-empty', {
    why: 'parts without elements add nothing',
    match: p.concat().as('root'),
    when: ({ root }) =>
      root.inputs.length > 1 && root.inputs.some((part) => isEmptyAlong(part, root.attrs.axis)),
    rewrite: ({ root }, b) => {
      const full = root.inputs.filter((part) => !isEmptyAlong(part, root.attrs.axis))
      return b.concat(...(full.length === 0 ? root.inputs.slice(0, 1) : full), root.attrs)
    },
    examples: [(b) => b.concat(input(b), input(b, 'y', [0, 3]), { axis: 0 })],
  }),
  rule('concat-of-concat', {
    why: 'parts of parts are parts',
    match: p.concat().as('root'),
    when: ({ root }) => root.inputs.some((part) => isConcatAlong(part, root.attrs.axis)),
    rewrite: ({ root }, b) => {
      const parts = root.inputs.flatMap((part) =>
        isConcatAlong(part, root.attrs.axis) ? part.inputs : [part],
      )
      return b.concat(...parts, root.attrs)
    },
    examples: [(b) => b.concat(b.concat(input(b), input(b, 'y'), { axis: 0 }), input(b, 'z'), { axis: 0 })],
  }),
  rule('concat-of-slices', {
    why: 'what was cut and joined again was one box',
    match: p.concat().as('root'),
    when: ({ root }) => joinedBox(root) !== undefined,
    rewrite: ({ root }) => joinedBox(root)?.() ?? root,
    examples: [
      (b) =>
        b.concat(sliceAlong(b, input(b, 'x', [6, 2]), 1, 3), sliceAlong(b, input(b, 'x', [6, 2]), 3, 6), {
          axis: 0,
        }),
    ],
  }),
]

const isSlice = (value: Value): value is Value<'slice'> => value.op === 'slice'
const isEmptyAlong = (value: Value, axis: number): boolean => dimAt(value.type.shape, axis) === 0
const isConcatAlong = (value: Value, axis: number): boolean =>
  value.op === 'concat' && (value as Value<'concat'>).attrs.axis === axis

/** The one part a slice of a concat reads, and where it begins. */
function partOf(
  { inputs, attrs: { axis } }: Value<'concat'>,
  { attrs, type }: Value<'slice'>,
): { readonly part: Value; readonly start: number } | undefined {
  const [from, to] = [attrs.starts[axis] ?? 0, attrs.limits[axis] ?? 0]
  if (dimAt(type.shape, axis) === 0) return undefined
  let start = 0
  for (const part of inputs) {
    const end = start + dimAt(part.type.shape, axis)
    if (from >= start && to <= end) return { part, start }
    start = end
  }
  return undefined
}

/** If the parts are boxes of one value that touch along the axis and agree elsewhere: how to build their union. */
function joinedBox({ inputs, attrs: { axis }, builder }: Value<'concat'>): (() => Value) | undefined {
  const [first, ...others] = inputs
  if (first === undefined || others.length === 0 || !isSlice(first) || !areOnes(first.attrs.steps))
    return undefined
  const without = (entries: readonly number[]): string =>
    formatShape(entries.filter((_, other) => other !== axis))
  let last = first
  for (const part of others) {
    const fits =
      isSlice(part) &&
      part.inputs[0] === first.inputs[0] &&
      areOnes(part.attrs.steps) &&
      part.attrs.starts[axis] === last.attrs.limits[axis] &&
      without(part.attrs.starts) === without(first.attrs.starts) &&
      without(part.attrs.limits) === without(first.attrs.limits)
    if (!fits) return undefined
    last = part
  }
  const [x] = first.inputs
  if (x === undefined) return undefined
  const { starts, steps } = first.attrs
  const limits = first.attrs.limits.map((limit, other) =>
    other === axis ? dimAt(last.attrs.limits, axis) : limit,
  )
  return () => builder.slice(x, { starts, limits, steps })
}

/** Views of a constant are the constant in another shape. */
export const constantViewRules: readonly Rule[] = [
  rule('view-of-constant', {
    why: 'the same value everywhere has no order',
    match: p
      .unaryOf(['reshape', 'permute', 'expand', 'slice', 'flip', 'windows'], p.constant('c'))
      .as('root'),
    rewrite: ({ c, root }, b) => constant(b, root.type, c.attrs.value),
    examples: [
      (b) => b.expand(constant(b, { dtype: 'f32', shape: [1, 3] }, -0), { shape: [2, 3] }),
      (b) => b.permute(constant(b, { dtype: 'f32', shape: [2, 3] }, 2), { perm: [1, 0] }),
    ],
  }),
  rule('pad-of-constant', {
    why: 'padded with its own value',
    match: p.pad(p.constant('c')).as('root'),
    when: ({ c, root }) => Object.is(c.attrs.value, root.attrs.value),
    rewrite: ({ c, root }, b) => constant(b, root.type, c.attrs.value),
    examples: [(b) => padBy(b, constant(b, { dtype: 'f32', shape: [2, 3] }, 1), 1, 1, 1)],
  }),
  rule('concat-of-constants', {
    why: 'parts of one value are a constant of it',
    match: p.concat().as('root'),
    when: ({ root: { inputs } }) => inputs.every((part) => part.op === 'full' && hasValueOf(part, inputs[0])),
    rewrite: ({ root }, b) => constant(b, root.type, (root.inputs[0] as Value<'full'>).attrs.value),
    examples: [
      (b) =>
        b.concat(constant(b, { dtype: 'f32', shape: [2] }, 1), constant(b, { dtype: 'f32', shape: [3] }, 1), {
          axis: 0,
        }),
    ],
  }),
]

const hasValueOf = (x: Value, y: Value | undefined): boolean =>
  y?.op === 'full' && Object.is((x as Value<'full'>).attrs.value, (y as Value<'full'>).attrs.value)
