// A backend that computes nothing: it verifies plans, checks what it is handed, keeps memory and counts. For tests of
// pipelines, sessions and leaks, where numbers do not matter. What it reads back is what was written, or zeros.
import type { Backend, Capabilities, Executable, Plan } from '@heddle/core'
import { checkRun, hostCapabilities, hostMemory, requireSupported, verifyPlan } from '@heddle/core'

/** How often each thing was done since the backend was made. */
export interface Counts {
  allocations: number
  frees: number
  writes: number
  reads: number
  /** Plans prepared, and of them disposed. */
  prepared: number
  disposed: number
  runs: number
  /** Kernel launches and host steps. */
  steps: number
}

export interface NullBackend extends Backend {
  readonly counts: Readonly<Counts>
}

const owner = 'null'

/** `capabilities`: differences from a host that can do everything. */
export function nullBackend(capabilities: Partial<Capabilities> = {}): NullBackend {
  const all: Capabilities = { ...hostCapabilities, ...capabilities }
  const memory = hostMemory(owner)
  const counts: Counts = {
    allocations: 0,
    frees: 0,
    writes: 0,
    reads: 0,
    prepared: 0,
    disposed: 0,
    runs: 0,
    steps: 0,
  }
  const counted =
    <A extends readonly unknown[], R>(name: keyof Counts, f: (...args: A) => R): ((...args: A) => R) =>
    (...args) => {
      counts[name]++
      return f(...args)
    }
  const prepareSync = counted('prepared', (plan: Plan): Executable => {
    verifyPlan(plan)
    requireSupported(owner, plan, all)
    return {
      plan,
      run: counted('runs', (inputs, outputs) => {
        checkRun(owner, plan, all, inputs, outputs)
        for (const buffer of [...inputs, ...outputs]) memory.arrayOf(buffer)
        counts.steps += plan.steps.length
      }),
      sources: () => [],
      dispose: counted('disposed', () => undefined),
    }
  })
  const read = counted('reads', memory.read)
  return {
    name: owner,
    capabilities: all,
    counts,
    allocate: counted('allocations', memory.allocate),
    free: counted('frees', memory.free),
    write: counted('writes', memory.write),
    read: (buffer) => new Promise((resolve) => resolve(read(buffer))),
    readSync: read,
    prepare: (plan) => new Promise((resolve) => resolve(prepareSync(plan))),
    prepareSync,
    get liveBytes() {
      return memory.liveBytes
    },
    dispose: memory.dispose,
  }
}
