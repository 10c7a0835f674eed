// What PyTorch says of arguments that functions of images do not take.
import { argumentError, formatSize, type TorchError } from '../../errors.ts'
import { sizeText } from './errors.ts'

type Shape = readonly number[]
type Details = Readonly<Record<string, unknown>>

const valueError = (text: string, details: Details = {}): TorchError =>
  argumentError(text, details, 'ValueError')
const notImplemented = (text: string, details: Details = {}): TorchError =>
  argumentError(text, details, 'NotImplementedError')
const tuple = (values: Shape): string => `(${values.join(', ')})`

export const bothSizes = (): TorchError => valueError('only one of size or scale_factor should be defined')
export const noSize = (): TorchError => valueError('either size or scale_factor should be defined')
export const recomputeSize = (): TorchError =>
  valueError('recompute_scale_factor is not meaningful with an explicit size.')
export const sizeCount = (what: 'output size' | 'scale_factor', extents: Shape, given: Shape): TorchError => {
  const of = what === 'output size' ? 'output size of' : 'scale_factor of shape'
  const wanted =
    what === 'output size' ? 'output size in (o1, o2, ...,oK)' : 'scale_factor in (s1, s2, ...,sK)'
  const operand = what === 'output size' ? 'output' : 'scale_factor'
  return valueError(
    `Input and ${operand} must have the same number of spatial dimensions, but got input with spatial dimensions of ${formatSize(extents)} and ${of} ${formatSize(given)}. Please provide input tensor in (N, C, d1, d2, ...,dK) format and ${wanted} format.`,
    { extents, given },
  )
}
const axes = ['D', 'H', 'W']
const named = (extents: Shape): string =>
  extents
    .map((extent, k) => `${extents.length === 1 ? 'W' : axes[3 - extents.length + k]}: ${extent}`)
    .join(', ')
export const emptyImage = (input: Shape, output: Shape): TorchError =>
  argumentError(
    `Input and output sizes should be greater than 0, but got input (${named(input)}) output (${named(output)})`,
    { input, output },
  )
export const alignCorners = (): TorchError =>
  valueError(
    'align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear',
  )
export const antialias = (): TorchError =>
  valueError('Anti-alias option is only supported for bilinear and bicubic modes')
export const interpolationMode = (rank: number, mode: string): TorchError =>
  notImplemented(
    `Input Error: Only 3D, 4D and 5D input Tensors supported (got ${rank}D) for the modes: nearest | linear | bilinear | bicubic | trilinear | area | nearest-exact (got ${mode})`,
    { rank, mode },
  )
export const modeRank = (rank: number, mode: string, wanted: number): TorchError =>
  notImplemented(`Got ${rank}D input, but ${mode} mode needs ${wanted}D input`, { rank, mode, wanted })

export const pixelRank = (name: string, rank: number): TorchError =>
  argumentError(
    `${name} expects input to have at least 3 dimensions, but got input with ${rank} dimension(s)`,
    {
      name,
      rank,
    },
  )
export const pixelFactor = (name: string, what: string, factor: number): TorchError =>
  argumentError(`${name} expects a positive ${what}, but got ${factor}`, { name, factor })
export const pixelChannels = (channels: number, square: number): TorchError =>
  argumentError(
    `pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, but input.size(-3)=${channels} is not divisible by ${square}`,
    { channels, square },
  )
export const pixelExtent = (axis: string, dim: number, extent: number, factor: number): TorchError =>
  argumentError(
    `pixel_unshuffle expects ${axis} to be divisible by downscale_factor, but input.size(${dim})=${extent} is not divisible by ${factor}`,
    { dim, extent, factor },
  )
export const shuffleRank = (shape: Shape): TorchError =>
  argumentError(
    `channel_shuffle expects input with > 2 dims, but got input with sizes ${formatSize(shape)}`,
    {
      shape,
    },
  )
export const shuffleGroups = (groups: number): TorchError =>
  argumentError(`Number of groups to divide channels in must be positive. Value of groups:${groups}`, {
    groups,
  })
export const shuffleChannels = (channels: number, groups: number): TorchError =>
  argumentError(
    `Number of channels must be divisible by groups. Got ${channels} channels and ${groups} groups.`,
    { channels, groups },
  )

export const gridMode = (mode: string): TorchError =>
  valueError(
    `nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic', but got: '${mode}'`,
    { mode },
  )
export const gridPadding = (mode: string): TorchError =>
  valueError(
    `nn.functional.grid_sample(): expected padding_mode to be 'zeros', 'border', or 'reflection', but got: '${mode}'`,
    { mode },
  )
export const gridBatch = (input: Shape, grid: Shape): TorchError =>
  argumentError(
    `grid_sampler(): expected grid and input to have same batch size, but got input with sizes ${formatSize(input)} and grid with sizes ${formatSize(grid)}`,
    { input, grid },
  )
export const gridCoordinates = (wanted: number, grid: Shape): TorchError =>
  argumentError(
    `grid_sampler(): expected grid to have size ${wanted} in last dimension, but got grid with sizes ${formatSize(grid)}`,
    { wanted, grid },
  )
export const gridBicubic = (): TorchError =>
  argumentError('grid_sampler(): bicubic interpolation only supports 4D input')
export const defaultCorners = (name: string): string =>
  `Default grid_sample and affine_grid behavior has changed to align_corners=False since 1.3.0. Please specify align_corners=True if the old behavior is desired. See the documentation of ${name} for details.`

export const thetaDType = (dtype: string): TorchError =>
  valueError(`Expected theta to have floating point type, but got ${dtype}`, { dtype })
export const affineSize = (size: Shape): TorchError =>
  notImplemented(
    `affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, respectively. Got size ${formatSize(size)}.`,
    { size },
  )
export const thetaShape = (rank: number, size: Shape, theta: Shape): TorchError =>
  valueError(
    `Expected a batch of ${rank}D affine matrices of shape Nx${rank}x${rank + 1} for size ${formatSize(size)}. Got ${sizeText(theta)}.`,
    { size, theta },
  )
export const affineEmpty = (size: Shape): TorchError =>
  valueError(`Expected non-zero, positive output size. Got ${formatSize(size)}`, { size })

interface Sliding {
  readonly size: Shape
  readonly stride: Shape
  readonly padding: Shape
  readonly dilation: Shape
}

export const windowSize = (what: string, given: Shape): TorchError =>
  argumentError(
    `${what}${what === 'kernel' ? ' size' : ''} should be greater than zero, but got ${what}_height: ${given[0]} ${what}_width: ${given[1]}`,
    { what, given },
  )
export const noBlocks = (extents: Shape, { size, dilation, padding }: Sliding, found: Shape): TorchError =>
  argumentError(
    `Given input with spatial size ${tuple(extents)}, kernel_size=${tuple(size)}, dilation=${tuple(dilation)}, padding=${tuple(padding)}, calculated shape of the array of sliding blocks as ${tuple(found)}, but its components must be at least one.`,
    { extents, size },
  )
export const foldRank = (shape: Shape): TorchError =>
  argumentError(
    `Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for input, but got: ${formatSize(shape)}`,
    { shape },
  )
export const foldRows = (dim: number, rows: number, size: Shape): TorchError =>
  argumentError(
    `Expected size of input's dimension ${dim} to be divisible by the product of kernel_size, but got input.size(${dim})=${rows} and kernel_size=${tuple(size)}.`,
    { rows, size },
  )
export const foldColumns = (
  dim: number,
  columns: number,
  { outputSize, size, dilation, padding, stride }: Sliding & { readonly outputSize: Shape },
  found: Shape,
): TorchError =>
  argumentError(
    `Given output_size=${tuple(outputSize)}, kernel_size=${tuple(size)}, dilation=${tuple(dilation)}, padding=${tuple(padding)}, stride=${tuple(stride)}, expected size of input's dimension ${dim} to match the calculated number of sliding blocks ${found.join(' * ')} = ${found.reduce((x, y) => x * y, 1)}, but got input.size(${dim})=${columns}.`,
    { columns, found },
  )
