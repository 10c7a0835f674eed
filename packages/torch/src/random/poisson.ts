// Poisson numbers: for rates of 10 and more the transformed rejection of Hörmann (1993, "The transformed rejection method for
// generating Poisson random variables", algorithm PTRS), for smaller ones a product of uniforms (Knuth).
import type { DType, TypedArray } from '@heddle/core'
import { randomArgument } from './errors.ts'
import type { Generator } from './generator.ts'
import { loadFrom, storeInto } from './storing.ts'

/**
 * Fills `data` with one number per rate, as `poisson(rates)`; both of one float dtype. Throws `TORCH_RANDOM_ARGUMENT` for a negative
 * rate.
 */
export function fillPoisson(generator: Generator, dtype: DType, data: TypedArray, rates: TypedArray): void {
  const [load, store] = [loadFrom(dtype, rates), storeInto(dtype, data)]
  for (let at = 0; at < data.length; at++) store(at, drawPoisson(generator, load(at)))
}

function drawPoisson(generator: Generator, rate: number): number {
  if (!(rate >= 0)) throw randomArgument('invalid Poisson rate, expected rate to be non-negative', { rate })
  if (rate >= 10) return drawByRejection(generator, rate)
  if (rate === 0) return 0
  const bound = Math.exp(-rate)
  let count = 0
  for (let product = generator.uniform53(); product > bound; product *= generator.uniform53()) count++
  return count
}

function drawByRejection(generator: Generator, rate: number): number {
  const b = 0.931 + 2.53 * Math.sqrt(rate)
  const a = -0.059 + 0.02483 * b
  const logRate = Math.log(rate)
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4)
  const accepted = 0.9277 - 3.6224 / (b - 2)
  for (;;) {
    const u = generator.uniform53() - 0.5
    const v = generator.uniform53()
    const distance = 0.5 - Math.abs(u)
    const count = Math.floor(((2 * a) / distance + b) * u + rate + 0.43)
    if (distance >= 0.07 && v <= accepted) return count
    if (count < 0 || (distance < 0.013 && v > distance)) continue
    const left = Math.log(v) + Math.log(inverseAlpha) - Math.log(a / (distance * distance) + b)
    if (left <= -rate + count * logRate - logFactorial(count)) return count
  }
}

const smallFactorials = 20

/** ln n!: Stirling's series, for small n from far enough above. */
function logFactorial(n: number): number {
  let [x, below] = [n + 1, 1]
  for (; x < smallFactorials; x++) below *= x
  const q = 1 / (x * x)
  const series = (1 / 12 - q * (1 / 360 - q * (1 / 1260 - q / 1680))) / x
  return (x - 0.5) * Math.log(x) - x + 0.9189385332046727 + series - Math.log(below)
}
