import { mul, type Value } from '@heddle/core'
import { describe, expect, it } from 'vitest'
import { fragmentFor, operation } from '../ops/operation.ts'
import { BoundedTable } from './bounded-table.ts'
import { arrayType } from './types.ts'

describe('a bounded table', () => {
  it('keeps the last entries that were used, and never more than twice as many', () => {
    const table = new BoundedTable<string>(10)
    for (let k = 0; k < 1000; k++) {
      table.set(k, `${k}`)
      table.get(3)
      expect(table.size).toBeLessThanOrEqual(20)
    }

    expect(table.get(3)).toBe('3')
    for (let k = 991; k < 1000; k++) expect(table.get(k)).toBe(`${k}`)
    expect(table.get(900)).toBeUndefined()
  })

  it('holds the last value of a key', () => {
    const table = new BoundedTable<string>(2)
    table.set(1, 'a')
    table.set(2, 'b')
    table.set(3, 'c')
    table.set(1, 'd')

    expect([table.get(1), table.get(2), table.get(3), table.size]).toEqual(['d', 'b', 'c', 3])
  })
})

describe('what an operation builds', () => {
  const scaled = operation<{ by: number }>({
    name: 'scaled',
    node: null,
    build: ([x], { by }) => mul(x as Value, by),
  })

  it('is bounded where shapes are ever new, and what is used again and again stays', () => {
    const often = fragmentFor(scaled, [arrayType('f32', [1])], { by: 2 })
    for (let k = 2; k < 3000; k++) {
      fragmentFor(scaled, [arrayType('f32', [k])], { by: 2 })
      if (k % 400 === 0) expect(fragmentFor(scaled, [arrayType('f32', [1])], { by: 2 })).toBe(often)
    }

    expect(scaled.entries.size).toBeLessThanOrEqual(1024)
  })

  it('is bounded where numbers are ever new beside ever new shapes', () => {
    for (let k = 1; k < 3000; k++) fragmentFor(scaled, [arrayType('f32', [k]), 0.5], { by: 2 })

    expect(scaled.varieties.size).toBeLessThanOrEqual(1024)
  })
})
