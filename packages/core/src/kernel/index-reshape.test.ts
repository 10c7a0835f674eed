import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addIndex,
  delinearize,
  indexAxis,
  indexConstant,
  indexValue,
  linearize,
  scaleIndex,
} from './index-arithmetic.ts'
import type { IndexExpression } from './index-expression.ts'
import { evaluateIndex } from './index-query.ts'

const noValues = (): number => {
  throw new Error('no scalar values here')
}

/** Every point of the box of extents, row-major. */
function points(extents: readonly number[]): number[][] {
  let all: number[][] = [[]]
  for (const extent of extents) {
    all = all.flatMap((point) => Array.from({ length: extent }, (_, i) => [...point, i]))
  }
  return all
}

const extentsOf = (extents: readonly number[]) => (axis: number) => extents[axis] ?? 1
const i = indexAxis(0)
const j = indexAxis(1)
const k = indexAxis(2)

describe('reshape by linearize and delinearize', () => {
  const shapes: readonly (readonly [readonly number[], readonly number[]])[] = [
    [[2, 3, 4], [24]],
    [
      [2, 3, 4],
      [6, 4],
    ],
    [
      [2, 3, 4],
      [2, 12],
    ],
    [
      [2, 3, 4],
      [4, 6],
    ],
    [
      [2, 3, 4],
      [1, 2, 1, 3, 4, 1],
    ],
    [
      [6, 4],
      [3, 8],
    ],
    [
      [6, 4],
      [2, 3, 2, 2],
    ],
    [[5, 1, 7], [35]],
    [
      [8, 9],
      [6, 12],
    ],
    [
      [8, 9],
      [4, 3, 6],
    ],
    [
      [30, 7],
      [7, 30],
    ],
    [[], [1, 1]],
    [
      [4, 3, 10],
      [20, 6],
    ],
  ]

  test.each(shapes)('%j to %j equals brute force', (from, to) => {
    const ranges = extentsOf(to)
    const axes = to.map((extent, axis) => (extent === 1 ? indexConstant(0) : indexAxis(axis)))

    const indices = delinearize(linearize(axes, to, ranges), from, ranges)

    const address = (index: readonly number[], shape: readonly number[]) =>
      index.reduce((sum, value, axis) => sum * shape[axis]! + value, 0)
    for (const point of points(to)) {
      const index = indices.map((expression) => evaluateIndex(expression, point, noValues))
      expect(address(index, from)).toBe(address(point, to))
      expect(index.every((value, axis) => value >= 0 && value < from[axis]!)).toBe(true)
    }
  })

  test.each(shapes)('%j to %j and back is plain axes', (from, to) => {
    const ranges = extentsOf(from)
    const axes = from.map((extent, axis) => (extent === 1 ? indexConstant(0) : indexAxis(axis)))

    const there = delinearize(linearize(axes, from, ranges), to, ranges)
    const back = delinearize(linearize(there, to, ranges), from, ranges)

    expect(back).toEqual(axes)
  })

  test('merging axes and splitting them again where they align stays affine', () => {
    const ranges = extentsOf([2, 3, 4])

    const merged = delinearize(linearize([i, j, k], [2, 3, 4], ranges), [6, 4], ranges)

    expect(merged).toEqual([addIndex(scaleIndex(i, 3), j), k])
  })

  test('keeps a data-dependent outermost index without a remainder', () => {
    const row = indexValue(0)

    const back = delinearize(linearize([row, j], [10, 4]), [10, 4], extentsOf([1, 4]))

    expect(back).toEqual([row, j])
  })

  test('gives zeros for an array without elements', () => {
    expect(delinearize(i, [3, 0], () => 0)).toEqual([indexConstant(0), indexConstant(0)])
  })

  test('random chains of reshapes end in plain axes', () => {
    const factors = [2, 2, 3, 2, 5]
    const shape = fc.array(fc.nat(factors.length - 1), { maxLength: 4 }).map((cuts) => {
      const sorted = [0, ...cuts.sort((x, y) => x - y), factors.length]
      return sorted
        .slice(1)
        .map((end, at) => factors.slice(sorted[at]!, end).reduce((product, factor) => product * factor, 1))
    })
    const shuffled = fc.oneof(
      shape,
      shape.map((dims) => [...dims].reverse()),
    )
    fc.assert(
      fc.property(shape, fc.array(shuffled, { maxLength: 4 }), (from, chain) => {
        const ranges = extentsOf(from)
        const axes = from.map((extent, axis) => (extent === 1 ? indexConstant(0) : indexAxis(axis)))

        let shapeNow: readonly number[] = from
        let indices: readonly IndexExpression[] = axes
        for (const to of [...chain, from]) {
          indices = delinearize(linearize(indices, shapeNow, ranges), to, ranges)
          shapeNow = to
        }

        expect(indices).toEqual(axes)
      }),
      { numRuns: 400, seed: 20243 },
    )
  })
})
