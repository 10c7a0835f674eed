// `torch.compile` and `torch.compiler`.
import { watcher } from '../engine/watch.ts'
import { isModule } from '../nn/callable.ts'
import { CompiledFunction, type Eager, forgetAll } from './compiled-function.ts'
import { notCallable } from './errors.ts'
import { OptimizedModule } from './optimized-module.ts'

export interface CompileOptions {
  /** Throws where the function cannot be one program, instead of running it eagerly. Default false. */
  readonly fullgraph?: boolean
  /** Gives the function back as it is. Default false. */
  readonly disable?: boolean
  /** Shapes are always part of what a program is compiled for; taken for PyTorch's sake. */
  readonly dynamic?: boolean | null
  readonly backend?: string
  readonly mode?: string | null
}

/** A compiled function, with what it was compiled to. */
export type Compiled<F> = F & {
  /** For each kind of arguments: how many operations became one, how often it ran, or why it runs eagerly. */
  explain(): string
}

/**
 * A function, or module, that does the same with less work on the host: the first calls with a kind of arguments (dtypes, shapes, numbers,
 * modes) run eagerly and are watched; when two in a row did the same, the others repeat it as one operation, backward included. Random
 * numbers are those of eager calls. Steps of optimisers and schedulers inside are run as they are.
 *
 * What a function does beside computing with tensors happens in watched calls only. Where it does something else at each call (a number
 * or a tensor in a variable changes), contents are looked at (`item`, `if (x.max().item() > 1)`), attributes of modules are assigned and
 * the like, it stays eager; `fullgraph` throws instead.
 *
 * - Throws `TORCH_GRAPH_BREAK` with `fullgraph`, where there is no single graph.
 * - Gradients of gradients are not there, as in PyTorch.
 *
 * @example
 * const model = new torch.nn.Linear(3, 1)
 * const optimizer = new torch.optim.SGD(model.parameters(), { lr: 0.1 })
 * const step = torch.compile((x: torch.Tensor, y: torch.Tensor) => {
 *   optimizer.zeroGrad()
 *   const loss = torch.nn.functional.mseLoss(model(x), y)
 *   loss.backward()
 *   optimizer.step()
 *   return loss
 * })
 * for (let k = 0; k < 3; k++) step(torch.ones(4, 3), torch.zeros(4, 1))
 */
export function compile<F extends (...args: never[]) => unknown>(
  model: F,
  { fullgraph = false, disable = false }: CompileOptions = {},
): Compiled<F> {
  if (typeof model !== 'function') throw notCallable(model)
  const callable: object = model
  const fn = callable as Eager
  const original = isModule(model) ? model : undefined
  const name = original === undefined ? fn.name || 'function' : original._getName()
  const compiled = new CompiledFunction(name, fn, fullgraph)
  const call = disable ? (...args: unknown[]) => fn(...args) : (...args: unknown[]) => compiled.call(args)
  const explain = (): string => compiled.explain()
  const made: object =
    original === undefined ? Object.assign(call, { explain }) : new OptimizedModule(original, call, explain)
  return made as Compiled<F>
}

export interface Compiler {
  /** Whether the code runs to be recorded. */
  isCompiling(): boolean
  /** Forgets what functions were compiled to. */
  reset(): void
  /** A function that is not made part of compiled ones: they stay eager. */
  disable<A extends readonly unknown[], R>(fn: (...args: A) => R): (...args: A) => R
}

/** `torch.compiler` */
export const compiler: Compiler = {
  isCompiling: (): boolean => watcher !== undefined,
  reset: forgetAll,
  disable<A extends readonly unknown[], R>(fn: (...args: A) => R) {
    return (...args: A) => {
      watcher?.refuse(`it calls \`${fn.name || 'a function'}\`, which is not to be compiled`)
      return fn(...args)
    }
  },
}
