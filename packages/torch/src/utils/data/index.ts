// `torch.utils.data`.
export { defaultCollate } from './collate.ts'
export type { SplitOptions } from './dataset.ts'
export { ConcatDataset, Dataset, IterableDataset, randomSplit, Subset, TensorDataset } from './dataset.ts'
export type { DataLoaderOptions } from './loader.ts'
export { DataLoader } from './loader.ts'
export type { RandomSamplerOptions, Sampler } from './sampler.ts'
export {
  BatchSampler,
  RandomSampler,
  SequentialSampler,
  SubsetRandomSampler,
  WeightedRandomSampler,
} from './sampler.ts'
