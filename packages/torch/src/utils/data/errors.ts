// What PyTorch says about datasets, samplers and loaders.
import { argumentError, type TorchError, type TorchErrorName } from '../../errors.ts'
import { repr, reprTuple } from '../../print/python.ts'

const said = (text: string, name: TorchErrorName = 'ValueError', details: object = {}): TorchError =>
  argumentError(text, { ...details }, name)

export const tensorSizes = (): TorchError => said('Size mismatch between tensors', 'AssertionError')
export const noDatasets = (): TorchError => said('datasets should not be an empty iterable', 'AssertionError')
export const concatIterable = (): TorchError =>
  said('ConcatDataset does not support IterableDataset', 'AssertionError')
export const chainOfOthers = (): TorchError =>
  said('ChainDataset only supports IterableDataset', 'AssertionError')
export const concatRange = (): TorchError => said('absolute value of index should not exceed dataset length')
export const listRange = (): TorchError => said('list index out of range', 'IndexError')
export const stackKinds = (): TorchError =>
  said(
    'Supported either ``tuple``- (via ``args``) or``dict``- (via ``kwargs``) like input/output, but both types are given.',
  )
export const stackOfNone = (): TorchError => said('At least one dataset should be passed')
export const datasetSizes = (): TorchError => said('Size mismatch between datasets')
export const splitLengths = (): TorchError =>
  said('Sum of input lengths does not equal the length of the input dataset!')
export const fraction = (k: number): TorchError =>
  said(`Fraction at index ${k} is not between 0 and 1`, 'ValueError', { k })

export const numSamples = (found: unknown): TorchError =>
  said(`num_samples should be a positive integer value, but got num_samples=${repr(found)}`)
export const replacement = (found: unknown, name: TorchErrorName): TorchError =>
  said(`replacement should be a boolean value, but got replacement=${repr(found)}`, name)
export const weightsShape = (shape: readonly number[]): TorchError =>
  said(`weights should be a 1d sequence but given weights have shape ${reprTuple(shape)}`)
export const batchSize = (found: unknown): TorchError =>
  said(`batch_size should be a positive integer value, but got batch_size=${repr(found)}`)
export const dropLast = (found: unknown): TorchError =>
  said(`drop_last should be a boolean value, but got drop_last=${repr(found)}`)
export const notDistributed = (): TorchError =>
  said('Requires distributed package to be available', 'RuntimeError')
export const rank = (found: number, replicas: number): TorchError =>
  said(`Invalid rank ${found}, rank should be in the interval [0, ${replicas - 1}]`)

export const numWorkers = (): TorchError =>
  said('num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.')
export const prefetchAlone = (): TorchError =>
  said(
    'prefetch_factor option could only be specified in multiprocessing.let num_workers > 0 to enable multiprocessing, otherwise set prefetch_factor to None.',
  )
export const prefetchNegative = (): TorchError => said('prefetch_factor option should be non-negative')
export const persistentAlone = (): TorchError => said('persistent_workers option needs num_workers > 0')
export const samplerAndShuffle = (): TorchError => said('sampler option is mutually exclusive with shuffle')
export const batchSamplerAlone = (): TorchError =>
  said('batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last')
export const batchingDisabled = (): TorchError =>
  said('batch_size=None option disables auto-batching and is mutually exclusive with drop_last')
export const iterableOption = (option: string, found: unknown): TorchError =>
  said(
    `DataLoader with IterableDataset: expected unspecified ${option} option, but got ${option}=${shown(found)}`,
  )
export const promised = (): TorchError =>
  said('the dataset gives promises of samples: go over the loader with `for await`', 'TypeError')

export const collateKind = (found: unknown): TorchError =>
  said(
    `default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found ${classOf(found)}`,
    'TypeError',
  )
export const unequalLists = (): TorchError =>
  said('each element in list of batch should be of equal size', 'RuntimeError')
export const noKey = (key: unknown): TorchError => said(repr(key), 'KeyError')

/** An object as Python tells of it, but for its address. */
const shown = (value: unknown): string =>
  typeof value === 'object' && value !== null ? `<${value.constructor?.name} object>` : repr(value)

const classOf = (value: unknown): string => {
  if (value === null || value === undefined) return "<class 'NoneType'>"
  return `<class '${typeof value === 'object' ? value.constructor.name : typeof value}'>`
}
