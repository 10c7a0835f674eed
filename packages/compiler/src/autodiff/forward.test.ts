import {
  createBuilder,
  exp,
  interpretValues,
  mul,
  nodesOf,
  program,
  sin,
  sum,
  toNdArray,
  type Value,
} from '@heddle/core'
import { expect, test } from 'vitest'
import { eliminateDead } from '../passes/eliminate-dead.ts'
import { createFuel, createPassContext } from '../passes/pass.ts'
import { hvp, jvp } from './forward.ts'

const x = (): Value => createBuilder().input({ name: 'x', dtype: 'f64', shape: [2] })
const v = (like: Value): Value => like.builder.input({ name: 'v', dtype: 'f64', shape: [2] })
const at = { x: toNdArray('f64', [2], [2, 3]), v: toNdArray('f64', [2], [1, -1]) }
const valuesOf = (values: readonly Value[]): readonly number[][] =>
  interpretValues(values, at).map(({ data }) => [...data].map(Number))

test('jvp: carries a tangent forward through a product', () => {
  const operand = x()

  expect(valuesOf(jvp([mul(operand, operand)], [operand], [v(operand)]))).toEqual([[4, -6]])
})

test('jvp: of an output that does not depend on the value is 0', () => {
  const operand = x()
  const other = operand.builder.full({ dtype: 'f64', shape: [2], value: 1 })

  expect(valuesOf(jvp([other], [operand], [v(operand)]))).toEqual([[0, 0]])
})

test('jvp: of a jvp is the second directional derivative', () => {
  const operand = x()
  const cube = mul(operand, mul(operand, operand))
  const first = jvp([cube], [operand], [v(operand)])

  expect(valuesOf(jvp(first, [operand], [v(operand)]))).toEqual([[12, 18]])
})

test('jvp: keeps nothing of the backward graph it was derived from', () => {
  const graph = program('forward', ({ input }) => {
    const operand = input('x', 'f64', [2])
    const [dy] = jvp([sin(exp(operand))], [operand], [input('v', 'f64', [2])])
    return { dy: dy as Value }
  })

  const lean = eliminateDead.run(graph, createPassContext(createFuel(undefined)))

  // exp, its sine's derivative, and the two products of the chain rule.
  expect(nodesOf(lean).map(({ op }) => op)).toEqual(['input', 'input', 'exp', 'mul', 'cos', 'mul'])
})

test('hvp: is the Hessian times the direction', () => {
  const operand = x()
  const [first = operand, second = operand] = [0, 1].map((k) =>
    operand.builder.slice(operand, { starts: [k], limits: [k + 1], steps: [1] }),
  )

  // f = x0^2 x1: the Hessian is [[2 x1, 2 x0], [2 x0, 0]].
  const found = hvp(sum(mul(mul(first, first), second)), [operand], [v(operand)])

  expect(valuesOf(found)).toEqual([[6 - 4, 4]])
})

test('jvp C1: refuses an output that is not a float', () => {
  const operand = x()
  const isLarge = operand.builder.lt(operand, operand)

  expect(() => jvp([isLarge], [operand], [v(operand)])).toThrow(/GRAD_NOT_FLOAT: jvp: .*bool\[2\]/)
})

test('jvp C2: refuses a tangent of another type', () => {
  const operand = x()

  expect(() => jvp([operand], [operand], [sum(operand)])).toThrow(
    /GRAD_TANGENT: jvp: value 0 is f64\[2\], its tangent is f64\[\]/,
  )
})
