// How numbers that were drawn in double enter storage of each dtype, as C's conversions do it.
import { bf16FromBits, bf16ToBits, type DType, type TypedArray } from '@heddle/core'

/** Puts a number at a place of an array. */
export type Store = (at: number, value: number) => void

/** A double into storage: floats round (f16 and bf16 by way of f32), integers truncate and wrap. */
export function storeInto(dtype: DType, data: TypedArray): Store {
  if (data instanceof BigInt64Array) return storeI64(data)
  if (dtype === 'bf16') {
    return (at, value) => {
      data[at] = bf16ToBits(value)
    }
  }
  if (dtype === 'f16') {
    return (at, value) => {
      data[at] = Math.fround(value)
    }
  }
  return (at, value) => {
    data[at] = value
  }
}

/** By its halves: a bigint for each element would cost more than drawing it. */
function storeI64(data: BigInt64Array): Store {
  const halves = new Int32Array(data.buffer, data.byteOffset, 2 * data.length)
  return (at, value) => {
    const whole = Math.trunc(value)
    halves[2 * at] = whole
    halves[2 * at + 1] = Math.floor(whole / 2 ** 32)
  }
}

/** The value at a place. */
export type Load = (at: number) => number

export function loadFrom(dtype: DType, data: TypedArray): Load {
  if (data instanceof BigInt64Array) return (at) => Number(data[at])
  if (dtype === 'bf16' && data instanceof Uint16Array) return (at) => bf16FromBits(data[at] as number)
  return (at) => data[at] as number
}

/** Puts a whole number at a place of an array, rounding once for floats. */
export function storeBigInto(dtype: DType, data: TypedArray): (at: number, value: bigint) => void {
  if (data instanceof BigInt64Array) {
    return (at, value) => {
      data[at] = value
    }
  }
  const store = storeInto(dtype, data)
  return (at, value) => store(at, dtype === 'f64' ? Number(value) : toF32(value))
}

/** A double that rounds to f32 as the whole number does: beyond 53 bits the lowest ones are joined into one. */
function toF32(value: bigint): number {
  const magnitude = value < 0n ? -value : value
  if (magnitude <= Number.MAX_SAFE_INTEGER) return Number(value)
  const joined = (magnitude >> 16n) | (magnitude & 0xffffn ? 1n : 0n)
  return Number(joined) * 2 ** 16 * (value < 0n ? -1 : 1)
}
