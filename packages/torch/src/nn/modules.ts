// `torch.nn.modules`: hooks that concern every module are registered at `modules.module`, as in PyTorch.
export * as module from './global-hooks.ts'
