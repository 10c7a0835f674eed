// `torch.autograd`: gradients without touching `.grad`, operations of one's own, and the modes.

export { AccumulateGrad } from './accumulate.ts'
export { detectAnomaly, setDetectAnomaly } from './anomaly.ts'
export type { BackwardOptions, GradOptions } from './call.ts'
export { backward, grad } from './call.ts'
export { CustomNode, Function, FunctionContext } from './function.ts'
export * as functional from './functional.ts'
export {
  enableGrad,
  inferenceMode,
  isGradEnabled,
  isInferenceModeEnabled,
  noGrad,
  setGradEnabled,
} from './grad-mode.ts'
export type { GradcheckOptions } from './gradcheck.ts'
export { gradcheck, gradgradcheck } from './gradcheck.ts'
export * as graph from './graph.ts'
export type { GradHook, NodeHook, NodePreHook, RemovableHandle } from './node.ts'
export { Node } from './node.ts'
export { SavedNode } from './saved-node.ts'
