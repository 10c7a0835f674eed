// What the golden comparison with PyTorch does not say of pooling: errors, and what it is made of.
import { describe, expect, test } from 'vitest'
import { literal } from '../front/constants.ts'
import { createBuilder } from '../ir/builder.ts'
import { postOrder } from '../ir/traverse.ts'
import type { Value } from '../ir/value.ts'
import { errorOf } from '../testdata/error-of.ts'
import { opsOf } from '../testdata/ops-of.ts'
import { valuesOf } from '../testdata/values-of.ts'
import { adaptiveAvgPool1d, adaptiveAvgPool2d, adaptiveMaxPool2d } from './adaptive-pooling.ts'
import { avgPool2d, lpPool1d } from './average-pooling.ts'
import { maxPool1d, maxPool1dWithIndices, maxPool2d } from './max-pooling.ts'

const b = createBuilder()
const f32 = (...shape: number[]): Value => b.input({ name: `x${shape.join('-')}`, dtype: 'f32', shape })

describe('maxPool', () => {
  test('C1: an image has four axes, or three', () => {
    expect(errorOf(() => maxPool2d(f32(4, 4), { size: 2 })).code).toBe('SHAPE_POOL')
  })

  test('C2: padding is at most half the window', () => {
    const error = errorOf(() => maxPool2d(f32(1, 1, 4, 4), { size: 3, padding: [1, 2] }))

    expect(error.code).toBe('ATTR_POOL_PADDING')
    expect(error.message).toContain('padding [1, 2] for windows of [3, 3]')
  })

  test('C3: a window fits into the padded image', () => {
    const error = errorOf(() => maxPool2d(f32(1, 1, 4, 4), { size: 3, dilation: 2 }))

    expect(error.code).toBe('SHAPE_WINDOWS_SPAN')
    expect(error.message).toContain('maxPool2d: a window spans [5, 5] elements')
  })

  test('NaN in a window is its maximum', () => {
    const image = literal(b, [[[[1, Number.NaN, 5, 6]]]])

    expect(valuesOf(maxPool2d(image, { size: [1, 2] }))).toEqual([Number.NaN, 6])
  })

  test('padding does not win where there is nothing but -Infinity', () => {
    const low = Number.NEGATIVE_INFINITY
    const image = literal(b, [[[low, low, low, 1]]])

    const { indices } = maxPool1dWithIndices(image, { size: 3, stride: 1, padding: 1 })

    expect(valuesOf(indices)).toEqual([0, 0, 3, 3])
  })

  test('windows that only touch are views of the image', () => {
    const ops = opsOf(maxPool1d(f32(1, 1, 7), { size: 2 }))

    expect(ops).not.toContain('windows')
  })
})

describe('avgPool', () => {
  test('C4: the divisor is not 0', () => {
    expect(errorOf(() => avgPool2d(f32(1, 1, 4, 4), { size: 2, divisorOverride: 0 })).code).toBe(
      'ATTR_POOL_DIVISOR',
    )
  })

  test('divides by one number where every window holds as many elements', () => {
    const nodes = postOrder([avgPool2d(f32(1, 1, 4, 4), { size: 2, padding: 1 })])

    expect(nodes.filter(({ op }) => op === 'literal')).toEqual([])
  })
})

test('lpPool C1: the power is a number other than 0', () => {
  expect(errorOf(() => lpPool1d(f32(1, 4), { p: 0, size: 2 })).code).toBe('ATTR_POOL_POWER')
})

describe('adaptive pooling', () => {
  test.each([0, 1.5, [1], [2, -1]])('C2: outputSize is whole numbers: %o', (outputSize) => {
    const error = errorOf(() => adaptiveAvgPool2d(f32(1, 1, 4, 4), { outputSize }))

    expect(error.code).toBe('ATTR_POOL_OUTPUT_SIZE')
  })

  test('C3: there is something to pool', () => {
    expect(errorOf(() => adaptiveAvgPool1d(f32(1, 1, 0), { outputSize: 1 })).code).toBe('SHAPE_POOL_EMPTY')
  })

  test.each([adaptiveAvgPool2d, adaptiveMaxPool2d])(
    'needs no gather where windows only touch (%#)',
    (pool) => {
      const ops = opsOf(pool(f32(1, 1, 6, 4), { outputSize: [3, null] }))

      expect(ops).not.toContain('gather')
    },
  )
})
