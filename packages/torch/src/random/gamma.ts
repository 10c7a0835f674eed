// Gamma and Dirichlet numbers by the rejection of Marsaglia and Tsang (2000, "A simple method for generating gamma variables").
import { type DType, dtypes, type TypedArray } from '@heddle/core'
import type { Generator } from './generator.ts'
import { drawStandardNormal } from './normal.ts'
import { loadFrom, storeInto } from './storing.ts'

/** Least positive normal numbers. */
const tiny: Readonly<Partial<Record<DType, number>>> = {
  f64: 2 ** -1022,
  f32: 2 ** -126,
  bf16: 2 ** -126,
  f16: 2 ** -14,
}

/** Constants that PyTorch has in f32 whatever the dtype. */
const third = Math.fround(1 / 3)
const squeeze = Math.fround(0.0331)

/** Fills `data` with one number per shape parameter, as `torch._standard_gamma(alpha)`; both of one float dtype. */
export function fillGamma(generator: Generator, dtype: DType, data: TypedArray, alpha: TypedArray): void {
  const { round } = dtypes[dtype]
  const [load, store] = [loadFrom(dtype, alpha), storeInto(dtype, data)]
  const least = tiny[dtype] ?? 0
  for (let at = 0; at < data.length; at++) {
    store(at, Math.max(least, round(drawGamma(generator, load(at), round))))
  }
}

/** One number in double; what PyTorch computes of alpha alone is rounded to alpha's dtype. */
function drawGamma(generator: Generator, alpha: number, round: (value: number) => number): number {
  if (alpha === 0) return 0
  const isSmall = alpha < 1
  const scale = isSmall ? (1 - generator.uniform53()) ** round(1 / alpha) : 1
  const boosted = isSmall ? round(alpha + 1) : alpha
  const d = round(boosted - third)
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    let x: number
    let y: number
    do {
      x = drawStandardNormal(generator)
      y = 1 + c * x
    } while (y <= 0)
    const v = y * y * y
    const u = 1 - generator.uniform53()
    const square = x * x
    if (u < 1 - squeeze * square * square) return scale * d * v
    if (Math.log(u) < 0.5 * square + d * (1 - v + Math.log(v))) return scale * d * v
  }
}

/**
 * Fills rows of `data` with points whose elements sum to 1, as `torch._sample_dirichlet(alpha)`; both of one float dtype, rows of
 * `size` elements. Gammas and their sums are in double.
 */
export function fillDirichlet(
  generator: Generator,
  dtype: DType,
  data: TypedArray,
  alpha: TypedArray,
  size: number,
): void {
  const { round, significand } = dtypes[dtype]
  const [load, store] = [loadFrom(dtype, alpha), storeInto(dtype, data)]
  const [least, greatest] = [tiny[dtype] ?? 0, 1 - 2 ** -significand]
  const gammas = new Float64Array(data.length)
  const same = (value: number): number => value
  for (let at = 0; at < data.length; at++)
    gammas[at] = Math.max(2 ** -1022, drawGamma(generator, load(at), same))
  for (let row = 0; row < data.length; row += size) {
    const sum = gammas.subarray(row, row + size).reduce((total, each) => total + each, 0)
    for (let at = row; at < row + size; at++) {
      store(at, Math.min(greatest, Math.max(least, round((gammas[at] as number) / sum))))
    }
  }
}
