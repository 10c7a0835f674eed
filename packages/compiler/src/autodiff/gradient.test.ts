import { createBuilder, interpretValues, mul, program, sin, sum, toNdArray, type Value } from '@heddle/core'
import { expect, test } from 'vitest'
import { gradient, vjp } from './gradient.ts'

const x = (shape: readonly number[] = [3]): Value => createBuilder().input({ name: 'x', dtype: 'f32', shape })
const at = { x: toNdArray('f32', [3], [1, 2, 3]) }

test('gradient: of a gradient is the second derivative', () => {
  const operand = x()
  const [first] = gradient(sum(mul(operand, mul(operand, operand))), [operand])
  const [second] = gradient(sum(first as Value), [operand])

  expect([...(interpretValues([second as Value], at)[0]?.data ?? [])]).toEqual([6, 12, 18])
})

test('gradient: is 0 for a value the loss does not depend on', () => {
  const operand = x()
  const other = operand.builder.input({ name: 'other', dtype: 'f32', shape: [2] })
  const [zero] = gradient(sum(operand), [other])

  expect([...(interpretValues([zero as Value], at)[0]?.data ?? [])]).toEqual([0, 0])
})

test('gradient: a value used twice gets the sum of both parts', () => {
  const operand = x()
  const [both] = gradient(sum(operand.builder.add(operand, operand)), [operand])

  expect([...(interpretValues([both as Value], at)[0]?.data ?? [])]).toEqual([2, 2, 2])
})

test('gradient C1: refuses a loss that is not a scalar, at the line of the loss', () => {
  const operand = x()

  expect(() => gradient(sin(operand), [operand])).toThrow(
    /GRAD_NOT_SCALAR: gradient: .* f32\[3\].*\n {2}at .*gradient\.test\.ts/,
  )
})

test('gradient C2: refuses an integer', () => {
  const b = createBuilder()
  const position = b.input({ name: 'i', dtype: 'i32', shape: [] })

  expect(() => gradient(b.full({ dtype: 'f32', shape: [], value: 1 }), [position])).toThrow('GRAD_NOT_FLOAT')
})

test('vjp: refuses a cotangent of another type', () => {
  const operand = x()

  expect(() => vjp([operand], [sum(operand)], [operand])).toThrow('GRAD_COTANGENT')
})

test('gradient: can be taken inside a program', () => {
  const graph = program('slope', ({ input }) => {
    const operand = input('x', 'f32', [3])
    return { dx: gradient(sum(mul(operand, operand)), [operand])[0] as Value }
  })

  expect(graph.outputs.map(({ value }) => value.type.shape)).toEqual([[3]])
})
