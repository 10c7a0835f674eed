// `torch.nn`.
export type { ModuleEntries } from './containers.ts'
export { ModuleDict, ModuleList, Sequential } from './containers.ts'
export { deepcopy } from './copy.ts'
export * as functional from './functional.ts'
export type {
  ForwardHook,
  ForwardHookOptions,
  ForwardHookWithKwargs,
  ForwardPreHook,
  ForwardPreHookOptions,
  ForwardPreHookWithKwargs,
  FullBackwardHook,
  FullBackwardPreHook,
  PrependOption,
} from './hooks.ts'
export * as init from './init.ts'
export * from './layers/index.ts'
export type { AnyModule, LoadStateOptions, NamedOptions, StateDictOptions, ToOptions } from './module.ts'
export { Module } from './module.ts'
export * as modules from './modules.ts'
export type { UninitializedOptions } from './parameter.ts'
export { Buffer, Parameter, UninitializedBuffer, UninitializedParameter } from './parameter.ts'
export type { ParameterEntries } from './parameter-containers.ts'
export { ParameterDict, ParameterList } from './parameter-containers.ts'
export type {
  IncompatibleKeys,
  Loading,
  LoadPostHook,
  LoadPreHook,
  SavePostHook,
  SavePreHook,
  StateDict,
} from './state-dict.ts'
export * as utils from './utilities.ts'
