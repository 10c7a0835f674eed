// `torch.optim`.
export type { SgdGroup, SgdOptions, SgdParams } from './sgd.ts'
export { SGD } from './sgd.ts'
