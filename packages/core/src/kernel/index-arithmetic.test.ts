import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addIndex,
  indexAxis,
  indexConstant,
  indexValue,
  offsetIndex,
  quotientIndex,
  remainderIndex,
  scaleIndex,
  substituteAxes,
  substituteValues,
} from './index-arithmetic.ts'
import type { IndexExpression } from './index-expression.ts'
import { equalIndex } from './index-order.ts'
import { axesOf, evaluateIndex, isAffine, strideOf, valuesOf } from './index-query.ts'
import { holdsAlways, holdsNever, indexRange, unboundedAxes } from './index-range.ts'

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
const modulo = (x: number, y: number) => x - Math.floor(x / y) * y
const i = indexAxis(0)
const j = indexAxis(1)
const k = indexAxis(2)

/** An expression as a recipe, so that it can be built canonically and evaluated naively. */
type Recipe =
  | { readonly op: 'axis'; readonly axis: number }
  | { readonly op: 'constant'; readonly value: number }
  | { readonly op: 'add'; readonly x: Recipe; readonly y: Recipe }
  | { readonly op: 'scale' | 'quotient' | 'remainder'; readonly x: Recipe; readonly by: number }

function build(recipe: Recipe, ranges: (axis: number) => number): IndexExpression {
  switch (recipe.op) {
    case 'axis':
      return indexAxis(recipe.axis)
    case 'constant':
      return indexConstant(recipe.value)
    case 'add':
      return addIndex(build(recipe.x, ranges), build(recipe.y, ranges), ranges)
    case 'scale':
      return scaleIndex(build(recipe.x, ranges), recipe.by)
    case 'quotient':
      return quotientIndex(build(recipe.x, ranges), recipe.by, ranges)
    case 'remainder':
      return remainderIndex(build(recipe.x, ranges), recipe.by, ranges)
    default:
      return recipe satisfies never
  }
}

function naive(recipe: Recipe, point: readonly number[]): number {
  switch (recipe.op) {
    case 'axis':
      return point[recipe.axis]!
    case 'constant':
      return recipe.value
    case 'add':
      return naive(recipe.x, point) + naive(recipe.y, point)
    case 'scale':
      return naive(recipe.x, point) * recipe.by + 0
    case 'quotient':
      return Math.floor(naive(recipe.x, point) / recipe.by)
    case 'remainder':
      return modulo(naive(recipe.x, point), recipe.by)
    default:
      return recipe satisfies never
  }
}

const divisor = fc.constantFrom(1, 2, 3, 4, 6, 8, 12, 24)
const recipes: fc.Arbitrary<Recipe> = fc.letrec<{ recipe: Recipe }>((tie) => ({
  recipe: fc.oneof(
    { maxDepth: 5, depthSize: 'medium' },
    fc.record({ op: fc.constant('axis' as const), axis: fc.nat(2) }),
    fc.record({ op: fc.constant('constant' as const), value: fc.integer({ min: -9, max: 9 }) }),
    fc.record({ op: fc.constant('add' as const), x: tie('recipe'), y: tie('recipe') }),
    fc.record({
      op: fc.constant('scale' as const),
      x: tie('recipe'),
      by: fc.constantFrom(-3, -1, 0, 1, 2, 3, 4, 6),
    }),
    fc.record({
      op: fc.constantFrom('quotient' as const, 'remainder' as const),
      x: tie('recipe'),
      by: divisor,
    }),
  ),
})).recipe
const boxes = fc.tuple(
  fc.integer({ min: 1, max: 5 }),
  fc.integer({ min: 1, max: 5 }),
  fc.integer({ min: 1, max: 5 }),
)

function expectCanonical(a: IndexExpression): void {
  expect(Object.is(a.constant, -0)).toBe(false)
  for (const [position, term] of a.terms.entries()) {
    expect(term.coefficient).not.toBe(0)
    for (const other of a.terms.slice(position + 1)) {
      const same = equalIndex(
        { constant: 0, terms: [term] },
        {
          constant: 0,
          terms: [{ coefficient: term.coefficient, atom: other.atom }],
        },
      )
      expect(same).toBe(false)
    }
    if (term.atom.kind === 'quotient' || term.atom.kind === 'remainder') expectCanonical(term.atom.of)
  }
}

describe('index arithmetic on affine expressions', () => {
  test('collects equal atoms and drops what cancels', () => {
    const sum = addIndex(addIndex(scaleIndex(i, 3), j), scaleIndex(i, -3))

    expect(sum).toEqual(j)
  })

  test('orders terms the same way whatever the order of addition', () => {
    expect(addIndex(indexValue(4), addIndex(k, i))).toEqual(addIndex(addIndex(i, indexValue(4)), k))
  })

  test('a factor of zero leaves a positive zero', () => {
    expect(scaleIndex(offsetIndex(i, -2), 0)).toEqual(indexConstant(0))
    expect(Object.is(scaleIndex(indexConstant(0), -1).constant, 0)).toBe(true)
  })

  test('rejects a divisor that is not positive', () => {
    expect(() => quotientIndex(i, 0, () => 4)).toThrow('INTERNAL_INVARIANT')
    expect(() => remainderIndex(i, -2, () => 4)).toThrow('INTERNAL_INVARIANT')
  })
})

describe('quotients and remainders', () => {
  const ranges = extentsOf([8, 4, 6])

  test('split off the part that divides when the rest is small', () => {
    const linear = addIndex(scaleIndex(i, 4), j)

    expect(quotientIndex(linear, 4, ranges)).toEqual(i)
    expect(remainderIndex(linear, 4, ranges)).toEqual(j)
  })

  test('see through a negative coefficient', () => {
    const flipped = offsetIndex(scaleIndex(j, -1), 3) // 3 - j, 0 <= j < 4

    expect(quotientIndex(flipped, 4, ranges)).toEqual(indexConstant(0))
    expect(remainderIndex(flipped, 4, ranges)).toEqual(flipped)
    expect(quotientIndex(offsetIndex(flipped, -4), 4, ranges)).toEqual(indexConstant(-1))
  })

  test('reduce by the common factor of coefficients and divisor', () => {
    expect(quotientIndex(scaleIndex(k, 4), 6, ranges)).toEqual(quotientIndex(scaleIndex(k, 2), 3, ranges))
    expect(remainderIndex(scaleIndex(k, 4), 6, ranges)).toEqual(
      scaleIndex(remainderIndex(scaleIndex(k, 2), 3, ranges), 2),
    )
  })

  test('drop a small term below the common factor of the others', () => {
    const linear = addIndex(scaleIndex(i, 4), j)

    expect(quotientIndex(linear, 8, ranges)).toEqual(quotientIndex(i, 2, ranges))
    expect(remainderIndex(linear, 8, ranges)).toEqual(
      addIndex(scaleIndex(remainderIndex(i, 2, ranges), 4), j),
    )
  })

  test('merge nested quotients and nested remainders', () => {
    expect(quotientIndex(quotientIndex(i, 2, ranges), 2, ranges)).toEqual(quotientIndex(i, 4, ranges))
    expect(remainderIndex(remainderIndex(i, 4, ranges), 2, ranges)).toEqual(remainderIndex(i, 2, ranges))
    expect(quotientIndex(remainderIndex(i, 4, ranges), 2, ranges)).toEqual(
      remainderIndex(quotientIndex(i, 2, ranges), 2, ranges),
    )
  })

  test('put a quotient and its remainder back together', () => {
    const [high, low] = [quotientIndex(k, 4, ranges), remainderIndex(k, 4, ranges)]

    expect(addIndex(scaleIndex(high, 4), low)).toEqual(k)
    expect(addIndex(scaleIndex(low, 3), scaleIndex(high, 12))).toEqual(scaleIndex(k, 3))
    expect(addIndex(high, low)).not.toEqual(k)
  })

  test('treat an axis of extent one as zero', () => {
    expect(quotientIndex(i, 2, () => 1)).toEqual(indexConstant(0))
  })

  test('do not move data to where it cannot be negative: its range is that of the integers', () => {
    const row = quotientIndex(indexValue(0), 5, unboundedAxes)

    const within = remainderIndex(row, 4, unboundedAxes)
    const block = quotientIndex(row, 4, unboundedAxes)

    expect(
      [within, block].flatMap(({ constant, terms }) => [constant, ...terms.map(({ atom }) => atom)]),
    ).toEqual([0, { kind: 'remainder', of: row, by: 4 }, 0, { kind: 'quotient', of: indexValue(0), by: 20 }])
  })

  test('floor, also for values that may be negative', () => {
    const shifted = quotientIndex(offsetIndex(indexValue(0), -3), 2, ranges)

    expect([-4, -3, 0, 1].map((value) => evaluateIndex(shifted, [], () => value))).toEqual([-4, -3, -2, -1])
  })

  test('have a non-negative operand wherever its range is known', () => {
    const divided = quotientIndex(offsetIndex(i, -5), 3, ranges)

    const atoms = divided.terms.map(({ atom }) => atom)
    expect(atoms.map((atom) => atom.kind === 'quotient' && indexRange(atom.of, ranges).low >= 0)).toEqual([
      true,
    ])
  })

  test('equal brute force on every small sum of two axes', () => {
    const extents = [5, 4]
    const small = extentsOf(extents)
    const box = points(extents)
    for (let a = -4; a <= 6; a++) {
      for (let b = -4; b <= 6; b++) {
        for (const c of [-5, -1, 0, 2, 7]) {
          const sum = offsetIndex(addIndex(scaleIndex(i, a), scaleIndex(j, b)), c)
          for (const by of [1, 2, 3, 4, 6, 12]) {
            const q = quotientIndex(sum, by, small)
            const r = remainderIndex(sum, by, small)
            const wrong = box.filter(([x, y]) => {
              const value = a * x! + b * y! + c
              return (
                evaluateIndex(q, [x!, y!], noValues) !== Math.floor(value / by) ||
                evaluateIndex(r, [x!, y!], noValues) !== modulo(value, by)
              )
            })
            expect(wrong, `(${a} i + ${b} j + ${c}) by ${by}`).toEqual([])
          }
        }
      }
    }
  })

  test('equal brute force on random expressions, which stay canonical and within their range', () => {
    fc.assert(
      fc.property(recipes, boxes, (recipe, extents) => {
        const ranges = extentsOf(extents)
        const built = build(recipe, ranges)
        const range = indexRange(built, ranges)

        expectCanonical(built)
        for (const point of points(extents)) {
          const value = evaluateIndex(built, point, noValues)
          expect(value).toBe(naive(recipe, point))
          expect(value >= range.low && value <= range.high).toBe(true)
        }
      }),
      { numRuns: 1500, seed: 20240 },
    )
  })

  test('equal brute force when nothing is known about the axes', () => {
    fc.assert(
      fc.property(recipes, boxes, (recipe, extents) => {
        const built = build(recipe, () => Number.POSITIVE_INFINITY)

        for (const point of points(extents)) {
          expect(evaluateIndex(built, point, noValues)).toBe(naive(recipe, point))
        }
      }),
      { numRuns: 500, seed: 20241 },
    )
  })
})

describe('substitution', () => {
  test('equals evaluation of the replacement, on random expressions', () => {
    fc.assert(
      fc.property(recipes, recipes, boxes, (outer, inner, extents) => {
        const ranges = extentsOf(extents)
        const replacement = remainderIndex(build(inner, ranges), 3, ranges) // stays inside an axis of extent 3
        const before = build(outer, () => 3)

        const after = substituteAxes(
          before,
          (axis) => (axis === 0 ? replacement : remainderIndex(indexAxis(axis), 3, ranges)),
          ranges,
        )

        for (const point of points(extents)) {
          const [, y, z] = point
          const moved = [evaluateIndex(replacement, point, noValues), y! % 3, z! % 3]
          expect(evaluateIndex(after, point, noValues)).toBe(naive(outer, moved))
        }
      }),
      { numRuns: 500, seed: 20242 },
    )
  })

  test('renames values inside quotients too', () => {
    const before = quotientIndex(offsetIndex(scaleIndex(indexValue(1), 3), 1), 5, () => 1)

    const after = substituteValues(before, (value) => indexValue(value + 10))

    expect([...valuesOf(after)]).toEqual([11])
  })
})

describe('queries', () => {
  const ranges = extentsOf([8, 4, 6])

  test('give the stride of an axis, or undefined when it is not affine', () => {
    const address = addIndex(scaleIndex(i, 12), remainderIndex(k, 4, ranges))

    expect([strideOf(address, 0), strideOf(address, 1), strideOf(address, 2)]).toEqual([12, 0, undefined])
    expect(isAffine(address)).toBe(false)
  })

  test('list the axes, also those inside quotients', () => {
    expect([...axesOf(addIndex(j, quotientIndex(k, 4, ranges)))].sort()).toEqual([1, 2])
  })

  test('decide guards that always or never hold', () => {
    const index = offsetIndex(i, -2) // -2 .. 5
    const guards = [
      { index, low: -2, high: 6 },
      { index, low: 0, high: 6 },
      { index, low: 6, high: 9 },
      { index, low: 3, high: 3 },
      { index, low: -2, high: 5 },
      { index, low: -1, high: 6 },
      { index, low: -9, high: -1 },
    ]

    expect(guards.map((guard) => holdsAlways(guard, ranges))).toEqual([
      true,
      false,
      false,
      false,
      false,
      false,
      false,
    ])
    expect(guards.map((guard) => holdsNever(guard, ranges))).toEqual([
      false,
      false,
      true,
      true,
      false,
      false,
      false,
    ])
  })

  test('take the range of scalar values from the caller', () => {
    const guard = { index: indexValue(0), low: 0, high: 10 }

    expect(holdsAlways(guard, ranges)).toBe(false)
    expect(holdsAlways(guard, ranges, () => ({ low: 0, high: 9 }))).toBe(true)
  })
})
