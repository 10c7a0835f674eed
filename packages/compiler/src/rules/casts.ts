// Conversions that lose nothing can be left out or joined.
import { type DType, dtypes, isFloat } from '@heddle/core'
import { p } from '../rewrite/pattern.ts'
import { type Rule, rule } from '../rewrite/rule.ts'
import { input } from './support.ts'

const lossless: Readonly<Record<DType, readonly DType[]>> = {
  bool: ['f32', 'f64', 'i32', 'u32'],
  i32: ['f64'],
  u32: ['f64'],
  f32: ['f64'],
  f64: [],
}

/**
 * Whether from -> through -> to is from -> to. From integers only to floats, bool or back: an integer wraps on its way to
 * another integer, a float saturates.
 */
function joins(from: DType, through: DType, to: DType): boolean {
  if (!lossless[from].includes(through)) return false
  const isInteger = dtypes[from].kind === 'int' || dtypes[from].kind === 'uint'
  return !isInteger || isFloat(to) || to === 'bool' || to === from
}

const wrapsBack = (from: DType, through: DType, to: DType): boolean =>
  to === from && ['i32', 'u32'].includes(from) && ['i32', 'u32'].includes(through)

export const castRules: readonly Rule[] = [
  rule('cast-to-same', {
    why: 'nothing to convert',
    match: p.unaryOf(['cast', 'bitcast'], p.any('x')).as('root'),
    when: ({ x, root }) => root.attrs.dtype === x.type.dtype,
    rewrite: ({ x }) => x,
    examples: [
      (b) => b.cast(input(b), { dtype: 'f32' }),
      (b) => b.bitcast(input(b, 'x', [2], 'i32'), { dtype: 'i32' }),
    ],
  }),
  rule('cast-of-lossless-cast', {
    why: 'the way round loses nothing, so it can be left out',
    match: p.cast(p.cast(p.any('x')).as('inner')).as('outer'),
    when: ({ x, inner, outer }) =>
      joins(x.type.dtype, inner.attrs.dtype, outer.attrs.dtype) ||
      wrapsBack(x.type.dtype, inner.attrs.dtype, outer.attrs.dtype),
    rewrite: ({ x, outer }, b) => b.cast(x, outer.attrs),
    examples: [
      (b) => b.cast(b.cast(input(b), { dtype: 'f64' }), { dtype: 'f32' }),
      (b) => b.cast(b.cast(input(b, 'x', [2], 'bool'), { dtype: 'f32' }), { dtype: 'i32' }),
      (b) => b.cast(b.cast(input(b, 'x', [2], 'i32'), { dtype: 'f64' }), { dtype: 'f32' }),
      (b) => b.cast(b.cast(input(b, 'x', [2], 'i32'), { dtype: 'u32' }), { dtype: 'i32' }),
    ],
  }),
  rule('bitcast-of-bitcast', {
    why: 'the same bits, read once; integers read as floats and back lose the bits inside a NaN, so these stay',
    match: p.bitcast(p.bitcast(p.any('x')).as('inner')).as('outer'),
    when: ({ inner, outer }) => !isFloat(inner.attrs.dtype) || isFloat(outer.attrs.dtype),
    rewrite: ({ x, outer }, b) => b.bitcast(x, outer.attrs),
    examples: [(b) => b.bitcast(b.bitcast(input(b), { dtype: 'i32' }), { dtype: 'u32' })],
  }),
]
