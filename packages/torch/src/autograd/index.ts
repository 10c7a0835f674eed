// `torch.autograd`: gradients without touching `.grad`, and the modes.

export { detectAnomaly, setDetectAnomaly } from './anomaly.ts'
export type { BackwardOptions, GradOptions } from './call.ts'
export { grad } from './call.ts'
export { enableGrad, isGradEnabled, noGrad, setGradEnabled } from './grad-mode.ts'
export type { GradHook, NodeHook, NodePreHook, RemovableHandle } from './node.ts'
export { Node } from './node.ts'
