// What the golden comparison with PyTorch does not say of convolution: errors, and what it is made of.
import { describe, expect, test } from 'vitest'
import { createBuilder } from '../ir/builder.ts'
import { postOrder } from '../ir/traverse.ts'
import type { Value } from '../ir/value.ts'
import { errorOf } from '../testdata/error-of.ts'
import { opsOf } from '../testdata/ops-of.ts'
import { convTranspose1d, convTranspose2d } from './conv-transpose.ts'
import { conv1d, conv2d, conv3d } from './convolution.ts'
import { col2im, im2col } from './im2col.ts'

const b = createBuilder()
const f32 = (...shape: number[]): Value => b.input({ name: `x${shape.join('-')}`, dtype: 'f32', shape })

describe('conv2d', () => {
  test.each([
    [f32(1, 3, 4, 4), f32(2, 2, 3, 3), 1],
    [f32(4, 4), f32(2, 3, 3, 3), 1],
    [f32(1, 4, 4, 4), f32(3, 2, 3, 3), 2],
    [f32(1, 4, 4, 4), f32(3, 4, 3), 1],
  ])('C1, C2: ranks, channels and groups must fit (%#)', (x, weight, groups) => {
    expect(errorOf(() => conv2d(x, weight, { groups })).code).toBe('SHAPE_CONV')
  })

  test('C1, C2: the message names both operands and the groups', () => {
    const { message } = errorOf(() => conv2d(f32(1, 3, 4, 4), f32(2, 2, 3, 3)))

    expect(message).toContain('conv2d: x is [1, 3, 4, 4], weight [2, 2, 3, 3], groups 1')
  })

  test('C3: a window must fit into the padded image', () => {
    const error = errorOf(() => conv2d(f32(1, 1, 2, 2), f32(1, 1, 5, 5), { padding: 1 }))

    expect(error.code).toBe('SHAPE_WINDOWS_SPAN')
  })

  test("C4: padding 'same' needs stride 1", () => {
    const error = errorOf(() => conv2d(f32(1, 1, 5, 5), f32(1, 1, 2, 2), { padding: 'same', stride: [1, 2] }))

    expect(error.code).toBe('ATTR_CONV_PADDING')
    expect(error.message).toContain('stride [1, 2]')
  })

  test('C5: the bias has one number per output channel', () => {
    const error = errorOf(() => conv2d(f32(1, 1, 5, 5), f32(3, 1, 2, 2), { bias: f32(1) }))

    expect(error.code).toBe('SHAPE_CONV_BIAS')
    expect(error.message).toContain('bias is [1], and there are 3 output channels')
  })

  test('wants one number, or one per spatial axis', () => {
    const error = errorOf(() => conv2d(f32(1, 1, 5, 5), f32(1, 1, 2, 2), { stride: [1, 1, 1] }))

    expect(error.code).toBe('ATTR_PER_AXIS')
  })

  test.each([{ stride: 0 }, { dilation: [1, 0] }, { padding: -1 }, { padding: 0.5 }])(
    'wants whole numbers: %o',
    (options) => {
      expect(errorOf(() => conv2d(f32(1, 1, 5, 5), f32(1, 1, 2, 2), options)).code).toBe('ATTR_SPATIAL')
    },
  )

  test('is one contraction with the weight on the left, whatever the batch', () => {
    const weight = f32(2, 3, 3, 3)

    const dots = postOrder([conv2d(f32(8, 3, 6, 6), weight, { padding: 1 })]).filter(({ op }) => op === 'dot')

    expect(dots.map(({ inputs }) => inputs[0])).toEqual([weight])
    expect(dots[0]?.type.shape).toEqual([2, 8, 6, 6])
  })

  test.each([2, 4, 8])('is one contraction for %i groups', (groups) => {
    const ops = opsOf(conv2d(f32(2, 8, 6, 6), f32(16, 8 / groups, 3, 3), { groups }))

    expect(ops.filter((op) => op === 'dot')).toHaveLength(1)
    expect(ops.filter((op) => op === 'windows')).toHaveLength(1)
    expect(ops.length).toBeLessThanOrEqual(9)
  })
})

test("conv1d: padding 'same' keeps the extent for windows of any size and distance", () => {
  for (const size of [1, 2, 3, 4]) {
    for (const dilation of [1, 2, 3]) {
      const y = conv1d(f32(2, 3, 9), f32(4, 3, size), { padding: 'same', dilation })

      expect(y.type.shape).toEqual([2, 4, 9])
    }
  }
})

test('conv3d: takes one image without a batch', () => {
  expect(conv3d(f32(2, 4, 5, 6), f32(3, 2, 2, 2, 2)).type.shape).toEqual([3, 3, 4, 5])
})

describe('convTranspose', () => {
  test.each([
    [f32(1, 3, 4, 4), f32(2, 3, 3, 3), 1],
    [f32(1, 3, 4, 4), f32(3, 3, 3), 1],
    [f32(1, 3, 4, 4), f32(3, 2, 3, 3), 2],
  ])('C1, C2: ranks, channels and groups must fit (%#)', (x, weight, groups) => {
    expect(errorOf(() => convTranspose2d(x, weight, { groups })).code).toBe('SHAPE_CONV_TRANSPOSE')
  })

  test('C3: outputPadding is less than stride or dilation', () => {
    const error = errorOf(() => convTranspose1d(f32(1, 1, 5), f32(1, 1, 2), { stride: 2, outputPadding: 2 }))

    expect(error.code).toBe('ATTR_OUTPUT_PADDING')
    expect(error.message).toContain('outputPadding [2] with stride [2] and dilation [1]')
  })

  test('C4: something is left when the padding is cut off', () => {
    expect(errorOf(() => convTranspose1d(f32(1, 1, 5), f32(1, 1, 2), { padding: 3 })).code).toBe(
      'SHAPE_CONV_TRANSPOSE_EXTENT',
    )
  })

  test('is the sum of windows of one contraction', () => {
    const ops = opsOf(convTranspose2d(f32(2, 8, 4, 4), f32(8, 3, 3, 3), { stride: 2, groups: 4 }))

    expect(ops.filter((op) => op === 'dot' || op === 'foldWindows')).toEqual(['dot', 'foldWindows'])
  })
})

describe('im2col, col2im', () => {
  test('give each other the shapes they take', () => {
    const columns = im2col(f32(2, 3, 7, 6), { size: [3, 2], stride: 2, padding: 1 })

    expect(columns.type.shape).toEqual([2, 18, 16])
    const options = { size: [3, 2], stride: 2, padding: 1, outputSize: [7, 6] }
    expect(col2im(columns, options).type.shape).toEqual([2, 3, 7, 6])
  })

  test('im2col C1: an image has four axes, or three', () => {
    expect(errorOf(() => im2col(f32(4, 4), { size: 2 })).code).toBe('SHAPE_IM2COL')
  })

  test('col2im C1: there is a column for each window', () => {
    const error = errorOf(() => col2im(f32(1, 8, 5), { size: 2, outputSize: [3, 3] }))

    expect(error.code).toBe('SHAPE_COL2IM')
    expect(error.message).toContain(
      'x is [1, 8, 5]; for windows of [2, 2] in an image of [3, 3], [2, 2] of them',
    )
  })
})
