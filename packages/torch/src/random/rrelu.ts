// The slopes of `rrelu` in training.
import { type DType, dtypes, type TypedArray } from '@heddle/core'
import type { Generator } from './generator.ts'
import { loadFrom, storeInto } from './storing.ts'

/**
 * Fills `noise` with what `rrelu` multiplies each element of `x` by: a slope from [lower, upper) where x <= 0, which takes two words,
 * and 1 elsewhere, which takes none. Dtypes: floats, the same for both.
 */
export function fillRreluNoise(
  generator: Generator,
  dtype: DType,
  noise: TypedArray,
  x: TypedArray,
  lower: number,
  upper: number,
): void {
  const { round } = dtypes[dtype]
  const [least, width] = [round(lower), round(upper) - round(lower)]
  const [load, store] = [loadFrom(dtype, x), storeInto(dtype, noise)]
  for (let at = 0; at < noise.length; at++) {
    store(at, load(at) <= 0 ? generator.uniform53() * width + least : 1)
  }
}
