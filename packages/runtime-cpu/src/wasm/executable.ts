// A prepared plan: its constants in memory, a table of addresses, and the module's functions to be called in order.
import {
  type DeviceBuffer,
  dtypes,
  type Executable,
  HeddleError,
  internalError,
  type KernelSource,
  type Plan,
} from '@heddle/core'
import { type EmittedModule, emitModule } from './emit/module.ts'
import { type Heap, maxWasmPages } from './memory.ts'

/** What executables share with their backend. */
export interface Workspace {
  readonly heap: Heap
  /** Throws if the backend was disposed or has failed. */
  check(what: string): void
  addressOf(what: string, buffer: DeviceBuffer): number
  /** Address of at least that many bytes, which keep nothing from run to run. */
  require(bytes: number): number
  fail(cause: HeddleError): void
}

interface Binding {
  readonly name: string
  readonly dtype: DeviceBuffer['dtype']
  readonly buffer: number
}

function badArguments(plan: Plan, what: string): HeddleError {
  return new HeddleError('BACKEND_ARGUMENTS', `run ${plan.name}: ${what}.`)
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
  const run = emitted.entries.map((name) => callable(instance, name))
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
      heap.view(dtype, address, data.length).set(data)
      heap.view('u32', tableAddress, table.length)[table.constants + at] = address
    })
    workspace.require(workBytes)
  } catch (error) {
    dispose()
    throw error
  }

  const bind = (
    what: 'input' | 'output',
    given: readonly DeviceBuffer[],
    wanted: readonly Binding[],
  ): void => {
    if (given.length !== wanted.length) {
      throw badArguments(plan, `${given.length} ${what}s given; the plan has ${wanted.length}`)
    }
    const first = what === 'input' ? table.inputs : table.outputs
    const words = heap.view('u32', tableAddress, table.length)
    wanted.forEach(({ name, dtype, buffer }, at) => {
      const device = given[at]
      const size = plan.buffers[buffer]?.size
      if (device === undefined || device.dtype !== dtype || device.size !== size) {
        const found = device === undefined ? 'nothing' : `${device.dtype} of ${device.size} elements`
        throw badArguments(plan, `${what} ${name} is ${found}; it must be ${dtype} of ${size} elements`)
      }
      words[first + at] = workspace.addressOf(`run ${plan.name}`, device)
    })
  }

  return {
    plan,
    run(inputs, outputs) {
      if (isDisposed) {
        throw new HeddleError('BACKEND_DISPOSED', `run ${plan.name}: the executable was disposed.`)
      }
      workspace.check(`run ${plan.name}`)
      const base = workspace.require(workBytes)
      bind('input', inputs, plan.inputs)
      bind('output', outputs, plan.outputs)
      const words = heap.view('u32', tableAddress, table.length)
      words[table.arena] = base
      words[table.scratch] = base + arenaBytes
      try {
        for (const entry of run) entry(tableAddress)
      } catch (cause) {
        const failure = internalError('wasm run', `plan ${plan.name} trapped: ${String(cause)}`)
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
