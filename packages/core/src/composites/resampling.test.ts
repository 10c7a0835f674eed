// What the golden comparison with PyTorch does not say of resampling: errors, and what it is made of.
import { describe, expect, test } from 'vitest'
import { createBuilder } from '../ir/builder.ts'
import type { Value } from '../ir/value.ts'
import { errorOf } from '../testdata/error-of.ts'
import { opsOf } from '../testdata/ops-of.ts'
import { affineGrid } from './affine-grid.ts'
import { gridSample } from './grid-sample.ts'
import { interpolate } from './interpolate.ts'
import { maxUnpool1d } from './max-unpooling.ts'
import { channelShuffle, pixelShuffle, pixelUnshuffle } from './pixel-shuffle.ts'
import { cubicTaps, linearTaps, nearestTaps } from './resample-axis.ts'

const b = createBuilder()
const f32 = (...shape: number[]): Value => b.input({ name: `x${shape.join('-')}`, dtype: 'f32', shape })

describe('interpolate', () => {
  test('C1: the mode is for images of this rank, which are not empty', () => {
    const error = errorOf(() => interpolate(f32(1, 3, 4, 5), { size: 8, mode: 'trilinear' }))

    expect(error.code).toBe('SHAPE_INTERPOLATE')
    expect(error.message).toContain(
      "x is [1, 3, 4, 5]; for mode 'trilinear' it must be [N, C, …] with 3 spatial axes",
    )
    expect(errorOf(() => interpolate(f32(1, 3, 0), { size: 8 })).code).toBe('SHAPE_INTERPOLATE')
  })

  test.each([
    [{}, 'C2'],
    [{ size: 3, scaleFactor: 2 }, 'C2'],
    [{ scaleFactor: 0.1 }, 'C3'],
    [{ scaleFactor: Number.NaN }, 'C3'],
    [{ scaleFactor: [2, 2] }, 'C3'],
    [{ size: 3, alignCorners: true }, 'C4'],
  ] as const)('%o is refused by %s', (options, constraint) => {
    const error = errorOf(() => interpolate(f32(1, 1, 5), options))

    expect([error.code, error.details['constraint']]).toEqual(['ATTR_INTERPOLATE', constraint])
  })

  test('nearest elements a whole number of times larger or smaller are no gather', () => {
    for (const size of [12, 3, 2]) expect(opsOf(interpolate(f32(1, 2, 6), { size }))).not.toContain('gather')
    expect(opsOf(interpolate(f32(1, 2, 6), { size: 4 }))).toContain('gather')
  })

  test('is one gather an axis, and none along an axis that keeps its extent', () => {
    const gathers = (options: Parameters<typeof interpolate>[1]): number =>
      opsOf(interpolate(f32(1, 2, 6, 5), options)).filter((op) => op === 'gather').length

    expect(gathers({ size: [7, 9], mode: 'bicubic' })).toBe(2)
    expect(gathers({ size: [6, 9], mode: 'bilinear' })).toBe(1)
    expect(gathers({ size: [6, 5], mode: 'bilinear' })).toBe(0)
  })
})

describe('tap tables', () => {
  test('weights of a result add up to 1, and positions are on the axis', () => {
    for (const taps of [linearTaps, cubicTaps]) {
      for (const [dim, out] of [
        [5, 12],
        [12, 5],
        [1, 3],
        [3, 1],
      ] as const) {
        const { taps: each, positions, weights = [] } = taps(dim, out, dim / out, false)

        for (let k = 0; k < out; k++) {
          const sum = weights.slice(k * each, (k + 1) * each).reduce((total, weight) => total + weight, 0)
          expect(sum).toBeCloseTo(1, 14)
        }
        expect(positions.every((at) => at >= 0 && at < dim)).toBe(true)
      }
    }
  })

  test('nearest positions are on the axis for every pair of extents', () => {
    for (const rule of ['nearest', 'nearest-exact'] as const) {
      for (let dim = 1; dim < 40; dim++) {
        for (let out = 1; out < 80; out++) {
          const { positions } = nearestTaps(dim, out, dim / out, rule)

          expect(positions.every((at, k) => at >= (positions[k - 1] ?? 0) && at < dim)).toBe(true)
        }
      }
    }
  })
})

describe('rearrangements', () => {
  test('move without arithmetic', () => {
    const ops = new Set(
      opsOf(
        channelShuffle(pixelUnshuffle(pixelShuffle(f32(1, 8, 2, 2), { factor: 2 }), { factor: 2 }), {
          groups: 2,
        }),
      ),
    )

    expect([...ops].sort()).toEqual(['input', 'permute', 'reshape'])
  })

  test('name shapes and factors', () => {
    expect(errorOf(() => pixelShuffle(f32(6, 2, 2), { factor: 2 })).message).toContain(
      'pixelShuffle: x is [6, 2, 2], factor 2',
    )
    expect(errorOf(() => pixelUnshuffle(f32(1, 3, 2), { factor: 0 })).code).toBe('SHAPE_PIXEL_SHUFFLE')
    expect(errorOf(() => channelShuffle(f32(1, 6, 2), { groups: 4 })).code).toBe('SHAPE_CHANNEL_SHUFFLE')
  })
})

describe('grids', () => {
  test('affineGrid: one matrix for each image', () => {
    expect(errorOf(() => affineGrid(f32(2, 2, 3), { size: [1, 1, 3, 3] })).code).toBe('SHAPE_AFFINE_GRID')
    expect(errorOf(() => affineGrid(f32(2, 2, 3), { size: [2, 1, 3] })).code).toBe('SHAPE_AFFINE_GRID')
  })

  test('gridSample C1: one grid for each image, one coordinate for each axis', () => {
    for (const grid of [f32(1, 3, 3, 2), f32(2, 3, 3, 3), f32(2, 3, 2)])
      expect(errorOf(() => gridSample(f32(2, 1, 4, 4), grid)).code).toBe('SHAPE_GRID_SAMPLE')
  })

  test('gridSample C2: cubic interpolation is for two dimensions', () => {
    const error = errorOf(() => gridSample(f32(1, 1, 2, 2, 2), f32(1, 3, 3, 3, 3), { mode: 'bicubic' }))

    expect(error.code).toBe('ATTR_GRID_SAMPLE')
  })

  test.each(['bilinear', 'nearest', 'bicubic'] as const)(
    'gridSample reads images by one gather (%s)',
    (mode) => {
      const ops = opsOf(gridSample(f32(2, 3, 4, 4), f32(2, 3, 3, 2), { mode }))

      expect(ops.filter((op) => op === 'gather')).toHaveLength(1)
    },
  )
})

describe('maxUnpool', () => {
  test('C1: positions have the shape of x', () => {
    const indices = b.input({ name: 'at', dtype: 'i32', shape: [1, 2] })

    expect(errorOf(() => maxUnpool1d(f32(1, 3), indices, { size: 2 })).code).toBe('SHAPE_UNPOOL')
  })

  test('C3: the output is less than a stride from its usual size', () => {
    const indices = b.input({ name: 'at', dtype: 'i32', shape: [1, 3] })

    const error = errorOf(() => maxUnpool1d(f32(1, 3), indices, { size: 3, stride: 2, outputSize: [9] }))

    expect(error.code).toBe('ATTR_UNPOOL_SIZE')
    expect(error.message).toContain('extents [9]; they must be positive and less than a stride [2] from [7]')
  })
})
