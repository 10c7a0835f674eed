// What is called around `forward`: hooks before it, hooks after it, and hooks on the gradients that come back, in PyTorch's order,
// those of every module before those of this one.
import { type RemovableHandle, register } from '../autograd/node.ts'
import { watcher } from '../engine/watch.ts'
import { warn } from '../errors.ts'
import { isOptions } from '../ops/signature.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { BackwardHooks } from './backward-hooks.ts'
import type { AnyModule } from './module.ts'
import * as errors from './module-errors.ts'

type Inputs = readonly unknown[]
/** What stands in the options object at the end of a call. */
export type Keywords = Readonly<Record<string, unknown>>

/** What hooks see of the inputs of a module. */
export type SeenInputs<In> = [In] extends [never] ? Inputs : In

/** May give back other inputs: a list of them, or one. */
export type ForwardPreHook = (module: AnyModule, inputs: Inputs) => unknown
/** May give back other inputs and keyword arguments. */
export type ForwardPreHookWithKwargs = (
  module: AnyModule,
  inputs: Inputs,
  kwargs: Keywords,
) => readonly [Inputs, Keywords] | undefined | null
/** May give back another output. */
export type ForwardHook = (module: AnyModule, inputs: Inputs, output: unknown) => unknown
export type ForwardHookWithKwargs = (
  module: AnyModule,
  inputs: Inputs,
  kwargs: Keywords,
  output: unknown,
) => unknown
/** May give back other gradients of the inputs. */
export type FullBackwardHook = (
  module: AnyModule,
  gradInputs: readonly (Tensor | null)[],
  gradOutputs: readonly (Tensor | null)[],
) => readonly (Tensor | null)[] | undefined | null
/** May give back other gradients of the outputs. */
export type FullBackwardPreHook = (
  module: AnyModule,
  gradOutputs: readonly (Tensor | null)[],
) => readonly (Tensor | null)[] | undefined | null

export interface PrependOption {
  /** Before the hooks there are. Default false. */
  readonly prepend?: boolean
}
export interface ForwardPreHookOptions extends PrependOption {
  /** The hook gets keyword arguments, apart from the others. Default false. */
  readonly withKwargs?: boolean
}
export interface ForwardHookOptions extends ForwardPreHookOptions {
  /** Called where `forward` throws, too. Default false. */
  readonly alwaysCall?: boolean
}

interface PreEntry {
  readonly hook: ForwardPreHook | ForwardPreHookWithKwargs
  readonly withKwargs: boolean
}
interface Entry {
  readonly hook: ForwardHook | ForwardHookWithKwargs
  readonly withKwargs: boolean
  readonly alwaysCall: boolean
}

export class ModuleHooks {
  readonly forwardPre: Map<object, PreEntry> = new Map()
  readonly forward: Map<object, Entry> = new Map()
  readonly fullBackwardPre: Map<object, FullBackwardPreHook> = new Map()
  readonly fullBackward: Map<object, FullBackwardHook> = new Map()

  get isEmpty(): boolean {
    return this.forwardPre.size === 0 && this.forward.size === 0 && !this.hasBackward
  }
  get hasBackward(): boolean {
    return this.fullBackwardPre.size > 0 || this.fullBackward.size > 0
  }
  addForwardPre(
    hook: ForwardPreHook | ForwardPreHookWithKwargs,
    { prepend = false, withKwargs = false }: ForwardPreHookOptions = {},
  ): RemovableHandle {
    return add(this.forwardPre, { hook, withKwargs }, prepend)
  }
  addForward(
    hook: ForwardHook | ForwardHookWithKwargs,
    { prepend = false, withKwargs = false, alwaysCall = false }: ForwardHookOptions = {},
  ): RemovableHandle {
    return add(this.forward, { hook, withKwargs, alwaysCall }, prepend)
  }
}

/** Registers a hook after all others, or before them. */
export function add<T>(hooks: Map<object, T>, hook: T, prepend = false): RemovableHandle {
  const before = prepend ? [...hooks] : []
  for (const [key] of before) hooks.delete(key)
  const handle = register(hooks, hook)
  for (const [key, each] of before) hooks.set(key, each)
  return handle
}

const everywhere = new ModuleHooks()

/** Calls `hook` before `forward` of every module. */
export const registerModuleForwardPreHook = (hook: ForwardPreHook): RemovableHandle =>
  everywhere.addForwardPre(hook)
type EverywhereOptions = Omit<ForwardHookOptions, 'prepend'>
interface RegisterForwardHook {
  (hook: ForwardHook, options?: EverywhereOptions & { withKwargs?: false }): RemovableHandle
  (hook: ForwardHookWithKwargs, options: EverywhereOptions & { withKwargs: true }): RemovableHandle
}
/** Calls `hook` after `forward` of every module. */
export const registerModuleForwardHook: RegisterForwardHook = (
  hook: ForwardHook | ForwardHookWithKwargs,
  options: EverywhereOptions = {},
): RemovableHandle => everywhere.addForward(hook, options)
/** Calls `hook` when the gradients of the outputs of any module are known. */
export const registerModuleFullBackwardPreHook = (hook: FullBackwardPreHook): RemovableHandle =>
  add(everywhere.fullBackwardPre, hook)
/** Calls `hook` when the gradients of the inputs of any module are known. */
export const registerModuleFullBackwardHook = (hook: FullBackwardHook): RemovableHandle =>
  add(everywhere.fullBackward, hook)

/** Inputs, and the options object that may stand at their end. */
function split(inputs: Inputs): readonly [Inputs, Keywords] {
  const last = inputs.at(-1)
  return isOptions(last) ? [inputs.slice(0, -1), last as Keywords] : [inputs, {}]
}
const joined = (inputs: Inputs, kwargs: Keywords): Inputs =>
  Object.keys(kwargs).length === 0 ? inputs : [...inputs, kwargs]

function callPreHook(module: AnyModule, { hook, withKwargs }: PreEntry, inputs: Inputs): Inputs {
  if (!withKwargs) {
    const result = (hook as ForwardPreHook)(module, inputs)
    return result == null ? inputs : Array.isArray(result) ? result : [result]
  }
  const result: unknown = (hook as ForwardPreHookWithKwargs)(module, ...split(inputs))
  if (result == null) return inputs
  if (!Array.isArray(result) || result.length !== 2) throw errors.preHookResult(result)
  return joined(result[0], result[1])
}

/** The output, or what the hook gives back in its place. */
function callHook(module: AnyModule, { hook, withKwargs }: Entry, inputs: Inputs, output: unknown): unknown {
  const result = withKwargs
    ? (hook as ForwardHookWithKwargs)(module, ...split(inputs), output)
    : (hook as ForwardHook)(module, inputs, output)
  return result ?? output
}

/** Runs `forward` with the hooks around it. */
export function callWithHooks(module: AnyModule, own: ModuleHooks, given: Inputs): unknown {
  watcher?.moduleCalled(module)
  if (own.isEmpty && everywhere.isEmpty) return module.forward(...(given as never))
  const always = [...own.forward.values(), ...everywhere.forward.values()].some((each) => each.alwaysCall)
  if (!always) return new Call(module, own, given).run()
  const call = new Call(module, own, given)
  try {
    return call.run()
  } catch (error) {
    call.finish()
    throw error
  }
}

/** One call of a module that has hooks. */
class Call {
  readonly #module: AnyModule
  readonly #own: ModuleHooks
  #inputs: Inputs
  #output: unknown = null
  readonly #called = new Set<Entry>()

  constructor(module: AnyModule, own: ModuleHooks, inputs: Inputs) {
    this.#module = module
    this.#own = own
    this.#inputs = inputs
  }

  run(): unknown {
    const [module, own] = [this.#module, this.#own]
    for (const entry of both(everywhere.forwardPre, own.forwardPre)) {
      this.#inputs = callPreHook(module, entry, this.#inputs)
    }
    const backward =
      own.hasBackward || everywhere.hasBackward
        ? new BackwardHooks(module, {
            before: both(everywhere.fullBackwardPre, own.fullBackwardPre),
            after: both(everywhere.fullBackward, own.fullBackward),
          })
        : undefined
    if (backward !== undefined) this.#inputs = backward.passInputs(this.#inputs)
    this.#output = module.forward(...(this.#inputs as never))
    for (const entry of both(everywhere.forward, own.forward)) {
      this.#called.add(entry)
      this.#output = callHook(module, entry, this.#inputs, this.#output)
    }
    return backward === undefined ? this.#output : backward.passOutput(this.#output)
  }

  /** After something was thrown: the hooks that are always called and were not. What they throw is told of only. */
  finish(): void {
    for (const [hooks, what] of [
      [everywhere.forward, 'global module forward hook'],
      [this.#own.forward, 'module forward hook'],
    ] as const) {
      for (const entry of hooks.values()) {
        if (!entry.alwaysCall || this.#called.has(entry)) continue
        try {
          this.#output = callHook(this.#module, entry, this.#inputs, this.#output)
        } catch (error) {
          const text = error instanceof Error ? error.message : String(error)
          warn(
            `${what} with \`\`always_call=True\`\` raised an exception that was silenced as another error was raised in forward: ${text}`,
          )
        }
      }
    }
  }
}

const both = <T>(first: ReadonlyMap<object, T>, second: ReadonlyMap<object, T>): readonly T[] => [
  ...first.values(),
  ...second.values(),
]
