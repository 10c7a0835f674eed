// What the golden comparison with PyTorch (tests/composites) does not say: errors, dtypes, and limits of f32.
import { describe, expect, test } from 'vitest'
import { HeddleError } from '../errors.ts'
import { literal } from '../front/constants.ts'
import { interpretValues } from '../interpret/graph.ts'
import { createBuilder } from '../ir/builder.ts'
import { postOrder } from '../ir/traverse.ts'
import type { Value } from '../ir/value.ts'
import { gelu, sigmoid } from './activations.ts'
import { crossEntropy } from './class-losses.ts'
import { dropout, linear } from './layers.ts'
import { mse } from './losses.ts'
import { batchNorm, layerNorm } from './normalization.ts'
import { relu } from './piecewise.ts'
import { logSoftmax, softmax } from './softmax.ts'

const b = createBuilder()
const valuesOf = (value: Value): number[] => [...interpretValues([value], {})[0]!.data]
const f32 = (...shape: number[]): Value => b.input({ name: `x${shape.join('-')}`, dtype: 'f32', shape })

function errorOf(action: () => unknown): HeddleError {
  try {
    action()
  } catch (error) {
    if (error instanceof HeddleError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('dtypes', () => {
  test('f32 and f64 are kept, integers become f32', () => {
    const f64 = literal(b, [1, 2], { dtype: 'f64' })
    const i32 = literal(b, [1, 2], { dtype: 'i32' })

    for (const composite of [sigmoid, gelu, softmax, logSoftmax, layerNorm]) {
      expect(composite(f64).type.dtype).toBe('f64')
      expect(composite(i32).type.dtype).toBe('f32')
    }
    expect(relu(i32).type.dtype).toBe('i32')
  })

  test('constants in an f32 graph are values of f32', () => {
    const x = f32(4)

    const nodes = postOrder([gelu(x), gelu(x, { approximate: 'tanh' }), layerNorm(x), sigmoid(x)])

    const constants = nodes.flatMap((node) => ('value' in node.attrs ? [node.attrs.value] : []))
    expect(constants.length).toBeGreaterThan(5)
    expect(constants).toEqual(constants.map(Math.fround))
  })
})

describe('crossEntropy', () => {
  const logits = literal(b, [
    [1, 2, 3],
    [1, 2, 3],
  ])

  test('C1: classes must have the shape of logits without the class axis', () => {
    const error = errorOf(() => crossEntropy(logits, literal(b, [0, 1, 2], { dtype: 'i32' })))

    expect(error.code).toBe('SHAPE_CROSS_ENTROPY')
    expect(error.message).toContain('logits are [2, 3], classes i32[3]; classes must be integers [2]')
  })

  test('a class outside gives NaN, not the loss of another class', () => {
    const losses = crossEntropy(logits, literal(b, [3, -1], { dtype: 'i32' }), { reduction: 'none' })

    expect(valuesOf(losses)).toEqual([Number.NaN, Number.NaN])
  })

  test('takes one example without a batch', () => {
    const loss = crossEntropy(literal(b, [0, 0]), literal(b, 1, { dtype: 'i32' }))

    expect(valuesOf(loss)[0]).toBeCloseTo(Math.LN2)
  })

  test('picks the class without a gather', () => {
    const nodes = postOrder([crossEntropy(f32(4, 3), literal(b, [0, 1, 2, 0], { dtype: 'i32' }))])

    expect(nodes.filter(({ op }) => op === 'gather')).toEqual([])
  })
})

describe('layers', () => {
  test('linear names both shapes', () => {
    const error = errorOf(() => linear(f32(2, 3), f32(3, 4)))

    expect(error.code).toBe('SHAPE_LINEAR')
    expect(error.message).toContain('x is [2, 3], weight [3, 4]; weight must be [out, 3]')
  })

  test('layerNorm refuses an axis that is not there', () => {
    expect(errorOf(() => layerNorm(f32(2), { axes: [1] })).code).toBe('ATTR_AXIS_RANGE')
  })

  test('batchNorm keeps the sample variance, as PyTorch does for running statistics', () => {
    const x = literal(b, [
      [1, 0],
      [3, 0],
      [8, 3],
    ])

    const { mean, variance } = batchNorm(x)

    expect(valuesOf(mean)).toEqual([4, 1])
    expect(valuesOf(variance)).toEqual([13, 3].map((value) => expect.closeTo(value, 6)))
  })

  test('mse broadcasts', () => {
    expect(valuesOf(mse(literal(b, [[1], [3]]), literal(b, [1, 3])))).toEqual([2])
  })
})

describe('dropout', () => {
  const key = literal(b, new Uint32Array([1, 2]))
  const ones = literal(b, new Float32Array(4000).fill(1))

  test('drops the part asked for and scales the rest', () => {
    const values = valuesOf(dropout(ones, key, { rate: 0.25 }))

    const dropped = values.filter((value) => value === 0).length
    expect(new Set(values)).toEqual(new Set([0, Math.fround(4 / 3)]))
    // 1000, give or take four standard deviations.
    expect(Math.abs(dropped - 1000)).toBeLessThan(4 * Math.sqrt(4000 * 0.25 * 0.75))
  })

  test('the same key drops the same', () => {
    expect(valuesOf(dropout(ones, key, { rate: 0.5 }))).toEqual(valuesOf(dropout(ones, key, { rate: 0.5 })))
  })

  test('keeps all at rate 0, even infinities, and none at rate 1', () => {
    expect(dropout(ones, key, { rate: 0 })).toBe(ones)
    expect(valuesOf(dropout(literal(b, [Number.POSITIVE_INFINITY]), key, { rate: 1 }))).toEqual([0])
  })

  test('C1: a rate is from 0 to 1', () => {
    expect(errorOf(() => dropout(ones, key, { rate: 1.5 })).code).toBe('ATTR_DROPOUT_RATE')
  })
})
