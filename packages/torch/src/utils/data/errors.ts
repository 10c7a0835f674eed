// What PyTorch says about datasets, samplers and loaders.
import { argumentError, type TorchError } from '../../errors.ts'

export const sizesDiffer = (): TorchError =>
  argumentError('Size mismatch between tensors', {}, 'AssertionError')
export const noDatasets = (): TorchError =>
  argumentError('datasets should not be an empty iterable', {}, 'ValueError')
export const concatRange = (): TorchError =>
  argumentError('absolute value of index should not exceed dataset length', {}, 'ValueError')
export const splitLengths = (): TorchError =>
  argumentError('Sum of input lengths does not equal the length of the input dataset!', {}, 'ValueError')
export const fraction = (k: number): TorchError =>
  argumentError(`Fraction at index ${k} is not between 0 and 1`, { k }, 'ValueError')
export const numSamples = (found: number): TorchError =>
  argumentError(
    `num_samples should be a positive integer value, but got num_samples=${found}`,
    { found },
    'ValueError',
  )
export const batchSize = (found: number): TorchError =>
  argumentError(
    `batch_size should be a positive integer value, but got batch_size=${found}`,
    { found },
    'ValueError',
  )
export const samplerAndShuffle = (): TorchError =>
  argumentError('sampler option is mutually exclusive with shuffle', {}, 'ValueError')
export const batchSamplerAlone = (): TorchError =>
  argumentError(
    'batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last',
    {},
    'ValueError',
  )
export const batchingDisabled = (): TorchError =>
  argumentError(
    'batch_size=None option disables auto-batching and is mutually exclusive with drop_last',
    {},
    'ValueError',
  )
export const iterableShuffle = (): TorchError =>
  argumentError(
    'DataLoader with IterableDataset: expected unspecified shuffle option, but got shuffle=True',
    {},
    'ValueError',
  )
export const collateKind = (kind: string): TorchError =>
  argumentError(
    `default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found ${kind}`,
    { kind },
    'TypeError',
  )
export const unequalLists = (): TorchError =>
  argumentError('each element in list of batch should be of equal size')
