// `torch.nn.utils`.
export type { ClipNormOptions } from './clip-gradients.ts'
export { clipGradNorm_, clipGradValue_ } from './clip-gradients.ts'
export * as rnn from './packed-sequences.ts'
export { parametersToVector, vectorToParameters } from './parameter-vector.ts'
export { removeWeightNorm, weightNorm } from './weight-norm.ts'
