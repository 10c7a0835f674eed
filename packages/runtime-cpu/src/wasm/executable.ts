// A prepared plan: its constants in memory, a table of addresses, and the module's functions to be called in order.
import {
  type Capabilities,
  checkRun,
  copyStorage,
  type DeviceBuffer,
  dtypes,
  type Executable,
  HeddleError,
  type HostStep,
  internalError,
  type KernelSource,
  type Plan,
  type PlanBuffer,
  runHostStep,
  type TypedArray,
} from '@heddle/core'
import { type EmittedModule, emitModule } from './emit/module.ts'
import { type Heap, maxWasmPages } from './memory.ts'

/** What executables share with their backend. */
export interface Workspace {
  readonly heap: Heap
  readonly owner: string
  readonly capabilities: Capabilities
  /** Throws if the backend was disposed. */
  check(): void
  addressOf(buffer: DeviceBuffer): number
  /** Address of at least that many bytes, which keep nothing from run to run. */
  require(bytes: number): number
  /** Remembers the first failure; all later reads throw it. */
  fail(cause: unknown): void
}

const align = (bytes: number): number => Math.ceil(bytes / 64) * 64

export function createExecutable(
  workspace: Workspace,
  plan: Plan,
  emitted: EmittedModule,
  instance: WebAssembly.Instance,
): Executable {
  const { heap } = workspace
  const { table } = emitted
  const run = emitted.entries.map((entry): ((words: Uint32Array) => void) => {
    if (entry.kind === 'host') return (words) => runHostStep(entry.step, arraysOf(entry.step, words))
    const call = callable(instance, entry.name)
    return () => call(tableAddress)
  })
  const arenaBytes = align(plan.arenaBytes)
  const workBytes = arenaBytes + emitted.scratchBytes + 64
  const owned: number[] = []
  const own = (bytes: number): number => {
    const address = heap.allocate(bytes)
    owned.push(address)
    return address
  }
  let isDisposed = false
  const dispose = (): void => {
    if (isDisposed) return
    isDisposed = true
    for (const address of owned) heap.free(address)
  }

  let tableAddress: number
  try {
    tableAddress = own(table.length * 4)
    plan.constants.forEach(({ dtype, data }, at) => {
      const address = own(data.length * dtypes[dtype].bytes)
      copyStorage(data, heap.view(dtype, address, data.length))
      heap.view('u32', tableAddress, table.length)[table.constants + at] = address
    })
    workspace.require(workBytes)
  } catch (error) {
    dispose()
    throw error
  }

  const bind = (first: number, buffers: readonly DeviceBuffer[]): void => {
    const found = buffers.map((buffer) => workspace.addressOf(buffer))
    new Uint32Array(heap.memory.buffer, tableAddress, table.length).set(found, first)
  }

  /** Where a buffer of the plan lies in this run: `words` is the table of addresses. */
  const addressOf = ({ place }: PlanBuffer, words: Uint32Array): number => {
    const base = (at: number): number => words[at] ?? 0
    switch (place.kind) {
      case 'input':
        return base(table.inputs + place.index)
      case 'output':
        return base(table.outputs + place.index)
      case 'constant':
        return base(table.constants + place.index)
      case 'arena':
        return base(table.arena) + place.offset
      default:
        return place satisfies never
    }
  }
  /** Views made anew at each run: those of the last one are of a memory that may have grown since. */
  const arraysOf = ({ args }: HostStep, words: Uint32Array): readonly TypedArray[] =>
    args.map((id) => {
      const buffer = plan.buffers[id]
      if (buffer === undefined) throw internalError('wasm run', `buffer ${id} does not exist`)
      return heap.view(buffer.dtype, addressOf(buffer, words), buffer.size)
    })

  return {
    plan,
    run(inputs, outputs) {
      if (isDisposed) {
        const what = `the executable of plan ${plan.name} is disposed; prepare the plan again`
        throw new HeddleError('BACKEND_DISPOSED', `${workspace.owner}: ${what}`)
      }
      workspace.check()
      checkRun(workspace.owner, plan, workspace.capabilities, inputs, outputs)
      const base = workspace.require(workBytes)
      bind(table.inputs, inputs)
      bind(table.outputs, outputs)
      const words = heap.view('u32', tableAddress, table.length) as Uint32Array
      words[table.arena] = base
      words[table.scratch] = base + arenaBytes
      try {
        for (const entry of run) entry(words)
      } catch (cause) {
        const trapped = cause instanceof WebAssembly.RuntimeError
        const failure = trapped
          ? internalError('wasm run', `plan ${plan.name} trapped: ${String(cause)}`)
          : cause
        workspace.fail(failure)
        throw failure
      }
    },
    sources: () => sourcesOf(plan),
    dispose,
  }
}

/** Emitted again with a listing: it costs nothing until someone asks. */
function sourcesOf(plan: Plan): readonly KernelSource[] {
  const { listings, reports } = emitModule(plan, { maxPages: maxWasmPages, keepListing: true })
  return plan.kernels.map(({ name }, at) => {
    const { vectorized = [], matrixMultiplication = false } = reports[at] ?? {}
    const how = matrixMultiplication
      ? 'matrix multiplication'
      : `stages: ${vectorized.map((each) => (each ? 'f32x4' : 'scalar')).join(', ')}`
    return { kernel: name, language: 'wat', text: `;; ${name}: ${how}\n${listings[at] ?? ''}\n` }
  })
}

function callable(instance: WebAssembly.Instance, name: string): (table: number) => void {
  const entry = instance.exports[name]
  if (typeof entry !== 'function') throw internalError('wasm run', `the module exports no ${name}`)
  return (table) => void entry(table)
}
