// Compiled traces, found by their structure: which fragments, which operand is which, which results are wanted. A hash finds the
// candidate, comparing the whole key decides. Bounded: the trace not used for longest goes first.
// Where the host works on the device's memory, small arrays stay with the host between runs, and pass through buffers that the
// compiled trace keeps: copying a few numbers costs less than giving memory out and taking it back.
import { planFor } from '@heddle/compiler'
import {
  type Backend,
  createBuilder,
  type DeviceBuffer,
  type DType,
  type Executable,
  type Graph,
  type GraphInput,
  type GraphOutput,
  mixHash,
  type Value,
} from '@heddle/core'
import type { Cell } from './cell.ts'
import { copyInto, type Fragment } from './fragment.ts'
import { bufferOf, deviceStorage, hostArrayOf, hostStorage, type Storage } from './storage.ts'
import type { ArrayType } from './types.ts'

export interface Trace {
  /** Per application the fragment's number and its operands: a place among all outputs, or -1 - k for the k-th leaf. */
  readonly key: readonly number[]
  readonly fragments: readonly Fragment[]
  readonly leaves: readonly Cell[]
  /** Places of the wanted results, and their types. */
  readonly roots: readonly number[]
  readonly types: readonly ArrayType[]
}

/** A compiled trace. */
export interface TracePlan {
  /** Places of results that were asked for after they were run: they are roots as well when the trace is run again. */
  readonly kept: Set<number>
}

interface Entry extends TracePlan {
  readonly key: Int32Array
  readonly roots: Int32Array
  readonly executable: Executable
  /** For each input of the plan the leaf it is; for each output the root. */
  readonly inputs: readonly number[]
  readonly outputs: readonly number[]
  /** The buffers of a run; those of small arrays stay. */
  readonly inputBuffers: (DeviceBuffer | undefined)[]
  readonly outputBuffers: (DeviceBuffer | undefined)[]
  /** Which of them stay. */
  readonly inputStays: readonly boolean[]
  readonly outputStays: readonly boolean[]
}

/** Elements of the largest array that stays with the host. */
const smallSize = 1024

const capacity = 256
const caches = new WeakMap<Backend, Map<number, Entry>>()
let compileCount = 0

export const planCacheStats = (
  backend: Backend,
): { readonly compileCount: number; readonly cacheSize: number } => ({
  compileCount,
  cacheSize: caches.get(backend)?.size ?? 0,
})

/** Runs the plan of a trace; contents of the wanted results, in their order. */
export function runPlan(backend: Backend, plan: TracePlan, trace: Trace): readonly Storage[] {
  const { executable, inputs, outputs, inputBuffers, outputBuffers, inputStays, outputStays } = plan as Entry
  for (let k = 0; k < inputs.length; k++) {
    const storage = (trace.leaves[inputs[k] as number] as Cell).storage as Storage
    if (inputStays[k] === true) backend.write(inputBuffers[k] as DeviceBuffer, hostArrayOf(storage))
    else inputBuffers[k] = bufferOf(storage, backend)
  }
  const results = new Array<Storage>(trace.roots.length)
  for (let k = 0; k < outputs.length; k++) {
    if (outputStays[k] === true) continue
    const { dtype, size } = trace.types[outputs[k] as number] as ArrayType
    const storage = deviceStorage(backend, dtype, size)
    results[outputs[k] as number] = storage
    outputBuffers[k] = bufferOf(storage, backend)
  }
  executable.run(inputBuffers as DeviceBuffer[], outputBuffers as DeviceBuffer[])
  for (let k = 0; k < outputs.length; k++) {
    if (outputStays[k] !== true) continue
    const buffer = outputBuffers[k] as DeviceBuffer
    results[outputs[k] as number] = hostStorage(buffer.dtype, backend.readSync(buffer))
  }
  return results
}

/** The plan of a trace, compiled if it is new. */
export function planOf(backend: Backend, trace: Trace): TracePlan {
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
  for (const [oldest, old] of entries) {
    if (entries.size <= capacity) break
    entries.delete(oldest)
    forget(backend, old)
  }
  return entry
}

function forget(backend: Backend, entry: Entry): void {
  const { executable, inputBuffers, outputBuffers, inputStays, outputStays } = entry
  executable.dispose()
  for (const [buffers, stays] of [
    [inputBuffers, inputStays],
    [outputBuffers, outputStays],
  ] as const) {
    buffers.forEach((buffer, k) => {
      if (buffer !== undefined && stays[k] === true) backend.free(buffer)
    })
  }
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
  const staysOf = (buffers: readonly { readonly buffer: number }[]): readonly boolean[] =>
    buffers.map(({ buffer }) => isShared && (plan.buffers[buffer]?.size ?? 0) <= smallSize)
  const isShared = backend.capabilities.hostSteps === 'shared'
  const [inputStays, outputStays] = [staysOf(plan.inputs), staysOf(plan.outputs)]
  const buffersOf = (bindings: readonly { readonly buffer: number }[], stays: readonly boolean[]) =>
    bindings.map(({ buffer }, k) => {
      const { dtype, size } = plan.buffers[buffer] as { readonly dtype: DType; readonly size: number }
      return stays[k] === true ? backend.allocate(dtype, size) : undefined
    })
  return {
    kept: new Set(),
    inputStays,
    outputStays,
    inputBuffers: buffersOf(plan.inputs, inputStays),
    outputBuffers: buffersOf(plan.outputs, outputStays),
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
