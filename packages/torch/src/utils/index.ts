// `torch.utils`.
export * as checkpoint from './checkpoint.ts'
export * as data from './data/index.ts'
export type { AsyncProgress, Bar, Progress, ProgressOptions } from './progress/progress.ts'
export { progress } from './progress/progress.ts'
