// The meaning of a split plan, by the interpreter: cutting must not change results, only the order of sums.
import { type Kernel, type Plan, runKernel, type TypedArray, verifyKernel } from '@heddle/core'
import { kernelFixtures, planOfKernel } from '@heddle/testkit'
import { expect, test } from 'vitest'
import { defaultSplit, splitReductions } from './split-reductions.ts'

const eager = {
  leastPositions: 2,
  mostResults: 4096,
  wantedResults: 4096,
  leastBlock: 2,
  maxReads: 15,
  maxWrites: 4,
}

function outputsOf(plan: Plan, inputs: readonly TypedArray[]): readonly TypedArray[] {
  const arrays = plan.buffers.map(({ dtype, size, place }) => {
    if (place.kind === 'input') return inputs[place.index]!.slice()
    const data = kindOf(dtype)
    return new data(size)
  })
  for (const step of plan.steps) {
    if (step.kind !== 'kernel') continue
    const { kernel, args } = step
    const bound = args.map((arg) => arrays[arg]!)
    runKernel(plan.kernels[kernel]!, bound)
  }
  return plan.outputs.map(({ buffer }) => arrays[buffer]!)
}

function kindOf(dtype: string): new (size: number) => TypedArray {
  if (dtype === 'i32') return Int32Array
  if (dtype === 'u32') return Uint32Array
  if (dtype === 'bool') return Uint8Array
  return dtype === 'f64' ? Float64Array : Float32Array
}

const isSplit = ({ plan }: { plan: Plan }): boolean =>
  splitReductions(plan, eager).steps.length > plan.steps.length
const splittable = kernelFixtures.map(planOfKernel).filter(isSplit)

test('reductions of every kind and contractions can be cut', () => {
  const names = splittable.map(({ plan }) => plan.name)

  expect(names).toEqual(
    expect.arrayContaining(['reduce-sum', 'reduce-everything', 'contract-convolution', 'contract-dot']),
  )
  expect(names.some((name) => name.includes('arg'))).toBe(false)
})

for (const { plan, inputs } of splittable) {
  test(`${plan.name}: cut in two passes it gives the same`, () => {
    const cut = splitReductions(plan, eager)
    cut.kernels.forEach((kernel: Kernel) => {
      verifyKernel(kernel)
    })

    const seen = outputsOf(cut, inputs(5))

    for (const [at, output] of outputsOf(plan, inputs(5)).entries()) {
      const expected = [...output].map(Number)
      const scale = Math.max(1, ...expected.map((value) => (Number.isFinite(value) ? Math.abs(value) : 0)))
      for (const [place, value] of expected.entries()) {
        const found = Number(seen[at]![place])
        expect(Object.is(found, value) || Math.abs(found - value) <= 1e-5 * scale).toBe(true)
      }
    }
  })
}

test('short reductions and those with many results are left as they are', () => {
  const limits = { ...defaultSplit, maxReads: 15, maxWrites: 4 }

  for (const { plan } of kernelFixtures.map(planOfKernel)) expect(splitReductions(plan, limits)).toBe(plan)
})
