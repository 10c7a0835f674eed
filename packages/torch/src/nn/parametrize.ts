// Parameters as functions of others: `torch.nn.utils.parametrize`. The module becomes one of a class of its own, on which the
// parameter's name is an accessor; what is trained stands under `parametrizations`.
import type { Mode, ModeScope } from '../autograd/grad-mode.ts'
import { noGrad } from '../autograd/grad-mode.ts'
import { Tensor } from '../tensor/tensor.ts'
import { isModule, partsOf } from './callable.ts'
import { ModuleDict, ModuleList } from './containers.ts'
import type { AnyModule } from './module.ts'
import { typeName } from './module-errors.ts'
import { Parameter } from './parameter.ts'
import * as errors from './parametrize-errors.ts'

/** A module from what is trained to what is used; it may say the way back. */
export type Parametrization = AnyModule & { rightInverse?(value: Tensor): unknown }

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value)

/** `rightInverse`, or the tensor as it is where there is none, or it says that there is no way. */
function inverted(module: Parametrization, value: unknown): unknown {
  if (module.rightInverse === undefined) return value
  try {
    return module.rightInverse(value as Tensor)
  } catch (error) {
    if (error instanceof Error && error.name === 'NotImplementedError') return value
    throw error
  }
}

const registerTensor = (module: AnyModule, name: string, tensor: Tensor): void => {
  if (tensor instanceof Parameter) module.registerParameter(name, tensor)
  else module.registerBuffer(name, tensor)
}

/** Parametrizations of one tensor, one after the other, and what they start from: `original`, or `original0`, `original1`, … */
export class ParametrizationList extends ModuleList<Parametrization> {
  unsafe: boolean
  readonly isTensor: boolean
  readonly ntensors: number

  constructor(modules: Iterable<Parametrization>, original: Tensor, unsafe = false) {
    super(modules)
    if (this.length === 0) throw errors.noModules()
    this.unsafe = unsafe
    const { shape, dtype } = original
    const start = noGrad(() =>
      [...this].reverse().reduce<unknown>((value, each) => inverted(each, value), original),
    )
    if (!(start instanceof Tensor) && !isList(start)) throw errors.inverseType(typeName(start))
    this.isTensor = start instanceof Tensor
    this.ntensors = isList(start) ? start.length : 1
    if (start instanceof Tensor) {
      if (start.dtype !== dtype) throw errors.inverseDType(dtype, start.dtype)
      if (start !== original) original.data = start
      registerTensor(this, 'original', original)
    } else registerAll(this, start, original)
    if (!unsafe) errors.requireSame(this.value(), 'unparametrized', 'parametrized', { shape, dtype })
  }

  /** Tensors it starts from. */
  originals(): readonly Tensor[] {
    const names = this.isTensor
      ? ['original']
      : Array.from({ length: this.ntensors }, (_, at) => `original${at}`)
    return names.map((name) => Reflect.get(this, name) as Tensor)
  }
  /** What is used. */
  value(): Tensor {
    const [first, ...others] = [...this]
    const start: unknown = Reflect.apply(first as Parametrization, undefined, this.originals())
    return others.reduce((value, each) => Reflect.apply(each, undefined, [value]), start) as Tensor
  }
  override forward(): never {
    return this.value() as never
  }

  /** Sets what it starts from so that the value is `value`. */
  rightInverse(value: Tensor): void {
    noGrad(() => {
      const start = [...this].reverse().reduce<unknown>((reached, each) => {
        if (each.rightInverse === undefined) throw errors.noInverse(each._getName())
        return each.rightInverse(reached as Tensor)
      }, value)
      if (this.isTensor) setOriginal(this, 'original', start, errors.setType, errors.setDType)
      else {
        if (!isList(start)) throw errors.setList(typeName(start))
        if (start.length !== this.ntensors) throw errors.setCount(this.ntensors, start.length)
        start.forEach((tensor, at) => {
          const ofElement = (type: string): Error => errors.setElement(at, type)
          setOriginal(this, `original${at}`, tensor, ofElement, (to, from) =>
            errors.setElementDType(at, to, from),
          )
        })
      }
    })
  }
}

function registerAll(list: ParametrizationList, tensors: readonly unknown[], original: Tensor): void {
  tensors.forEach((tensor, at) => {
    if (!(tensor instanceof Tensor)) throw errors.inverseElement(at, typeName(tensor))
    const own =
      original instanceof Parameter
        ? new Parameter(tensor.detach(), original.requiresGrad)
        : tensor.requiresGrad_(original.requiresGrad)
    registerTensor(list, `original${at}`, own)
  })
}

function setOriginal(
  list: ParametrizationList,
  name: string,
  value: unknown,
  wrongType: (type: string) => Error,
  wrongDType: (to: Tensor['dtype'], from: Tensor['dtype']) => Error,
): void {
  const original = Reflect.get(list, name) as Tensor
  if (!(value instanceof Tensor)) throw wrongType(typeName(value))
  if (value.dtype !== original.dtype) throw wrongDType(value.dtype, original.dtype)
  original.data = value
}

interface Parametrized {
  readonly parametrizations: ModuleDict<ParametrizationList>
}

const listsOf = (module: AnyModule): ModuleDict<ParametrizationList> =>
  (module as AnyModule & Parametrized).parametrizations

let cachedDepth = 0
let cache = new Map<ParametrizationList, Tensor>()

function closeCache(): void {
  cachedDepth--
  if (cachedDepth === 0) cache = new Map()
}

function openCache(): ModeScope
function openCache<T>(body: () => T): T
function openCache<T>(body?: () => T): T | ModeScope {
  cachedDepth++
  if (body === undefined) return { [Symbol.dispose]: closeCache }
  try {
    return body()
  } finally {
    closeCache()
  }
}

/** Inside, values of parametrizations are computed once. */
export const cached: Mode = openCache

function currentValue(list: ParametrizationList): Tensor {
  if (cachedDepth === 0) return list.value()
  const known = cache.get(list) ?? list.value()
  cache.set(list, known)
  return known
}

/** Makes the module one of a class of its own, `ParametrizedLinear`. */
function ownClass(module: AnyModule): void {
  const Base = module.constructor as new () => AnyModule
  const Own = class extends Base {}
  Object.defineProperty(Own, 'name', { value: `Parametrized${Base.name}` })
  Object.setPrototypeOf(module, Own.prototype)
}

/** Whether a tensor of the module, or any, is a function of others. */
export function isParametrized(module: AnyModule, tensorName?: string): boolean {
  const lists: unknown = Reflect.get(module, 'parametrizations')
  if (!isModule(lists) || !(lists instanceof ModuleDict)) return false
  return tensorName === undefined ? lists.length > 0 : lists.has(tensorName)
}

export interface ParametrizationOptions {
  /** Shape and dtype are not checked. Default false. */
  readonly unsafe?: boolean
}

/** From now on `module[tensorName]` is what `parametrization` makes of what is trained. */
export function registerParametrization<M extends AnyModule>(
  module: M,
  tensorName: string,
  parametrization: Parametrization,
  { unsafe = false }: ParametrizationOptions = {},
): M {
  parametrization.train(module.training)
  const { buffers, parameters } = partsOf(module).registry
  if (isParametrized(module, tensorName)) {
    if (!unsafe) checkAnother(module, tensorName, parametrization)
    const list = listsOf(module).at(tensorName)
    list.append(parametrization)
    list.unsafe ||= unsafe
    return module
  }
  if (!buffers.has(tensorName) && !parameters.has(tensorName)) throw errors.noTensor(module, tensorName)
  const original = Reflect.get(module, tensorName) as Tensor
  const list = new ParametrizationList([parametrization], original, unsafe)
  Reflect.deleteProperty(module, tensorName)
  if (!isParametrized(module)) {
    ownClass(module)
    Reflect.set(module, 'parametrizations', new ModuleDict<ParametrizationList>())
  }
  Object.defineProperty(Object.getPrototypeOf(module), tensorName, {
    configurable: true,
    get(this: AnyModule): Tensor {
      return currentValue(listsOf(this).at(tensorName))
    },
    set(this: AnyModule, value: Tensor) {
      listsOf(this).at(tensorName).rightInverse(value)
    },
  })
  listsOf(module).setAt(tensorName, list)
  return module
}

/** A further parametrization is from and to tensors like the parameter. */
function checkAnother(module: AnyModule, name: string, parametrization: Parametrization): void {
  const before = Reflect.get(module, name) as Tensor
  const after: unknown = Reflect.apply(parametrization, undefined, [before])
  errors.requireSame(after, `module.${name}`, `parametrization(module.${name})`, before)
  if (parametrization.rightInverse === undefined) return
  const back = inverted(parametrization, after)
  if (back !== after) errors.requireInverse(back, name, before)
}

/** Makes `module[tensorName]` a tensor again: what it is now, or what was trained if `leaveParametrized` is false. */
export function removeParametrizations<M extends AnyModule>(
  module: M,
  tensorName: string,
  options: boolean | { readonly leaveParametrized?: boolean } = true,
): M {
  const leaves = typeof options === 'boolean' ? options : (options.leaveParametrized ?? true)
  if (!isParametrized(module, tensorName)) throw errors.notParametrized(module, tensorName)
  const list = listsOf(module).at(tensorName)
  let [original] = list.originals() as [Tensor]
  if (!list.isTensor) {
    if (!leaves) throw errors.severalOriginals()
    const value = Reflect.get(module, tensorName) as Tensor
    original = value.requiresGrad ? new Parameter(value.detach()) : value
  } else if (leaves) {
    const value = noGrad(() => Reflect.get(module, tensorName) as Tensor)
    original.data = value
  }
  const prototype = Object.getPrototypeOf(module)
  Reflect.deleteProperty(prototype, tensorName)
  listsOf(module).pop(tensorName)
  registerTensor(module, tensorName, original)
  if (!isParametrized(module)) {
    Reflect.deleteProperty(module, 'parametrizations')
    Object.setPrototypeOf(module, Object.getPrototypeOf(prototype))
  }
  return module
}

/** The class a module had before it was parametrized. */
export const typeBeforeParametrizations = (module: AnyModule): unknown =>
  isParametrized(module)
    ? Object.getPrototypeOf(Object.getPrototypeOf(module)).constructor
    : module.constructor

/** Gives another module the parametrizations of this one, and what they start from. */
export function transferParametrizationsAndParams(
  from: AnyModule,
  to: AnyModule,
  tensorName?: string,
): AnyModule {
  if (!isParametrized(from)) return to
  for (const name of tensorName === undefined ? listsOf(from).keys() : [tensorName]) {
    const source = listsOf(from).at(name)
    if (!(name in to)) to.registerParameter(name, new Parameter(currentValue(source).detach()))
    for (const each of source) registerParametrization(to, name, each)
    const target = listsOf(to).at(name)
    for (const [original, tensor] of partsOf(source).registry.parameters)
      Reflect.set(target, original, tensor)
    for (const [original, tensor] of partsOf(source).registry.buffers) Reflect.set(target, original, tensor)
  }
  return to
}
