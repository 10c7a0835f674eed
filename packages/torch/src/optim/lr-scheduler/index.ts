// `torch.optim.lrScheduler`.
export { ChainedScheduler, SequentialLR } from './combined.ts'
export { CosineAnnealingLR, CosineAnnealingWarmRestarts } from './cosine.ts'
export type { CyclicParams } from './cyclic.ts'
export { CyclicLR } from './cyclic.ts'
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
export type { OneCycleParams } from './one-cycle.ts'
export { OneCycleLR } from './one-cycle.ts'
export type { PlateauParams } from './plateau.ts'
export { ReduceLROnPlateau } from './plateau.ts'
export type { SchedulerState, Steppable } from './scheduler.ts'
export { LRScheduler } from './scheduler.ts'
