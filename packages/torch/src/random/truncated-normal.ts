// Normal numbers cut off on both sides, `nn.init.trunc_normal_`: uniform numbers between the two values of the distribution function,
// through its inverse.
import { type DType, dtypes, type TypedArray } from '@heddle/core'
import { erf, erfInv, erfInvF32 } from './error-function.ts'
import type { Generator } from './generator.ts'
import { loadFrom, storeInto } from './storing.ts'
import { fillUniform } from './uniform.ts'

/**
 * Fills `data` with normal numbers from [a, b]. Dtypes: floats; as many words as `fillUniform` takes. Each of the steps (uniform,
 * erfinv, times std √2, plus mean, clamped) rounds to the dtype.
 */
export function fillTruncatedNormal(
  generator: Generator,
  dtype: DType,
  data: TypedArray,
  mean = 0,
  std = 1,
  a = -2,
  b = 2,
): void {
  const [low, high] = [distribution((a - mean) / std), distribution((b - mean) / std)]
  fillUniform(generator, dtype, data, 2 * low - 1, 2 * high - 1)
  const { round } = dtypes[dtype]
  const inverse = dtype === 'f64' ? erfInv : erfInvF32
  const [scale, shift] = [round(std * Math.sqrt(2)), round(mean)]
  const [least, greatest] = [round(a), round(b)]
  const [load, store] = [loadFrom(dtype, data), storeInto(dtype, data)]
  for (let at = 0; at < data.length; at++) {
    const value = round(round(round(inverse(load(at))) * scale) + shift)
    store(at, Math.min(greatest, Math.max(least, value)))
  }
}

/** Whether `mean` is so far outside of [a, b] that PyTorch warns. */
export const isTruncatedFarFromMean = (mean: number, std: number, a: number, b: number): boolean =>
  mean < a - 2 * std || mean > b + 2 * std

/** Of the standard normal distribution. */
const distribution = (x: number): number => (1 + erf(x / Math.sqrt(2))) / 2
