// `torch.nn.functional`: what layers compute, without their parameters. One module per family.
export * from './functional/activations.ts'
export {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveAvgPool3d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
  maxUnpool1d,
  maxUnpool2d,
  maxUnpool3d,
} from './functional/adaptive-pooling.ts'
export * from './functional/aliases.ts'
export type { MultiHeadParameters } from './functional/attention.ts'
export { multiHeadAttentionForward, scaledDotProductAttention } from './functional/attention.ts'
export * from './functional/class-losses.ts'
export * from './functional/convolution.ts'
export { cosineSimilarity, pairwiseDistance, pdist } from './functional/distances.ts'
export * from './functional/dropout.ts'
export { embedding, embeddingBag, oneHot } from './functional/embedding.ts'
export * from './functional/fractional-pooling.ts'
export * from './functional/linear.ts'
export * from './functional/losses.ts'
export * from './functional/margin-losses.ts'
export * from './functional/normalization.ts'
export { pad } from './functional/padding.ts'
export {
  avgPool1d,
  avgPool2d,
  avgPool3d,
  lpPool1d,
  lpPool2d,
  maxPool1d,
  maxPool2d,
  maxPool3d,
} from './functional/pooling.ts'
export * from './functional/vision.ts'
