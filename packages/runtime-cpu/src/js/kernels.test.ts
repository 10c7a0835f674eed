import type { Kernel, TypedArray } from '@heddle/core'
import { runKernel } from '@heddle/core'
import { kernelFixtures, randomKernel } from '@heddle/testkit'
import { describe, expect, test } from 'vitest'
import { compileKernels } from './backend.ts'

/** Differences to the last bit; any NaN equals any other. */
function differences(
  kernel: Kernel,
  actual: readonly TypedArray[],
  expected: readonly TypedArray[],
): string[] {
  const found: string[] = []
  for (const [buffer, { label }] of kernel.buffers.entries()) {
    for (let at = 0; at < expected[buffer]!.length; at++) {
      const [x, y] = [actual[buffer]![at], expected[buffer]![at]]
      if (!Object.is(x, y)) found.push(`${label}[${at}] is ${x}, not ${y}`)
    }
  }
  return found.slice(0, 5)
}

describe('generated JavaScript', () => {
  test.each(Array.from({ length: 20 }, (_, block) => block))(
    'equals the interpreter on random kernels, seeds %# * 25',
    (block) => {
      const fixtures = Array.from({ length: 25 }, (_, at) => randomKernel(1 + block * 25 + at))
      const functions = compileKernels(fixtures.map(({ kernel }) => kernel))
      for (const [at, { kernel, inputs }] of fixtures.entries()) {
        const expected = inputs(7)
        runKernel(kernel, expected)
        const actual = inputs(7)
        functions[at]!(actual)

        expect(differences(kernel, actual, expected), kernel.name).toEqual([])
      }
    },
  )

  test.each(kernelFixtures.map((fixture) => [fixture.kernel.name, fixture] as const))(
    'equals the interpreter on %s',
    (_, { kernel, inputs }) => {
      const [run] = compileKernels([kernel])
      for (const seed of [1, 2, 3]) {
        const expected = inputs(seed)
        runKernel(kernel, expected)
        const actual = inputs(seed)
        run!(actual)

        expect(differences(kernel, actual, expected)).toEqual([])
      }
    },
  )
})
