// Values and gradients beside PyTorch's are golden data (tests/golden); here are errors, dtypes, and what is built.
import { describe, expect, test } from 'vitest'
import { bilinear } from '../composites/layers.ts'
import { createBuilder } from '../ir/builder.ts'
import { postOrder } from '../ir/traverse.ts'
import type { Value } from '../ir/value.ts'
import { codeOf } from '../testdata/error-of.ts'
import { valuesOf } from '../testdata/values-of.ts'
import { addbmm, addmm, addmv, addr, baddbmm } from './add-products.ts'
import { arange, literal } from './constants.ts'
import { dot, matmul } from './contract.ts'
import { chainMatmul, matrixPower } from './matrix-chains.ts'
import { bmm, cross, inner, kron, mm, mv, outer, tensordot, vdot } from './products.ts'
import { reshape } from './shape.ts'

const b = createBuilder()
const array = (...shape: number[]): Value =>
  reshape(arange(b, { limit: shape.reduce((size, dim) => size * dim, 1), dtype: 'f32' }), shape)
const integers = (values: number[][]): Value => literal(b, values, { dtype: 'i32' })
const shapesOf = (value: Value): readonly (readonly number[])[] =>
  postOrder([value])
    .filter(({ op }) => op === 'dot')
    .map(({ type }) => type.shape)

describe('integers', () => {
  const x = integers([
    [1, -2],
    [3, 2 ** 30],
  ])
  const y = integers([
    [1, 2],
    [3, 4],
  ])

  test('are multiplied and summed, wrapping', () => {
    expect(valuesOf(matmul(x, y))).toEqual([-5, -6, -1073741821, 6])
    expect(matmul(x, y).type.dtype).toBe('i32')
  })

  test('in batches, with every pairing of axes', () => {
    const left = reshape(arange(b, { limit: 12 }), [2, 3, 2])
    const right = reshape(arange(b, { limit: 12 }), [3, 2, 2])
    const dims = { leftBatch: [1], rightBatch: [0], leftContract: [2], rightContract: [2] }

    const exact = dot(left, right, dims)
    const floats = dot(
      reshape(arange(b, { limit: 12, dtype: 'f64' }), [2, 3, 2]),
      reshape(arange(b, { limit: 12, dtype: 'f64' }), [3, 2, 2]),
      dims,
    )

    expect(exact.type).toEqual({ dtype: 'i32', shape: [3, 2, 2] })
    expect(valuesOf(exact)).toEqual(valuesOf(floats))
  })

  test('bools count as i32', () => {
    const mask = literal(b, [[true, true]])

    expect(valuesOf(matmul(mask, literal(b, [[true], [true]])))).toEqual([2])
  })

  test('keep the errors of dot', () => {
    expect(codeOf(() => dot(x, integers([[1, 2, 3]]), { leftContract: [0], rightContract: [1] }))).toBe(
      'SHAPE_DOT_PAIRS',
    )
    expect(
      codeOf(() => dot(x, y, { leftBatch: [0], rightBatch: [0], leftContract: [0], rightContract: [1] })),
    ).toBe('ATTR_DOT_ROLES')
  })
})

describe('products', () => {
  test('kron and cross', () => {
    expect(valuesOf(kron(literal(b, [1, 10]), literal(b, [1, 2, 3])))).toEqual([1, 2, 3, 10, 20, 30])
    expect(valuesOf(cross(literal(b, [1, 0, 0]), literal(b, [0, 1, 0])))).toEqual([0, 0, 1])
    expect(cross(array(2, 3, 1), array(1, 3, 4), { axis: 1 }).type.shape).toEqual([2, 3, 4])
  })

  test('tensordot pairs axes in the order given, and an extent of 1 with any', () => {
    expect(
      tensordot(array(3, 4, 5), array(4, 3, 2), {
        axes: [
          [1, 0],
          [0, 1],
        ],
      }).type.shape,
    ).toEqual([5, 2])
    expect(tensordot(array(2, 3), array(3, 4), { axes: 0 }).type.shape).toEqual([2, 3, 3, 4])
    expect(valuesOf(tensordot(array(2), literal(b, [5]), { axes: 1 }))).toEqual([5])
  })

  test('with beta 0 nothing is seen of what is added', () => {
    const bias = literal(b, [Number.NaN, 1])

    expect(valuesOf(addmm(bias, array(1, 2), array(2, 2), { beta: 0, alpha: 2 }))).toEqual([4, 6])
  })

  test('chainMatmul takes the order of fewest multiplications', () => {
    const chain = chainMatmul([array(10, 100), array(100, 5), array(5, 50)])
    const other = chainMatmul([array(50, 5), array(5, 100), array(100, 10)])

    expect(shapesOf(chain)).toEqual([
      [10, 5],
      [10, 50],
    ])
    expect(shapesOf(other)).toEqual([
      [5, 10],
      [50, 10],
    ])
  })

  test('chainMatmul takes vectors at its ends', () => {
    expect(chainMatmul([array(2), array(2, 3), array(3)]).type.shape).toEqual([])
    expect(chainMatmul([array(2), array(2, 3), array(3, 4)]).type.shape).toEqual([4])
    expect(chainMatmul([array(4, 2), array(2, 3), array(3)]).type.shape).toEqual([4])
  })

  test('matrixPower multiplies by squaring', () => {
    expect(
      valuesOf(
        matrixPower(
          literal(b, [
            [1, 1],
            [0, 1],
          ]),
          13,
        ),
      ),
    ).toEqual([1, 13, 0, 1])
    expect(shapesOf(matrixPower(array(2, 2), 13))).toHaveLength(5)
    expect(valuesOf(matrixPower(array(1, 2, 2), 0))).toEqual([1, 0, 0, 1])
  })
})

test.for<[string, () => unknown, string]>([
  ['mm', () => mm(array(2, 3), array(3)), 'SHAPE_PRODUCT'],
  ['mm', () => mm(array(2, 3), array(2, 3)), 'SHAPE_MATMUL_INNER'],
  ['mv', () => mv(array(2, 3), array(3, 1)), 'SHAPE_PRODUCT'],
  ['bmm', () => bmm(array(2, 3, 4), array(1, 4, 5)), 'SHAPE_PRODUCT'],
  ['bmm', () => bmm(array(2, 3, 4), array(2, 3, 4)), 'SHAPE_PRODUCT'],
  ['outer', () => outer(array(2, 3), array(3)), 'SHAPE_PRODUCT'],
  ['vdot', () => vdot(array(2), array(3)), 'SHAPE_MATMUL_INNER'],
  ['vdot', () => vdot(array(2, 1), array(2)), 'SHAPE_PRODUCT'],
  ['inner', () => inner(array(2, 3), array(2)), 'SHAPE_PRODUCT'],
  ['cross', () => cross(array(2, 3), array(1)), 'SHAPE_PRODUCT'],
  ['addmm', () => addmm(array(5, 2, 4), array(2, 3), array(3, 4)), 'SHAPE_EXPAND'],
  ['addmm', () => addmm(array(3), array(2, 3), array(3, 4)), 'SHAPE_BROADCAST'],
  ['addmv', () => addmv(array(2), array(2, 3), array(3, 1)), 'SHAPE_PRODUCT'],
  ['addr', () => addr(array(2), array(2, 1), array(2)), 'SHAPE_PRODUCT'],
  ['addbmm', () => addbmm(array(2), array(2, 3), array(3, 4)), 'SHAPE_PRODUCT'],
  ['baddbmm', () => baddbmm(array(2), array(2, 3), array(3, 4)), 'SHAPE_PRODUCT'],
  ['tensordot', () => tensordot(array(2, 3), array(4, 5)), 'SHAPE_DOT_PAIRS'],
  ['tensordot', () => tensordot(array(2, 3), array(3)), 'ATTR_TENSORDOT_AXES'],
  ['tensordot', () => tensordot(array(2), array(2), { axes: [[0], []] }), 'ATTR_TENSORDOT_AXES'],
  [
    'tensordot',
    () =>
      tensordot(array(2, 2), array(2, 2), {
        axes: [
          [0, -2],
          [0, 1],
        ],
      }),
    'ATTR_AXES_REPEATED',
  ],
  ['matrixPower', () => matrixPower(array(2, 3), 2), 'SHAPE_SQUARE'],
  ['matrixPower', () => matrixPower(array(2, 2), -1), 'ATTR_MATRIX_POWER'],
  ['matrixPower', () => matrixPower(array(2, 2), 0.5), 'ATTR_MATRIX_POWER'],
  ['chainMatmul', () => chainMatmul([]), 'SHAPE_CHAIN'],
  ['chainMatmul', () => chainMatmul([array(2, 3), array(3), array(3, 2)]), 'SHAPE_CHAIN'],
  ['chainMatmul', () => chainMatmul([array(2, 3), array(2, 3)]), 'SHAPE_MATMUL_INNER'],
  ['bilinear', () => bilinear(array(1, 3), array(2, 4), array(5, 3, 4)), 'SHAPE_BILINEAR'],
])('%s: refuses what does not fit, %#', ([, action, code]) => {
  expect(codeOf(action)).toBe(code)
})
