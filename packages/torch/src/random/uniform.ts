// Uniform numbers, `uniform_` and `rand`: as many random bits as the dtype's significand has, then one fused multiply-add.
import { type DType, dtypes, type TypedArray } from '@heddle/core'
import { dtypeOf } from '../dtypes.ts'
import { cTypeNames, notImplemented, randomArgument } from './errors.ts'
import { fusedF32, fusedF64 } from './fused.ts'
import type { Generator } from './generator.ts'
import { storeInto } from './storing.ts'

/**
 * Fills `data` with uniform numbers from [from, to), as `uniform_`. Dtypes: floats.
 * One word per element, of f64 two. Order: as they stand in `data`.
 * Throws `TORCH_RANDOM_ARGUMENT` for `from > to`, and for bounds or a width beyond the dtype.
 */
export function fillUniform(generator: Generator, dtype: DType, data: TypedArray, from = 0, to = 1): void {
  checkBounds(dtype, from, to)
  const { round, significand } = dtypes[dtype]
  const low = round(from)
  const width = round(round(to) - low)
  if (dtype === 'f64') fillF64(generator, data, low, width)
  else if (dtype === 'f32') fillF32(generator, data, low, width)
  else {
    // The product has at most 22 bits: only the sum rounds to f32, then to the dtype.
    const store = storeInto(dtype, data)
    const mask = 2 ** significand - 1
    const unit = 2 ** -significand
    for (let at = 0; at < data.length; at++)
      store(at, Math.fround((generator.word() & mask) * unit * width + low))
  }
}

function fillF32(generator: Generator, data: TypedArray, low: number, width: number): void {
  if (low === 0) {
    // One product, which rounds once.
    for (let at = 0; at < data.length; at++) data[at] = generator.uniform24() * width
    return
  }
  for (let at = 0; at < data.length; at++) data[at] = fusedF32(generator.uniform24(), width, low)
}

function fillF64(generator: Generator, data: TypedArray, low: number, width: number): void {
  if (low === 0) {
    for (let at = 0; at < data.length; at++) data[at] = generator.uniform53() * width
    return
  }
  for (let at = 0; at < data.length; at++) data[at] = fusedF64(generator.uniform53(), width, low)
}

/** The largest finite value. */
const largest: Readonly<Record<string, number>> = {
  f64: Number.MAX_VALUE,
  f32: (2 - 2 ** -23) * 2 ** 127,
  bf16: (2 - 2 ** -7) * 2 ** 127,
  f16: 65504,
}

function checkBounds(dtype: DType, from: number, to: number): void {
  const limit = largest[dtype]
  if (limit === undefined) throw notImplemented('check_uniform_bounds', dtype)
  const inside = (bound: number): boolean => Math.abs(bound) <= limit
  if (!inside(from)) throw randomArgument(`from is out of bounds for ${cTypeNames[dtype]}`, { from })
  if (!inside(to)) throw randomArgument(`to is out of bounds for ${cTypeNames[dtype]}`, { to })
  if (from > to) {
    throw randomArgument(`uniform_ expects to return a [from, to) range, but found from=${from} > to=${to}`, {
      from,
      to,
    })
  }
  if (to - from > limit) {
    throw randomArgument(
      `uniform_ expects to-from <= std::numeric_limits<${dtypeOf(dtype).title}>::max(), but found to=${to} and from=${from} which result in to-from to exceed the limit`,
      { from, to },
    )
  }
}
