import { trainingPlan } from '@heddle/testkit'
import { describe, expect, test } from 'vitest'
import type { Backend } from '../backend/backend.ts'
import { interpreterBackend } from '../backend/interpreter.ts'
import { HeddleError } from '../errors.ts'
import type { Plan } from '../plan/plan.ts'
import { errorOf } from '../testdata/error-of.ts'
import type { Feeds } from './bindings.ts'
import { openSession, type Session, type SessionOptions } from './session.ts'
import { createStates } from './states.ts'

const x = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
  [1, 1, 1],
]
const y = new Float32Array([1, 2, 3, 4])

const open = (backend: Backend, options?: SessionOptions, plan: Plan = trainingPlan()): Session =>
  openSession(backend.prepareSync(plan), backend, options)

/** The training plan with its weights not started. */
const unstarted = (): Plan => {
  const plan = trainingPlan()
  return { ...plan, inputs: plan.inputs.map((input) => ({ ...input, initial: undefined })) }
}

describe('a session', () => {
  test.for([true, false])('steps states forward on the device (in place: %s)', async (inPlace) => {
    const session = open(interpreterBackend({ capabilities: { inPlace } }))
    session.setState('w', [0, 0, 0])

    // residual = -y, w = 2 xᵀ y / 8
    const first = await session.run({ x, y })
    expect(first['loss']?.item()).toBe(30)
    expect((await session.state('w')).toNested()).toEqual([1.25, 1.5, 1.75])

    // residual = [1.25 - 1, 1.5 - 2, 1.75 - 3, 4.5 - 4]
    expect(session.runSync({ x, y })['loss']?.item()).toBe(2.125)
  })

  test('starts states by their initializers', () => {
    const session = open(interpreterBackend())

    expect(session.stateSync('w').toNested()).toEqual([0.5, -0, 2])
  })

  test('keeps results that are not yet read through later runs', async () => {
    const session = open(interpreterBackend())
    session.setState('w', [0, 0, 0])

    const results = [session.dispatch({ x, y }), session.dispatch({ x, y }), session.dispatch({ x, y })]

    expect(results.map(({ loss }) => loss!.readSync().item()).slice(0, 2)).toEqual([30, 2.125])
    expect((await results[2]!['loss']!.read()).shape).toEqual([])
  })

  test('reads only what is asked for', async () => {
    const session = open(interpreterBackend())

    expect(await session.run({ x, y }, { read: [] })).toEqual({})
    expect(Object.keys(session.runSync({ x, y }, { read: ['loss'] }))).toEqual(['loss'])
  })

  test('allocates nothing after its first run', async () => {
    const backend = interpreterBackend()
    const session = open(backend)
    await session.run({ x, y })
    const before = backend.liveBytes

    for (let step = 0; step < 5; step++) await session.run({ x, y })
    using loss = session.dispatch({ x, y })['loss']!

    expect(loss.dtype).toBe('f32')
    expect(backend.liveBytes).toBe(before)
  })

  test('gives all memory back, results and spare states too', () => {
    const backend = interpreterBackend({ capabilities: { inPlace: false } })
    {
      using session = open(backend)
      const { loss } = session.dispatch({ x, y })
      session.runSync({ x, y })
      loss!.dispose()
    }

    expect(backend.liveBytes).toBe(0)
  })

  test('takes results of another session without reading them', () => {
    const backend = interpreterBackend()
    const first = open(backend)
    first.setState('w', [0, 0, 0])
    const { loss } = first.dispatch({ x, y })
    const copied = open(backend, {}, lossPlan())

    expect(copied.runSync({ given: loss! })['twice']?.item()).toBe(60)
    expect(loss!.readSync().item()).toBe(30)
  })
})

/** `twice = 2 given`, of a scalar. */
function lossPlan(): Plan {
  const plan = trainingPlan()
  const kernel = {
    ...plan.kernels[2]!,
    axes: [{ extent: 1, label: 'i' }],
    buffers: plan.kernels[2]!.buffers.map((buffer) => ({ ...buffer, size: 1 })),
  }
  const scalar = { dtype: 'f32', size: 1, bytes: 4, lastStep: 0 } as const
  return {
    ...plan,
    kernels: [kernel],
    steps: [{ kind: 'kernel', kernel: 0, args: [0, 1] }],
    buffers: [
      { ...scalar, place: { kind: 'input', index: 0 }, firstStep: -1, label: 'given' },
      { ...scalar, place: { kind: 'output', index: 0 }, firstStep: 0, label: 'twice' },
    ],
    inputs: [{ name: 'given', role: 'feed', dtype: 'f32', shape: [], buffer: 0, initial: undefined }],
    outputs: [{ name: 'twice', role: 'result', dtype: 'f32', shape: [], buffer: 1, donor: undefined }],
    constants: [],
    arenaBytes: 0,
  }
}

describe('shared states', () => {
  test.for([true, false])('are one for all sessions opened with them (in place: %s)', (inPlace) => {
    const backend = interpreterBackend({ capabilities: { inPlace } })
    const first = open(backend)
    const second = open(backend, { states: first.states })
    first.setState('w', [0, 0, 0])

    first.runSync({ x, y })

    expect(second.stateSync('w').toNested()).toEqual([1.25, 1.5, 1.75])
    expect(second.runSync({ x, y })['loss']?.item()).toBe(2.125)
    expect(first.stateSync('w').toNested()).not.toEqual([1.25, 1.5, 1.75])
  })

  test('outlive sessions they were handed to', () => {
    const backend = interpreterBackend()
    using states = createStates(backend, { seed: 3 })
    open(backend, { states }).dispose()

    expect(states.readSync('w').toNested()).toEqual([0.5, -0, 2])
    expect(states.names).toEqual(['w'])
  })

  test('must have one type in all programs', () => {
    const backend = interpreterBackend()
    const { states } = open(backend)

    const error = errorOf(() => states.slot({ name: 'w', dtype: 'f32', shape: [4], initial: undefined }))

    expect(error.message).toContain("state 'w' is f32[4] in this program and f32[3] in the states")
  })

  test('belong to one backend', () => {
    const { states } = open(interpreterBackend())

    expect(errorOf(() => open(interpreterBackend(), { states })).code).toBe('BACKEND_FOREIGN_STATES')
  })
})

describe('session errors', () => {
  const session = open(interpreterBackend())
  const wrong = (feeds: Feeds): HeddleError => errorOf(() => session.runSync(feeds))

  test('INPUT_MISSING says what was given instead', () => {
    const error = wrong({ x })

    expect(error.message).toContain(
      "INPUT_MISSING: training-step: input 'y' f32[4] was not given; given were 'x'",
    )
    expect(error.location?.file).toContain('session.test.ts')
  })

  test('INPUT_UNKNOWN proposes the name that was meant', () => {
    const error = wrong({ x, Y: y, y })

    expect(error.message).toContain("there is no input named 'Y'; the inputs are 'x', 'y'. Did you mean 'y'?")
  })

  test('a state cannot be fed', () => {
    expect(wrong({ x, y, w: [1, 2, 3] }).message).toContain("'w' is a state: setState sets it")
  })

  test('INPUT_SHAPE shows both shapes', () => {
    expect(wrong({ x: y, y }).message).toContain(
      "input 'x' is f32[4, 3], which has 12 elements, given a Float32Array of 4",
    )
    expect(wrong({ x, y: [1, 2, 3] }).message).toContain(
      "input 'y' is f32[4], given [3]; shapes must be equal",
    )
  })

  test('rejects a promise at the line of the call', async () => {
    const failed = await session.run({ x }).catch((error: unknown) => error)

    expect(failed).toBeInstanceOf(HeddleError)
    expect(failed instanceof HeddleError && failed.location?.file).toContain('session.test.ts')
  })

  test('an unknown output or state is named', () => {
    expect(errorOf(() => session.runSync({ x, y }, { read: ['los'] })).message).toContain(
      "Did you mean 'loss'?",
    )
    expect(errorOf(() => session.stateSync('v')).code).toBe('INPUT_UNKNOWN')
    expect(errorOf(() => session.setState('w', [1])).code).toBe('INPUT_SHAPE')
  })

  test('a state without a start must be set before the first run', () => {
    const bare = open(interpreterBackend(), {}, unstarted())

    expect(errorOf(() => bare.runSync({ x, y })).message).toContain("state 'w' f32[3] has no initial value")
    expect(errorOf(() => bare.stateSync('w')).code).toBe('INPUT_MISSING')
    bare.setState('w', [0, 0, 0])
    expect(bare.runSync({ x, y })['loss']?.item()).toBe(30)
  })

  test('a session that was disposed of does not run, and a result cannot be read', () => {
    const disposed = open(interpreterBackend())
    const { loss } = disposed.dispatch({ x, y })
    loss!.dispose()
    disposed.dispose()
    disposed.dispose()

    expect(errorOf(() => disposed.runSync({ x, y })).code).toBe('BACKEND_SESSION_DISPOSED')
    expect(errorOf(() => loss!.readSync()).code).toBe('BACKEND_RESULT_DISPOSED')
  })
})
