// `torch.nn`.
export * as functional from './functional.ts'
export * as init from './init.ts'
export { Linear, MSELoss, ReLU, Sequential } from './layers.ts'
export { Module } from './module.ts'
export { Parameter } from './parameter.ts'
