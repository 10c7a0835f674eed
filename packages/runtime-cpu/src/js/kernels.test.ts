import type { Kernel, TypedArray } from '@heddle/core'
import { runKernel } from '@heddle/core'
import { kernelFixtures } from '@heddle/testkit'
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
