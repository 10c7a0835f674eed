import { kernelFixtures, planOfKernel, trainingPlan } from '@heddle/testkit'
import { describe, expect, test } from 'vitest'
import { HeddleError } from '../errors.ts'
import { runKernel } from '../interpret/kernel.ts'
import type { Backend } from './backend.ts'
import { interpreterBackend } from './interpreter.ts'

function codeOf(action: () => unknown): string {
  try {
    action()
    return 'none'
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error
    return error.code
  }
}

function upload(backend: Backend, data: Float32Array) {
  const buffer = backend.allocate('f32', data.length)
  backend.write(buffer, data)
  return buffer
}

const x = new Float32Array([1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1])
const y = new Float32Array([1, 2, 3, 4])

describe('interpreterBackend', () => {
  test('runs a training step, the state in place of the old one', () => {
    const backend = interpreterBackend()
    const executable = backend.prepareSync(trainingPlan())
    const [features, targets] = [upload(backend, x), upload(backend, y)]
    const w = upload(backend, new Float32Array([0, 0, 0]))
    const loss = backend.allocate('f32', 1)

    executable.run([features, targets, w], [loss, w])

    // residual = -y, gradient = 2 xᵀ residual = -[10, 12, 14], w = gradient * -1/8
    expect([...backend.readSync(loss)]).toEqual([30])
    expect([...backend.readSync(w)]).toEqual([1.25, 1.5, 1.75])
  })

  test('gives the same after the second run: nothing is left in the arena', async () => {
    const backend = interpreterBackend()
    const executable = await backend.prepare(trainingPlan())
    const args = [upload(backend, x), upload(backend, y), upload(backend, new Float32Array([0, 0, 0]))]
    const [loss, next] = [backend.allocate('f32', 1), backend.allocate('f32', 3)]

    executable.run(args, [loss, next])
    const first = await backend.read(next)
    executable.run(args, [loss, next])

    expect(await backend.read(next)).toEqual(first)
  })

  test('computes a plan of one kernel as the kernel alone', () => {
    const fixture = kernelFixtures.find(({ kernel }) => kernel.name === 'scatter-rows')!
    const { plan, inputs } = planOfKernel(fixture)
    const backend = interpreterBackend()
    const given = inputs(5).map((data) => {
      const buffer = backend.allocate(data instanceof Float32Array ? 'f32' : 'i32', data.length)
      backend.write(buffer, data)
      return buffer
    })
    const out = backend.allocate('f32', 15)
    const expected = fixture.inputs(5)
    runKernel(fixture.kernel, expected)

    backend.prepareSync(plan).run(given, [out])

    expect(backend.readSync(out)).toEqual(expected[2])
  })

  test('counts live bytes', () => {
    const backend = interpreterBackend()

    const buffer = backend.allocate('f64', 10)
    expect(backend.liveBytes).toBe(80)
    backend.free(buffer)

    expect(backend.liveBytes).toBe(0)
  })

  test('refuses what its capabilities leave out', () => {
    const named = (name: string) =>
      planOfKernel(kernelFixtures.find(({ kernel }) => kernel.name === name)!).plan
    const backend = interpreterBackend({
      capabilities: {
        rowKernels: false,
        contractOperands: 'strided',
        maxWrites: 2,
        dtypes: ['f32', 'i32', 'bool'],
      },
    })

    for (const name of [
      'row-softmax',
      'contract-fused-operands',
      'map-three-stores',
      'map-doubles',
      'contract-f64',
    ]) {
      expect(codeOf(() => backend.prepareSync(named(name)))).toBe('BACKEND_UNSUPPORTED')
    }
    expect(codeOf(() => backend.prepareSync(named('contract-matmul')))).toBe('none')
  })

  test('refuses wrong arguments, freed, foreign and disposed memory', () => {
    const backend = interpreterBackend()
    const executable = backend.prepareSync(trainingPlan())
    const args = [upload(backend, x), upload(backend, y), upload(backend, new Float32Array(3))]
    const [loss, freed] = [backend.allocate('f32', 1), backend.allocate('f32', 3)]
    backend.free(freed)

    expect(codeOf(() => executable.run(args.slice(1), [loss, args[2]!]))).toBe('BACKEND_ARGUMENTS')
    expect(codeOf(() => executable.run([args[1]!, args[0]!, args[2]!], [loss, args[2]!]))).toBe(
      'BACKEND_ARGUMENTS',
    )
    expect(codeOf(() => executable.run(args, [loss, freed]))).toBe('BACKEND_BUFFER_FREED')
    expect(codeOf(() => executable.run(args, [loss, interpreterBackend().allocate('f32', 3)]))).toBe(
      'BACKEND_BUFFER_FOREIGN',
    )
    expect(codeOf(() => backend.write(loss, new Float32Array(2)))).toBe('BACKEND_WRITE_MISMATCH')
    backend.dispose()
    expect(codeOf(() => backend.readSync(loss))).toBe('BACKEND_DISPOSED')
    expect(codeOf(() => backend.allocate('f32', 1))).toBe('BACKEND_DISPOSED')
  })

  test('refuses an output in the memory of an input that is not its donor', () => {
    const backend = interpreterBackend({ capabilities: { inPlace: false } })
    const executable = backend.prepareSync(trainingPlan())
    const args = [upload(backend, x), upload(backend, y), upload(backend, new Float32Array(3))]

    expect(codeOf(() => executable.run(args, [backend.allocate('f32', 1), args[2]!]))).toBe(
      'BACKEND_ARGUMENTS',
    )
  })

  test('says when memory is not to be had', () => {
    expect(codeOf(() => interpreterBackend().allocate('f64', 2 ** 50))).toBe('BACKEND_OUT_OF_MEMORY')
  })
})
