// Convolutions and their transposes, of batches and of single images.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { type Operation, operation } from '../../ops/operation.ts'
import { run } from '../../ops/run.ts'
import { type Fn, functional as fn } from '../../ops/signature.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import * as errors from './convolution-errors.ts'
import type { Maybe, PerAxis } from './operands.ts'

type Rank = 1 | 2 | 3

interface Options {
  readonly stride: readonly number[]
  readonly padding: readonly number[] | 'same' | 'valid'
  readonly outputPadding: readonly number[]
  readonly dilation: readonly number[]
  readonly groups: number
}

/** One entry per axis of the image. */
function perAxis(what: string, entries: PerAxis, rank: Rank): readonly number[] {
  const all = typeof entries === 'number' ? [entries] : entries
  if (all.length === 1) return new Array<number>(rank).fill(all[0] ?? 1)
  if (all.length !== rank) throw errors.entries(what, rank, all)
  return all
}

function checkRange({ stride, padding, dilation, outputPadding }: Options): void {
  if (stride.some((each) => each <= 0)) throw errors.nonPositive('stride')
  if (dilation.some((each) => each <= 0)) throw errors.nonPositive('dilation')
  if (typeof padding !== 'string' && padding.some((each) => each < 0)) throw errors.negativePadding()
  if (outputPadding.some((each) => each < 0)) throw errors.negativePadding('output_padding')
}

type Operands = readonly [input: Value, weight: Value, bias: Value | undefined]

/** What both kinds ask of their operands: dtypes, the channels of the input and the number of biases. */
function checkOperands(operands: Operands, groups: number, transposed: boolean): void {
  const [input, { type: weight }, bias] = operands
  if (weight.dtype !== input.type.dtype) throw errors.weightDType(input.type.dtype, weight.dtype)
  if (bias !== undefined && bias.type.dtype !== input.type.dtype) {
    throw errors.biasDType(input.type.dtype, bias.type.dtype)
  }
  const given = { groups, transposed, weight: weight.shape }
  const [outputs = 0, others = 0] = weight.shape
  if (outputs < groups || outputs % groups !== 0) throw errors.groupsOfWeight(groups, weight.shape)
  const channels = transposed ? outputs : others * groups
  if (input.type.shape[1] !== channels) throw errors.channels(given, input.type.shape, channels)
  const wanted = transposed ? others * groups : outputs
  if (bias !== undefined && (bias.type.shape.length !== 1 || bias.type.shape[0] !== wanted)) {
    throw errors.bias(given, bias.type.shape, wanted)
  }
}

const convolve = [core.conv1d, core.conv2d, core.conv3d]
const transposes = [core.convTranspose1d, core.convTranspose2d, core.convTranspose3d]

const forward = (rank: Rank): Operation<Options> =>
  operation<Options>({
    name: `conv${rank}d`,
    node: 'ConvolutionBackward0',
    operands: ['input', 'weight', 'bias'],
    build: (operands, options) => {
      const [input, weight, bias] = operands as Operands
      checkOperands([input, weight, bias], options.groups, false)
      const { stride, padding, dilation, groups } = options
      checkRange(options)
      if (typeof padding !== 'string') {
        const padded = input.type.shape.slice(2).map((extent, k) => extent + 2 * (padding[k] ?? 0))
        const sizes = weight.type.shape.slice(2)
        const kernel = sizes.map((size, k) => (dilation[k] ?? 1) * (size - 1) + 1)
        if (kernel.some((size, k) => size > (padded[k] ?? 0))) throw errors.kernelTooLarge(padded, kernel)
      }
      return (convolve[rank - 1] as core.Convolution)(input, weight, {
        bias,
        stride,
        padding,
        dilation,
        groups,
      })
    },
  })

const backward = (rank: Rank): Operation<Options> =>
  operation<Options>({
    name: `conv_transpose${rank}d`,
    node: 'ConvolutionBackward0',
    operands: ['input', 'weight', 'bias'],
    build: (operands, options) => {
      const [input, weight, bias] = operands as Operands
      checkOperands([input, weight, bias], options.groups, true)
      const { stride, dilation, groups, outputPadding } = options
      checkRange(options)
      const padding = options.padding as readonly number[]
      if (outputPadding.some((each, k) => each >= (stride[k] ?? 1) && each >= (dilation[k] ?? 1))) {
        throw errors.outputPadding(outputPadding, stride, dilation)
      }
      const extents = input.type.shape.slice(2)
      const outputs = extents.map(
        (extent, k) =>
          (extent - 1) * (stride[k] ?? 1) -
          2 * (padding[k] ?? 0) +
          (dilation[k] ?? 1) * ((weight.type.shape[2 + k] ?? 1) - 1) +
          (outputPadding[k] ?? 0) +
          1,
      )
      if (outputs.some((extent) => extent < 1)) throw errors.outputTooSmall(extents, outputs)
      return (transposes[rank - 1] as core.ConvolutionTranspose)(input, weight, {
        bias,
        stride,
        padding,
        outputPadding,
        dilation,
        groups,
      })
    },
  })

type Params = {
  weight: Tensor
  bias?: Maybe
  stride?: PerAxis
  padding?: PerAxis | 'same' | 'valid'
  dilation?: PerAxis
  groups?: number
}
type Transposed = Omit<Params, 'padding'> & { padding?: PerAxis; outputPadding?: PerAxis }

/** Runs on a batch; a single image becomes one and its result an image. */
function onBatch(op: Operation<Options>, rank: Rank, self: Tensor, params: Params, options: Options): Tensor {
  if (self.ndim !== rank + 1 && self.ndim !== rank + 2) throw errors.inputRank(op.name, rank, self.shape)
  const { weight, bias } = params
  const isBatched = self.ndim === rank + 2
  const input = isBatched ? self : self.unsqueeze(0)
  const wanted = weight.ndim - 2
  if (wanted !== rank) {
    if (wanted < rank) throw errors.entries('stride', wanted, options.stride)
    throw errors.weightRank(weight.ndim, weight.shape, input.shape)
  }
  const y = run(op, bias == null ? [input, weight] : [input, weight, bias], options)
  return isBatched ? y : y.squeeze({ dim: 0 })
}

type Convolution = Fn<Params, ['weight', 'bias', 'stride', 'padding', 'dilation', 'groups']>
function convolution(rank: Rank): Convolution {
  const op = forward(rank)
  return fn(op.name, ['weight', 'bias', 'stride', 'padding', 'dilation', 'groups'], [], (self, params) => {
    const { stride = 1, padding = 0, dilation = 1, groups = 1 } = params
    const options = {
      stride: perAxis('stride', stride, rank),
      padding: typeof padding === 'string' ? padding : perAxis('padding', padding, rank),
      outputPadding: [],
      dilation: perAxis('dilation', dilation, rank),
      groups,
    }
    if (typeof padding === 'string') {
      if (padding !== 'same' && padding !== 'valid') throw errors.paddingWord(padding)
      if (padding === 'same' && options.stride.some((each) => each !== 1)) throw errors.sameStride()
    }
    return onBatch(op, rank, self, params, options)
  })
}

type ConvolutionTranspose = Fn<
  Transposed,
  ['weight', 'bias', 'stride', 'padding', 'outputPadding', 'groups', 'dilation']
>
function transposedConvolution(rank: Rank): ConvolutionTranspose {
  const op = backward(rank)
  return fn(
    op.name,
    ['weight', 'bias', 'stride', 'padding', 'outputPadding', 'groups', 'dilation'],
    [],
    (self, params) => {
      const { stride = 1, padding = 0, outputPadding = 0, dilation = 1, groups = 1 } = params
      return onBatch(op, rank, self, params, {
        stride: perAxis('stride', stride, rank),
        padding: perAxis('padding', padding, rank),
        outputPadding: perAxis('output_padding', outputPadding, rank),
        dilation: perAxis('dilation', dilation, rank),
        groups,
      })
    },
  )
}

/** Of `[N, C, L]` or `[C, L]` with weight `[O, C / groups, k]`. */
export const conv1d: Convolution = convolution(1)
/** Of `[N, C, H, W]` or `[C, H, W]` with weight `[O, C / groups, kh, kw]`. */
export const conv2d: Convolution = convolution(2)
/** Of `[N, C, D, H, W]` or `[C, D, H, W]` with weight `[O, C / groups, kd, kh, kw]`. */
export const conv3d: Convolution = convolution(3)
/** The transpose of `conv1d` by a weight `[C, O / groups, k]`. */
export const convTranspose1d: ConvolutionTranspose = transposedConvolution(1)
/** The transpose of `conv2d`. */
export const convTranspose2d: ConvolutionTranspose = transposedConvolution(2)
/** The transpose of `conv3d`. */
export const convTranspose3d: ConvolutionTranspose = transposedConvolution(3)
