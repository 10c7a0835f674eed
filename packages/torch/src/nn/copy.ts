// Copies of modules and data with all that belongs to them, as Python's `copy.deepcopy` makes them.
import { noGrad } from '../autograd/grad-mode.ts'
import { argumentError } from '../errors.ts'
import { isOptions } from '../ops/signature.ts'
import { Tensor } from '../tensor/tensor.ts'
import { emptyCallable, isModule, partsOf } from './callable.ts'
import type { AnyModule } from './module.ts'
import { Buffer, Parameter, UninitializedBuffer, UninitializedParameter } from './parameter.ts'

/**
 * A copy that shares nothing with what is given: modules with their parameters, buffers and submodules, tensors, lists, maps (state
 * dicts) and plain objects are copied, what is shared inside stays so, functions are the same. Constructors of modules do not run, so
 * no random numbers are drawn.
 *
 * - C1 tensors are leaves. Throws PyTorch's RuntimeError. C2 the classes have no private (`#`) fields, which nobody can copy. C3 what is
 *   given is no instance of another class; inside of modules these are shared. Throws TypeError.
 */
export function deepcopy<T>(value: T): T {
  const copy = noGrad(() => copyOf(value, new Map())) as T
  if (copy === value && typeof value === 'object' && value !== null) throw notCopied(value)
  return copy
}

function copyOf(value: unknown, known: Map<unknown, unknown>): unknown {
  if (known.has(value)) return known.get(value)
  if (isModule(value)) return copyModule(value, known)
  if (value instanceof Tensor) return remember(value, copyTensor(value), known)
  if (Array.isArray(value)) {
    const list: unknown[] = []
    known.set(value, list)
    for (const each of value) list.push(copyOf(each, known))
    return list
  }
  if (value instanceof Map) {
    const map = new Map()
    known.set(value, map)
    for (const [key, each] of value) map.set(key, copyOf(each, known))
    return map
  }
  if (!isOptions(value)) return value
  const object: Record<string, unknown> = {}
  known.set(value, object)
  for (const [key, each] of Object.entries(value)) object[key] = copyOf(each, known)
  return object
}

function remember<T>(value: unknown, copy: T, known: Map<unknown, unknown>): T {
  known.set(value, copy)
  return copy
}

function copyTensor(tensor: Tensor): Tensor {
  if (!tensor.isLeaf) throw notALeaf()
  const { dtype, device, requiresGrad } = tensor
  if (tensor instanceof UninitializedParameter)
    return new UninitializedParameter({ dtype, device, requiresGrad })
  if (tensor instanceof UninitializedBuffer) return new UninitializedBuffer({ dtype, device, requiresGrad })
  const contents = tensor.detach().clone()
  const copy =
    tensor instanceof Parameter
      ? new Parameter(contents, tensor.requiresGrad)
      : tensor instanceof Buffer
        ? new Buffer(contents, { persistent: tensor.persistent })
        : contents.requiresGrad_(tensor.requiresGrad)
  if (tensor.storedGrad !== null) copy.storeGrad(tensor.storedGrad.detach().clone())
  return copy
}

function copyModule(module: AnyModule, known: Map<unknown, unknown>): AnyModule {
  const copy = remember(module, emptyCallable(module), known)
  const [from, to] = [partsOf(module), partsOf(copy)]
  const { parameters, buffers, modules, transient } = from.registry
  // Names in the order in which they were registered, which that of properties need not be.
  for (const [name, parameter] of parameters)
    copy.registerParameter(name, copyOf(parameter, known) as Parameter)
  for (const [name, buffer] of buffers) {
    copy.registerBuffer(name, copyOf(buffer, known) as Tensor, !transient.has(name))
  }
  for (const [name, child] of modules) copy.registerModule(name, copyOf(child, known) as AnyModule)
  for (const name of Object.keys(module)) {
    if (!(name in copy)) Reflect.set(copy, name, copyOf(Reflect.get(module, name), known))
  }
  copyHooks(from.hooks, to.hooks)
  copyHooks(from.stateHooks, to.stateHooks)
  return copy
}

function copyHooks<H extends object>(from: H, to: H): void {
  for (const [kind, hooks] of Object.entries(from) as [keyof H, Map<object, unknown>][]) {
    const copies = to[kind] as Map<object, unknown>
    for (const [key, hook] of hooks) copies.set(key, hook)
  }
}

const notCopied = (value: object) =>
  argumentError(`cannot copy '${value.constructor.name}' object`, {}, 'TypeError')
const notALeaf = () =>
  argumentError(
    'Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment',
  )
