import {
  type Backend,
  type DeviceBuffer,
  HeddleError,
  indexAxis,
  indexConstant,
  interpreterBackend,
  type Plan,
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
import { describe, expect, test, vi } from 'vitest'
import { wasmBackend } from './backend.ts'
import { hasWasmSimd } from './support.ts'

function upload(backend: Backend, data: Float32Array): DeviceBuffer {
  const buffer = backend.allocate('f32', data.length)
  backend.write(buffer, data)
  return buffer
}

function codeOf(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    if (error instanceof HeddleError) return error.code
    throw error
  }
  return 'none'
}

const x = new Float32Array([1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1])
const y = new Float32Array([1, 2, 3, 4])

/** Steps of gradient descent with the state in place, and the losses. */
function train(backend: Backend, steps: number): { losses: number[]; w: number[] } {
  const executable = backend.prepareSync(trainingPlan())
  const [features, targets] = [upload(backend, x), upload(backend, y)]
  const w = upload(backend, new Float32Array([0.1, 0.2, 0.3]))
  const loss = backend.allocate('f32', 1)
  const losses: number[] = []
  for (let step = 0; step < steps; step++) {
    executable.run([features, targets, w], [loss, w])
    losses.push(Number(backend.readSync(loss)[0]))
  }
  executable.dispose()
  return { losses, w: [...backend.readSync(w)].map(Number) }
}

/** `y = relu(x w + r)`, `r` as large as `y`. */
function residualPlan(m: number, k: number, n: number): Plan {
  const extents = [m, n, k]
  const buffers = [
    readBuffer('f32', m * k, 'x'),
    readBuffer('f32', k * n, 'w'),
    readBuffer('f32', m * n, 'r'),
    writeBuffer('f32', m * n, 'y'),
  ]
  const at = (axes: [number, number]) => ({
    constant: 0,
    terms: [
      { coefficient: extents[axes[1]]!, atom: { kind: 'axis', axis: axes[0] } },
      { coefficient: 1, atom: { kind: 'axis', axis: axes[1] } },
    ].sort((p, q) => p.atom.axis - q.atom.axis) as ReturnType<typeof indexAxis>['terms'],
  })
  const operands = writeCode(buffers)
  const a = operands.load(0, at([0, 2]))
  const b = operands.load(1, at([2, 1]))
  const code = writeCode(buffers)
  const sum = code.op('add', code.accumulated('f32', 0), code.load(2, at([0, 1])))
  const value = code.op('maximum', sum, code.constant('f32', 0))
  const contract = { kind: 'contract', batch: [], m: [0], n: [1], k: [2], block: 256, dtype: 'f32' } as const
  const stages = [
    { ...contract, code: operands.nodes, a, b },
    { kind: 'map', axes: [], code: code.nodes, stores: [store(3, at([0, 1]), value)] },
  ] as const
  const kernel = makeKernel({ name: 'residual', extents, rows: [0, 1], buffers, stages })
  return planOfKernel({ kernel, inputs: () => [] }).plan
}

describe('wasmBackend', () => {
  test('trains bit-identically to the interpreter, the state in place', () => {
    expect(train(wasmBackend(), 5)).toEqual(train(interpreterBackend(), 5))
  })

  test('keeps an epilogue operand whose memory the result takes', () => {
    const [m, k, n] = [13, 30, 21]
    const plan = residualPlan(m, k, n)
    const inPlace: Plan = { ...plan, outputs: plan.outputs.map((output) => ({ ...output, donor: 2 })) }
    const data = [m * k, k * n, m * n].map((size) =>
      new Float32Array(size).map((_, at) => Math.sin(at * 1.7)),
    )
    const run = (backend: Backend, sharing: boolean): number[] => {
      const inputs = data.map((each) => upload(backend, each))
      const output = sharing ? inputs[2]! : backend.allocate('f32', m * n)
      backend.prepareSync(inPlace).run(inputs, [output])
      return [...backend.readSync(output)].map(Number)
    }

    const expected = run(interpreterBackend(), false)

    expect(run(wasmBackend(), true)).toEqual(expected)
    expect(run(wasmBackend(), false)).toEqual(expected)
  })

  test('gives the same from prepare as from prepareSync', async () => {
    const backend = wasmBackend()
    const { plan, inputs } = planOfKernel(kernelFixtures.find(({ kernel }) => kernel.name === 'row-softmax')!)
    const given = inputs(3).map((data) => upload(backend, data as Float32Array))
    const [first, second] = [0, 1].map(() =>
      backend.allocate('f32', plan.buffers[plan.outputs[0]!.buffer]!.size),
    )

    const executable = await backend.prepare(plan)
    executable.run(given, [first!])
    backend.prepareSync(plan).run(given, [second!])

    expect(await backend.read(first!)).toEqual(backend.readSync(second!))
  })

  test('counts live bytes and gives memory back', () => {
    const backend = wasmBackend({ maxMemoryBytes: 2 ** 22 })
    for (let round = 0; round < 50; round++) {
      const buffer = backend.allocate('f64', 2 ** 18)
      expect(backend.liveBytes).toBe(2 ** 21)
      backend.free(buffer)
    }
    expect(backend.liveBytes).toBe(0)
    expect(codeOf(() => backend.allocate('f32', 2 ** 20))).toBe('BACKEND_OUT_OF_MEMORY')
    expect(codeOf(() => backend.allocate('f32', 2 ** 40))).toBe('BACKEND_OUT_OF_MEMORY')
  })

  test('gives memory of constants back at dispose, and shares the workspace of plans', () => {
    const backend = wasmBackend({ maxMemoryBytes: 2 ** 22 })
    const plan = trainingPlan()
    const far = { kind: 'arena', offset: 2 ** 21 } as const
    const large: Plan = {
      ...plan,
      buffers: plan.buffers.map((buffer) =>
        buffer.label === 'gradient' ? { ...buffer, place: far } : buffer,
      ),
      arenaBytes: 2 ** 21 + 12,
    }
    const kept = [0, 1, 2].map(() => backend.prepareSync(large))
    for (let round = 0; round < 100; round++) backend.prepareSync(plan).dispose()
    for (const executable of kept) executable.dispose()
    expect(backend.liveBytes).toBe(0)
  })

  test('survives growing memory between runs', () => {
    const backend = wasmBackend()
    const executable = backend.prepareSync(trainingPlan())
    const given = [upload(backend, x), upload(backend, y), upload(backend, new Float32Array(3))]
    const outputs = [backend.allocate('f32', 1), backend.allocate('f32', 3)]
    executable.run(given, outputs)
    const first = backend.readSync(outputs[1]!)

    backend.allocate('f32', 2 ** 22)
    executable.run(given, outputs)

    expect(backend.readSync(outputs[1]!)).toEqual(first)
  })

  test('refuses buffers and arguments that do not fit, by code', () => {
    const backend = wasmBackend()
    const executable = backend.prepareSync(trainingPlan())
    const buffer = backend.allocate('f32', 12)

    expect(codeOf(() => executable.run([buffer], []))).toBe('BACKEND_ARGUMENTS')
    expect(codeOf(() => executable.run([buffer, buffer, buffer], [buffer, buffer]))).toBe('BACKEND_ARGUMENTS')
    expect(codeOf(() => backend.write(buffer, new Float64Array(12)))).toBe('BACKEND_WRITE_MISMATCH')
    expect(codeOf(() => backend.write(buffer, new Float32Array(11)))).toBe('BACKEND_WRITE_MISMATCH')
    expect(codeOf(() => wasmBackend().readSync(buffer))).toBe('BACKEND_BUFFER_FOREIGN')
    backend.free(buffer)
    expect(codeOf(() => backend.free(buffer))).toBe('BACKEND_BUFFER_FREED')
    executable.dispose()
    expect(codeOf(() => executable.run([], []))).toBe('BACKEND_DISPOSED')
    backend.dispose()
    expect(codeOf(() => backend.allocate('f32', 1))).toBe('BACKEND_DISPOSED')
  })

  test('throws the first failure at every later read', () => {
    const backend = wasmBackend()
    const buffers = [readBuffer('f64', 1, 'x'), writeBuffer('f64', 1, 'y')]
    const code = writeCode(buffers)
    const stores = [store(1, indexConstant(0), code.op('exp', code.load(0, indexConstant(0))))]
    const stages = [{ kind: 'map', axes: [], code: code.nodes, stores }] as const
    const kernel = makeKernel({ name: 'exp', extents: [], rows: [], buffers, stages })
    const executable = backend.prepareSync(planOfKernel({ kernel, inputs: () => [] }).plan)
    const [given, result] = [backend.allocate('f64', 1), backend.allocate('f64', 1)]
    const host = vi.spyOn(Math, 'exp').mockImplementation(() => {
      throw new Error('the host is out of order')
    })

    expect(codeOf(() => executable.run([given], [result]))).toBe('INTERNAL_INVARIANT')
    host.mockRestore()

    expect(() => backend.readSync(result)).toThrow('plan exp trapped: Error: the host is out of order')
    expect(() => backend.readSync(given)).toThrow('plan exp trapped')
  })

  test('lists the instructions of each kernel, and how it runs', () => {
    const backend = wasmBackend()
    const sources = backend.prepareSync(trainingPlan()).sources()

    expect(sources.map(({ kernel }) => kernel)).toEqual(trainingPlan().kernels.map(({ name }) => name))
    expect(sources[0]?.text).toContain(';; residual: matrix multiplication')
    expect(sources[4]?.text).toContain('(func $update (param i32 i32 i32 i32)')
    expect(sources[4]?.text).toContain('f32.mul')
    expect(sources[4]?.language).toBe('wat')
  })

  test('does nothing for kernels without elements', () => {
    const backend = wasmBackend()
    const buffers = [readBuffer('f32', 1, 'x'), writeBuffer('f32', 0, 'y')]
    const code = writeCode(buffers)
    const value = code.load(0, indexConstant(0))
    const stages = [
      { kind: 'map', axes: [], code: code.nodes, stores: [store(1, indexAxis(0), value)] },
    ] as const
    const kernel = makeKernel({ name: 'empty', extents: [0], rows: [0], buffers, stages })
    const output = backend.allocate('f32', 0)

    backend
      .prepareSync(planOfKernel({ kernel, inputs: () => [] }).plan)
      .run([upload(backend, new Float32Array(1))], [output])

    expect(backend.readSync(output)).toEqual(new Float32Array(0))
  })
})

test('this host runs WebAssembly with SIMD', () => {
  expect(hasWasmSimd()).toBe(true)
})
