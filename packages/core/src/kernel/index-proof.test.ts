import { expect, test } from 'vitest'
import { indexAxis, indexValue, offsetIndex, quotientIndex, scaleIndex } from './index-arithmetic.ts'
import { guardedRange, type IndexSpace } from './index-proof.ts'

const i = indexAxis(0)
const extent = (): number => 17
const space: IndexSpace = { axes: [0], extent, valueRange: () => ({ low: 0, high: 2 }) }

test('guardedRange: a guard on what is divided bounds the quotient', () => {
  const shifted = offsetIndex(i, -1)
  const guards = [{ index: shifted, low: 0, high: 15 }]

  expect(guardedRange(quotientIndex(shifted, 2, extent), guards, space)).toEqual({ low: 0, high: 7 })
})

test('guardedRange: guards on one value hold together, in any order', () => {
  const value = indexValue(0)
  const wide = { index: value, low: 0, high: 3 }
  const narrow = { index: value, low: 0, high: 2 }
  const above = { index: offsetIndex(value, -1), low: 0, high: 9 }

  expect(guardedRange(scaleIndex(value, 2), [wide, narrow], space)).toEqual({ low: 0, high: 2 })
  expect(guardedRange(scaleIndex(value, 2), [narrow, wide], space)).toEqual({ low: 0, high: 2 })
  expect(guardedRange(scaleIndex(value, 2), [wide, above], space)).toEqual({ low: 2, high: 4 })
})
