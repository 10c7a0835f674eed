// Compiled traces, found by their structure: ops, attributes, which operand is which, types of leaves. A hash finds the
// candidate, comparing the whole trace decides. Bounded: the trace not used for longest goes first.
import { planFor } from '@heddle/compiler'
import {
  type Backend,
  createBuilder,
  type DeviceBuffer,
  type Executable,
  type Graph,
  type GraphInput,
  hashString,
  mixHash,
  type OpName,
  structuralHash,
  structurallyEqual,
  type Value,
} from '@heddle/core'

/** A trace in canonical form: nodes in post-order of its roots, operands by position. */
export interface Trace {
  readonly nodes: readonly Value[]
  /** Per node: whether its contents are given. */
  readonly isLeaf: readonly boolean[]
  /** Positions of the operands of all nodes, one after the other. */
  readonly operands: readonly number[]
  readonly roots: readonly number[]
}

interface Entry {
  readonly hash: number
  readonly ops: readonly string[]
  readonly attrs: readonly object[]
  readonly operands: readonly number[]
  readonly roots: readonly number[]
  readonly executable: Executable
  /** For each input of the plan the leaf it is, counted in the order of the trace; for each output the root. */
  readonly inputs: readonly number[]
  readonly outputs: readonly number[]
}

const capacity = 256
const caches = new WeakMap<Backend, Map<number, Entry>>()
let compileCount = 0

export const planCacheStats = (
  backend: Backend,
): { readonly compileCount: number; readonly cacheSize: number } => ({
  compileCount,
  cacheSize: caches.get(backend)?.size ?? 0,
})

/** The nodes the roots depend on, stopping at values whose contents are known. */
export function traceOf(roots: readonly Value[], hasContents: (value: Value) => boolean): Trace {
  const positions = new Map<Value, number>()
  const nodes: Value[] = []
  const isLeaf: boolean[] = []
  const operands: number[] = []
  const stack: Value[] = []
  for (let k = roots.length - 1; k >= 0; k--) stack.push(roots[k] as Value)
  while (stack.length > 0) {
    const node = stack[stack.length - 1] as Value
    if (positions.has(node)) {
      stack.pop()
      continue
    }
    const leaf = hasContents(node)
    const before = stack.length
    if (!leaf) {
      for (let k = node.inputs.length - 1; k >= 0; k--) {
        const input = node.inputs[k] as Value
        if (!positions.has(input)) stack.push(input)
      }
    }
    if (stack.length > before) continue
    stack.pop()
    positions.set(node, nodes.length)
    nodes.push(node)
    isLeaf.push(leaf)
    if (!leaf) for (const input of node.inputs) operands.push(positions.get(input) ?? -1)
  }
  return { nodes, isLeaf, operands, roots: roots.map((root) => positions.get(root) ?? -1) }
}

/** Runs a trace: `leaves` in the order of the trace, `results` in the order of its roots. */
export function runTrace(
  backend: Backend,
  trace: Trace,
  leaves: readonly DeviceBuffer[],
  results: readonly DeviceBuffer[],
): void {
  const { executable, inputs, outputs } = entryOf(backend, trace)
  executable.run(
    inputs.map((leaf) => leaves[leaf] as DeviceBuffer),
    outputs.map((root) => results[root] as DeviceBuffer),
  )
}

function cacheOf(backend: Backend): Map<number, Entry> {
  let entries = caches.get(backend)
  if (entries === undefined) {
    entries = new Map()
    caches.set(backend, entries)
  }
  return entries
}

const opHashes = new Map<string, number>()

function opHash(op: string): number {
  let hash = opHashes.get(op)
  if (hash === undefined) {
    hash = hashString(op)
    opHashes.set(op, hash)
  }
  return hash
}

/** A leaf counts as an input of its type, whatever made it. */
const leafOp = 'input'
const opOf = (trace: Trace, at: number): string => (trace.isLeaf[at] ? leafOp : (trace.nodes[at] as Value).op)
const attrsOf = (trace: Trace, at: number): object => {
  const node = trace.nodes[at] as Value
  return trace.isLeaf[at] ? node.type : node.attrs
}

function hashOf(trace: Trace): number {
  let hash = trace.nodes.length
  for (let at = 0; at < trace.nodes.length; at++) {
    hash = mixHash(mixHash(hash, opHash(opOf(trace, at))), structuralHash(attrsOf(trace, at)))
  }
  for (const operand of trace.operands) hash = mixHash(hash, operand)
  for (const root of trace.roots) hash = mixHash(hash, root)
  return hash
}

function matches(entry: Entry, trace: Trace): boolean {
  if (entry.ops.length !== trace.nodes.length) return false
  if (!sameNumbers(entry.operands, trace.operands) || !sameNumbers(entry.roots, trace.roots)) return false
  return entry.ops.every(
    (op, at) => op === opOf(trace, at) && structurallyEqual(entry.attrs[at], attrsOf(trace, at)),
  )
}

const sameNumbers = (x: readonly number[], y: readonly number[]): boolean =>
  x.length === y.length && x.every((item, k) => item === y[k])

function entryOf(backend: Backend, trace: Trace): Entry {
  const entries = cacheOf(backend)
  const hash = hashOf(trace)
  let key = hash
  for (let found = entries.get(key); found !== undefined; found = entries.get(++key)) {
    if (found.hash !== hash || !matches(found, trace)) continue
    entries.delete(key)
    entries.set(key, found)
    return found
  }
  const entry = compileTrace(backend, trace, hash)
  entries.set(key, entry)
  for (const [oldest, { executable }] of entries) {
    if (entries.size <= capacity) break
    entries.delete(oldest)
    executable.dispose()
  }
  return entry
}

function compileTrace(backend: Backend, trace: Trace, hash: number): Entry {
  const graph = graphOf(trace)
  const plan = planFor(graph, backend.capabilities)
  const executable = backend.prepareSync(plan)
  compileCount++
  const position = (name: string): number => Number(name.slice(1))
  return {
    hash,
    ops: trace.nodes.map((_, at) => opOf(trace, at)),
    attrs: trace.nodes.map((_, at) => attrsOf(trace, at)),
    operands: trace.operands,
    roots: trace.roots,
    executable,
    inputs: plan.inputs.map(({ name }) => position(name)),
    outputs: plan.outputs.map(({ name }) => position(name)),
  }
}

/** The trace as a graph of its own, leaves named i0, i1, … and roots o0, o1, …: what is kept refers to no epoch. */
function graphOf(trace: Trace): Graph {
  const b = createBuilder()
  const copies: Value[] = []
  const inputs: GraphInput[] = []
  let next = 0
  trace.nodes.forEach((node, at) => {
    if (trace.isLeaf[at]) {
      const value = b.input({ name: `i${inputs.length}`, dtype: node.type.dtype, shape: node.type.shape })
      if (isInput(value)) inputs.push({ value, role: 'feed', trainable: false, initial: undefined })
      copies.push(value)
      return
    }
    const operands = node.inputs.map(() => copies[trace.operands[next++] ?? -1] as Value)
    copies.push(b.make(node.op as OpName, operands, node.attrs))
  })
  const outputs = trace.roots.map((root, k) => ({ name: `o${k}`, value: copies[root] as Value }))
  return { name: 'trace', inputs, outputs, updates: [] }
}

const isInput = (value: Value): value is Value<'input'> => value.op === 'input'
