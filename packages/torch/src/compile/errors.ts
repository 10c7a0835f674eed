// What goes wrong with compiled functions.
import { argumentError, TorchError } from '../errors.ts'

export const noDoubleBackward = (): TorchError =>
  argumentError('torch.compile with aot_autograd does not currently support double backward')

export const graphBreak = (name: string, reason: string): TorchError =>
  new TorchError(
    'RuntimeError',
    'TORCH_GRAPH_BREAK',
    `torch.compile: \`${name}\` is no single graph, as fullgraph asks: ${reason}`,
    { name, reason },
  )

export const notCallable = (given: unknown): TorchError =>
  argumentError(
    `torch.compile expects a function or a module, but got ${typeof given}`,
    { given: typeof given },
    'TypeError',
  )

export const recompileLimit = (name: string, limit: number): string =>
  `torch.compile: \`${name}\` was compiled for ${limit} kinds of arguments; it runs eagerly for others from now on. \`explain()\` of the compiled function tells which.`
