import type { Plan, TypedArray } from '@heddle/core'
import { HeddleError, interpreterBackend } from '@heddle/core'
import { kernelFixtures, planOfKernel, trainingPlan } from '@heddle/testkit'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { jsBackend } from './backend.ts'

const dtypeOf = {
  Float32Array: 'f32',
  Float64Array: 'f64',
  Int32Array: 'i32',
  Uint32Array: 'u32',
  Uint8Array: 'bool',
} as const

/** Runs a plan once on a backend; the contents of its outputs. */
function runOnce(
  backend: ReturnType<typeof jsBackend>,
  plan: Plan,
  inputs: readonly TypedArray[],
): TypedArray[] {
  const given = inputs.map((data) => {
    const buffer = backend.allocate(dtypeOf[data.constructor.name as keyof typeof dtypeOf], data.length)
    backend.write(buffer, data)
    return buffer
  })
  const outputs = plan.outputs.map(({ dtype, buffer }) => backend.allocate(dtype, plan.buffers[buffer]!.size))
  backend.prepareSync(plan).run(given, outputs)
  return outputs.map((output) => backend.readSync(output))
}

function codeOf(action: () => unknown): string {
  try {
    action()
    return 'none'
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error
    return error.code
  }
}

const x = new Float32Array([1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1])
const y = new Float32Array([1, 2, 3, 4])

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('jsBackend', () => {
  test('equals the interpreter on a training step, several times over', () => {
    const plan = trainingPlan()
    const [js, interpreter] = [jsBackend(), interpreterBackend()]
    let w: TypedArray = new Float32Array([0.1, -0.2, 0.3])
    for (let step = 0; step < 3; step++) {
      const actual = runOnce(js, plan, [x, y, w])

      expect(actual).toEqual(runOnce(interpreter, plan, [x, y, w]))
      w = actual[1]!
    }
  })

  test('steps a state forward in the memory of its donor', () => {
    const backend = jsBackend()
    const executable = backend.prepareSync(trainingPlan())
    const [features, targets] = [backend.allocate('f32', 12), backend.allocate('f32', 4)]
    const [w, loss] = [backend.allocate('f32', 3), backend.allocate('f32', 1)]
    backend.write(features, x)
    backend.write(targets, y)
    backend.write(w, new Float32Array(3))

    executable.run([features, targets, w], [loss, w])

    expect([...backend.readSync(w)]).toEqual([1.25, 1.5, 1.75])
  })

  test('row kernels write over the row they read', () => {
    const { plan, inputs } = planOfKernel(kernelFixtures.find(({ kernel }) => kernel.name === 'row-softmax')!)
    const inPlace = { ...plan, outputs: plan.outputs.map((output) => ({ ...output, donor: 0 })) }
    const backend = jsBackend()
    const [data] = inputs(1)
    const buffer = backend.allocate('f32', data!.length)
    backend.write(buffer, data!)

    backend.prepareSync(inPlace).run([buffer], [buffer])

    expect(backend.readSync(buffer)).toEqual(runOnce(jsBackend(), plan, [data!])[0])
  })

  test('says so where generated code is forbidden', () => {
    vi.stubGlobal('Function', function forbidden() {
      throw new EvalError('Refused to evaluate a string as JavaScript')
    })

    expect(codeOf(() => jsBackend().prepareSync(trainingPlan()))).toBe('BACKEND_CODE_FORBIDDEN')
  })

  test('compiles plans of a thousand kernels', () => {
    const plan = trainingPlan()
    const double = plan.kernels[2]!
    const many = Array.from({ length: 1000 }, (_, at) => ({ ...double, name: `double ${at}` }))

    const executable = jsBackend().prepareSync({ ...plan, kernels: [...plan.kernels, ...many] })

    expect(executable.sources()).toHaveLength(1005)
  })

  test('refuses plans beyond narrowed capabilities', () => {
    const backend = jsBackend({ capabilities: { maxReads: 2 } })

    expect(codeOf(() => backend.prepareSync(trainingPlan()))).toBe('BACKEND_UNSUPPORTED')
  })

  test('shows the text of each kernel', async () => {
    const executable = await jsBackend().prepare(trainingPlan())

    const [source] = executable.sources()

    expect(source).toMatchObject({ kernel: 'residual', language: 'js' })
    expect(source!.text).toContain('gemm_f32')
  })
})
