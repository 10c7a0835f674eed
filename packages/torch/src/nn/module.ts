// The module of PyTorch: callable, and everything assigned to it that is a parameter, a buffer or a module is registered by its
// name, in the order in which the names first came. It is long because all that modules can do is methods of one class.
import { type RemovableHandle, register } from '../autograd/node.ts'
import { bfloat16, type DType, float16, float32, float64 } from '../dtypes.ts'
import type { Device } from '../engine/device.ts'
import { emptyLike } from '../ops/creation.ts'
import { type Arguments, parse } from '../ops/signature.ts'
import { formatModule } from '../print/format-module.ts'
import { showAsText } from '../show.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { Callable, isModule, partsOf } from './callable.ts'
import { clearGrad, replaceContents, type ToOptions, targetOf } from './contents.ts'
import {
  add,
  type ForwardHook,
  type ForwardHookOptions,
  type ForwardHookWithKwargs,
  type ForwardPreHook,
  type ForwardPreHookOptions,
  type ForwardPreHookWithKwargs,
  type FullBackwardHook,
  type FullBackwardPreHook,
  type PrependOption,
  type SeenInputs,
} from './hooks.ts'
import { type NamedList, type NamedOptions, named, walk } from './listing.ts'
import * as errors from './module-errors.ts'
import { isLazy, isTensorValue, Parameter } from './parameter.ts'
import {
  IncompatibleKeys,
  type Loading,
  type LoadPostHook,
  type LoadPreHook,
  loadOwnState,
  requireLoaded,
  type SavePostHook,
  type SavePreHook,
  type StateDict,
  saveExtraState,
  saveOwnState,
} from './state-dict.ts'

/** Any module, whatever it takes and gives. */
export type AnyModule = Module<never, unknown>

export type { NamedOptions, ToOptions }

type NamedArguments = Arguments<NamedOptions, ['prefix', 'recurse', 'removeDuplicate']>

export type LoadStateOptions = {
  /** Names must be the same. Default true. */
  strict?: boolean
  /** The tensors of the state dict become those of the module. Default false. */
  assign?: boolean
}

export interface StateDictOptions {
  readonly destination?: StateDict
  readonly prefix?: string
  /** The tensors themselves, and not detached ones. */
  readonly keepVars?: boolean
}

/** Instances are called like functions, which a class alone cannot declare. */
export interface Module<In extends readonly unknown[] = Tensor[], Out = Tensor> {
  (...inputs: In): Out
  /** Layers that behave differently in training ask this. */
  training: boolean
  /** What a state dict holds of the module beside its tensors, for modules that define both. */
  getExtraState?(): unknown
  setExtraState?(state: unknown): void
}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the constructor sets what the interface adds.
export class Module<In extends readonly unknown[] = Tensor[], Out = Tensor> extends Callable {
  constructor() {
    super()
    this.training = true
  }

  /** What calling the module does; a subclass says. */
  forward(..._inputs: In): Out {
    throw errors.noForward(this._getName())
  }

  // Registering by name. Assigning does the same, but for what a plain assignment cannot say.

  registerParameter(name: string, parameter: Parameter | null): void {
    const { registry } = partsOf(this)
    requireName(this, 'parameter', name, registry.parameters)
    if (parameter !== null && !(parameter instanceof Parameter)) {
      throw errors.registeredParameter(parameter, name)
    }
    if (parameter === null) registry.parameters.set(name, null)
    Reflect.set(this, name, parameter)
  }
  /** State that is not trained; in state dicts if it is `persistent`. */
  registerBuffer(
    name: string,
    tensor: Tensor | null,
    persistent: boolean | { readonly persistent?: boolean } = true,
  ): void {
    const { registry } = partsOf(this)
    requireName(this, 'buffer', name, registry.buffers)
    if (tensor !== null && !isTensorValue(tensor)) throw errors.registeredBuffer(tensor, name)
    const isPersistent = typeof persistent === 'boolean' ? persistent : (persistent.persistent ?? true)
    registry.setBuffer(name, tensor, isPersistent)
    Reflect.set(this, name, tensor)
  }
  registerModule(name: string, module: AnyModule | null): void {
    const { registry } = partsOf(this)
    if (module !== null && !isModule(module)) throw errors.notAModule(module)
    requireName(this, 'module', name, registry.modules)
    if (module === null) registry.modules.set(name, null)
    Reflect.set(this, name, module)
  }
  addModule(name: string, module: AnyModule | null): void {
    this.registerModule(name, module)
  }

  // Finding by path.

  /** The module at a path of attributes, `encoder.layers.0`. */
  getSubmodule(target: string): AnyModule {
    let module: AnyModule = this
    for (const name of target === '' ? [] : target.split('.')) {
      const found: unknown = attributeOf(module, name)
      if (!isModule(found)) throw errors.notAnAttribute(name, 'an nn.Module')
      module = found
    }
    return module
  }
  /** Puts a module at a path of attributes. */
  setSubmodule(target: string, module: AnyModule): void {
    if (target === '') throw errors.emptySubmodule()
    const { owner, name } = splitPath(this, target)
    if (!isModule(attributeOf(owner, name))) throw errors.notAnAttribute(name, 'an nn.Module')
    Reflect.set(owner, name, module)
  }
  getParameter(target: string): Parameter {
    const { owner, name } = splitPath(this, target)
    const found = attributeOf(owner, name)
    if (!(found instanceof Parameter)) throw errors.notAnAttribute(name, 'an nn.Parameter')
    return found
  }
  getBuffer(target: string): Tensor {
    const { owner, name } = splitPath(this, target)
    const found = attributeOf(owner, name)
    if (!partsOf(owner).registry.buffers.has(name)) throw errors.notAnAttribute(name, 'a buffer')
    return found as Tensor
  }

  // Listing.

  /** Modules assigned to this one, each once. */
  namedChildren(): NamedList<AnyModule> {
    const seen = new Set<AnyModule>()
    const children: (readonly [string, AnyModule])[] = []
    for (const [name, child] of partsOf(this).registry.modules) {
      if (child === null || seen.has(child)) continue
      seen.add(child)
      children.push([name, child])
    }
    return children
  }
  children(): readonly AnyModule[] {
    return this.namedChildren().map(([, child]) => child)
  }
  /** This module and all below it, parents first, each once. */
  namedModules(...args: Arguments<Omit<NamedOptions, 'recurse'>, []>): NamedList<AnyModule> {
    const { prefix = '', removeDuplicate = true } = parse<NamedOptions>(
      'named_modules',
      [],
      ['prefix', 'removeDuplicate'],
      args,
    )
    return walk(this, prefix, removeDuplicate)
  }
  modules(): readonly AnyModule[] {
    return this.namedModules().map(([, module]) => module)
  }
  /** Own parameters before those of children. */
  namedParameters(...args: NamedArguments): NamedList<Parameter> {
    return named<Parameter>(this, 'named_parameters', args, ({ parameters }) => parameters)
  }
  parameters(recurse: boolean | { readonly recurse?: boolean } = true): readonly Parameter[] {
    return this.namedParameters({ recurse: asRecurse(recurse) }).map(([, parameter]) => parameter)
  }
  namedBuffers(...args: NamedArguments): NamedList<Tensor> {
    return named<Tensor>(this, 'named_buffers', args, ({ buffers }) => buffers)
  }
  buffers(recurse: boolean | { readonly recurse?: boolean } = true): readonly Tensor[] {
    return this.namedBuffers({ recurse: asRecurse(recurse) }).map(([, buffer]) => buffer)
  }

  // Changing all of it.

  /** Calls `fn` with every module below this one, children first, then with this one. */
  apply(fn: (module: AnyModule) => void): this {
    for (const child of this.children()) child.apply(fn)
    fn(this)
    return this
  }
  train(mode = true): this {
    if (typeof mode !== 'boolean') throw errors.trainingMode()
    for (const module of this.modules()) module.training = mode
    return this
  }
  eval(): this {
    return this.train(false)
  }
  requiresGrad_(requiresGrad = true): this {
    for (const parameter of this.parameters()) parameter.requiresGrad_(requiresGrad)
    return this
  }
  /** Drops all gradients, or fills them with zeros. */
  zeroGrad(...args: Arguments<{ setToNone?: boolean }, ['setToNone']>): void {
    const { setToNone = true } = parse<{ setToNone?: boolean }>('zero_grad', ['setToNone'], [], args)
    for (const parameter of this.parameters()) clearGrad(parameter, setToNone)
  }
  /** Moves and converts parameters and buffers, in place; a dtype concerns those of floats only. */
  to(...args: readonly (Device | string | DType | Tensor | ToOptions)[]): this {
    const { device, dtype } = targetOf(args)
    if (dtype !== undefined && !dtype.isFloatingPoint) throw errors.floatingModule(String(dtype))
    return this._apply((tensor) =>
      tensor.to({
        dtype: dtype !== undefined && tensor.isFloatingPoint() ? dtype : tensor.dtype,
        device: device ?? tensor.device,
      }),
    )
  }
  float(): this {
    return this.to(float32)
  }
  double(): this {
    return this.to(float64)
  }
  half(): this {
    return this.to(float16)
  }
  bfloat16(): this {
    return this.to(bfloat16)
  }
  /** Converts all parameters and buffers, those of integers too. */
  type(dtype: DType): this {
    return this._apply((tensor) => tensor.type(dtype))
  }
  cpu(): this {
    return this.to('cpu')
  }
  /** The same shapes and dtypes on a device, with undefined contents. */
  toEmpty({
    device,
    recurse = true,
  }: {
    readonly device: Device | string
    readonly recurse?: boolean
  }): this {
    return this._apply((tensor) => emptyLike(tensor, { device }), recurse)
  }
  cuda(device?: number): this {
    return this.to(device === undefined ? 'cuda' : `cuda:${device}`)
  }
  webgl(): this {
    return this.to('webgl')
  }
  /** Replaces the contents of every parameter, gradient and buffer by what `fn` makes of them. */
  _apply(fn: (tensor: Tensor) => Tensor, recurse = true): this {
    for (const module of recurse ? this.modules() : [this]) {
      const { parameters, buffers } = partsOf(module).registry
      for (const parameter of parameters.values()) if (parameter !== null) replaceContents(parameter, fn)
      for (const [name, buffer] of [...buffers]) {
        if (isLazy(buffer)) replaceContents(buffer, fn)
        else if (buffer !== null) Reflect.set(module, name, fn(buffer))
      }
    }
    return this
  }

  // Hooks, each removed by the handle that registering gives.

  registerForwardPreHook(
    hook: (module: this, inputs: SeenInputs<In>) => unknown,
    options?: ForwardPreHookOptions & { withKwargs?: false },
  ): RemovableHandle
  registerForwardPreHook(
    hook: ForwardPreHookWithKwargs,
    options: ForwardPreHookOptions & { withKwargs: true },
  ): RemovableHandle
  registerForwardPreHook(hook: unknown, options?: ForwardPreHookOptions): RemovableHandle {
    return partsOf(this).hooks.addForwardPre(hook as ForwardPreHook | ForwardPreHookWithKwargs, options)
  }
  registerForwardHook(
    hook: (module: this, inputs: SeenInputs<In>, output: Out) => unknown,
    options?: ForwardHookOptions & { withKwargs?: false },
  ): RemovableHandle
  registerForwardHook(
    hook: ForwardHookWithKwargs,
    options: ForwardHookOptions & { withKwargs: true },
  ): RemovableHandle
  registerForwardHook(hook: unknown, options?: ForwardHookOptions): RemovableHandle {
    return partsOf(this).hooks.addForward(hook as ForwardHook | ForwardHookWithKwargs, options)
  }
  registerFullBackwardPreHook(hook: FullBackwardPreHook, { prepend }: PrependOption = {}): RemovableHandle {
    return add(partsOf(this).hooks.fullBackwardPre, hook, prepend)
  }
  registerFullBackwardHook(hook: FullBackwardHook, { prepend }: PrependOption = {}): RemovableHandle {
    return add(partsOf(this).hooks.fullBackward, hook, prepend)
  }
  registerStateDictPreHook(hook: SavePreHook): RemovableHandle {
    return register(partsOf(this).stateHooks.savePre, hook)
  }
  registerStateDictPostHook(hook: SavePostHook): RemovableHandle {
    return register(partsOf(this).stateHooks.savePost, hook)
  }
  registerLoadStateDictPreHook(hook: LoadPreHook): RemovableHandle {
    return register(partsOf(this).stateHooks.loadPre, hook)
  }
  registerLoadStateDictPostHook(hook: LoadPostHook): RemovableHandle {
    return register(partsOf(this).stateHooks.loadPost, hook)
  }

  // State.

  /** Contents by name, sharing memory with the module; a shared parameter stands under each of its names. */
  stateDict({ destination = new Map(), prefix = '', keepVars = false }: StateDictOptions = {}): StateDict {
    const { savePre, savePost } = partsOf(this).stateHooks
    for (const hook of savePre.values()) hook(this, prefix, keepVars)
    this._saveToStateDict(destination, prefix, keepVars)
    for (const [name, child] of partsOf(this).registry.modules) {
      child?.stateDict({ destination, prefix: `${prefix}${name}.`, keepVars })
    }
    let saved = destination
    for (const hook of savePost.values()) saved = hook(this, saved, prefix, {}) ?? saved
    return saved
  }
  /** The part of a state dict that is this module's own. */
  _saveToStateDict(destination: StateDict, prefix: string, keepVars: boolean): void {
    saveOwnState(partsOf(this).registry, destination, prefix, keepVars)
    saveExtraState(this, destination, prefix)
  }
  /**
   * Copies a state dict into the parameters and buffers, or puts its tensors in their places. Throws where names are missing or over,
   * or shapes differ.
   */
  loadStateDict(
    stateDict: ReadonlyMap<string, unknown>,
    ...args: Arguments<LoadStateOptions, ['strict', 'assign']>
  ): IncompatibleKeys {
    if (!(stateDict instanceof Map)) throw errors.notAStateDict(stateDict)
    const { strict = true, assign = false } = parse<LoadStateOptions>(
      'load_state_dict',
      ['strict', 'assign'],
      [],
      args,
    )
    const loading: Loading = { missingKeys: [], unexpectedKeys: [], errors: [], assign }
    const keys = loadAll(this, new Map(stateDict), '', loading)
    requireLoaded(this._getName(), strict, loading)
    return keys
  }
  /** Takes over what is this module's own. */
  _loadFromStateDict(state: Map<string, unknown>, prefix: string, loading: Loading): void {
    for (const hook of partsOf(this).stateHooks.loadPre.values()) hook(this, state, prefix, loading)
    loadOwnState(this, partsOf(this).registry, state, prefix, loading)
  }

  // Text.

  /** What the module's text says of its options: `in_features=3, out_features=4`. */
  extraRepr(): string {
    return ''
  }
  _getName(): string {
    return this.constructor.name
  }
  override toString(): string {
    const { modules } = partsOf(this).registry
    return formatModule({
      name: this._getName(),
      extra: this.extraRepr(),
      children: [...modules].map(([name, child]) => [name, child === null ? null : String(child)]),
    })
  }
}
showAsText(Module)

const asRecurse = (recurse: boolean | { readonly recurse?: boolean }): boolean =>
  typeof recurse === 'boolean' ? recurse : (recurse.recurse ?? true)

function requireName(
  module: object,
  kind: errors.Kind,
  name: string,
  known: ReadonlyMap<string, unknown>,
): void {
  if (kind === 'module' && isTaken(module, name, known)) throw errors.takenName(name)
  if (name.includes('.')) throw errors.dottedName(kind, name)
  if (name === '') throw errors.emptyName(kind)
  if (isTaken(module, name, known)) throw errors.takenName(name)
}

/** A class field that was only declared is undefined, or null, and free. */
const isTaken = (module: object, name: string, known: ReadonlyMap<string, unknown>): boolean =>
  !known.has(name) && (Reflect.get(module, name) ?? null) !== null

function attributeOf(module: AnyModule, name: string): unknown {
  if (!(name in module)) throw errors.noAttribute(module._getName(), name)
  return Reflect.get(module, name)
}

function splitPath(root: AnyModule, target: string): { readonly owner: AnyModule; readonly name: string } {
  const end = target.lastIndexOf('.')
  return { owner: root.getSubmodule(target.slice(0, Math.max(end, 0))), name: target.slice(end + 1) }
}

function loadAll(
  module: AnyModule,
  state: Map<string, unknown>,
  prefix: string,
  loading: Loading,
): IncompatibleKeys {
  module._loadFromStateDict(state, prefix, loading)
  for (const [name, child] of partsOf(module).registry.modules) {
    if (child === null) continue
    const childPrefix = `${prefix}${name}.`
    const part = new Map([...state].filter(([key]) => key.startsWith(childPrefix)))
    loadAll(child, part, childPrefix, loading)
  }
  const keys = new IncompatibleKeys(loading.missingKeys, loading.unexpectedKeys)
  for (const hook of partsOf(module).stateHooks.loadPost.values()) {
    const result: unknown = hook(module, keys)
    if (result != null) throw errors.postHookResult()
  }
  return keys
}
