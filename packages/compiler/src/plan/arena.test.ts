import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Lifetime, placeInArena } from './arena.ts'

const lifetimes = fc.array(
  fc
    .record({ bytes: fc.integer({ min: 0, max: 5000 }), first: fc.nat(30), length: fc.nat(10) })
    .map(({ bytes, first, length }): Lifetime => ({ bytes, first, last: first + length })),
  { maxLength: 40 },
)

/** Whether both hold something at one step. */
const alive = (x: Lifetime, y: Lifetime): boolean =>
  x.bytes > 0 && y.bytes > 0 && x.first <= y.last && y.first <= x.last

test('arena: buffers alive at one step never overlap, and all are aligned', () => {
  fc.assert(
    fc.property(lifetimes, (list) => {
      const { offsets, bytes } = placeInArena(list)

      list.forEach((x, i) => {
        const start = offsets[i] ?? 0
        expect(start % 64).toBe(0)
        expect(start + x.bytes).toBeLessThanOrEqual(bytes)
        list.slice(0, i).forEach((y, j) => {
          const other = offsets[j] ?? 0
          const apart = start + x.bytes <= other || other + y.bytes <= start
          expect(!alive(x, y) || apart).toBe(true)
        })
      })
    }),
    { numRuns: 300 },
  )
})

test('arena: a chain of equal buffers needs room for two', () => {
  const list = Array.from({ length: 20 }, (_, k): Lifetime => ({ bytes: 640, first: k, last: k + 1 }))

  expect(placeInArena(list).bytes).toBe(2 * 640)
})

test('arena: neighbouring gaps join, and a buffer takes the tightest', () => {
  const list: Lifetime[] = [
    { bytes: 64, first: 0, last: 1 },
    { bytes: 64, first: 0, last: 1 },
    { bytes: 64, first: 0, last: 9 },
    { bytes: 128, first: 2, last: 3 },
  ]

  expect(placeInArena(list).bytes).toBe(192)
})
