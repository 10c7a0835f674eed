import { kernelFixtures, trainingPlan } from '@heddle/testkit'
import { describe, expect, test } from 'vitest'
import type { Kernel } from './kernel.ts'
import { canReplace } from './replace.ts'

/** Which pairs (read, written) of a kernel's buffers may share memory, by label. */
function pairs(kernel: Kernel): string[] {
  const found: string[] = []
  for (const [r, read] of kernel.buffers.entries()) {
    for (const [w, written] of kernel.buffers.entries()) {
      if (canReplace(kernel, r, w)) found.push(`${read.label} -> ${written.label}`)
    }
  }
  return found
}

function fixture(name: string): Kernel {
  return kernelFixtures.find(({ kernel }) => kernel.name === name)!.kernel
}

describe('canReplace', () => {
  test('allows an elementwise kernel to write over any operand it reads at the same place', () => {
    expect(pairs(fixture('map-elementwise'))).toEqual(['a -> y', 'b -> y'])
    expect(pairs(trainingPlan().kernels[4]!)).toEqual(['w -> w_next', 'gradient -> w_next'])
  })

  test('pairs every operand with every output of its dtype and size', () => {
    expect(pairs(fixture('map-three-stores'))).toHaveLength(6)
  })

  test('refuses where elements are read elsewhere', () => {
    expect(pairs(fixture('map-transposed'))).toEqual([])
    expect(pairs(fixture('map-reshaped'))).toEqual([])
    expect(pairs(fixture('map-broadcast'))).toEqual(['x -> y'])
  })

  test('allows a row kernel to write over the row it has reduced', () => {
    expect(pairs(fixture('row-softmax'))).toEqual(['x -> y'])
    expect(pairs(fixture('row-layer-norm'))).toEqual(['x -> y'])
  })

  test('refuses contractions and scatters', () => {
    expect(pairs(fixture('contract-aligned')).filter((pair) => !pair.startsWith('extra'))).toEqual([])
    expect(pairs(fixture('scatter-rows'))).toEqual([])
  })

  test('allows an epilogue to write over the residual it adds', () => {
    expect(pairs(fixture('contract-residual'))).toContain('extra0 -> y')
  })
})
