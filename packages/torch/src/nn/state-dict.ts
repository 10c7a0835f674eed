// The contents of a module by name, and taking them over. Names are paths of attributes; own parameters come first, then own
// buffers, then children.
import { noGrad } from '../autograd/grad-mode.ts'
import { sameSizes } from '../engine/types.ts'
import { repr } from '../print/python.ts'
import { showAsText } from '../show.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { AnyModule } from './module.ts'
import * as errors from './module-errors.ts'
import { isLazy, isTensorValue, Parameter } from './parameter.ts'
import type { Registry } from './registry.ts'

/** Contents by name; extra state of a module is what the module says. */
export type StateDict = Map<string, Tensor>

/** Names that a state dict lacks, and names that it has for nothing. */
export class IncompatibleKeys {
  readonly missingKeys: string[]
  readonly unexpectedKeys: string[]

  constructor(missingKeys: string[], unexpectedKeys: string[]) {
    this.missingKeys = missingKeys
    this.unexpectedKeys = unexpectedKeys
  }

  *[Symbol.iterator](): Iterator<string[]> {
    yield this.missingKeys
    yield this.unexpectedKeys
  }
  toString(): string {
    const { missingKeys, unexpectedKeys } = this
    if (missingKeys.length === 0 && unexpectedKeys.length === 0) return '<All keys matched successfully>'
    const list = (keys: readonly string[]): string => `[${keys.map(repr).join(', ')}]`
    return `_IncompatibleKeys(missing_keys=${list(missingKeys)}, unexpected_keys=${list(unexpectedKeys)})`
  }
}
showAsText(IncompatibleKeys)

/** What goes on while a state dict is loaded. Hooks may change all of it. */
export interface Loading {
  readonly missingKeys: string[]
  readonly unexpectedKeys: string[]
  readonly errors: string[]
  /** Tensors are taken over, not copied. */
  readonly assign?: boolean
}

export type LoadPreHook = (
  module: AnyModule,
  state: Map<string, unknown>,
  prefix: string,
  loading: Loading,
) => void
export type LoadPostHook = (module: AnyModule, incompatible: IncompatibleKeys) => void

/** Called before the module's part of a state dict is made. */
export type SavePreHook = (module: AnyModule, prefix: string, keepVars: boolean) => void
/** Called with the state dict of the module and those below; may give back another. */
export type SavePostHook = (
  module: AnyModule,
  stateDict: StateDict,
  prefix: string,
  localMetadata: Readonly<Record<string, unknown>>,
) => StateDict | undefined | null

export class StateHooks {
  readonly savePre: Map<object, SavePreHook> = new Map()
  readonly savePost: Map<object, SavePostHook> = new Map()
  readonly loadPre: Map<object, LoadPreHook> = new Map()
  readonly loadPost: Map<object, LoadPostHook> = new Map()
}

const extraKey = '_extra_state'

/** The module's own part of a state dict. */
export function saveOwnState(
  { parameters, buffers, transient }: Registry<AnyModule>,
  destination: Map<string, unknown>,
  prefix: string,
  keepVars: boolean,
): void {
  const save = (name: string, tensor: Tensor | null): void => {
    if (tensor === null) return
    destination.set(prefix + name, keepVars || isLazy(tensor) ? tensor : tensor.detach())
  }
  for (const [name, parameter] of parameters) save(name, parameter)
  for (const [name, buffer] of buffers) if (!transient.has(name)) save(name, buffer)
}

export function saveExtraState(module: AnyModule, destination: Map<string, unknown>, prefix: string): void {
  if (module.getExtraState !== undefined) destination.set(prefix + extraKey, module.getExtraState())
}

/** Takes over what is the module's own; what does not fit is noted. */
export function loadOwnState(
  module: AnyModule,
  { parameters, buffers, modules, transient }: Registry<AnyModule>,
  state: ReadonlyMap<string, unknown>,
  prefix: string,
  loading: Loading,
): void {
  const own = new Set<string>()
  for (const [name, parameter] of parameters) if (parameter !== null) own.add(name)
  for (const [name, buffer] of buffers) if (buffer !== null && !transient.has(name)) own.add(name)
  for (const name of own) {
    const key = prefix + name
    if (state.has(key)) takeOver(module, name, key, state.get(key), loading)
    else loading.missingKeys.push(key)
  }
  loadExtraState(module, state, prefix, loading)
  for (const key of state.keys()) {
    if (!key.startsWith(prefix) || key === prefix + extraKey) continue
    const [name = '', inner] = key.slice(prefix.length).split('.', 2)
    const isKnown = inner === undefined ? own.has(name) : modules.has(name)
    if (!isKnown) loading.unexpectedKeys.push(key)
  }
}

function loadExtraState(
  module: AnyModule,
  state: ReadonlyMap<string, unknown>,
  prefix: string,
  { missingKeys, unexpectedKeys }: Loading,
): void {
  const key = prefix + extraKey
  if (module.setExtraState !== undefined) {
    if (state.has(key)) module.setExtraState(state.get(key))
    else missingKeys.push(key)
  } else if (state.has(key)) unexpectedKeys.push(key)
}

/** Copies a tensor into the module's of that name, or puts it in its place. */
function takeOver(
  module: AnyModule,
  name: string,
  key: string,
  value: unknown,
  { errors: problems, assign }: Loading,
): void {
  const tensor = Reflect.get(module, name) as Tensor
  if (!isTensorValue(value)) {
    problems.push(
      `While copying the parameter named "${key}", expected torch.Tensor or Tensor-like object from checkpoint but received <class '${errors.typeName(value)}'>`,
    )
    return
  }
  if (isLazy(tensor)) {
    if (isLazy(value)) return
    tensor.materialize(value.shape)
  }
  // Files of old held numbers as lists of one.
  const given = tensor.ndim === 0 && value.ndim === 1 ? value.select(0, 0) : value
  if (!sameSizes(given.shape, tensor.shape)) {
    problems.push(
      `size mismatch for ${key}: copying a param with shape ${given.shape} from checkpoint, the shape in current model is ${tensor.shape}.`,
    )
    return
  }
  if (assign === true) {
    if (!(tensor instanceof Parameter)) Reflect.set(module, name, given)
    else if (given instanceof Parameter) Reflect.set(module, name, given.requiresGrad_(tensor.requiresGrad))
    else Reflect.set(module, name, new Parameter(given.detach(), tensor.requiresGrad))
    return
  }
  try {
    noGrad(() => tensor.copy_(given))
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    problems.push(
      `While copying the parameter named "${key}", whose dimensions in the model are ${tensor.shape} and whose dimensions in the checkpoint are ${given.shape}, an exception occurred : (${repr(text)},).`,
    )
  }
}

/** Throws PyTorch's list of what did not fit. */
export function requireLoaded(
  name: string,
  strict: boolean,
  { missingKeys, unexpectedKeys, errors: found }: Loading,
): void {
  const problems = [...found]
  const quoted = (names: readonly string[]): string => names.map((each) => `"${each}"`).join(', ')
  if (strict && unexpectedKeys.length > 0) {
    problems.unshift(`Unexpected key(s) in state_dict: ${quoted(unexpectedKeys)}. `)
  }
  if (strict && missingKeys.length > 0) {
    problems.unshift(`Missing key(s) in state_dict: ${quoted(missingKeys)}. `)
  }
  if (problems.length > 0) throw errors.loadFailed(name, problems)
}
