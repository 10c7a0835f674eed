// Every kernel fixture on the device against the interpreter. Integers, bools and moved values are exact; floats are inside
// a bound made of the number of values combined and the size of the results. Subnormal numbers are left out of the data:
// graphics hardware may take them for 0 wherever it computes or compares.
import {
  type Kernel,
  type Plan,
  type PlanBuffer,
  type PlanInput,
  planVersion,
  runKernel,
  type TypedArray,
} from '@heddle/core'
import {
  type KernelFixture,
  kernelFixtures,
  kernelNeeds,
  makeKernel,
  readBuffer,
  store,
  writeBuffer,
  writeCode,
} from '@heddle/testkit'
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
  expect(possible.length).toBeGreaterThan(40)
})

for (const fixture of possible) {
  test(`${fixture.kernel.name}: the device agrees with the interpreter`, () => {
    const { kernel } = fixture
    const data = fixture.inputs(7).map(withoutSubnormals)
    const expected = data.map((values) => values.slice())
    runKernel(kernel, expected)

    const seen = runOnDevice(kernel, data)

    kernel.buffers.forEach(({ access, label }, at) => {
      if (access === 'write') expectClose(kernel, label, seen[at]!, expected[at]!)
    })
  })
}

for (const { kernel } of impossible) {
  test(`${kernel.name}: is refused`, () => {
    expect(() => backend.prepareSync(planOf(kernel))).toThrow(
      expect.objectContaining({ code: 'BACKEND_UNSUPPORTED' }),
    )
  })
}

const withoutSubnormals = (values: TypedArray): TypedArray =>
  values instanceof Float32Array ? values.map((x) => (Math.abs(x) < 2 ** -126 ? 0 * x : x)) : values

/** Runs one kernel as a plan; what a scatter adds to is filled by a copy before. */
function runOnDevice(kernel: Kernel, data: readonly TypedArray[]): (TypedArray | undefined)[] {
  const plan = planOf(kernel)
  const executable = backend.prepareSync(plan)
  const allocated = [...plan.inputs, ...plan.outputs].map(({ buffer }) => {
    const { dtype, size } = plan.buffers[buffer]!
    return backend.allocate(dtype, size)
  })
  const inputs = allocated.slice(0, plan.inputs.length)
  const outputs = allocated.slice(plan.inputs.length)
  plan.inputs.forEach(({ name }, at) => {
    backend.write(inputs[at]!, data[Number(name)]!)
  })

  executable.run(inputs, outputs)

  const seen: (TypedArray | undefined)[] = kernel.buffers.map(() => undefined)
  plan.outputs.forEach(({ name }, at) => {
    seen[Number(name)] = backend.readSync(outputs[at]!)
  })
  executable.dispose()
  allocated.forEach(backend.free)
  return seen
}

/** Inputs and outputs are named by the kernel's buffers they stand for. */
function planOf(kernel: Kernel): Plan {
  const isScatter = kernel.stages.some(({ kind }) => kind === 'scatter')
  const buffers: PlanBuffer[] = []
  const inputs: { name: string; index: number }[] = []
  const outputs: { name: string; index: number }[] = []
  const add = (of: number, kind: 'input' | 'output'): number => {
    const { dtype, size, label } = kernel.buffers[of]!
    const list = kind === 'input' ? inputs : outputs
    const place = { kind, index: list.length }
    list.push({ name: String(of), index: buffers.length })
    return buffers.push({ dtype, size, bytes: size * 4, place, firstStep: 0, lastStep: 1, label }) - 1
  }
  const args = kernel.buffers.map(({ access }, at) => add(at, access === 'read' ? 'input' : 'output'))
  const kernels = [kernel]
  const steps = [{ kernel: 0, args }]
  if (isScatter) {
    kernel.buffers.forEach(({ access, dtype, size }, at) => {
      if (access !== 'write') return
      const code = writeCode([readBuffer(dtype, size, 'x')])
      const index = { constant: 0, terms: [{ coefficient: 1, atom: { kind: 'axis', axis: 0 } }] } as const
      const value = code.load(0, index)
      const stages = [{ kind: 'map', axes: [], code: code.nodes, stores: [store(1, index, value)] }] as const
      const parts = { name: 'fill', extents: [size], rows: [0], stages }
      const copied = [readBuffer(dtype, size, 'x'), writeBuffer(dtype, size, 'y')]
      kernels.push(makeKernel({ ...parts, buffers: copied }))
      steps.unshift({ kernel: kernels.length - 1, args: [add(at, 'input'), args[at]!] })
    })
  }
  const shaped = ({ name, index }: { name: string; index: number }): Omit<PlanInput, 'role'> => {
    const { dtype, size } = buffers[index]!
    return { name, dtype, shape: [size], buffer: index }
  }
  return {
    version: planVersion,
    name: kernel.name,
    kernels,
    buffers,
    steps,
    inputs: inputs.map((input) => ({ ...shaped(input), role: 'feed' as const })),
    outputs: outputs.map((output) => ({ ...shaped(output), role: 'result' as const, donor: undefined })),
    constants: [],
    arenaBytes: 0,
  }
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
  const finite = Array.from(expected).filter((value) => Number.isFinite(value) && Math.abs(value) < 1e30)
  const scale = count === 1 ? 0 : Math.max(0, ...finite.map(Math.abs))
  const wrong: string[] = []
  for (let at = 0; at < expected.length; at++) {
    const [x, y] = [seen[at]!, expected[at]!]
    const bound = (count + 3) * EPSILON * Math.max(scale, Math.abs(y)) + 2 ** -126
    const isClose = expected instanceof Float32Array && Math.abs(x - y) <= bound
    if (!isClose && x !== y && !Object.is(x, y)) wrong.push(`${label}[${at}]: ${x}, not ${y}`)
  }
  expect(seen.constructor).toBe(expected.constructor)
  expect(seen.length).toBe(expected.length)
  expect(wrong).toEqual([])
}
