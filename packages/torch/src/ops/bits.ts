// The bits of elements as elements of another dtype, which may be narrower (several for one) or wider (one for several, which then
// stand one after the other in the last dimension). Little-endian, as memory is.

import type { DType, Value } from '@heddle/core'
import * as core from '@heddle/core'
import { castTo } from './cast.ts'

/** Integers that are as wide as elements of a dtype. */
const integers: Readonly<Record<number, DType>> = { 1: 'u8', 2: 'i16', 4: 'i32', 8: 'i64' }
const widthOf = (dtype: DType): number => core.dtypes[dtype].bytes
const integerOf = (width: number): DType => integers[width] as DType

/** The same bits; the last extent changes with the width. */
export function reinterpret(x: Value, dtype: DType): Value {
  if (x.type.dtype === dtype) return x
  const [from, to] = [widthOf(x.type.dtype), widthOf(dtype)]
  const bits = toBits(x)
  const changed = from === to ? bits : from > to ? narrowed(bits, to) : widened(bits, to)
  return fromBits(changed, dtype)
}

const toBits = (x: Value): Value => {
  const integer = integerOf(widthOf(x.type.dtype))
  if (x.type.dtype === integer) return x
  return x.type.dtype === 'bool' ? core.cast(x, integer) : core.bitcast(x, integer)
}

const fromBits = (bits: Value, dtype: DType): Value => {
  if (bits.type.dtype === dtype) return bits
  return dtype === 'bool' ? core.ne(bits, 0) : core.bitcast(bits, dtype)
}

/** Each element as several, the lowest bits first. */
function narrowed(bits: Value, width: number): Value {
  const { shape, dtype } = bits.type
  const ratio = widthOf(dtype) / width
  const wide = castTo(bits, core.dtypes[dtype].computesAs)
  const parts = Array.from({ length: ratio }, (_, k) =>
    castTo(k === 0 ? wide : core.shiftRight(wide, 8 * width * k), integerOf(width)),
  )
  const stacked = core.stack(parts, { axis: shape.length })
  return core.reshape(stacked, [...shape.slice(0, -1), (shape.at(-1) ?? 1) * ratio])
}

/** Runs of elements as one each. */
function widened(bits: Value, width: number): Value {
  const { shape, dtype } = bits.type
  const own = widthOf(dtype)
  const ratio = width / own
  const target = integerOf(width)
  const computed = core.dtypes[target].computesAs
  const runs = core.reshape(bits, [...shape.slice(0, -1), (shape.at(-1) ?? 0) / ratio, ratio])
  const parts = core.unbind(runs, { axis: shape.length }).map((part, k) => {
    // Signs of the lower parts must not reach the higher ones.
    const low = core.and(castTo(part, computed), 2 ** (8 * own) - 1)
    return k === 0 ? low : core.shiftLeft(low, 8 * own * k)
  })
  return castTo(
    parts.reduce((sum, part) => core.or(sum, part)),
    target,
  )
}
