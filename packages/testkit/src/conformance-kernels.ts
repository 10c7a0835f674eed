// Fixture kernels as conformance cases: the runtime against core's kernel interpreter, to the bit where the runtime promises
// that; else within the rounding of as many operations as the kernel performs on one value, at the largest magnitude met.
import type { Backend, DType, Kernel, TypedArray } from '@heddle/core'
import { dtypes, isMathFunction, numbersOf, runKernel, toNdArray } from '@heddle/core'
import { expectSameBits, expectWithin } from './compare.ts'
import { type KernelFixture, kernelNeeds } from './kernel-fixture.ts'
import { planOfKernel } from './plans.ts'
import { precisionOf, tolerancesOf } from './tolerances.ts'

const SEED = 7

/** Whether a backend claims to be able to run a kernel. */
export function canRun({ capabilities }: Backend, kernel: Kernel): boolean {
  const needs = kernelNeeds(kernel)
  return (
    [...needs.dtypes].every((dtype) => capabilities.dtypes.includes(dtype)) &&
    needs.reads <= capabilities.maxReads &&
    needs.writes <= capabilities.maxWrites &&
    (capabilities.rowKernels || !needs.rowKernels) &&
    (capabilities.contractOperands === 'any' || !needs.anyOperands)
  )
}

export async function checkKernel(backend: Backend, fixture: KernelFixture): Promise<void> {
  const { kernel } = fixture
  const inputs = (seed: number): TypedArray[] =>
    fixture.inputs(seed).map((data) => withoutDenormals(backend, data))
  const expected = inputs(SEED)
  runKernel(kernel, expected)

  const seen = await runFixture(backend, { kernel, inputs })

  const written = kernel.buffers.flatMap(({ access }, at) => (access === 'write' ? [at] : []))
  written.forEach((buffer, k) => {
    const { dtype, size, label } = kernel.buffers[buffer]!
    const actual = seen[k] ?? dtypes[dtype].allocate(0)
    const value = toNdArray(dtype, [size], expected[buffer] ?? [])
    if (backend.capabilities.bitReproducible) expectSameBits(`${kernel.name} ${label}`, actual, value)
    else
      expectWithin(`${kernel.name} ${label}`, actual, {
        value,
        bound: allowed(backend, kernel, numbersOf(value), dtype),
      })
  })
}

/** A runtime that may take denormals for zeros is not asked about them. */
function withoutDenormals({ capabilities }: Backend, data: TypedArray): TypedArray {
  const tolerances = tolerancesOf(precisionOf(capabilities), 'f32')
  const { smallest = 0, flushesDenormals = false } = tolerances ?? {}
  if (flushesDenormals && data instanceof Float32Array) {
    data.forEach((x, at) => {
      if (Math.abs(x) < smallest) data[at] = 0 * x
    })
  }
  return data
}

async function runFixture(backend: Backend, fixture: KernelFixture): Promise<readonly TypedArray[]> {
  const { plan, inputs } = planOfKernel(fixture)
  const executable = await backend.prepare(plan)
  const given = inputs(SEED).map((data, at) => {
    const buffer = backend.allocate(plan.inputs[at]!.dtype, data.length)
    backend.write(buffer, data)
    return buffer
  })
  const outputs = plan.outputs.map(({ dtype, buffer }) => backend.allocate(dtype, plan.buffers[buffer]!.size))
  executable.run(given, outputs)
  const results = await Promise.all(outputs.map((buffer) => backend.read(buffer)))
  for (const buffer of [...given, ...outputs]) backend.free(buffer)
  executable.dispose()
  return results
}

function allowed(backend: Backend, kernel: Kernel, values: Float64Array, dtype: DType): Float64Array {
  const tolerances = tolerancesOf(precisionOf(backend.capabilities), dtype)
  if (tolerances === undefined) return new Float64Array(values.length)
  let ulps = 0
  let terms = 1
  for (const stage of kernel.stages) {
    const axes = stage.kind === 'contract' ? stage.k : stage.kind === 'scatter' ? kernel.rows : stage.axes
    const count = axes.reduce((product, axis) => product * kernel.axes[axis]!.extent, 1)
    if (stage.kind !== 'map') terms = Math.max(terms, count)
    for (const node of stage.code) {
      if ('args' in node && isMathFunction(node.op)) ulps += tolerances.ulps[node.op]
      else if (node.op === 'div') ulps += tolerances.ulps.division
      else if (node.op === 'sqrt') ulps += tolerances.ulps.root
      else ulps += tolerances.ulps.arithmetic
    }
  }
  const finite = Array.from(values, Math.abs).filter((value) => value < tolerances.largest / 2)
  const largest = terms === 1 ? 0 : finite.reduce((most, value) => Math.max(most, value), 0)
  const relative = (ulps + terms * tolerances.ulps.arithmetic) * tolerances.epsilon
  return Float64Array.from(values, (value) =>
    Number.isFinite(value) ? relative * Math.max(largest, Math.abs(value)) + tolerances.smallest : 0,
  )
}
