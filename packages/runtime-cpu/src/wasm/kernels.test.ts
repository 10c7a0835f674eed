// Every fixture of the testkit, bit for bit as core's kernel interpreter has it.

import { type Kernel, runKernel, type TypedArray } from '@heddle/core'
import { type KernelFixture, kernelFixtures, planOfKernel, randomKernel } from '@heddle/testkit'
import { describe, expect, test } from 'vitest'
import { wasmBackend } from './backend.ts'

const backend = wasmBackend()

/** What the interpreter leaves in the buffers a kernel writes. */
function expected({ kernel, inputs }: KernelFixture, seed: number): TypedArray[] {
  const arrays = inputs(seed)
  runKernel(kernel, arrays)
  return arrays.filter((_, at) => kernel.buffers[at]?.access === 'write')
}

function actual(fixture: KernelFixture, seed: number): TypedArray[] {
  const { plan, inputs } = planOfKernel(fixture)
  const executable = backend.prepareSync(plan)
  const given = inputs(seed).map((data, at) => {
    const { dtype } = plan.inputs[at]!
    const buffer = backend.allocate(dtype, data.length)
    backend.write(buffer, data)
    return buffer
  })
  const outputs = plan.outputs.map(({ dtype, buffer }) => backend.allocate(dtype, plan.buffers[buffer]!.size))
  executable.run(given, outputs)
  const results = outputs.map((buffer) => backend.readSync(buffer))
  for (const buffer of [...given, ...outputs]) backend.free(buffer)
  executable.dispose()
  return results
}

function expectSameBits(kernel: Kernel, got: TypedArray[], wanted: TypedArray[]): void {
  expect(got.length).toBe(wanted.length)
  wanted.forEach((array, at) => {
    const other = got[at]!
    expect(other.length).toBe(array.length)
    const wrong = array.findIndex((value, i) => !Object.is(value, other[i]))
    expect(
      wrong,
      `${kernel.name}: element ${wrong} of output ${at} is ${other[wrong]}, not ${array[wrong]}`,
    ).toBe(-1)
  })
}

describe('wasm runs every kernel fixture bit-identically to the interpreter', () => {
  for (const fixture of kernelFixtures) {
    test(fixture.kernel.name, () => {
      for (const seed of [1, 2]) {
        expectSameBits(fixture.kernel, actual(fixture, seed), expected(fixture, seed))
      }
    })
  }
})

test('wasm runs the random kernels of the testkit, seeds 1 to 400', () => {
  for (let seed = 1; seed <= 400; seed++) {
    const fixture = randomKernel(seed)
    expectSameBits(fixture.kernel, actual(fixture, 7), expected(fixture, 7))
  }
})
