// What PyTorch says about positions in gather, scatter and their relatives.
import { argumentError, formatSize, type TorchError } from '../errors.ts'

type Sizes = readonly number[]

export const outside = (index: number, dim: number, extent: number): TorchError =>
  argumentError(`index ${index} is out of bounds for dimension ${dim} with size ${extent}`, {
    index,
    dim,
    extent,
  })
export const indexDtype = (name: string): TorchError =>
  argumentError(`${name}(): Expected dtype int64 for index`)
export const indexRank = (what: string): TorchError =>
  argumentError(`Index tensor must have the same number of dimensions as ${what} tensor`)
export const gatherSize = (at: number, index: Sizes, self: Sizes, dim: number): TorchError =>
  argumentError(
    `Size does not match at dimension ${at} expected index ${formatSize(index)} to be smaller than self ${formatSize(self)} apart from dimension ${dim}`,
    { index, self, dim },
  )
export const scatterSize = (index: Sizes, self: Sizes, dim: number, src: Sizes | undefined): TorchError =>
  argumentError(
    `Expected index ${formatSize(index)} to be smaller than self ${formatSize(self)} apart from dimension ${dim}${src === undefined ? '' : ` and to be smaller size than src ${formatSize(src)}`}`,
    { index, self, dim, src },
  )
export const scatterDtype = (): TorchError =>
  argumentError('scatter(): Expected self.dtype to be equal to src.dtype')
export const scatterReduction = (): TorchError =>
  argumentError('reduce argument must be either add or multiply.')
export const reductionName = (): TorchError =>
  argumentError('reduce argument must be either sum, prod, mean, amax or amin.')

export const selectDtype = (): TorchError =>
  argumentError('index_select(): Expected dtype int32 or int64 for index')
export const selectRank = (): TorchError =>
  argumentError('index_select(): Index is supposed to be a vector', {}, 'IndexError')
export const outOfSelf = (): TorchError => argumentError('index out of range in self', {}, 'IndexError')

export const addRank = (name: string, rank: number, title: string, shape: Sizes): TorchError =>
  argumentError(
    `${name}(): Index is supposed to be a vector, but got dim: ${rank} with type: ${title} and size: ${formatSize(shape)}`,
    { rank, shape },
    'IndexError',
  )
export const addDtype = (name: string, title: string): TorchError =>
  argumentError(`${name}(): Expected dtype int32/int64 for index but got: ${title}`, { title })
export const addSource = (name: string, self: string, source: string): TorchError =>
  argumentError(`${name}(): self (${self}) and source (${source}) must have the same scalar type`, {
    self,
    source,
  })
export const addCount = (name: string, count: number, extent: number, dim: number): TorchError =>
  argumentError(
    `${name}(): Number of indices (${count}) should be equal to source.size(dim): (${extent}), for dim: ${dim}`,
    { count, extent, dim },
  )
/** PyTorch before 2 broadcast such slices. */
export const addSlices = (self: Sizes, source: Sizes): TorchError =>
  argumentError(
    `source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = ${formatSize(self)} source.shape = ${formatSize(source)}`,
    { self, source },
  )

export const copyIndexRank = (rank: number): TorchError =>
  argumentError(`index_copy_(): Index should have dimension 1 or 0 (got ${rank})`, { rank }, 'IndexError')
export const copyDtype = (self: string, source: string): TorchError =>
  argumentError(
    `index_copy_(): self and source expected to have the same dtype, but got (self) ${self} and (source) ${source}`,
    { self, source },
  )
export const copyIndexDtype = (): TorchError =>
  argumentError('index_copy_(): Expected a long tensor for index')
export const copyRank = (source: number, self: number): TorchError =>
  argumentError(
    `index_copy_(): When source and destination are not scalars, their dimensionality must match. Source dimensionality (${source}), destination dimensionality (${self})`,
    { source, self },
    'IndexError',
  )
export const copyCount = (count: number, extent: number): TorchError =>
  argumentError(
    `index_copy_(): Number of indices (${count}) should be equal to source.size(dim) (${extent})`,
    { count, extent },
    'IndexError',
  )
export const copyOutside = (index: number, dim: number, extent: number): TorchError =>
  argumentError(
    `index_copy_(): index ${index} is out of bounds for dimension ${dim} with size ${extent}`,
    { index, dim, extent },
    'IndexError',
  )
export const copySlices = (self: Sizes, dim: number, source: Sizes): TorchError =>
  argumentError(
    `index_copy_(): Source/destination tensor must have same slice shapes. Destination slice shape: ${sliceOf(self, dim)} at dimension ${dim} and source slice shape: ${sliceOf(source, dim)} at dimension 0.`,
    { self, dim, source },
  )
const sliceOf = (shape: Sizes, dim: number): string => shape.filter((_, axis) => axis !== dim).join(' ')

export const fillDtype = (): TorchError =>
  argumentError('index_fill_(): Expected dtype int64 for index.', {}, 'IndexError')
export const fillRank = (rank: number): TorchError =>
  argumentError(
    `index_fill_ only supports a 0-dimensional value tensor, but got tensor with ${rank} dimension(s).`,
    { rank },
  )
export const fillOutside = (index: number, dim: number, extent: number): TorchError =>
  argumentError(
    `index ${index} is out of bounds for dimension ${dim} with size ${extent}`,
    { index, dim, extent },
    'IndexError',
  )

export const maskedFillRank = (rank: number): TorchError =>
  argumentError(
    `masked_fill_ only supports a 0-dimensional value tensor, but got tensor with ${rank} dimension(s).`,
    { rank },
  )
export const maskedFillMask = (dtype: string): TorchError =>
  argumentError(`masked_fill_ only supports boolean masks, but got mask with dtype ${dtype}`, { dtype })
export const maskedSelectMask = (): TorchError => argumentError('masked_select: expected BoolTensor for mask')
export const maskedScatterMask = (dtype: string): TorchError =>
  argumentError(`masked_scatter_ only supports boolean masks, but got mask with dtype ${dtype}`, { dtype })
export const maskedScatterDtype = (self: string, source: string): TorchError =>
  argumentError(
    `masked_scatter: expected self and source to have same dtypes but got ${self} and ${source}`,
    {
      self,
      source,
    },
  )
export const maskedScatterCount = (): TorchError =>
  argumentError('Number of elements of source < number of ones in mask')

export const takeDtype = (name: string, title: string): TorchError =>
  argumentError(`${name}(): Expected a long tensor for index, but got ${title}`, { title })
export const takeOutside = (index: number, size: number): TorchError =>
  argumentError(
    `out of range: tried to access index ${index} on a tensor of ${size} elements.`,
    { index, size },
    'IndexError',
  )
export const alongRank = (self: number, indices: number): TorchError =>
  argumentError(
    `torch.take_along_dim(): input and indices should have the same number of dimensions, but got ${self} dimensions for input, and ${indices} dimensions for indices`,
    { self, indices },
  )
export const alongDtype = (title: string): TorchError =>
  argumentError(`torch.take_along_dim(): dtype of indices should be Long but got ${title}`, { title })
export const putCount = (source: number, index: number): TorchError =>
  argumentError(
    `put_(): Expected source and index to have the same number of elements, but got source.numel() = ${source}, index.numel() = ${index}`,
    { source, index },
    'IndexError',
  )
export const putDtype = (self: string, source: string): TorchError =>
  argumentError(
    `put_(): self and source expected to have the same dtype, but got self.dtype = ${self} and source.dtype = ${source}`,
    { self, source },
  )
