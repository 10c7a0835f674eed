// What the golden comparison with PyTorch (tests/composites) does not say: errors, dtypes, and limits of f32.
import { describe, expect, test } from 'vitest'
import { literal } from '../front/constants.ts'
import { randomNormal } from '../front/random.ts'
import { createBuilder } from '../ir/builder.ts'
import { postOrder } from '../ir/traverse.ts'
import type { Value } from '../ir/value.ts'
import { errorOf } from '../testdata/error-of.ts'
import { valuesOf } from '../testdata/values-of.ts'
import { gelu, mish, selu, sigmoid } from './activations.ts'
import { scaledDotProductAttention } from './attention.ts'
import { batchNorm } from './batch-norm.ts'
import { crossEntropy } from './class-losses.ts'
import { alphaDropout, dropout, dropout1d, dropout2d, dropout3d, featureAlphaDropout } from './dropout.ts'
import { linear } from './layers.ts'
import { mse } from './losses.ts'
import { layerNorm } from './normalization.ts'
import { relu } from './piecewise.ts'
import { logSoftmax, softmax } from './softmax.ts'

const b = createBuilder()
const f32 = (...shape: number[]): Value => b.input({ name: `x${shape.join('-')}`, dtype: 'f32', shape })

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

    const nodes = postOrder([gelu(x, { approximate: 'tanh' }), layerNorm(x), selu(x), mish(x)])

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

describe('dropout of channels', () => {
  const key = literal(b, new Uint32Array([3, 4]))
  const channels = literal(b, new Float32Array(2 * 500 * 4).fill(1), { shape: [2, 500, 2, 2] })

  test('drops whole channels and scales the rest', () => {
    const values = valuesOf(dropout2d(channels, key, { rate: 0.25 }))

    const kept = Array.from({ length: 1000 }, (_, k) => values.slice(4 * k, 4 * k + 4))
    expect(kept.every((channel) => new Set(channel).size === 1)).toBe(true)
    // 250, give or take four standard deviations.
    const dropped = kept.filter(([value]) => value === 0).length
    expect(Math.abs(dropped - 250)).toBeLessThan(4 * Math.sqrt(1000 * 0.25 * 0.75))
    expect(new Set(values)).toEqual(new Set([0, Math.fround(4 / 3)]))
  })

  test('C2: takes images with or without a batch', () => {
    const one = (...shape: number[]): Value => literal(b, new Float32Array(8), { shape })

    expect(dropout1d(one(2, 4), key, { rate: 0.5 }).type.shape).toEqual([2, 4])
    expect(dropout3d(one(1, 2, 1, 2, 2), key, { rate: 0.5 }).type.shape).toEqual([1, 2, 1, 2, 2])
    expect(errorOf(() => dropout2d(one(2, 4), key, { rate: 0.5 })).code).toBe('SHAPE_DROPOUT')
    expect(errorOf(() => featureAlphaDropout(one(8), key, { rate: 0.5 })).code).toBe('SHAPE_DROPOUT')
  })
})

describe('alphaDropout', () => {
  const key = literal(b, new Uint32Array([5, 6]))
  const moments = (values: readonly number[]): readonly [number, number] => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    return [mean, values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length]
  }

  test('keeps mean 0 and variance 1', () => {
    const normal = randomNormal(literal(b, new Uint32Array([7, 8])), [20000])

    const [mean, variance] = moments(valuesOf(alphaDropout(normal, key, { rate: 0.3 })))

    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(20000))
    expect(Math.abs(variance - 1)).toBeLessThan(0.06)
  })

  test('replaces by what selu is at -Infinity, before it scales', () => {
    // a = 1 / sqrt(0.5 (1 + 0.5 s²)), b = a s / 2 with s = 1.7580993408473766; kept 1 gives a + b, dropped gives b - a s.
    const values = valuesOf(
      featureAlphaDropout(literal(b, new Float32Array(64).fill(1), { shape: [8, 8] }), key, { rate: 0.5 }),
    )
    const s = 1.7580993408473766
    const a = 1 / Math.sqrt(0.5 * (1 + 0.5 * s * s))

    expect([...new Set(values)].sort((x, y) => x - y)).toEqual([
      expect.closeTo(-a * s + (a * s) / 2, 6),
      expect.closeTo(a + (a * s) / 2, 6),
    ])
  })

  test('is the identity at rate 0, and 0 at rate 1', () => {
    const x = literal(b, [1, 2])

    expect(alphaDropout(x, key, { rate: 0 })).toBe(x)
    expect(valuesOf(alphaDropout(x, key, { rate: 1 }))).toEqual([0, 0])
    expect(errorOf(() => alphaDropout(x, key, { rate: -1 })).code).toBe('ATTR_DROPOUT_RATE')
  })
})

test('attention drops weights by a key', () => {
  const key = literal(b, new Uint32Array([1, 9]))
  const q = literal(b, new Float32Array(8).fill(0), { shape: [4, 2] })
  const v = literal(b, new Float32Array(64).fill(1), { shape: [64, 1] })
  const k = literal(b, new Float32Array(128).fill(0), { shape: [64, 2] })

  const sums = valuesOf(scaledDotProductAttention(q, k, v, { dropout: { key, rate: 0.5 } }))

  // 64 weights of 1/64, each dropped or doubled: multiples of 1/32, not all 1.
  expect(sums.every((sum) => Number.isInteger(sum * 32))).toBe(true)
  expect(sums.some((sum) => sum !== 1)).toBe(true)
})
