// `torch.nn.modules.module`: hooks on every module.
export {
  registerModuleForwardHook,
  registerModuleForwardPreHook,
  registerModuleFullBackwardHook,
  registerModuleFullBackwardPreHook,
} from './hooks.ts'
