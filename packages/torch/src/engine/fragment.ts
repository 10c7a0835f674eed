// What one operation computes for operands of given types: a small graph, built once and recorded many times. Its derivative is a
// fragment too, of what it keeps of the operands and results, and of the cotangents; so that derivatives have derivatives.
import { vjp } from '@heddle/compiler'
import {
  type Builder,
  createBuilder,
  type DType,
  isFloat,
  type OpName,
  opRecord,
  type Value,
  withProvenance,
} from '@heddle/core'
import { type ArrayType, arrayType } from './types.ts'

export interface Fragment {
  /** Fragments are numbered as they are made; numbers are never used again. */
  readonly id: number
  readonly inputs: readonly ArrayType[]
  readonly outputs: readonly FragmentOutput[]
  readonly graph: FragmentGraph
  /** It moves elements or has one number everywhere, and computes nothing: where its results are used that costs next to nothing. */
  readonly isView: boolean
  readonly rule: DerivativeRule | undefined
  /** By which inputs want a cotangent and which outputs have one. */
  readonly derivatives: Map<number | string, Derivative>
}

/** Cotangents of the operands, given those of the results (none where a result has none), where core's are not PyTorch's. */
export type DerivativeRule = (parts: {
  readonly operands: readonly Value[]
  readonly results: readonly Value[]
  readonly cotangents: readonly (Value | undefined)[]
  /** The operands whose cotangents are asked for. */
  readonly wanted: readonly number[]
}) => readonly (Value | undefined)[]

export interface FragmentGraph {
  readonly inputs: readonly Value[]
  readonly results: readonly Value[]
}

export interface FragmentOutput {
  readonly type: ArrayType
  /** The input that this output is, unchanged. */
  readonly alias: number | undefined
}

export interface Derivative {
  readonly fragment: Fragment
  /** Where the inputs of the fragment come from. */
  readonly sources: readonly Source[]
  /** For each input of the operation, the output of the fragment that is its cotangent; -1 where none was wanted. */
  readonly results: readonly number[]
}

export interface Source {
  readonly from: 'input' | 'output' | 'cotangent'
  readonly index: number
}

const dtypesOfFragments = new WeakMap<Fragment, ReadonlySet<DType>>()

/** The dtypes it computes in. */
export function dtypesOf(fragment: Fragment): ReadonlySet<DType> {
  let dtypes = dtypesOfFragments.get(fragment)
  if (dtypes === undefined) {
    const values = new Set<Value>(fragment.graph.results)
    for (const value of values) for (const input of value.inputs) values.add(input)
    dtypes = new Set([...values].map(({ type }) => type.dtype))
    dtypesOfFragments.set(fragment, dtypes)
  }
  return dtypes
}

let count = 0

/** What an operation computes, in terms of core's functions. */
export type Build = (operands: readonly Value[], b: Builder) => Value | readonly Value[]

const isValueList = (built: Value | readonly Value[]): built is readonly Value[] => Array.isArray(built)

export function makeFragment(types: readonly ArrayType[], build: Build, rule?: DerivativeRule): Fragment {
  return withProvenance(undefined, () => {
    const b = createBuilder()
    const inputs = types.map(({ dtype, shape }, k) => b.input({ name: `x${k}`, dtype, shape }))
    const built = build(inputs, b)
    return fragmentOfGraph({ inputs, results: isValueList(built) ? built : [built] }, rule)
  })
}

function isMoved(result: Value): boolean {
  const nodes = new Set([result])
  for (const { op, inputs } of nodes) {
    const { kind } = opRecord(op)
    if (kind !== 'view' && kind !== 'input' && kind !== 'constant') return false
    for (const input of inputs) nodes.add(input)
  }
  return true
}

function fragmentOfGraph(graph: FragmentGraph, rule?: DerivativeRule): Fragment {
  return {
    id: count++,
    inputs: graph.inputs.map(({ type }) => arrayType(type.dtype, type.shape)),
    outputs: graph.results.map((value) => {
      const alias = graph.inputs.indexOf(value)
      return {
        type: arrayType(value.type.dtype, value.type.shape),
        alias: alias < 0 ? undefined : alias,
      }
    }),
    graph,
    isView: graph.results.every(isMoved),
    rule,
    derivatives: new Map(),
  }
}

/**
 * The fragment that gives cotangents of the `wanted` inputs, given those of the `present` outputs. What it needs of
 * forward is among its sources; a value that is a result of forward is taken from there and not computed again.
 */
export function derivativeOf(
  fragment: Fragment,
  wanted: readonly boolean[],
  present: readonly boolean[],
): Derivative {
  const key = keyOf(wanted, present)
  let derivative = fragment.derivatives.get(key)
  if (derivative === undefined) {
    derivative = withProvenance(undefined, () => differentiate(fragment, wanted, present))
    fragment.derivatives.set(key, derivative)
  }
  return derivative
}

/** One number of all bits, as long as a number has them; joined tensors and pieces may be more. */
function keyOf(wanted: readonly boolean[], present: readonly boolean[]): number | string {
  if (wanted.length + present.length > 50)
    return `${wanted.map(Number).join('')}:${present.map(Number).join('')}`
  let bits = 1
  for (let k = 0; k < wanted.length; k++) bits = 2 * bits + (wanted[k] ? 1 : 0)
  for (let k = 0; k < present.length; k++) bits = 2 * bits + (present[k] ? 1 : 0)
  return bits
}

function differentiate(
  { inputs, graph, rule }: Fragment,
  wanted: readonly boolean[],
  present: readonly boolean[],
): Derivative {
  const b = createBuilder()
  const placeholders: { readonly source: Source; readonly value: Value }[] = []
  const place = (
    source: Source,
    { dtype, shape }: { dtype: ArrayType['dtype']; shape: readonly number[] },
  ) => {
    const value = b.input({ name: `${source.from}${source.index}`, dtype, shape })
    placeholders.push({ source, value })
    return value
  }
  const xs = inputs.map((type, index) => place({ from: 'input', index }, type))
  const copies = copyInto(b, graph.results, new Map(graph.inputs.map((input, k) => [input, xs[k] as Value])))
  const ys = graph.results.map((result) => copies.get(result) as Value)
  const seeds = ys.map((y, index) =>
    present[index] === true && isFloat(y.type.dtype)
      ? place({ from: 'cotangent', index }, y.type)
      : undefined,
  )
  const wantedAt = inputs.flatMap((_, k) => (wanted[k] === true ? [k] : []))
  const found = cotangentsOf(xs, ys, seeds, wantedAt, rule)
  const known = new Map<Value, Value>(placeholders.map(({ value }) => [value, value]))
  ys.forEach((y, index) => {
    if (!known.has(y) && y.inputs.length > 0) known.set(y, place({ from: 'output', index }, y.type))
  })
  return derivativeGraph(found, known, placeholders, wantedAt, inputs.length)
}

function cotangentsOf(
  operands: readonly Value[],
  results: readonly Value[],
  cotangents: readonly (Value | undefined)[],
  wantedAt: readonly number[],
  rule: DerivativeRule | undefined,
): readonly Value[] {
  const zero = ({ builder, type }: Value): Value => builder.full({ ...type, value: 0 })
  if (rule !== undefined) {
    const all = rule({ operands, results, cotangents, wanted: wantedAt })
    return wantedAt.map((k) => all[k] ?? zero(operands[k] as Value))
  }
  const of = results.filter((_, k) => cotangents[k] !== undefined)
  const seeds = cotangents.filter((cotangent) => cotangent !== undefined)
  return vjp(
    of,
    seeds,
    wantedAt.map((k) => operands[k] as Value),
  )
}

/** The part of the derivative that is needed, in a graph of its own whose inputs are the placeholders it reads. */
function derivativeGraph(
  found: readonly Value[],
  known: ReadonlyMap<Value, Value>,
  placeholders: readonly { readonly source: Source; readonly value: Value }[],
  wantedAt: readonly number[],
  inputCount: number,
): Derivative {
  const used = reachedPlaceholders(found, known)
  const sources = placeholders.filter(({ value }) => used.has(value))
  const b = createBuilder()
  const inputs = sources.map(({ value: { type } }, k) =>
    b.input({ name: `x${k}`, dtype: type.dtype, shape: type.shape }),
  )
  const placed = new Map(sources.map(({ value }, k) => [value, inputs[k] as Value]))
  const from = new Map<Value, Value>()
  for (const [value, placeholder] of known) {
    const input = placed.get(placeholder)
    if (input !== undefined) from.set(value, input)
  }
  const copies = copyInto(b, found, from)
  const results = new Array<number>(inputCount).fill(-1)
  wantedAt.forEach((input, k) => {
    results[input] = k
  })
  return {
    fragment: fragmentOfGraph({ inputs, results: found.map((value) => copies.get(value) as Value) }),
    sources: sources.map(({ source }) => source),
    results,
  }
}

function reachedPlaceholders(roots: readonly Value[], known: ReadonlyMap<Value, Value>): ReadonlySet<Value> {
  const used = new Set<Value>()
  const seen = new Set<Value>(roots)
  for (const value of seen) {
    const placeholder = known.get(value)
    if (placeholder !== undefined) used.add(placeholder)
    else for (const input of value.inputs) seen.add(input)
  }
  return used
}

/** Copies what `roots` depend on into another builder, stopping at values that are known there. Gives back all that is known then. */
export function copyInto(
  b: Builder,
  roots: readonly Value[],
  known: Map<Value, Value>,
): ReadonlyMap<Value, Value> {
  const needed = new Set<Value>(roots)
  for (const node of needed) if (!known.has(node)) for (const input of node.inputs) needed.add(input)
  // Within a builder operands are made before their users, and numbered so.
  for (const node of [...needed].sort((x, y) => x.id - y.id)) {
    if (known.has(node)) continue
    const operands = node.inputs.map((input) => known.get(input) as Value)
    known.set(node, b.make(node.op as OpName, operands, node.attrs))
  }
  return known
}
