// Steps that hold plans, on a device of their own: what a plan shows, how often the device is waited for, what is shared and given
// back, what a failure does. That results are right is for the conformance suite.
import { compile, gradient, planFor } from '@heddle/compiler'
import {
  add,
  type Backend,
  checkpoint,
  type Graph,
  gt,
  matmul,
  openSession,
  type Plan,
  printPlan,
  program,
  scan,
  sort,
  sub,
  sum,
  tanh,
  transferBytes,
  type Value,
  whileLoop,
} from '@heddle/core'
import { blockProgram, controlPrograms, drawInputs, runPlan, whilePrograms } from '@heddle/testkit'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createBackend } from './backend.ts'
import { type Device, ownDevice } from './device.ts'

let device: Device
let backend: Backend
beforeEach(() => {
  device = ownDevice({})
  backend = createBackend(device, { debug: true })
})
afterEach(() => backend.dispose())

/** Counts down from `x`, and up in the elements of an array. */
const countdown = (): Graph =>
  program('countdown', ({ input }) =>
    whileLoop(
      ({ x }: { x: Value; ups: Value }) => gt(x, 0),
      ({ x, ups }) => ({ x: sub(x, 1), ups: add(ups, 1) }),
      { x: input('x', 'f32', []), ups: input('ups', 'i32', [7]) },
    ),
  )

/** A recurrence with its derivatives. */
const recurrence = (length: number): Graph =>
  program('recurrence', ({ input }) => {
    const [w, xs] = [input('w', 'f32', [3, 3]), input('xs', 'f32', [length, 3])]
    const { carry } = scan((h: Value, x: Value) => ({ carry: tanh(add(matmul(h, w), x)) }), {
      init: input('h', 'f32', [3]),
      xs,
    })
    const [dw = w, dxs = xs] = gradient(sum(carry), [w, xs])
    return { carry, dw, dxs }
  })

const kindsOf = ({ steps }: Plan): string[] => steps.map(({ kind }) => kind)

describe('a while loop', () => {
  test('is a step that reads back one bool a turn, and says so', () => {
    const plan = planFor(countdown(), backend.capabilities)

    expect(kindsOf(plan)).toEqual(['while'])
    expect(transferBytes(plan)).toEqual({ toHost: 1, toDevice: 0 })
    expect(printPlan(plan)).toContain(
      'steps (1; a run moves 1 bytes to the host and 0 back, counting one turn of a while loop)',
    )
    expect(printPlan(plan)).toContain('= while(x, ups), 1 bytes there and 0 back each turn')
  })

  test('runs at once, later and dispatched', async () => {
    using session = await compile(countdown(), { backend })
    const ups = [0, 1, 2, 3, 4, 5, 6]
    const after = (turns: number): number[] => ups.map((start) => start + turns)

    const dispatched = session.dispatch({ x: 3, ups })
    const [sync, later] = [session.runSync({ x: 5, ups }), await session.run({ x: 8, ups })]

    expect([...(sync['ups']?.data ?? [])]).toEqual(after(5))
    expect([...(later['ups']?.data ?? [])]).toEqual(after(8))
    expect([...((await dispatched['ups']?.read())?.data ?? [])]).toEqual(after(3))
    expect(sync['x']?.data[0]).toBe(0)
  })

  test('waits for the device once a turn, and once to end', () => {
    using session = openSession(backend.prepareSync(planFor(countdown(), backend.capabilities)), backend)
    const reads = vi.spyOn(device.context.gl, 'readPixels')

    session.dispatch({ x: 4, ups: new Int32Array(7) })

    expect(reads).toHaveBeenCalledTimes(5)
  })

  test('that fails leaves the first cause to every read', async () => {
    const executable = backend.prepareSync(planFor(countdown(), backend.capabilities))
    const buffers = (['f32', 'i32', 'f32', 'i32'] as const).map((dtype, k) =>
      backend.allocate(dtype, k % 2 === 0 ? 1 : 7),
    )
    const [x, ups, left, count] = buffers as [never, never, never, never]
    backend.write(x, new Float32Array([2]))
    const now = vi.spyOn(device.readback, 'now').mockImplementationOnce(() => {
      throw new Error('the device hangs')
    })

    expect(() => executable.run([x, ups], [left, count])).toThrow('the device hangs')

    now.mockRestore()
    executable.run([x, ups], [left, count])
    expect(() => backend.readSync(count)).toThrow('the device hangs')
    await expect(backend.read(left)).rejects.toThrow('the device hangs')
  })

  test('ends with the cause if the context is lost while it runs', () => {
    using session = openSession(backend.prepareSync(planFor(countdown(), backend.capabilities)), backend)
    const { now } = device.readback
    let turns = 0
    vi.spyOn(device.readback, 'now').mockImplementation((...args) => {
      if (++turns === 3) device.context.close()
      return now(...args)
    })

    expect(() => session.runSync({ x: 1e6, ups: new Int32Array(7) })).toThrow('BACKEND_LOST')
    expect(turns).toBe(3)
  })
})

test('a scan and its derivative are loops, whose shaders do not grow with their length', () => {
  const counts = [4, 40].map((length) => {
    const own = ownDevice({})
    const alone = createBackend(own)
    const plan = planFor(recurrence(length), alone.capabilities)
    alone.prepareSync(plan)
    const { count } = own.programs
    alone.dispose()
    return { kinds: kindsOf(plan).filter((kind) => kind === 'loop'), count, moved: transferBytes(plan) }
  })

  expect(counts[0]?.kinds).toEqual(['loop', 'loop'])
  expect(counts[0]?.moved).toEqual({ toHost: 0, toDevice: 0 })
  expect(counts[1]).toEqual(counts[0])
})

test('a long reduction inside a body is cut, too', async () => {
  const graph = program('sums', ({ input }) => {
    const { ys } = scan((total: Value, row: Value) => ({ carry: add(total, sum(row)), y: total }), {
      init: input('start', 'f32', []),
      xs: input('rows', 'f32', [3, 5000]),
    })
    return { ys }
  })
  using session = await compile(graph, { backend })
  const names = session.executable.sources().map(({ kernel }) => kernel)

  const { ys } = await session.run({ start: 2, rows: new Float32Array(15000).fill(1) })

  expect(names.some((name) => name.endsWith('.blocks'))).toBe(true)
  expect([...(ys?.data ?? [])]).toEqual([2, 5002, 10002])
})

test('a step of the host runs inside a body, too', async () => {
  const graph = program('sorting', ({ input }) => {
    const { carry } = scan((x: Value) => ({ carry: sub(sort(x).values, 1) }), {
      init: input('x', 'f32', [600]),
      length: 3,
    })
    return { y: carry }
  })
  using session = await compile(graph, { backend })
  const x = Float32Array.from({ length: 600 }, (_, k) => (k * 7919) % 600)

  const { y } = await session.run({ x })

  expect(transferBytes(session.plan)).toEqual({ toHost: 3 * 2400, toDevice: 3 * 2400 })
  expect([...(y?.data ?? [])]).toEqual(Array.from(x, (_, k) => k - 3))
})

/** Bytes of the textures that preparing a plan takes. */
function preparedBytes(graph: Graph): number {
  const own = ownDevice({})
  const take = vi.spyOn(own.textures, 'take')
  const alone = createBackend(own)
  alone.prepareSync(planFor(graph, alone.capabilities))
  const bytes = take.mock.results.reduce((total, { value }) => total + Number(value?.bytes ?? 0), 0)
  alone.dispose()
  return bytes
}

test('checkpoint needs less memory', () => {
  const [kept, recomputed] = [blockProgram((block, x) => block(x)), blockProgram(checkpoint)]

  expect([kept, recomputed].map((graph) => preparedBytes(graph) / 1024)).toEqual([18, 12])
})

test('what plans inside hold is given back', async () => {
  const graphs = Object.values({ ...controlPrograms(), ...whilePrograms() })
  for (const graph of graphs) {
    const values = drawInputs(
      graph.inputs.map(({ value }) => value.type),
      3,
    )
    const bindings = Object.fromEntries(
      graph.inputs.map(({ value }, k) => [value.attrs.name, values[k] as never]),
    )
    await runPlan(backend, planFor(graph, backend.capabilities), bindings)
  }
  const taken = vi.spyOn(device.textures, 'take')
  const released = vi.spyOn(device.textures, 'release')

  for (const graph of graphs) backend.prepareSync(planFor(graph, backend.capabilities)).dispose()

  expect(taken.mock.calls.length).toBeGreaterThan(50)
  expect(released).toHaveBeenCalledTimes(taken.mock.calls.length)
})
