// Binomial numbers: where count · probability is below 10 by the geometric gaps between successes, else by the transformed rejection
// of Hörmann (1993, "The generation of binomial random variates", algorithm BTRS).
import { type DType, dtypes, type TypedArray } from '@heddle/core'
import type { Generator } from './generator.ts'
import { loadFrom, storeInto } from './storing.ts'

/** Rounds to the dtype of counts and probabilities: what PyTorch computes of them alone is in it, the rest in double. */
type Round = (value: number) => number

/** Fills `data` with one number per pair, as `binomial(count, prob)`; all of one float dtype. */
export function fillBinomial(
  generator: Generator,
  dtype: DType,
  data: TypedArray,
  counts: TypedArray,
  probabilities: TypedArray,
): void {
  const { round } = dtypes[dtype]
  const [count, probability] = [loadFrom(dtype, counts), loadFrom(dtype, probabilities)]
  const store = storeInto(dtype, data)
  for (let at = 0; at < data.length; at++) {
    store(at, drawBinomial(generator, count(at), probability(at), round))
  }
}

function drawBinomial(generator: Generator, count: number, probability: number, round: Round): number {
  if (count <= 0 || probability <= 0) return 0
  if (probability >= 1) return count
  if (probability <= 0.5) return drawUnlikely(generator, count, probability, round)
  if (probability > 0.5) return count - drawUnlikely(generator, count, round(1 - probability), round)
  return Number.NaN
}

const drawUnlikely = (generator: Generator, count: number, probability: number, round: Round): number =>
  round(count * probability) >= 10
    ? drawByRejection(generator, count, probability, round)
    : drawByGaps(generator, count, probability, round)

function drawByGaps(generator: Generator, count: number, probability: number, round: Round): number {
  const logarithm = round(Math.log1p(-probability))
  let successes = 0
  for (let tries = 0; ; successes++) {
    tries += Math.ceil(Math.log(generator.uniform53()) / logarithm)
    if (tries > count) return successes
  }
}

function drawByRejection(generator: Generator, count: number, probability: number, round: Round): number {
  const mean = round(count * probability)
  const rest = round(1 - probability)
  const deviation = round(Math.sqrt(round(mean * rest)))
  const b = 1.15 + 2.53 * deviation
  const a = -0.0873 + 0.0248 * b + 0.01 * probability
  const centre = mean + 0.5
  const accepted = 0.92 - 4.2 / b
  const odds = round(probability / rest)
  const alpha = (2.83 + 5.1 / b) * deviation
  const mode = Math.floor(round(round(count + 1) * probability))
  for (;;) {
    const u = generator.uniform53() - 0.5
    const v = generator.uniform53()
    const distance = 0.5 - Math.abs(u)
    const k = round(Math.floor(((2 * a) / distance + b) * u + centre))
    if (k < 0 || k > count) continue
    if (distance >= 0.07 && v <= accepted) return k
    const left = Math.log((v * alpha) / (a / (distance * distance) + b))
    const failures = round(round(count - k) + 1)
    const bound =
      (mode + 0.5) * Math.log((mode + 1) / (odds * (count - mode + 1))) +
      round(count + 1) * Math.log((count - mode + 1) / failures) +
      (k + 0.5) * Math.log((odds * failures) / round(k + 1)) +
      stirlingTail(mode) +
      stirlingTail(count - mode) -
      stirlingTail(k) -
      stirlingTail(round(count - k))
    if (left <= bound) return k
  }
}

/** ln k! less Stirling's approximation of it, for k = 0 … 9. */
const stirlingTails = [
  0.0810614667953272, 0.0413406959554092, 0.0276779256849983, 0.02079067210376509, 0.0166446911898211,
  0.0138761288230707, 0.0118967099458917, 0.010411265261972, 0.00925546218271273, 0.00833056343336287,
]

function stirlingTail(k: number): number {
  if (k <= 9) return stirlingTails[k] ?? 0
  const square = (k + 1) * (k + 1)
  return (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / (k + 1)
}
