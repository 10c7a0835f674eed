// Arguments and results of compiled functions: tensors in lists, records and maps, and other values. Arguments become a flat list of
// what a program depends on; results become a tree to be filled with other tensors.
import { isGradEnabled, isInferenceModeEnabled } from '../autograd/grad-mode.ts'
import { getDefaultDtype } from '../dtypes.ts'
import { isModule } from '../nn/callable.ts'
import { wasReplaced } from '../nn/registry.ts'
import { getDefaultDevice } from '../ops/devices.ts'
import { named, partsOfNamed } from '../ops/named.ts'
import { isContiguous } from '../tensor/layout.ts'
import { Size } from '../tensor/size.ts'
import { Tensor } from '../tensor/tensor.ts'

/** What everything that is recorded depends on. */
export const modes = (): unknown[] => [
  isGradEnabled(),
  isInferenceModeEnabled(),
  getDefaultDtype(),
  getDefaultDevice(),
]

export interface Arguments {
  /** Each once, in the order in which they come. */
  readonly tensors: readonly Tensor[]
  /** What a program that was compiled for other arguments must have in common with these; compared by identity. */
  readonly tokens: readonly unknown[]
}

/** What is recorded depends on these properties of a tensor, beside its contents. */
export const traitsOf = (tensor: Tensor): readonly unknown[] => [
  tensor.view_ === undefined,
  wasReplaced(tensor),
  ...hooksOf(tensor),
  tensor.type_,
  tensor.device,
  tensor.requiresGrad,
  tensor.isLeaf,
  tensor.isInference(),
  isContiguous(tensor.layout_) || `${tensor.layout_.strides}+${tensor.layout_.offset}`,
]

/** Hooks that backward calls where gradients arrive at a leaf, each by the key it is known by. */
function hooksOf({ accumulator, postAccumulateHooks }: Tensor): readonly object[] {
  if (accumulator === undefined && postAccumulateHooks === undefined) return none
  const ofNode = accumulator === undefined ? [] : [...accumulator.tensorHooks.values()]
  const own = [accumulator?.hooks, accumulator?.preHooks, postAccumulateHooks]
  return [...ofNode, ...own].flatMap((hooks) => (hooks === undefined ? none : [...hooks.keys()]))
}
const none: readonly object[] = []

/** Undefined where arguments hold data that is no tensor, which a program would not see change. */
export function argumentsOf(args: readonly unknown[]): Arguments | undefined {
  const tokens: unknown[] = modes()
  const places = new Map<Tensor, number>()
  const memories = new Map<object, number>()
  const offsets: number[] = []
  const addTensor = (tensor: Tensor): void => {
    const known = places.get(tensor)
    if (known === undefined) {
      places.set(tensor, places.size)
      const sharesWith = memories.get(tensor.memory) ?? -1
      if (sharesWith < 0) memories.set(tensor.memory, places.size - 1)
      tokens.push('tensor', sharesWith, ...traitsOf(tensor))
      // Which part of it each shows.
      if (sharesWith >= 0) tokens.push(offsets[sharesWith], tensor.storageOffset())
      offsets.push(tensor.storageOffset())
      // Parameters are constants: a function may also reach them by other ways.
      if (tensor.constructor !== Tensor) tokens.push(tensor)
    } else tokens.push('same', known)
  }
  const stack: unknown[] = [args]
  while (stack.length > 0) {
    const value = stack.pop()
    if (value instanceof Tensor) addTensor(value)
    else if (Array.isArray(value)) {
      tokens.push('list', value.length)
      stack.push(...value.toReversed())
    } else if (value instanceof Map) {
      tokens.push('map', value.size)
      for (const [key, item] of value) stack.push(item, key)
    } else if (value instanceof Set) {
      tokens.push('set', value.size)
      stack.push(...[...value].toReversed())
    } else if (isRecord(value)) {
      const keys = Object.keys(value)
      tokens.push('record', keys.length, ...keys)
      for (const key of keys.toReversed()) stack.push(value[key])
    } else if (ArrayBuffer.isView(value)) return undefined
    else {
      tokens.push(value)
      // An object of a class may hold other tensors at the next call.
      if (typeof value === 'object' && value !== null && !isModule(value)) {
        for (const [key, held] of Object.entries(value)) {
          if (held instanceof Tensor) addTensor(held)
          else tokens.push(key, held)
        }
      }
    }
  }
  return { tensors: [...places.keys()], tokens }
}

const isRecord = (value: unknown): value is Record<string, unknown> => {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

export function sameTokens(x: readonly unknown[], y: readonly unknown[]): boolean {
  if (x.length !== y.length) return false
  for (let k = 0; k < x.length; k++) if (!Object.is(x[k], y[k])) return false
  return true
}

/** The same value with other tensors in their places. */
export type Rebuild = (tensors: readonly Tensor[]) => unknown

/** The tensors of a result, and how to make it of others. A string tells what it is that cannot be made again. */
export function resultOf(
  result: unknown,
):
  | { readonly tensors: readonly Tensor[]; readonly rebuild: Rebuild; readonly values: readonly unknown[] }
  | string {
  const values: unknown[] = []
  const places = new Map<Tensor, number>()
  let unknown: string | undefined
  const visit = (value: unknown): Rebuild => {
    if (value instanceof Tensor) {
      const at = places.get(value) ?? places.size
      places.set(value, at)
      return (tensors) => tensors[at]
    }
    const tuple = partsOfNamed(value)
    if (tuple !== undefined) {
      const fields = visit(tuple.results)
      return (tensors) => named(tuple.title, fields(tensors) as Record<string, Tensor>)
    }
    if (value instanceof Size) return () => value
    if (Array.isArray(value)) {
      const items = value.map(visit)
      return (tensors) => items.map((item) => item(tensors))
    }
    if (value instanceof Map) {
      const items = [...value].map(([key, item]) => [key, visit(item)] as const)
      return (tensors) => new Map(items.map(([key, item]) => [key, item(tensors)]))
    }
    if (isRecord(value)) {
      const items = Object.entries(value).map(([key, item]) => [key, visit(item)] as const)
      return (tensors) => Object.fromEntries(items.map(([key, item]) => [key, item(tensors)]))
    }
    if (typeof value === 'function' || (typeof value === 'object' && value !== null)) {
      unknown ??= typeof value === 'function' ? 'a function' : `a ${value.constructor.name}`
    }
    values.push(value)
    return () => value
  }
  const rebuild = visit(result)
  return unknown ?? { tensors: [...places.keys()], rebuild, values }
}
