// What PyTorch says about tensors that do not fit together.
import { argumentError, formatSize, type TorchError } from '../errors.ts'

type Sizes = readonly number[]

export const catNothing = (): TorchError => argumentError('torch.cat(): expected a non-empty list of Tensors')
export const catScalar = (place: number): TorchError =>
  argumentError(`zero-dimensional tensor (at position ${place}) cannot be concatenated`, { place })
export const catRank = (first: number, other: number): TorchError =>
  argumentError(`Tensors must have same number of dimensions: got ${first} and ${other}`, { first, other })
export const catSize = (dim: number, expected: number, found: number, place: number): TorchError =>
  argumentError(
    `Sizes of tensors must match except in dimension ${dim}. Expected size ${expected} but got size ${found} for tensor number ${place} in the list.`,
    { dim, expected, found, place },
  )
export const stackNothing = (): TorchError => argumentError('stack expects a non-empty TensorList')
export const stackSize = (first: Sizes, other: Sizes, place: number): TorchError =>
  argumentError(
    `stack expects each tensor to be equal size, but got ${formatSize(first)} at entry 0 and ${formatSize(other)} at entry ${place}`,
    { first, other, place },
  )
export const raiseNothing = (name: string): TorchError =>
  argumentError(`${name} expects a non-empty TensorList`)
export const blockRank = (place: number, rank: number): TorchError =>
  argumentError(
    `torch.block_diag: Input tensors must have 2 or fewer dimensions. Input ${place} has ${rank} dimensions`,
    { place, rank },
  )

export const repeatRank = (): TorchError =>
  argumentError('Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor')
export const repeatNegative = (extent: number, shape: Sizes): TorchError =>
  argumentError(`Trying to create tensor with negative dimension ${extent}: ${formatSize(shape)}`, {
    extent,
    shape,
  })
export const repeatsNegative = (): TorchError => argumentError('repeats can not be negative')
export const repeatsRank = (): TorchError => argumentError('repeats must be 0-dim or 1-dim tensor')
export const repeatsSize = (): TorchError =>
  argumentError('repeats must have the same size as input along dim')
export const repeatsDtype = (title: string): TorchError =>
  argumentError(`"repeat_interleave_cpu" not implemented for '${title}'`, { title })

export const flipRank = (least: number): TorchError =>
  argumentError(`Input must be >= ${least}-d.`, { least })
export const rollCount = (shifts: number, dims: number): TorchError =>
  argumentError(`shifts and dimensions must align. shifts: ${shifts}, dims:${dims}`, { shifts, dims })
export const rotCount = (count: number): TorchError =>
  argumentError(`expected total rotation dims == 2, but got dims = ${count}`, { count })
export const rotRank = (rank: number): TorchError =>
  argumentError(`expected total dims >= 2, but got total dims = ${rank}`, { rank })
export const rotSame = (first: number, second: number): TorchError =>
  argumentError(`expected rotation dims to be different, but got dim0 = ${first} and dim1 = ${second}`, {
    first,
    second,
  })
export const rotRange = (which: 0 | 1, dim: number): TorchError =>
  argumentError(`Rotation dim${which} out of range, dim${which} = ${dim}`, { dim })
export const indicesExtent = (which: 'row' | 'col', extent: number): TorchError =>
  argumentError(`${which} must be non-negative, got${extent}`, { extent })
export const diagRank = (rank: number): TorchError =>
  argumentError(`diag(): Supports 1D or 2D tensors. Got ${rank}D`, { rank })
export const traceRank = (rank: number): TorchError =>
  argumentError(`trace: expected a matrix, but got tensor with dim ${rank}`, { rank })
export const vectorOnly = (shape: Sizes): TorchError =>
  argumentError(`Expect a 1D vector, but got shape ${formatSize(shape)}`, { shape })
export const combinationsNegative = (r: number): TorchError =>
  argumentError(`Expect a non-negative number, but got ${r}`, { r })
export const gridRank = (text: string): TorchError =>
  argumentError(`torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: ${text}`)
export const gridIndexing = (indexing: string): TorchError =>
  argumentError(`torch.meshgrid: indexing must be one of "xy" or "ij", but received: ${indexing}`, {
    indexing,
  })
export const gridDtypes = (): TorchError =>
  argumentError('meshgrid expects all tensors to have the same dtype')
export const gridNothing = (): TorchError => argumentError('meshgrid expects a non-empty TensorList')
export const triangleRank = (name: string): TorchError =>
  argumentError(`${name}: input tensor must have at least 2 dimensions`)
