// Draws of categories. With replacement each draw looks a 53-bit uniform up in the cumulative distribution; without it the categories
// race: weight over an exponential number, the largest win (and come first).
import { type DType, dtypes, isFloat, type TypedArray } from '@heddle/core'
import { dtypeOf } from '../dtypes.ts'
import { fillExponential } from './continuous.ts'
import { randomArgument } from './errors.ts'
import type { Generator } from './generator.ts'
import { largestFirst, largestPlace } from './selection.ts'
import { loadFrom } from './storing.ts'

/** Indices beyond it would not be exact in f32. */
const mostCategories = 2 ** 24

/**
 * `samples` categories for each row of `weights`, as `multinomial`: rows · samples indices. `weights`: rows · categories numbers
 * of a float dtype, which need not sum to 1.
 * Throws `TORCH_RANDOM_ARGUMENT` for weights that are negative, not finite or all 0, and for more samples than categories without
 * replacement.
 */
export function drawMultinomial(
  generator: Generator,
  dtype: DType,
  weights: TypedArray,
  rows: number,
  samples: number,
  replacement = false,
): BigInt64Array {
  const categories = rows === 0 ? 0 : weights.length / rows
  checkSizes(dtype, categories, samples, replacement)
  const chosen = new BigInt64Array(rows * samples)
  const choose = replacement ? chooseReplaced : chooseDistinct
  choose(generator, dtype, weights, categories, samples, chosen)
  return chosen
}

type Choose = (
  generator: Generator,
  dtype: DType,
  weights: TypedArray,
  categories: number,
  samples: number,
  chosen: BigInt64Array,
) => void

const chooseReplaced: Choose = (generator, dtype, weights, categories, samples, chosen) => {
  const load = loadFrom(dtype, weights)
  // Sums are in the dtype, of f16 and bf16 in f32.
  const cumulative = dtype === 'f64' ? new Float64Array(categories) : new Float32Array(categories)
  for (let row = 0; row * samples < chosen.length; row++) {
    accumulate(load, row * categories, cumulative)
    for (let at = row * samples; at < (row + 1) * samples; at++) {
      chosen[at] = BigInt(firstNotBelow(cumulative, generator.uniform53()))
    }
  }
}

/** Fills `cumulative` with the sums of the weights from `from` on, divided by the whole sum. The last is 1. */
function accumulate(
  load: (at: number) => number,
  from: number,
  cumulative: Float32Array | Float64Array,
): void {
  let sum = 0
  for (let at = 0; at < cumulative.length; at++) {
    const weight = load(from + at)
    if (!(weight >= 0)) throw invalidDistribution('encountering probability entry < 0')
    if (weight === Number.POSITIVE_INFINITY) {
      throw invalidDistribution('encountering probability entry = infinity or NaN')
    }
    cumulative[at] = sum + weight
    sum = cumulative[at] as number
  }
  if (!(sum > 0)) throw invalidDistribution('sum of probabilities <= 0')
  for (let at = 0; at < cumulative.length; at++) cumulative[at] = (cumulative[at] as number) / sum
  cumulative[cumulative.length - 1] = 1
}

/** The first place whose value is not below `bound`. */
function firstNotBelow(sorted: Float32Array | Float64Array, bound: number): number {
  let [from, to] = [0, sorted.length]
  while (to > from) {
    const middle = from + ((to - from) >> 1)
    if ((sorted[middle] as number) < bound) from = middle + 1
    else to = middle
  }
  return from
}

const chooseDistinct: Choose = (generator, dtype, weights, categories, samples, chosen) => {
  checkWeights(loadFrom(dtype, weights), weights.length, categories)
  const races = dtypes[dtype].allocate(weights.length)
  fillExponential(generator, dtype, races)
  const [weight, time] = [loadFrom(dtype, weights), loadFrom(dtype, races)]
  const { round } = dtypes[dtype]
  const speeds = new Float64Array(categories)
  for (let row = 0; row * samples < chosen.length; row++) {
    for (let at = 0; at < categories; at++) {
      speeds[at] = round(weight(row * categories + at) / time(row * categories + at))
    }
    const order = samples === 1 ? [largestPlace(speeds)] : largestFirst(speeds, samples)
    for (let at = 0; at < samples; at++) chosen[row * samples + at] = BigInt(order[at] ?? 0)
  }
}

function checkWeights(load: (at: number) => number, size: number, categories: number): void {
  let sum = 0
  for (let at = 0; at < size; at++) {
    const weight = load(at)
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY)) {
      throw randomArgument('probability tensor contains either `inf`, `nan` or element < 0', { weight })
    }
    sum += weight
    if ((at + 1) % categories > 0) continue
    if (sum === 0) throw invalidDistribution('sum of probabilities <= 0')
    sum = 0
  }
}

function checkSizes(dtype: DType, categories: number, samples: number, replacement: boolean): void {
  if (!isFloat(dtype)) {
    throw randomArgument(
      `multinomial only supports floating-point dtypes for input, got: ${dtypeOf(dtype).title}`,
      { dtype },
    )
  }
  if (samples <= 0) throw randomArgument('cannot sample n_sample <= 0 samples', { samples })
  if (!replacement && samples > categories) {
    throw randomArgument('cannot sample n_sample > prob_dist.size(-1) samples without replacement', {
      samples,
      categories,
    })
  }
  if (categories > mostCategories) {
    throw randomArgument('number of categories cannot exceed 2^24', { categories })
  }
}

const invalidDistribution = (why: string): Error =>
  randomArgument(`invalid multinomial distribution (${why})`)
