// `torch.nn.utils.stateless`, and `torch.func.functional_call`: a module called with other parameters and buffers than its own.
import { argumentError } from '../errors.ts'
import { repr } from '../print/python.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { AnyModule } from './module.ts'
import { noAttribute } from './module-errors.ts'

/** Tensors by the paths of the names they stand for. */
export type NamedTensors = Map<string, Tensor> | Readonly<Record<string, Tensor>>

export interface FunctionalCallOptions {
  /** A tensor that has several names is replaced under all of them. Default true. */
  readonly tieWeights?: boolean
  /** All parameters and buffers are given, and nothing else. Default false. */
  readonly strict?: boolean
}

interface Place {
  readonly owner: AnyModule
  readonly name: string
}

const entriesOf = (tensors: NamedTensors): readonly (readonly [string, Tensor])[] =>
  tensors instanceof Map ? [...tensors] : Object.entries(tensors)

function placeOf(module: AnyModule, path: string): Place {
  const end = path.lastIndexOf('.')
  const owner = module.getSubmodule(path.slice(0, Math.max(end, 0)))
  const name = path.slice(end + 1)
  if (!(name in owner)) throw noAttribute(owner._getName(), name)
  return { owner, name }
}

/** Shows another tensor under a name. Assigning to it meanwhile changes what is shown. Gives back what undoes it. */
function show({ owner, name }: Place, tensor: Tensor, assigned: (value: unknown) => void): () => void {
  const before = Object.getOwnPropertyDescriptor(owner, name)
  let shown: unknown = tensor
  // An accessor, which the module takes for no assignment.
  Object.defineProperty(owner, name, {
    configurable: true,
    enumerable: true,
    get: () => shown,
    set(value: unknown) {
      shown = value
      assigned(value)
    },
  })
  return () => {
    if (before !== undefined) Object.defineProperty(owner, name, before)
    // A name of the class, as of what is parametrized: deleting it must not unregister anything.
    else Reflect.deleteProperty(owner, name)
  }
}

/** Names of the same tensors, with what is given for one of them. */
function tied(module: AnyModule, given: ReadonlyMap<string, Tensor>): ReadonlyMap<string, Tensor> {
  const options = { removeDuplicate: false }
  const own = [...module.namedParameters(options), ...module.namedBuffers(options)]
  const byTensor = new Map<Tensor, Tensor>()
  for (const [name, tensor] of own) {
    const replacement = given.get(name)
    if (replacement === undefined) continue
    const known = byTensor.get(tensor)
    if (known !== undefined && known !== replacement) throw differently(name)
    byTensor.set(tensor, replacement)
  }
  const all = new Map(given)
  for (const [name, tensor] of own) {
    const replacement = byTensor.get(tensor)
    if (replacement !== undefined) all.set(name, replacement)
  }
  return all
}

function requireAll(module: AnyModule, given: ReadonlyMap<string, Tensor>): void {
  const own = [...module.namedParameters(), ...module.namedBuffers()].map(([name]) => name)
  const missing = own.filter((name) => !given.has(name))
  const unexpected = [...given.keys()].filter((name) => !own.includes(name))
  const problems: string[] = []
  if (unexpected.length > 0) problems.push(`Unexpected key(s): ${unexpected.map(repr).join(', ')}.`)
  if (missing.length > 0) problems.push(`Missing key(s): ${missing.map(repr).join(', ')}.`)
  if (problems.length === 0) return
  throw argumentError(`Error(s) in reparametrizing for ${module._getName()}:\n\t${problems.join('\n\t')}`, {
    missing,
    unexpected,
  })
}

/**
 * `module(...args)` with `parametersAndBuffers` in the places of its own. What is assigned to these meanwhile stands in a map that was
 * given, afterwards; the module is as it was. Several in a list are joined.
 *
 * - C1 each tensor has a name of the module, and no name stands in two of them. Throws PyTorch's AttributeError or ValueError.
 *
 * @example
 * const layer = new torch.nn.Linear(1, 1)
 * const weight = torch.ones(1, 1).mul(3), bias = torch.ones(1)
 * torch.func.functionalCall(layer, { weight, bias }, torch.ones(1).mul(2)).tolist() // => [7]
 */
export function functionalCall<R = Tensor>(
  module: AnyModule,
  parametersAndBuffers: NamedTensors | readonly NamedTensors[],
  args: unknown = [],
  kwargs: Readonly<Record<string, unknown>> | null = null,
  { tieWeights = true, strict = false }: FunctionalCallOptions = {},
): R {
  const dicts: readonly NamedTensors[] = isList(parametersAndBuffers)
    ? parametersAndBuffers
    : [parametersAndBuffers]
  const entries = dicts.flatMap(entriesOf)
  const given = new Map(entries)
  if (given.size < entries.length) throw inSeveral(entries.map(([name]) => name))
  if (strict) requireAll(module, given)
  const inputs = Array.isArray(args) ? args : [args]
  const undo: (() => void)[] = []
  try {
    for (const [path, tensor] of tieWeights ? tied(module, given) : given) {
      const assigned = (value: unknown): void => {
        for (const dict of dicts) if (dict instanceof Map && dict.has(path)) dict.set(path, value as Tensor)
      }
      undo.push(show(placeOf(module, path), tensor, assigned))
    }
    const call = kwargs === null || Object.keys(kwargs).length === 0 ? inputs : [...inputs, kwargs]
    return Reflect.apply(module, undefined, call) as R
  } finally {
    for (const restore of undo.reverse()) restore()
  }
}

const isList = (given: NamedTensors | readonly NamedTensors[]): given is readonly NamedTensors[] =>
  Array.isArray(given)

const inSeveral = (names: readonly string[]) => {
  const repeated = [...new Set(names.filter((name, at) => names.indexOf(name) < at))]
  return argumentError(
    `[${repeated.map(repr).join(', ')}] appeared in multiple dictionaries; behavior of functional call is ambiguous`,
    { names: repeated },
    'ValueError',
  )
}
const differently = (name: string) =>
  argumentError(
    `functional_call got multiple values for keys ${repr(name)}, which are tied. Consider using tie_weights=False`,
    { name },
    'ValueError',
  )
