// A plan that can be run: feeds in, results out, states on the device in between. Everything that does not depend on the
// feeds is worked out when the session opens: a run writes feeds, binds buffers and starts the executable.
import type { Backend, DeviceBuffer, Executable } from '../backend/backend.ts'
import type { TypedArray } from '../dtype.ts'
import { HeddleError } from '../errors.ts'
import { currentProvenance, enter, leave, locationOf } from '../ir/provenance.ts'
import type { Plan } from '../plan/plan.ts'
import { bindPlan, type Feeds, quoted } from './bindings.ts'
import { closestName } from './closest-name.ts'
import type { Feed } from './feed.ts'
import { type HostArray, hostArray } from './host-array.ts'
import { type Result, type ResultPool, resultOf } from './results.ts'
import { createStates, type States } from './states.ts'

export interface RunOptions {
  /** Outputs to read. Default all; the others are computed and left. */
  readonly read?: readonly string[] | undefined
}

/** What a session throws: `INPUT_MISSING`, `INPUT_UNKNOWN`, `INPUT_SHAPE`, `INPUT_DTYPE`, `INPUT_RANGE`, `BACKEND_…`. */
export interface Session {
  readonly plan: Plan
  readonly executable: Executable
  readonly states: States
  run(feeds?: Feeds, options?: RunOptions): Promise<Record<string, HostArray>>
  /** The same at once; on WebGL it blocks the page. */
  runSync(feeds?: Feeds, options?: RunOptions): Record<string, HostArray>
  /** Starts a run and leaves its results on the device. */
  dispatch(feeds?: Feeds): Record<string, Result>
  /** Current value of a state. */
  state(name: string): Promise<HostArray>
  stateSync(name: string): HostArray
  setState(name: string, values: Feed): void
  /** Gives back the executable, the memory of feeds and results, and the states unless they were handed in. */
  dispose(): void
  [Symbol.dispose](): void
}

export interface SessionOptions {
  /** States shared with other sessions of the same backend. Default: states of its own. */
  readonly states?: States | undefined
  /** Of initial values, where the states are its own. Default 0. */
  readonly seed?: number | undefined
}

/**
 * Opens a session on an executable, which it owns from then on. Throws `BACKEND_FOREIGN_STATES`, `INPUT_SHAPE`.
 *
 * @example
 * const double = program('double', ({ input }) => ({ y: mul(input('x', 'f32', [3]), 2) }))
 * const backend = cpu()
 * using session = openSession(backend.prepareSync(planFor(double, backend.capabilities)), backend)
 * session.runSync({ x: [1, 2, 3] }).y.toNested() // => [2, 4, 6]
 */
export function openSession(executable: Executable, backend: Backend, options: SessionOptions = {}): Session {
  const { plan } = executable
  const states = options.states ?? createStates(backend, { seed: options.seed })
  if (states.backend !== backend) throw foreignStates(backend, states)
  const bindings = bindPlan(plan, backend, states)
  const { pools } = bindings
  let isDisposed = false

  /** Starts a run; the buffers of the results are the caller's. */
  const start = (feeds: Feeds): readonly DeviceBuffer[] => {
    if (isDisposed) throw sessionDisposed(plan)
    bindings.feed(feeds)
    const { inputs, outputs } = bindings.bind()
    const buffers = pools.map((pool) => pool.take())
    buffers.forEach((buffer, k) => {
      outputs[bindings.resultAt[k] ?? 0] = buffer
    })
    try {
      executable.run(inputs, outputs)
    } catch (error) {
      giveBack(pools, buffers)
      throw error
    }
    bindings.step()
    return buffers
  }

  const wanted = ({ read }: RunOptions): ((pool: ResultPool) => boolean) => {
    if (read === undefined) return () => true
    const names = pools.map((pool) => pool.name)
    for (const name of read) if (!names.includes(name)) throw unknownOutput(plan, name, names)
    return (pool) => read.includes(pool.name)
  }

  async function run(feeds: Feeds = {}, options: RunOptions = {}): Promise<Record<string, HostArray>> {
    const { isRead, buffers } = locating(run, () => ({ isRead: wanted(options), buffers: start(feeds) }))
    try {
      const read = pools.map((pool, k) =>
        isRead(pool) ? backend.read(buffers[k] as DeviceBuffer) : undefined,
      )
      return collect(pools, await Promise.all(read))
    } finally {
      giveBack(pools, buffers)
    }
  }

  function runSync(feeds: Feeds = {}, options: RunOptions = {}): Record<string, HostArray> {
    const { isRead, buffers } = locating(runSync, () => ({ isRead: wanted(options), buffers: start(feeds) }))
    try {
      const read = pools.map((pool, k) =>
        isRead(pool) ? backend.readSync(buffers[k] as DeviceBuffer) : undefined,
      )
      return collect(pools, read)
    } finally {
      giveBack(pools, buffers)
    }
  }

  function dispatch(feeds: Feeds = {}): Record<string, Result> {
    const buffers = locating(dispatch, () => start(feeds))
    const results: Record<string, Result> = {}
    pools.forEach((pool, k) => {
      results[pool.name] = resultOf(backend, pool, buffers[k] as DeviceBuffer)
    })
    return results
  }

  function setState(name: string, values: Feed): void {
    locating(setState, () => states.set(name, values))
  }

  function dispose(): void {
    if (isDisposed) return
    isDisposed = true
    bindings.dispose()
    executable.dispose()
    if (options.states === undefined) states.dispose()
  }

  return {
    plan,
    executable,
    states,
    run,
    runSync,
    dispatch,
    state: (name) => states.read(name),
    stateSync: (name) => states.readSync(name),
    setState,
    dispose,
    [Symbol.dispose]: dispose,
  }
}

function collect(
  pools: readonly ResultPool[],
  arrays: readonly (TypedArray | undefined)[],
): Record<string, HostArray> {
  const results: Record<string, HostArray> = {}
  pools.forEach(({ name, dtype, shape }, k) => {
    const data = arrays[k]
    if (data !== undefined) results[name] = hostArray(dtype, shape, data)
  })
  return results
}

function giveBack(pools: readonly ResultPool[], buffers: readonly DeviceBuffer[]): void {
  pools.forEach((pool, k) => {
    pool.give(buffers[k] as DeviceBuffer)
  })
}

/** Errors of `body` get the line that called `above`: looked up when one is thrown, since a run takes less time than that. */
function locating<T>(above: (...args: never[]) => unknown, body: () => T): T {
  try {
    return body()
  } catch (error) {
    if (!(error instanceof HeddleError) || error.location !== undefined) throw error
    enter(above)
    const location = locationOf(currentProvenance())
    leave()
    throw error.with({ location })
  }
}

function unknownOutput(plan: Plan, name: string, names: readonly string[]): HeddleError {
  const closest = closestName(name, names)
  return new HeddleError(
    'INPUT_UNKNOWN',
    `${plan.name}: there is no output named '${name}'; the outputs are ${quoted(names)}.${closest === undefined ? '' : ` Did you mean '${closest}'?`}`,
    { details: { name, names } },
  )
}

const sessionDisposed = (plan: Plan): HeddleError =>
  new HeddleError('BACKEND_SESSION_DISPOSED', `${plan.name}: the session was disposed of; open another`, {
    details: { plan: plan.name },
  })

const foreignStates = (backend: Backend, states: States): HeddleError =>
  new HeddleError(
    'BACKEND_FOREIGN_STATES',
    `the states are on a ${states.backend.name} backend, the session on a ${backend.name} backend that is not the same; states are shared on one backend only`,
    { details: { session: backend.name, states: states.backend.name } },
  )
