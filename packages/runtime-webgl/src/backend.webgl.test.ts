// Buffers, plans and failures on a device of their own: what moves, what is shared, what is given back, what a loss does.
import { compile } from '@heddle/compiler'
import {
  add,
  type Backend,
  type DeviceBuffer,
  type DType,
  div,
  dtypes,
  indexAxis,
  indexConstant,
  type Plan,
  program,
  runKernel,
  type TypedArray,
  writeElement,
} from '@heddle/core'
import {
  kernelFixtures,
  makeKernel,
  planOfKernel,
  readBuffer,
  store,
  trainingPlan,
  writeBuffer,
  writeCode,
} from '@heddle/testkit'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createBackend } from './backend.ts'
import { type Device, ownDevice } from './device.ts'
import { emitKernel } from './emit-kernel.ts'
import { createExecutable, type ExecutableHost } from './executable.ts'
import { webgl } from './index.ts'
import type { GpuTexture } from './textures.ts'

let device: Device
let backend: Backend
beforeEach(() => {
  device = ownDevice({})
  backend = createBackend(device, { debug: true })
})
afterEach(() => backend.dispose())

const failsWith = (code: string): unknown => expect.objectContaining({ code })

function fixturePlan(name: string): Plan {
  const fixture = kernelFixtures.find(({ kernel }) => kernel.name === name)
  if (fixture === undefined) throw new RangeError(`no fixture ${name}`)
  return planOfKernel(fixture).plan
}

function ramp(dtype: DType, size: number): TypedArray {
  const data = backend.readSync(backend.allocate(dtype, size))
  for (let at = 0; at < size; at++) {
    const value =
      dtype === 'bool' ? (at % 3) & 1 : ((at * 3 + 1) % 128) - (dtypes[dtype].lowest === 0 ? 0 : 60)
    writeElement(dtype, data, at, value)
  }
  return data
}

test('what is written is read back, at once and later, for every dtype and odd sizes', async () => {
  for (const dtype of backend.capabilities.dtypes) {
    for (const size of [0, 1, 3, 4, 63, 64, 65, 1000, 4099]) {
      const data = ramp(dtype, size)
      const buffer = backend.allocate(dtype, size)

      backend.write(buffer, data)

      expect(backend.readSync(buffer)).toEqual(data)
      expect(await backend.read(buffer)).toEqual(data)
    }
  }
})

test('a read sees the contents of the moment it was asked for', async () => {
  const buffer = backend.allocate('i32', 10)
  backend.write(buffer, new Int32Array(10).fill(1))

  const earlier = backend.read(buffer)
  backend.write(buffer, new Int32Array(10).fill(2))
  const later = backend.read(buffer)

  expect(await earlier).toEqual(new Int32Array(10).fill(1))
  expect(await later).toEqual(new Int32Array(10).fill(2))
})

test('shared memory and views into larger arrays can be written', () => {
  const memory = typeof SharedArrayBuffer === 'undefined' ? new ArrayBuffer(20) : new SharedArrayBuffer(20)
  const shared = new Float32Array<ArrayBufferLike>(memory)
  shared.set([1, 2, 3, 4, 5])
  const buffer = backend.allocate('f32', 5)

  backend.write(buffer, shared)
  expect([...backend.readSync(buffer)]).toEqual([1, 2, 3, 4, 5])
  backend.write(buffer, new Float32Array([0, 9, 8, 7, 6, 5, 0]).subarray(1, 6))
  expect([...backend.readSync(buffer)]).toEqual([9, 8, 7, 6, 5])
})

test('a freed texture is taken again for the next buffer of its shape', () => {
  const first = backend.allocate('f32', 1000)
  const bytes = backend.liveBytes
  backend.free(first)
  const { created } = device.textures.counts

  backend.allocate('f32', 990)

  expect(device.textures.counts.created).toBe(created)
  expect(backend.liveBytes).toBe(bytes)
})

test('live bytes return to zero', () => {
  const buffers = [3, 500, 0].map((size) => backend.allocate('u32', size))

  for (const buffer of buffers) backend.free(buffer)

  expect(backend.liveBytes).toBe(0)
})

test('equal kernels share one program, across plans and names', () => {
  const plan = fixturePlan('map-chain')
  const renamed = { ...plan, kernels: plan.kernels.map((kernel) => ({ ...kernel, name: 'another' })) }

  backend.prepareSync(plan)
  backend.prepareSync(renamed)
  backend.prepareSync(fixturePlan('map-elementwise'))

  expect(device.programs.count).toBe(2)
})

test('programs compiled in the background are the same', async () => {
  const plan = fixturePlan('map-chain')

  await Promise.all([backend.prepare(plan), backend.prepare(plan)])

  expect(device.programs.count).toBe(1)
})

/** Runs a plan on the device and step by step through the interpreter; gives the outputs of both. */
function runBoth(plan: Plan, rounds: number): { seen: TypedArray[]; expected: TypedArray[] } {
  const arrays = plan.buffers.map(({ dtype, size, place }) => {
    if (place.kind === 'constant') return plan.constants[place.index]!.data
    const data = backend.readSync(backend.allocate(dtype, size))
    for (let at = 0; at < data.length; at++)
      writeElement(dtype, data, at, dtypes[dtype].round((at % 7) * 0.25 - 0.5))
    return data
  })
  for (const step of plan.steps) {
    if (step.kind !== 'kernel') continue
    const { kernel, args } = step
    runKernel(
      plan.kernels[kernel]!,
      args.map((arg) => arrays[arg]!),
    )
  }
  const executable = backend.prepareSync(plan)
  const inputs = plan.inputs.map(({ buffer, dtype }) => {
    const held = backend.allocate(dtype, plan.buffers[buffer]!.size)
    backend.write(held, arrays[buffer]!)
    return held
  })
  const outputs = plan.outputs.map(({ buffer, dtype }) => backend.allocate(dtype, plan.buffers[buffer]!.size))
  for (let round = 0; round < rounds; round++) executable.run(inputs, outputs)
  return {
    seen: outputs.map((output) => backend.readSync(output)),
    expected: plan.outputs.map(({ buffer }) => arrays[buffer]!),
  }
}

test('a plan with intermediates, a constant and a state agrees with the interpreter, run after run', () => {
  const { seen, expected } = runBoth(trainingPlan(), 3)

  for (const [at, values] of expected.entries()) {
    for (const [place, value] of values.entries()) expect(seen[at]![place]).toBeCloseTo(Number(value), 5)
  }
})

test('a scatter adds to what the step before filled, each time anew', () => {
  const { seen, expected } = runBoth(fixturePlan('scatter-guarded'), 2)

  expect(seen).toEqual(expected)
})

test('a long sum runs in two passes and loses little', () => {
  const size = 40000
  const buffers = [readBuffer('f32', size, 'x'), writeBuffer('f32', 1, 'y')]
  const inner = writeCode(buffers)
  const value = inner.load(0, indexAxis(0))
  const outer = writeCode(buffers)
  const total = outer.accumulated('f32', 0)
  const accumulators = [{ combine: 'sum', dtype: 'f32', value }] as const
  const kernel = makeKernel({
    name: 'sum',
    extents: [size],
    rows: [],
    buffers,
    stages: [
      { kind: 'reduce', axes: [0], lanes: 16, code: inner.nodes, accumulators },
      { kind: 'map', axes: [], code: outer.nodes, stores: [store(1, indexConstant(0), total)] },
    ],
  })
  const data = new Float32Array(size).map((_, at) => 1 + Math.sin(at))
  const { plan } = planOfKernel({ kernel, inputs: () => [data] })
  const executable = backend.prepareSync(plan)
  const [input, output] = [backend.allocate('f32', size), backend.allocate('f32', 1)]
  backend.write(input, data)

  executable.run([input], [output])

  const expected = data.reduce((sum, x) => sum + x, 0)
  expect(device.programs.count).toBe(2)
  expect(executable.plan).toBe(plan)
  expect(Math.abs(Number(backend.readSync(output)[0]) - expected) / expected).toBeLessThan(1e-6)
})

test('a draw of much work is cut into strips that together cover every row', () => {
  const fixture = kernelFixtures.find(({ kernel }) => kernel.name === 'map-elementwise')!
  const { plan } = planOfKernel(fixture)
  const kernels = plan.kernels.map((kernel) => ({ ...emitKernel(kernel), cost: 2 ** 32 }))
  const held = new Map<DeviceBuffer, GpuTexture>()
  const hold = (size: number): DeviceBuffer => {
    const buffer: DeviceBuffer = { dtype: 'f32', size }
    held.set(buffer, device.textures.take('f32', size))
    return buffer
  }
  const host: ExecutableHost = {
    device,
    isDebug: true,
    textureOf: (buffer) => held.get(buffer),
    checkAlive: () => {},
    forget: () => {},
    fail: () => {},
  }
  device.programs.compile(kernels)
  const executable = createExecutable({ plan, split: plan, kernels, inside: new Map() }, host)
  const data = fixture.inputs(2).map(({ length }) => Float32Array.from({ length }, (_, at) => at * 0.5 - 100))
  const inputs = [hold(data[0]!.length), hold(data[1]!.length)]
  for (const [at, input] of inputs.entries()) device.textures.upload(held.get(input)!, 'f32', data[at]!)
  const output = hold(data[2]!.length)
  const draws = vi.spyOn(device.context.gl, 'drawArrays')

  executable.run(inputs, [output])

  const expected = data.map((values) => values.slice())
  runKernel(fixture.kernel, expected)
  expect(draws).toHaveBeenCalledTimes(4)
  expect(device.readback.now(held.get(output)!, 'f32', output.size)).toEqual(expected[2])
})

test('plans share scratch textures, and give them back when disposed', () => {
  const plan = trainingPlan()
  const first = backend.prepareSync(plan)
  const { created } = device.textures.counts

  const second = backend.prepareSync(plan)

  expect(device.textures.counts.created).toBe(created + plan.constants.length)
  first.dispose()
  second.dispose()
  expect(device.textures.counts.pooledBytes).toBeGreaterThan(0)
  expect(() => second.run([], [])).toThrow(failsWith('BACKEND_DISPOSED'))
})

test('wrong arguments of a run are refused before anything is drawn', () => {
  const plan = fixturePlan('map-transposed')
  const executable = backend.prepareSync(plan)
  const { dtype, size } = plan.buffers[plan.inputs[0]!.buffer]!
  const input = backend.allocate(dtype, size)
  const freed = backend.allocate(dtype, size)
  backend.free(freed)

  expect(() => executable.run([input], [])).toThrow(failsWith('BACKEND_ARGUMENTS'))
  expect(() => executable.run([backend.allocate(dtype, size + 1)], [input])).toThrow(
    failsWith('BACKEND_ARGUMENTS'),
  )
  expect(() => executable.run([input], [input])).toThrow(failsWith('BACKEND_ARGUMENTS'))
  expect(() => executable.run([freed], [input])).toThrow(failsWith('BACKEND_BUFFER_FREED'))
  expect(() => executable.run([input], [{ dtype, size }])).toThrow(failsWith('BACKEND_BUFFER_FOREIGN'))
})

test('what WebGL cannot hold is refused by name', () => {
  const limit = backend.capabilities.maxElements

  expect(() => backend.allocate('f64', 4)).toThrow(failsWith('BACKEND_UNSUPPORTED'))
  expect(() => backend.allocate('f32', limit + 1)).toThrow(failsWith('BACKEND_TOO_LARGE'))
  expect(() => backend.write(backend.allocate('f32', 2), new Int32Array(2))).toThrow(
    failsWith('BACKEND_WRITE_MISMATCH'),
  )
})

test('a device may be used with fewer render targets', () => {
  const narrow = webgl({ maxTargets: 1 })

  expect(narrow.capabilities.maxWrites).toBe(1)
  narrow.dispose()
})

const lost = (): Promise<void> =>
  new Promise((resolve) => {
    device.context.whenLost(() => resolve())
    device.context.gl.getExtension('WEBGL_lose_context')?.loseContext()
  })

test('after a loss everything is refused with the cause', async () => {
  const plan = fixturePlan('map-chain')
  const executable = backend.prepareSync(plan)
  const buffer = backend.allocate('f32', 37)

  await lost()

  expect(() => backend.readSync(buffer)).toThrow(failsWith('BACKEND_LOST'))
  await expect(backend.read(buffer)).rejects.toEqual(failsWith('BACKEND_LOST'))
  expect(() => backend.write(buffer, new Float32Array(37))).toThrow(failsWith('BACKEND_LOST'))
  expect(() => backend.allocate('f32', 5)).toThrow(failsWith('BACKEND_LOST'))
  expect(() => executable.run([], [])).toThrow(failsWith('BACKEND_LOST'))
  expect(() => backend.prepareSync(plan)).toThrow(failsWith('BACKEND_LOST'))
})

test('a read under way when the context is lost is rejected, never answered with zeros', async () => {
  const buffer = backend.allocate('f32', 100000)
  backend.write(buffer, new Float32Array(100000).fill(1))

  const reading = backend.read(buffer).then(
    (values) => values[0],
    (error: unknown) => error,
  )
  await lost()

  expect([1, failsWith('BACKEND_LOST')]).toContainEqual(await reading)
})

test.each([
  ['a read that nobody answers', 'readPixels', undefined],
  ['a shader rejected without a reason', 'getProgramParameter', false],
  ['a single target that is refused', 'checkFramebufferStatus', 0x8cdd],
] as const)('a loss that the browser has not told yet is seen by %s', (_, name, answer) => {
  const buffer = backend.allocate('f32', 5)
  backend.write(buffer, new Float32Array(5))
  Object.defineProperty(device.context.gl, name, { value: () => answer })

  const use = (): void => {
    backend.prepareSync(fixturePlan('map-chain'))
    backend.readSync(buffer)
  }
  expect(use).toThrow(failsWith('BACKEND_LOST'))
  expect(() => backend.allocate('f32', 5)).toThrow(failsWith('BACKEND_LOST'))
})

test('the shared context outlives one backend, and another is opened after the last', async () => {
  const first = webgl()
  const second = webgl()
  first.dispose()

  const buffer = second.allocate('i32', 4)
  second.write(buffer, new Int32Array([1, 2, 3, 4]))
  expect([...second.readSync(buffer)]).toEqual([1, 2, 3, 4])
  second.dispose()

  const third = webgl()
  expect(third.readSync(third.allocate('i32', 4)).length).toBe(4)
  third.dispose()
})

test('i64 is kept in 32 bits: what needs more is refused by name, on the way in and in constants', async () => {
  const buffer = backend.allocate('i64', 2)
  backend.write(buffer, new BigInt64Array([-(2n ** 31n), 2n ** 31n - 1n]))
  expect(backend.readSync(buffer)).toEqual(new BigInt64Array([-(2n ** 31n), 2n ** 31n - 1n]))
  expect(() => backend.write(buffer, new BigInt64Array([0n, 2n ** 31n]))).toThrow(
    'webgl: element 1 of i64 is 2147483648',
  )

  const doubled = program('doubled', ({ input }) => ({ y: add(input('ids', 'i64', [2]), 1) }))
  const session = await compile(doubled, { backend })
  const { y } = await session.run({ ids: [2n ** 31n - 1n, 5n] })
  expect(y?.data).toEqual(new BigInt64Array([-(2n ** 31n), 6n]))
  await expect(session.run({ ids: [1n, 2n ** 40n] })).rejects.toThrow(/input ids: .*i64 is 1099511627776/)

  const large = program('large', ({ input }) => ({ y: add(input('ids', 'i64', [2]), 2 ** 40) }))
  await expect(compile(large, { backend })).rejects.toMatchObject({ code: 'BACKEND_NARROWED_RANGE' })
})

test('f64 is refused, or f32 where that is asked for', async () => {
  const third = program('third', ({ input }) => ({ y: div(input('x', 'f64', [2]), 3) }))
  await expect(compile(third, { backend })).rejects.toMatchObject({ code: 'LOWER_DTYPE_UNSUPPORTED' })
  expect(() => backend.allocate('f64', 2)).toThrow('BACKEND_UNSUPPORTED')

  const asked = createBackend(device, { f64: 'f32' })
  const session = await compile(third, { backend: asked })
  const { y } = await session.run({ x: [1, 2] })
  expect(y?.data).toEqual(new Float64Array([1 / 3, 2 / 3].map(Math.fround)))
})
