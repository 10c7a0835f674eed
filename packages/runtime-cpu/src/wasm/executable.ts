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
  type NestingStep,
  type Plan,
  type PlanBuffer,
  plansIn,
  runHostStep,
  runNesting,
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

/** A plan with its constants in memory and its table; its arena lies wherever a run says. */
interface PlacedPlan {
  run(arena: number, scratch: number, inputs: readonly number[], outputs: readonly number[]): void
}

export function createExecutable(
  workspace: Workspace,
  plan: Plan,
  emitted: EmittedModule,
  instance: WebAssembly.Instance,
): Executable {
  const { heap } = workspace
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

  let root: PlacedPlan
  try {
    root = placePlan(plan, { heap, own, emitted, instance })
    workspace.require(workBytes)
  } catch (error) {
    dispose()
    throw error
  }

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
      const [given, wanted] = [inputs.map(workspace.addressOf), outputs.map(workspace.addressOf)]
      try {
        root.run(base, base + arenaBytes, given, wanted)
      } catch (cause) {
        const isCoded = cause instanceof HeddleError
        const failure = isCoded
          ? cause
          : internalError('wasm run', `plan ${plan.name} trapped: ${String(cause)}`)
        workspace.fail(failure)
        throw failure
      }
    },
    sources: () => sourcesOf(plan),
    dispose,
  }
}

interface Placing {
  readonly heap: Heap
  readonly own: (bytes: number) => number
  readonly emitted: EmittedModule
  readonly instance: WebAssembly.Instance
}

/** Recursive over plans inside plans. */
function placePlan(plan: Plan, placing: Placing): PlacedPlan {
  const { heap, own, emitted, instance } = placing
  const found = emitted.plans.get(plan)
  if (found === undefined) throw internalError('wasm run', `plan ${plan.name} was not emitted`)
  const { table, entries } = found
  const tableAddress = own(table.length * 4)
  plan.constants.forEach(({ dtype, data }, at) => {
    const address = own(data.length * dtypes[dtype].bytes)
    copyStorage(data, heap.view(dtype, address, data.length))
    heap.view('u32', tableAddress, table.length)[table.constants + at] = address
  })
  const inside = new Map<Plan, PlacedPlan>()
  for (const step of plan.steps)
    for (const inner of plansIn(step)) inside.set(inner, placePlan(inner, placing))
  const positionAddress = inside.size > 0 ? own(4) : 0

  /** Where a buffer of the plan lies in this run: `words` is the table of addresses. */
  const addressOf = (id: number, words: Uint32Array): number => {
    const place = plan.buffers[id]?.place
    const base = (at: number): number => words[at] ?? 0
    switch (place?.kind) {
      case 'input':
        return base(table.inputs + place.index)
      case 'output':
        return base(table.outputs + place.index)
      case 'constant':
        return base(table.constants + place.index)
      case 'arena':
        return base(table.arena) + place.offset
      case undefined:
        throw internalError('wasm run', `buffer ${id} does not exist`)
      default:
        return place satisfies never
    }
  }
  const rowAt = (address: number, { bytes }: PlanBuffer, at: number): number => address + at * bytes
  /** Views made anew at each run: those of the last one are of a memory that may have grown since. */
  const runOnHost = (step: HostStep, words: Uint32Array): void => {
    const arrays = step.args.map((id) => {
      const { dtype, size } = plan.buffers[id] as PlanBuffer
      return heap.view(dtype, addressOf(id, words), size)
    })
    runHostStep(step, arrays)
  }
  const runInside = (step: NestingStep, words: Uint32Array): void => {
    const args = step.args.map((id) => addressOf(id, words))
    const arena = args.at(-1) ?? 0
    const scratch = words[table.scratch] ?? 0
    runNesting<number>(step, args, {
      nested: (inner) => ({
        run: (inputs, outputs) => inside.get(inner)?.run(arena, scratch, inputs, outputs),
      }),
      position: (at) => {
        heap.view('i32', positionAddress, 1)[0] = at
        return positionAddress
      },
      rowToRead: rowAt,
      rowToWrite: rowAt,
      isTrue: (address) => heap.view('bool', address, 1)[0] === 1,
      copy: (from, to, { dtype, size }) => {
        copyStorage(heap.view(dtype, from, size), heap.view(dtype, to, size))
      },
    })
  }
  const calls = entries.map((entry): ((words: Uint32Array) => void) => {
    if (entry.kind === 'call') {
      const call = callable(instance, entry.name)
      return () => call(tableAddress)
    }
    const { step } = entry
    return step.kind === 'host' ? (words) => runOnHost(step, words) : (words) => runInside(step, words)
  })
  return {
    run: (arena, scratch, inputs, outputs) => {
      const words = heap.view('u32', tableAddress, table.length) as Uint32Array
      words[table.scratch] = scratch
      words[table.arena] = arena
      words.set(inputs, table.inputs)
      words.set(outputs, table.outputs)
      for (const call of calls) call(words)
    },
  }
}

/** Emitted again with a listing: it costs nothing until someone asks. */
function sourcesOf(plan: Plan): readonly KernelSource[] {
  const { plans } = emitModule(plan, { maxPages: maxWasmPages, keepListing: true })
  return [...plans].flatMap(([{ kernels }, { listings, reports }]) =>
    kernels.map(({ name }, at): KernelSource => {
      const { vectorized = [], matrixMultiplication = false } = reports[at] ?? {}
      const how = matrixMultiplication
        ? 'matrix multiplication'
        : `stages: ${vectorized.map((each) => (each ? 'f32x4' : 'scalar')).join(', ')}`
      return { kernel: name, language: 'wat', text: `;; ${name}: ${how}\n${listings[at] ?? ''}\n` }
    }),
  )
}

function callable(instance: WebAssembly.Instance, name: string): (table: number) => void {
  const entry = instance.exports[name]
  if (typeof entry !== 'function') throw internalError('wasm run', `the module exports no ${name}`)
  return (table) => void entry(table)
}
