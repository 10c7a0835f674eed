// Coin flips, and what the dropouts make of them. How many words a flip takes depends on how its probability is given: two where it is
// a number or f64, one where it is an array of another dtype.
import { type DType, dtypes, type TypedArray } from '@heddle/core'
import { notImplemented, randomArgument } from './errors.ts'
import type { Generator } from './generator.ts'
import { loadFrom, storeInto } from './storing.ts'

/**
 * Fills `data` with 1 where a 53-bit uniform is below `p`, else 0, as `bernoulli_(p)`. Any dtype; two words per element.
 * Throws `TORCH_RANDOM_ARGUMENT` for p outside [0, 1].
 */
export function fillBernoulli(generator: Generator, dtype: DType, data: TypedArray, p = 0.5): void {
  if (!(p >= 0 && p <= 1)) throw randomArgument(`bernoulli_ expects p to be in [0, 1], but got p=${p}`, { p })
  fillChoices(generator, dtype, data, p, 1, 0)
}

/** One value where the flip is won, another where it is lost. */
function fillChoices(
  generator: Generator,
  dtype: DType,
  data: TypedArray,
  p: number,
  won: number,
  lost: number,
): void {
  const store = storeInto(dtype, data)
  for (let at = 0; at < data.length; at++) store(at, generator.uniform53() < p ? won : lost)
}

/**
 * As `bernoulli(p)` and `bernoulli_(p)` of a tensor p: one probability per element. `p`: f64 (53-bit uniforms) or another float
 * (24 bits, one word per element). Throws `TORCH_RANDOM_ARGUMENT` for a probability outside [0, 1].
 */
export function fillBernoulliOf(
  generator: Generator,
  dtype: DType,
  data: TypedArray,
  pDtype: DType,
  p: TypedArray,
): void {
  if (dtypes[pDtype].kind !== 'float') throw notImplemented('bernoulli_tensor_cpu_p_', pDtype)
  const store = storeInto(dtype, data)
  const load = loadFrom(pDtype, p)
  for (let at = 0; at < data.length; at++) {
    const chance = load(at)
    if (!(chance >= 0 && chance <= 1)) throw chanceRange()
    const uniform = pDtype === 'f64' ? generator.uniform53() : generator.uniform24()
    store(at, uniform < chance ? 1 : 0)
  }
}

const chanceRange = (): Error =>
  randomArgument(
    'Expected p_in >= 0 && p_in <= 1 to be true, but got false.  (Could this error message be improved?  If so, please report an enhancement request to PyTorch.)',
  )

/** Whether a dropout draws: not outside of training, nor for p = 0, p = 1 (which gives zeros) and no elements. */
export function dropoutDraws(p: number, training: boolean, size: number): boolean {
  if (!(p >= 0 && p <= 1))
    throw randomArgument(`dropout probability has to be between 0 and 1, but got ${p}`, { p }, 'ValueError')
  return training && p !== 0 && p !== 1 && size > 0
}

/**
 * Fills `noise` with what `dropout` multiplies by: 0 with probability p, else 1 / (1 - p) in the dtype. Dtypes: floats. Two words per
 * element. `feature_dropout` does the same with one element per sample and channel (`featureNoiseShape`).
 */
export function fillDropoutNoise(generator: Generator, dtype: DType, noise: TypedArray, p: number): void {
  const { round } = dtypes[dtype]
  fillChoices(generator, dtype, noise, 1 - p, round(1 / round(1 - p)), 0)
}

/** The shape of the noise of dropouts that drop whole channels: [N, C, 1 …]. */
export function featureNoiseShape(shape: readonly number[]): readonly number[] {
  if (shape.length < 2)
    throw randomArgument('Feature dropout requires at least 2 dimensions in the input', { shape })
  return shape.map((extent, axis) => (axis < 2 ? extent : 1))
}

/** Minus the value that SELU tends to: -λα. */
const saturation = 1.7580993408473766

/**
 * Fills what `alpha_dropout` computes with, `x * noise + shift`: dropped elements go to the value that SELU tends to, and mean and
 * variance are kept. Dtypes: floats. Two words per element.
 */
export function fillAlphaDropout(
  generator: Generator,
  dtype: DType,
  noise: TypedArray,
  shift: TypedArray,
  p: number,
): void {
  const { round } = dtypes[dtype]
  const scale = 1 / Math.sqrt((saturation * saturation * p + 1) * (1 - p))
  const [low, high] = [saturation * scale, saturation * scale * p]
  // Each step of (noise - 1) · low + high and of noise · scale rounds to the dtype, and so do the numbers.
  const kept = round(high)
  const dropped = round(round(high) - round(low))
  const gain = round(scale)
  const [storeNoise, storeShift] = [storeInto(dtype, noise), storeInto(dtype, shift)]
  for (let at = 0; at < noise.length; at++) {
    const isKept = generator.uniform53() < 1 - p
    storeNoise(at, isKept ? gain : 0)
    storeShift(at, isKept ? kept : dropped)
  }
}
