// Conversions that lose nothing can be left out or joined.
import { type DType, dtypes, holds, isFloat, isInteger } from '@heddle/core'
import { p } from '../rewrite/pattern.ts'
import { type Rule, rule } from '../rewrite/rule.ts'
import { input } from './support.ts'

/**
 * Whether from -> through -> to is from -> to. Where the way round loses nothing it is, but for an integer that becomes a
 * float and then an integer that does not hold it: as a float it saturates, as an integer it wraps. Integers of fewer bits
 * need the lowest bits only, so that any integer of as many may lie between.
 */
function joins(from: DType, through: DType, to: DType): boolean {
  if (isInteger(from) && isInteger(through) && isInteger(to)) {
    return holds(through, from) || dtypes[through].bytes >= dtypes[to].bytes
  }
  if (!holds(through, from)) return false
  const saturates = isInteger(from) && isFloat(through) && isInteger(to)
  return !saturates || holds(dtypes[to].computesAs, from)
}

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
    when: ({ x, inner, outer }) => joins(x.type.dtype, inner.attrs.dtype, outer.attrs.dtype),
    rewrite: ({ x, outer }, b) => b.cast(x, outer.attrs),
    examples: [
      (b) => b.cast(b.cast(input(b), { dtype: 'f64' }), { dtype: 'f32' }),
      (b) => b.cast(b.cast(input(b, 'x', [2], 'bool'), { dtype: 'f32' }), { dtype: 'i32' }),
      (b) => b.cast(b.cast(input(b, 'x', [2], 'i32'), { dtype: 'f64' }), { dtype: 'f32' }),
      (b) => b.cast(b.cast(input(b, 'x', [2], 'i32'), { dtype: 'u32' }), { dtype: 'i32' }),
      (b) => b.cast(b.cast(input(b, 'x', [2], 'f16'), { dtype: 'f32' }), { dtype: 'f16' }),
      (b) => b.cast(b.cast(input(b, 'x', [2], 'i64'), { dtype: 'i32' }), { dtype: 'u8' }),
      (b) => b.cast(b.cast(input(b, 'x', [2], 'i8'), { dtype: 'f32' }), { dtype: 'u8' }),
    ],
  }),
  rule('bitcast-of-bitcast', {
    why: 'the same bits, read once; integers read as floats and back lose the bits inside a NaN, so these stay',
    match: p.bitcast(p.bitcast(p.any('x')).as('inner')).as('outer'),
    when: ({ inner, outer }) => !isFloat(inner.attrs.dtype) || inner.attrs.dtype === outer.attrs.dtype,
    rewrite: ({ x, outer }, b) => b.bitcast(x, outer.attrs),
    examples: [(b) => b.bitcast(b.bitcast(input(b), { dtype: 'i32' }), { dtype: 'u32' })],
  }),
]
