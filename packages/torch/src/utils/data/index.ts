// `torch.utils.data`.
export type { Collated } from './collate.ts'
export { defaultCollate, defaultConvert } from './collate.ts'
export { ChainDataset, ConcatDataset, Dataset, IterableDataset } from './dataset.ts'
export { DistributedSampler } from './distributed-sampler.ts'
export type { DataLoaderOptions } from './loader.ts'
export { DataLoader } from './loader.ts'
export {
  BatchSampler,
  RandomSampler,
  Sampler,
  SequentialSampler,
  SubsetRandomSampler,
  WeightedRandomSampler,
} from './sampler.ts'
export { randomSplit, Subset } from './subset.ts'
export type { Stacked } from './tensor-dataset.ts'
export { StackDataset, TensorDataset } from './tensor-dataset.ts'

/** What a worker knows of itself. Workers are no processes here, so there is nothing to know, as in PyTorch's main process. */
export const getWorkerInfo = (): null => null
