import { describe, expect, test } from 'vitest'
import { createBuilder } from './builder.ts'

const f32 = (name: string) => ({ name, dtype: 'f32', shape: [2, 3] }) as const

describe('builder: equal nodes are one node', () => {
  test('made twice by the same method', () => {
    const b = createBuilder()
    const x = b.input(f32('x'))

    expect(b.reduceSum(x, { axes: [0] })).toBe(b.reduceSum(x, { axes: [0] }))
    expect(b.nodeCount).toBe(2)
  })

  test('made by name with no attributes, and by the method', () => {
    const b = createBuilder()
    const x = b.input(f32('x'))

    expect(b.make('abs', [x], {})).toBe(b.abs(x))
  })

  test('not if attributes differ in the sign of a zero or in NaN', () => {
    const b = createBuilder()
    const full = (value: number) => b.full({ dtype: 'f32', shape: [2], value })

    expect(full(0)).not.toBe(full(-0))
    expect(full(Number.NaN)).toBe(full(Number.NaN))
  })
})

test('builder: refuses a value of another builder, with the operand', () => {
  const [b, other] = [createBuilder(), createBuilder()]
  const [x, y] = [b.input(f32('x')), other.input(f32('y'))]

  expect(() => b.add(x, y)).toThrow(expect.objectContaining({ code: 'GRAPH_FOREIGN_VALUE' }))
  expect(() => b.add(x, y)).toThrow(/operand 1/)
})
