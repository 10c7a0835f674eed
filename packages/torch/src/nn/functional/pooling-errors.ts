// What PyTorch says of arguments that pooling does not take.
import { argumentError, formatSize, type TorchError } from '../../errors.ts'

type Shape = readonly number[]

const words: Readonly<Record<number, string>> = { 1: 'one int', 2: 'two ints', 3: 'three ints' }

export const entries = (name: string, what: string, rank: number): TorchError =>
  argumentError(
    what === 'output_size'
      ? `${name}: output_size must be ${rank}`
      : `${name}: ${what} must either be a single int, or a tuple of ${words[rank]}`,
    { name, what, rank },
  )
export const strideEntries = (name: string, rank: number): TorchError =>
  argumentError(`${name}: stride must either be omitted, a single int, or a tuple of ${words[rank]}`, {
    name,
    rank,
  })
export const rank1 = (name: string, rank: number): TorchError =>
  argumentError(
    `Expected 2 to 3 dimensions, but got ${rank}-dimensional tensor for argument #1 'self' (while checking arguments for ${name})`,
    { name, rank },
  )
export const maxRank1 = (shape: Shape): TorchError =>
  argumentError(
    `max_pool1d: Expected 2D or 3D (batch mode) tensor with optional 0 dim batch size for input, but got:${formatSize(shape)}`,
    { shape },
  )
export const rank = (spatial: number): TorchError =>
  argumentError(`non-empty ${spatial + 1}D or ${spatial + 2}D (batch mode) tensor expected for input`, {
    spatial,
  })
export const adaptiveRank = (name: string, spatial: number, shape: Shape): TorchError =>
  argumentError(
    `${name}(): Expected ${spatial + 1}D or ${spatial + 2}D tensor, but got${name.includes('max') ? ':' : ''} ${formatSize(shape)}`,
    { name, shape },
  )
export const adaptiveEmpty = (name: string, shape: Shape, dim: number): TorchError =>
  argumentError(
    `${name}(): Expected input to have non-zero size for non-batch dimensions, but input has sizes ${formatSize(shape)} with dimension ${dim} being empty`,
    { name, shape, dim },
  )
export const zeroStride = (): TorchError => argumentError('stride should not be zero')
export const padTooLarge = (pad: number, kernel: number): TorchError =>
  argumentError(`pad should be at most half of kernel size, but got pad=${pad} and kernel_size=${kernel}`, {
    pad,
    kernel,
  })
export const dilation = (all: Shape): TorchError => {
  const names = ['dilationT', 'dilationH', 'dilationW'].slice(-all.length)
  return argumentError(
    `dilation should be greater than zero, but got ${all.map((each, k) => `${names[k]}: ${each}`).join(all.length === 2 ? ' ' : ', ')}`,
    { dilation: all },
  )
}
export const outputTooSmall = (input: Shape, output: Shape): TorchError =>
  argumentError(
    `Given input size: (${input.join('x')}). Calculated output size: (${output.join('x')}). Output size is too small`,
    { input, output },
  )
export const smallerThanKernel = (input: Shape, kernel: Shape): TorchError => {
  const named = (letter: string, sizes: Shape): string =>
    ['T', 'H', 'W'].map((axis, k) => `${letter}${axis}: ${sizes[k]}`).join(' ')
  return argumentError(`input image (${named('', input)}) smaller than kernel size (${named('k', kernel)})`, {
    input,
    kernel,
  })
}
export const divisorZero = (): TorchError => argumentError('divisor must be not zero')
export const unpoolIndices = (input: Shape, indices: Shape): TorchError =>
  argumentError(
    `Expected shape of indices to be same as that of the input tensor (${formatSize(input)}) but got indices tensor with shape: ${formatSize(indices)}`,
    { input, indices },
  )
export const unpoolIndexDType = (name: string): TorchError =>
  argumentError(`elements in indices should be type int64 but got: ${name}`, { name })
export const unpoolIndex = (index: number, extents: Shape): TorchError =>
  argumentError(`Found an invalid max index: ${index} (output volumes are of size ${extents.join('x')}`, {
    index,
    extents,
  })
export const unpoolSizeCount = (rank: number, found: number): TorchError =>
  argumentError(
    `output_size should be a sequence containing ${rank} or ${rank + 2} elements, but it has a length of '${found}'`,
    { rank, found },
    'ValueError',
  )
export const unpoolSize = (given: Shape, dim: number, low: number, high: number): TorchError =>
  argumentError(
    `invalid output_size "${formatSize(given)}" (dim ${dim} must be between ${low} and ${high})`,
    { given, dim },
    'ValueError',
  )

// Windows at random places. Three axes go by the name of the function inside.

const inner = (name: string): string => (name.includes('3d') ? `${name}_out` : name)

export const fractionalSize = (name: string): TorchError =>
  argumentError(
    `${name} requires specifying either an output_size or an output_ratio`,
    { name },
    'ValueError',
  )
export const fractionalEntries = (name: string, what: string): TorchError =>
  argumentError(
    `${name}: ${what} must either be a single Int or tuple of ${name.includes('3d') ? 'three ' : ''}Ints`,
    { name, what },
  )
export const fractionalRank = (name: string, spatial: number, shape: Shape): TorchError =>
  argumentError(
    `${inner(name)}(): Expected ${spatial + 1}D or ${spatial + 2}D tensor, but got: ${formatSize(shape)}`,
    { name, shape },
  )
export const fractionalRoom = (spatial: number, axis: string, pool: number, extent: number): TorchError =>
  argumentError(
    `${inner(`fractional_max_pool${spatial}d`)}(): pool ${axis} ${pool} too large relative to input ${axis} ${extent}`,
    { axis, pool, extent },
  )
