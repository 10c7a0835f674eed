// What PyTorch says of arguments that convolutions do not take.
import type { DType as CoreDType } from '@heddle/core'
import { dtypeOf } from '../../dtypes.ts'
import { argumentError, formatSize, type TorchError } from '../../errors.ts'

type Shape = readonly number[]

const times = (shape: Shape): string => `(${shape.join(' x ')})`

export const paddingWord = (word: string): TorchError =>
  argumentError(`Invalid padding string: '${word}'`, { word })
export const sameStride = (): TorchError =>
  argumentError("padding='same' is not supported for strided convolutions")
export const inputRank = (name: string, rank: number, input: Shape): TorchError =>
  argumentError(
    `Expected ${rank + 1}D (unbatched) or ${rank + 2}D (batched) input to ${name}, but got input of size: ${formatSize(input)}`,
    { name, input },
  )
export const entries = (what: string, rank: number, found: Shape): TorchError =>
  argumentError(
    `expected ${what} to be a single integer value or a list of ${rank} values to match the convolution dimensions, but got ${what}=${formatSize(found)}`,
    { what, rank, found },
  )
export const nonPositive = (what: string): TorchError =>
  argumentError(`non-positive ${what} is not supported`, { what })
export const negativePadding = (what = 'padding'): TorchError =>
  argumentError(`negative ${what} is not supported`, { what })
export const weightRank = (rank: number, weight: Shape, input: Shape): TorchError =>
  argumentError(
    `Expected ${rank}-dimensional input for ${rank}-dimensional weight ${formatSize(weight)}, but got ${input.length}-dimensional input of size ${formatSize(input)} instead`,
    { weight, input },
  )

interface Given {
  readonly groups: number
  readonly transposed: boolean
  readonly weight: Shape
}

export const channels = (given: Given, input: Shape, wanted: number): TorchError => {
  const { groups, transposed, weight } = given
  const what = transposed ? `transposed=1` : `groups=${groups}`
  return argumentError(
    `Given ${what}, weight of size ${formatSize(weight)}, expected input${formatSize(input)} to have ${wanted} channels, but got ${input[1]} channels instead`,
    { groups, weight, input },
  )
}
export const groupsOfWeight = (groups: number, weight: Shape): TorchError =>
  argumentError(
    `Given groups=${groups}, expected weight to be divisible by ${groups} at dimension 0, but got weight of size [${formatSize(weight)}] instead`,
    { groups, weight },
  )
export const bias = ({ transposed, weight }: Given, found: Shape, wanted: number): TorchError =>
  argumentError(
    `Given ${transposed ? 'transposed=1, ' : ''}weight of size ${formatSize(weight)}, expected bias to be 1-dimensional with ${wanted} elements, but got bias of size ${formatSize(found)} instead`,
    { weight, found },
  )
export const kernelTooLarge = (padded: Shape, kernel: Shape): TorchError =>
  argumentError(
    `Calculated padded input size per channel: ${times(padded)}. Kernel size: ${times(kernel)}. Kernel size can't be greater than actual input size`,
    { padded, kernel },
  )

const typeName = (dtype: CoreDType): string => `torch.${dtypeOf(dtype).title}Tensor`
const cNames: Readonly<Record<string, string>> = {
  Float: 'float',
  Double: 'double',
  Half: 'c10::Half',
  BFloat16: 'c10::BFloat16',
  Long: 'long int',
  Int: 'int',
}
export const weightDType = (input: CoreDType, weight: CoreDType): TorchError =>
  argumentError(
    `Input type (${typeName(input)}) and weight type (${typeName(weight)}) should be the same or input should be a MKLDNN tensor and weight is a dense tensor`,
    { input, weight },
  )
export const biasDType = (input: CoreDType, found: CoreDType): TorchError => {
  const name = (dtype: CoreDType): string => cNames[dtypeOf(dtype).title] ?? dtypeOf(dtype).title
  return argumentError(`Input type (${name(input)}) and bias type (${name(found)}) should be the same`, {
    input,
    found,
  })
}
const axisNames = ['depth', 'height', 'width']

/** An image of one axis is one of two to the kernel that looks. */
const asPlane = (entries: Shape, filler: number): Shape =>
  entries.length === 1 ? [filler, ...entries] : entries

export const outputPadding = (padding: Shape, stride: Shape, dilation: Shape): TorchError => {
  const named = (what: string, values: Shape): string =>
    axisNames
      .slice(-values.length)
      .map((axis, k) => `${what}_${axis}: ${values[k]}`)
      .join(' ')
  return argumentError(
    `output padding must be smaller than either stride or dilation, but got ${named('output_padding', asPlane(padding, 0))} ${named('stride', asPlane(stride, 1))} ${named('dilation', asPlane(dilation, 1))}`,
    { padding, stride, dilation },
  )
}
export const outputTooSmall = (input: Shape, output: Shape): TorchError =>
  argumentError(
    `Given input size per channel: ${times(asPlane(input, 1))}. Calculated output size per channel: ${times(asPlane(output, 1))}. Output size is too small`,
    { input, output },
  )

// Over time, `[T, N, C]`.

export const timeInput = (): TorchError => argumentError('Input must have 3 dims: time, batch, in_channel')
export const timeWeight = (): TorchError =>
  argumentError('Weight tensor must have 3 dims: kernel_width, in_channels, out_channels.')
export const timeBias = (): TorchError => argumentError('Bias must be 1-D')
export const timeChannels = (): TorchError =>
  argumentError('Input dim 2 (input channels) is not == dim 1 in the weight tensor')
export const timeBiasSize = (): TorchError =>
  argumentError('Bias size must equal dim 2 in the weight tensor (output channels).')
