// Compiled traces, found by their structure: which fragments, which operand is which, which results are wanted. A hash finds the
// candidate, comparing the whole key decides. Bounded: the trace not used for longest goes first.
import { planFor } from '@heddle/compiler'
import {
  type Backend,
  createBuilder,
  type DeviceBuffer,
  type Executable,
  type Graph,
  type GraphInput,
  type GraphOutput,
  mixHash,
  type Value,
} from '@heddle/core'
import type { Cell } from './cell.ts'
import { copyInto, type Fragment } from './fragment.ts'

export interface Trace {
  /** Per application the fragment's number and its operands: a place among all outputs, or -1 - k for the k-th leaf. */
  readonly key: readonly number[]
  readonly fragments: readonly Fragment[]
  readonly leaves: readonly Cell[]
  /** Places of the wanted results. */
  readonly roots: readonly number[]
}

interface Entry {
  readonly key: Int32Array
  readonly roots: Int32Array
  readonly executable: Executable
  /** For each input of the plan the leaf it is; for each output the root. */
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

/** Runs a trace: `leaves` and `results` in its order. */
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

function entryOf(backend: Backend, trace: Trace): Entry {
  let entries = caches.get(backend)
  if (entries === undefined) {
    entries = new Map()
    caches.set(backend, entries)
  }
  const hash = hashOf(trace)
  let slot = hash
  for (let found = entries.get(slot); found !== undefined; found = entries.get(++slot)) {
    if (!sameNumbers(found.key, trace.key) || !sameNumbers(found.roots, trace.roots)) continue
    entries.delete(slot)
    entries.set(slot, found)
    return found
  }
  const entry = compileTrace(backend, trace)
  entries.set(slot, entry)
  for (const [oldest, { executable }] of entries) {
    if (entries.size <= capacity) break
    entries.delete(oldest)
    executable.dispose()
  }
  return entry
}

function hashOf({ key, roots }: Trace): number {
  let hash = key.length
  for (let k = 0; k < key.length; k++) hash = mixHash(hash, key[k] as number)
  for (let k = 0; k < roots.length; k++) hash = mixHash(hash, roots[k] as number)
  return hash
}

function sameNumbers(x: Int32Array, y: readonly number[]): boolean {
  if (x.length !== y.length) return false
  for (let k = 0; k < x.length; k++) if (x[k] !== y[k]) return false
  return true
}

function compileTrace(backend: Backend, trace: Trace): Entry {
  const plan = planFor(graphOf(trace), backend.capabilities)
  const executable = backend.prepareSync(plan)
  compileCount++
  const position = (name: string): number => Number(name.slice(1))
  return {
    key: Int32Array.from(trace.key),
    roots: Int32Array.from(trace.roots),
    executable,
    inputs: plan.inputs.map(({ name }) => position(name)),
    outputs: plan.outputs.map(({ name }) => position(name)),
  }
}

/** The trace as one graph, leaves named i0, i1, … and results o0, o1, … */
function graphOf({ key, fragments, leaves, roots }: Trace): Graph {
  const b = createBuilder()
  const inputs: GraphInput[] = []
  const leafValues = leaves.map(({ type: { dtype, shape } }, k) => {
    const value = b.input({ name: `i${k}`, dtype, shape })
    if (isInput(value)) inputs.push({ value, role: 'feed', trainable: false, initial: undefined })
    return value
  })
  const values: Value[] = []
  let next = 0
  for (const { graph } of fragments) {
    next++
    const operands = graph.inputs.map(() => {
      const at = key[next++] as number
      return (at < 0 ? leafValues[-1 - at] : values[at]) as Value
    })
    const known = copyInto(
      b,
      graph.results,
      new Map(graph.inputs.map((input, k) => [input, operands[k] as Value])),
    )
    for (const result of graph.results) values.push(known.get(result) as Value)
  }
  const outputs: GraphOutput[] = roots.map((root, k) => ({ name: `o${k}`, value: values[root] as Value }))
  return { name: 'trace', inputs, outputs, updates: [] }
}

const isInput = (value: Value): value is Value<'input'> => value.op === 'input'
