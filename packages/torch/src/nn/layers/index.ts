// The layers of `torch.nn`, one module per family.
export * from './activations.ts'
export type { AdaptiveResult } from './adaptive-softmax.ts'
export { AdaptiveLogSoftmaxWithLoss } from './adaptive-softmax.ts'
export type { AttentionOptions } from './attention.ts'
export { MultiheadAttention } from './attention.ts'
export {
  Conv1d,
  Conv2d,
  Conv3d,
  ConvTranspose1d,
  ConvTranspose2d,
  ConvTranspose3d,
} from './convolution.ts'
export * from './cross-map-norm.ts'
export * from './dropout.ts'
export * from './embedding.ts'
export * from './fractional-pooling.ts'
export * from './lazy.ts'
export * from './linear.ts'
export * from './losses.ts'
export {
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  GroupNorm,
  InstanceNorm1d,
  InstanceNorm2d,
  InstanceNorm3d,
  LayerNorm,
  LocalResponseNorm,
  RMSNorm,
} from './normalization.ts'
export * from './padding.ts'
export * from './pooling.ts'
export * from './recurrent.ts'
export * from './recurrent-cells.ts'
export * from './transformer.ts'
export * from './vision.ts'
