// The normalisation of Torch 7, over near channels of images. What PyTorch adds up for a channel is kept: the first channel stays in
// the sum of all channels whose window is moved.
import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { argumentError } from '../../errors.ts'
import { operation } from '../../ops/operation.ts'
import { run } from '../../ops/run.ts'
import type { Arguments } from '../../ops/signature.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { Module } from '../module.ts'
import { construct } from './construct.ts'
import { repr } from './layer.ts'

interface Options {
  readonly size: number
  readonly alpha: number
  readonly beta: number
  readonly k: number
}

/** Which channels are added up for each channel, as rows of 0 and 1. */
function windows(channels: number, size: number): readonly (readonly number[])[] {
  const reach = Math.trunc((size - 1) / 2 + 1)
  const row = Array.from({ length: channels }, (_, channel) => (channel < reach ? 1 : 0))
  return row.map((_, channel) => {
    if (channel > 0 && channel < channels - reach + 1) row[channel + reach - 1] = 1
    if (channel > reach) row[channel - reach] = 0
    return [...row]
  })
}

const normalized = operation<Options>({
  name: 'cross_map_lrn2d',
  node: 'CrossMapLRN2dBackward',
  build: ([given], { size, alpha, beta, k }) => {
    const x = given as Value
    const [, channels = 1, height = 1, width = 1] = x.type.shape
    const rows = core.literal(x.builder, windows(channels, size), { dtype: x.type.dtype })
    const squares = core.reshape(core.mul(x, x), [-1, channels, height * width])
    const sums = core.reshape(core.matmul(rows, squares), [...x.type.shape])
    const scale = core.add(core.mul(sums, alpha / size), k)
    return core.mul(core.pow(scale, -beta), x)
  },
})

type Params = { size: number; alpha?: number; beta?: number; k?: number }
const names = ['size', 'alpha', 'beta', 'k'] as const

/** `x / (k + alpha / size Σ x²)^beta`, of `[N, C, H, W]`. */
export class CrossMapLRN2d extends Module {
  readonly size: number
  readonly alpha: number
  readonly beta: number
  readonly k: number

  constructor(...args: Arguments<Params, typeof names>) {
    super()
    const { size, alpha = 1e-4, beta = 0.75, k = 1 } = construct<Params>('CrossMapLRN2d', names, [], args, 1)
    this.size = size
    this.alpha = alpha
    this.beta = beta
    this.k = k
  }
  override forward(input: Tensor): Tensor {
    if (input.ndim !== 4) throw argumentError('', { rank: input.ndim }, 'AssertionError')
    const { size, alpha, beta, k } = this
    return run(normalized, [input], { size, alpha, beta, k })
  }
  override extraRepr(): string {
    return `${this.size}, alpha=${repr(this.alpha)}, beta=${repr(this.beta)}, k=${repr(this.k)}`
  }
}
