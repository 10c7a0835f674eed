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
export const sliceOfScalar = (): TorchError => argumentError('slice() cannot be applied to a 0-dim tensor.')
export const sliceStep = (): TorchError => argumentError('step must be greater than zero', {}, 'ValueError')
export const narrowOfScalar = (): TorchError => argumentError('narrow() cannot be applied to a 0-dim tensor.')
export const narrowLength = (): TorchError => argumentError('narrow(): length must be non-negative.')
export const narrowStart = (extent: number, start: number): TorchError =>
  argumentError(
    `Dimension out of range (expected to be in range of [${-extent}, ${extent}], but got ${start})`,
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
