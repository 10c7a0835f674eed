// The public face of the compiler: from a graph to its derivatives, and from a graph to a plan or a running session.

export { hvp, jvp } from './autodiff/forward.ts'
export { gradient, vjp } from './autodiff/gradient.ts'
export { hessian, jacobian } from './autodiff/jacobian.ts'
export type { SavedValues } from './autodiff/saved.ts'
export { savedForBackward } from './autodiff/saved.ts'
export type { CompileOptions } from './compile.ts'
export { compile, compileSync, planFor } from './compile.ts'
export type { Decision, DecisionCode } from './fuse/decision.ts'
export { describeDecision } from './fuse/decision.ts'
export type { FuseOptions, Schedule } from './fuse/fuse.ts'
export { fuse } from './fuse/fuse.ts'
export type { Group } from './fuse/group.ts'
export type { Fuel, Note, Pass, PassContext } from './passes/pass.ts'
export type { Compilation, PipelineOptions } from './pipeline.ts'
export { graphPasses, runPipeline } from './pipeline.ts'
export { unrolled } from './regions/expand.ts'
export type {
  AdamOptions,
  Optimizer,
  OptimizerState,
  OptimizerStep,
  SgdOptions,
} from './training/optimizers.ts'
export { adam, sgd } from './training/optimizers.ts'
export type { TrainingOptions } from './training/training-step.ts'
export { trainingStep } from './training/training-step.ts'
