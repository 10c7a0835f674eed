// How parameters and states start, as plain data. The numbers are drawn when a session opens, by `materialize`.

import type { Initializer } from '../initializer.ts'

export const constant = (value: number): Initializer => ({ kind: 'constant', value })

/** Uniform in [low, high). */
export const uniform = (low: number, high: number): Initializer => ({ kind: 'uniform', low, high })

export const normal = (mean: number, deviation: number): Initializer => ({ kind: 'normal', mean, deviation })

/** Given numbers, row-major. */
export const values = (numbers: ArrayLike<number>): Initializer => ({
  kind: 'values',
  values: Array.from(numbers),
})

export interface KaimingOptions {
  /** Inputs each output sums over: in for a linear layer, channels * height * width of the kernel for a convolution. */
  readonly fanIn: number
  /** Slope of the leaky relu that follows; 0 for relu (default), sqrt(5) for what PyTorch's layers start with. */
  readonly slope?: number | undefined
}

/**
 * Uniform in [-bound, bound), bound = sqrt(6 / ((1 + slope^2) fanIn)).
 *
 * Source: He et al., Delving deep into rectifiers (ICCV 2015), section 2.2.
 *
 * @example
 * parameter('w', [10, 784], kaimingUniform({ fanIn: 784 }))
 */
export function kaimingUniform({ fanIn, slope = 0 }: KaimingOptions): Initializer {
  const bound = Math.sqrt(6 / ((1 + slope * slope) * fanIn))
  return uniform(-bound, bound)
}

export interface XavierOptions {
  readonly fanIn: number
  readonly fanOut: number
  /** Default 1; 5/3 before a tanh. */
  readonly gain?: number | undefined
}

/**
 * Uniform in [-bound, bound), bound = gain sqrt(6 / (fanIn + fanOut)).
 *
 * Source: Glorot and Bengio, Understanding the difficulty of training deep feedforward networks (AISTATS 2010), section 4.
 */
export function xavierUniform({ fanIn, fanOut, gain = 1 }: XavierOptions): Initializer {
  const bound = gain * Math.sqrt(6 / (fanIn + fanOut))
  return uniform(-bound, bound)
}
