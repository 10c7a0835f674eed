// Every kernel fixture on the device against the interpreter. Integers, bools and moved values are exact; floats are inside
// a bound made of the number of values combined and the size of the results. Subnormal numbers are left out of the data:
// graphics hardware may take them for 0 wherever it computes or compares.
import { type Kernel, runKernel, type TypedArray } from '@heddle/core'
import { type KernelFixture, kernelFixtures, kernelNeeds, planOfKernel } from '@heddle/testkit'
import { afterAll, expect, test } from 'vitest'
import { webgl } from './index.ts'

const backend = webgl({ debug: true })
afterAll(() => backend.dispose())

const isPossible = ({ kernel }: KernelFixture): boolean => {
  const { dtypes } = kernelNeeds(kernel)
  return !dtypes.has('f64') && !kernel.stages.some((stage) => stage.kind === 'map' && stage.axes.length > 0)
}

const possible = kernelFixtures.filter(isPossible)
const impossible = kernelFixtures.filter((fixture) => !isPossible(fixture))

test('most fixtures are within what WebGL can do', () => {
  expect(possible.length).toBeGreaterThan(3 * impossible.length)
})

for (const fixture of possible) {
  const { kernel } = fixture
  test(`${kernel.name}: the device agrees with the interpreter`, () => {
    const data = fixture.inputs(7).map(withoutSubnormals)
    const expected = data.map((values) => values.slice())
    runKernel(kernel, expected)

    const seen = runOnDevice({ kernel, inputs: () => data.map((values) => values.slice()) })

    const written = [...kernel.buffers.entries()].filter(([, { access }]) => access === 'write')
    for (const [output, [at, { label }]] of written.entries()) {
      expectClose(kernel, label, seen[output]!, expected[at]!)
    }
  })
}

for (const fixture of impossible) {
  test(`${fixture.kernel.name}: is refused`, () => {
    const { plan } = planOfKernel(fixture)

    expect(() => backend.prepareSync(plan)).toThrow(expect.objectContaining({ code: 'BACKEND_UNSUPPORTED' }))
  })
}

const withoutSubnormals = (values: TypedArray): TypedArray =>
  values instanceof Float32Array ? values.map((x) => (Math.abs(x) < 2 ** -126 ? 0 * x : x)) : values

/** Runs the kernel as a plan; what a scatter adds to is filled by a copy before. Gives the outputs in order. */
function runOnDevice(fixture: KernelFixture): readonly TypedArray[] {
  const { plan, inputs: dataOf } = planOfKernel(fixture)
  const executable = backend.prepareSync(plan)
  const inputs = dataOf(0).map((data, at) => {
    const buffer = backend.allocate(plan.inputs[at]!.dtype, data.length)
    backend.write(buffer, data)
    return buffer
  })
  const outputs = plan.outputs.map(({ dtype, buffer }) => backend.allocate(dtype, plan.buffers[buffer]!.size))

  executable.run(inputs, outputs)

  const seen = outputs.map(backend.readSync)
  executable.dispose()
  for (const buffer of [...inputs, ...outputs]) backend.free(buffer)
  return seen
}

const EPSILON = 2 ** -23

/** Values combined into one result, at most. */
function combined(kernel: Kernel): number {
  const counts = kernel.stages.map((stage) => {
    const axes = stage.kind === 'contract' ? stage.k : stage.kind === 'scatter' ? kernel.rows : stage.axes
    return axes.reduce((count, axis) => count * kernel.axes[axis]!.extent, 1)
  })
  return Math.max(1, ...counts)
}

function expectClose(kernel: Kernel, label: string, seen: TypedArray, expected: TypedArray): void {
  const count = combined(kernel)
  const finite = [...expected].map(Number).filter((value) => Number.isFinite(value) && Math.abs(value) < 1e30)
  const scale = count === 1 ? 0 : Math.max(0, ...finite.map(Math.abs))
  const wrong: string[] = []
  for (let at = 0; at < expected.length; at++) {
    const [x, y] = [Number(seen[at]), Number(expected[at])]
    const bound = (count + 3) * EPSILON * Math.max(scale, Math.abs(y)) + 2 ** -126
    const isClose = expected instanceof Float32Array && Math.abs(x - y) <= bound
    if (!isClose && x !== y && !Object.is(x, y)) wrong.push(`${label}[${at}]: ${x}, not ${y}`)
  }
  expect(seen.constructor).toBe(expected.constructor)
  expect(seen.length).toBe(expected.length)
  expect(wrong).toEqual([])
}
