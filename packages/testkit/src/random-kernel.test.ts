import { dtypeNames, verifyKernel } from '@heddle/core'
import { describe, expect, test } from 'vitest'
import { kernelNeeds } from './kernel-fixture.ts'
import { randomKernel } from './random-kernel.ts'

describe('randomKernel', () => {
  test('is valid for every seed', () => {
    for (let seed = 1; seed <= 2000; seed++) {
      const { kernel } = randomKernel(seed)
      expect(() => verifyKernel(kernel), kernel.name).not.toThrow()
    }
  })

  test('is the same for the same seed, with the same data', () => {
    const [x, y] = [randomKernel(11), randomKernel(11)]

    expect(x.kernel).toEqual(y.kernel)
    expect(x.inputs(3)).toEqual(y.inputs(3))
    expect(x.inputs(3)).not.toEqual(x.inputs(4))
  })

  test('covers every kind and what kernels may need', () => {
    const needs = Array.from({ length: 400 }, (_, seed) => kernelNeeds(randomKernel(seed).kernel))

    expect(needs.filter(({ rowKernels }) => rowKernels).length).toBeGreaterThan(20)
    expect(needs.filter(({ scatter }) => scatter).length).toBeGreaterThan(20)
    expect(new Set(needs.flatMap(({ dtypes }) => [...dtypes]))).toEqual(new Set(dtypeNames))
  })

  test('stays within what it is asked for', () => {
    for (let seed = 0; seed < 200; seed++) {
      const { kernel } = randomKernel(seed, {
        kinds: ['map', 'row'],
        dtypes: ['f32', 'bool', 'i32'],
        mathematics: false,
      })
      const { dtypes, scatter } = kernelNeeds(kernel)

      expect(scatter || dtypes.has('f64') || dtypes.has('u32')).toBe(false)
    }
  })
})
