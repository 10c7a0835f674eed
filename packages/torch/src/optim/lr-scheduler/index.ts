// `torch.optim.lrScheduler`.
export { ChainedScheduler, SequentialLR } from './combined.ts'
export { CosineAnnealingLR, CosineAnnealingWarmRestarts } from './cosine.ts'
export type { CyclicParams, OneCycleParams } from './cyclic.ts'
export { CyclicLR, OneCycleLR } from './cyclic.ts'
export {
  ConstantLR,
  ExponentialLR,
  LambdaLR,
  LinearLR,
  MultiplicativeLR,
  MultiStepLR,
  PolynomialLR,
  StepLR,
} from './factors.ts'
export type { PlateauParams } from './plateau.ts'
export { ReduceLROnPlateau } from './plateau.ts'
export type { SchedulerState, Steppable } from './scheduler.ts'
export { LRScheduler } from './scheduler.ts'
