// What PyTorch says about views that cannot be.
import { argumentError, formatSize, TorchError } from '../errors.ts'

type Sizes = readonly number[]

export const viewStrides = (): TorchError =>
  new TorchError(
    'RuntimeError',
    'TORCH_VIEW_STRIDES',
    "view size is not compatible with input tensor's size and stride (at least one dimension spans across two contiguous subspaces). Use .reshape(...) instead.",
  )

export const permuteCount = (rank: number, count: number): TorchError =>
  argumentError(
    `permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering of dimensions i.e. input.dim() = ${rank} is not equal to len(dims) = ${count}`,
    { rank, count },
  )
export const permuteRepeated = (): TorchError => argumentError('permute(): duplicate dims are not allowed.')

export const expandRank = (title: string, own: Sizes, given: Sizes): TorchError =>
  argumentError(
    `expand(torch.${title}Tensor{${formatSize(own)}}, size=${formatSize(given)}): the number of sizes provided (${given.length}) must be greater or equal to the number of dimensions in the tensor (${own.length})`,
    { own, given },
  )
export const expandLeading = (extent: number, axis: number): TorchError =>
  argumentError(
    `The expanded size of the tensor (${extent}) isn't allowed in a leading, non-existing dimension ${axis}`,
    { extent, axis },
  )
export const expandSize = (
  extent: number,
  own: number,
  axis: number,
  given: Sizes,
  shape: Sizes,
): TorchError =>
  argumentError(
    `The expanded size of the tensor (${extent}) must match the existing size (${own}) at non-singleton dimension ${axis}.  Target sizes: ${formatSize(given)}.  Tensor sizes: ${formatSize(shape)}`,
    { extent, own, axis },
  )

export const selectOfScalar = (): TorchError =>
  argumentError('select() cannot be applied to a 0-dim tensor.', {}, 'IndexError')
export const selectRange = (index: number, shape: Sizes, dim: number): TorchError =>
  argumentError(
    `select(): index ${index} out of range for tensor of size ${formatSize(shape)} at dimension ${dim}`,
    { index, shape, dim },
    'IndexError',
  )
export const sliceOfScalar = (): TorchError =>
  argumentError('slice() cannot be applied to a 0-dim tensor.', {}, 'IndexError')
export const sliceStep = (): TorchError => argumentError('step must be greater than zero', {}, 'ValueError')
export const narrowOfScalar = (): TorchError => argumentError('narrow() cannot be applied to a 0-dim tensor.')
export const narrowLength = (): TorchError => argumentError('narrow(): length must be non-negative.')
export const narrowStart = (extent: number, start: number): TorchError =>
  argumentError(
    `start out of range (expected to be in range of [${-extent}, ${extent}], but got ${start})`,
    { extent, start },
    'IndexError',
  )
export const narrowRange = (start: number, length: number, extent: number): TorchError =>
  argumentError(`start (${start}) + length (${length}) exceeds dimension size (${extent}).`, {
    start,
    length,
    extent,
  })

export const splitOfScalar = (): TorchError => argumentError('split expects at least a 1-dimensional tensor')
export const splitSizes = (extent: number, dim: number, sizes: Sizes): TorchError =>
  argumentError(
    `split_with_sizes expects split_sizes to sum exactly to ${extent} (input tensor's size at dimension ${dim}), but got split_sizes=${formatSize(sizes)}`,
    { extent, dim, sizes },
  )
export const splitNegative = (size: number): TorchError =>
  argumentError(`split expects split_size be non-negative, but got split_size=${size}`, { size })
export const splitZero = (extent: number): TorchError =>
  argumentError(`split_size can only be 0 if dimension size is 0, but got dimension size of ${extent}`, {
    extent,
  })
export const chunkOfScalar = (): TorchError => argumentError('chunk expects at least a 1-dimensional tensor')
export const chunkCount = (chunks: number): TorchError =>
  argumentError(`chunk expects \`chunks\` to be greater than 0, got: ${chunks}`, { chunks })
export const unbindOfScalar = (): TorchError =>
  argumentError('Dimension specified as 0 but tensor has no dimensions', {}, 'IndexError')
export const flattenOrder = (): TorchError =>
  argumentError('flatten() has invalid args: start_dim cannot come after end_dim')

type Names = readonly [from: string, to: string]
const asBits = ([from, to]: Names): string => `to view ${from} as ${to} (different element sizes)`
export const bitsOfScalar = (names: Names): TorchError =>
  argumentError(`self.dim() cannot be 0 ${asBits(names)}`)
export const bitsStride = (names: Names, stride: number): TorchError =>
  argumentError(`self.stride(-1) must be 1 ${asBits(names)}, but got ${stride}`, { stride })
export const bitsUneven = (names: Names, what: string, ratio: number, found: number): TorchError =>
  argumentError(`self.${what} must be divisible by ${ratio} ${asBits(names)}, but got ${found}`, {
    what,
    ratio,
    found,
  })

export const unflattenEmpty = (): TorchError => argumentError('unflatten: sizes must be non-empty')
export const unflattenSizes = (sizes: Sizes, dim: number, extent: number): TorchError =>
  argumentError(
    `unflatten: Provided sizes ${formatSize(sizes)} don't multiply up to the size of dim ${dim} (${extent}) in the input tensor`,
    { sizes, dim, extent },
  )

export const tRank = (name: string, rank: number): TorchError =>
  argumentError(`${name}() expects a tensor with <= 2 dimensions, but self is ${rank}D`, { rank })
export const matrixOnly = (name: string, rank: number): TorchError =>
  argumentError(
    `tensor.${name} is only supported on matrices or batches of matrices. Got ${rank}-D tensor.`,
    { rank },
  )
export const adjointRank = (rank: number): TorchError => matrixOnly('adjoint()', rank)
export const hermitianRank = (rank: number): TorchError =>
  argumentError(
    `tensor.H is only supported on matrices (2-D tensors). Got ${rank}-D tensor.${rank > 2 ? ' For batches of matrices, consider using tensor.mH' : ''}`,
    { rank },
  )

export const movedimCount = (source: Sizes, destination: Sizes): TorchError =>
  argumentError(
    `movedim: Invalid source or destination dims: source (${formatSize(source)} dims) should contain the same number of dims as destination (${formatSize(destination)} dims)`,
    { source, destination },
  )
export const movedimRepeated = (which: 'source' | 'destination', dims: Sizes): TorchError =>
  argumentError(`movedim: repeated dim in \`${which}\` (${formatSize(dims)})`, { dims })

export const diagonalSame = (dim1: number, dim2: number): TorchError =>
  argumentError(`diagonal dimensions cannot be identical ${dim1}, ${dim2}`, { dim1, dim2 })
export const unfoldSize = (dim: number, extent: number, size: number): TorchError =>
  argumentError(`maximum size for tensor at dimension ${dim} is ${extent} but size is ${size}`, {
    dim,
    extent,
    size,
  })
export const unfoldNegative = (size: number): TorchError =>
  argumentError(`size is ${size} but must be >= 0`, { size })
export const unfoldStep = (step: number): TorchError =>
  argumentError(`step is ${step} but must be > 0`, { step })
export const stridedCount = (): TorchError => argumentError('mismatch in length of strides and shape')
export const stridedNegative = (strides: Sizes): TorchError =>
  argumentError(
    `as_strided: Negative strides are not supported at the moment, got strides: ${formatSize(strides)}`,
    { strides },
  )

interface Storage {
  readonly offset: number
  readonly itemsize: number
  readonly needed: number
  readonly bytes: number
}
export const stridedRange = (sizes: Sizes, strides: Sizes, storage: Storage): TorchError =>
  argumentError(
    `setStorage: sizes ${formatSize(sizes)}, strides ${formatSize(strides)}, storage offset ${storage.offset}, and itemsize ${storage.itemsize} requiring a storage size of ${storage.needed} are out of bounds for storage of size ${storage.bytes}`,
    { sizes, strides, ...storage },
  )

export const tensorSplitSections = (sections: number): TorchError =>
  argumentError(`number of sections must be larger than 0, got ${sections}`, { sections })
export const tensorSplitOfScalar = (): TorchError =>
  argumentError('tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims')
export const splitRank = (name: string, least: number, rank: number): TorchError =>
  argumentError(
    `torch.${name} requires a tensor with at least ${least} dimension, but got a tensor with ${rank} dimensions!`,
    { least, rank },
  )
export const splitUneven = (name: string, dim: number, extent: number, sections: number): TorchError =>
  argumentError(
    `torch.${name} attempted to split along dimension ${dim}, but the size of the dimension ${extent} is not divisible by the split_size ${sections}!`,
    { dim, extent, sections },
  )
export const splitSizesNegative = (sizes: Sizes): TorchError =>
  argumentError(
    `split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes=${formatSize(sizes)}`,
    { sizes },
  )

export const scatterSlice = (src: Sizes, slice: Sizes): TorchError =>
  argumentError(
    `expected src to have a size equal to the slice of self. src size = ${formatSize(src)}, slice size = ${formatSize(slice)}`,
    { src, slice },
  )
