import { createBuilder, toNdArray } from '@heddle/core'
import { expect, test } from 'vitest'
import { checkGradient } from './gradient-check.ts'
import { inputValue } from './samples.ts'

const bindings = { x: toNdArray('f64', [3], [0.5, -1.25, 2]) }

test('checkGradient: accepts a cube, to second order', () => {
  const b = createBuilder()
  const x = inputValue(b, 'x', 'f64', [3])

  const check = { of: b.mul(x, b.mul(x, x)), wrt: [x], bindings, seed: 1 }

  expect(() => checkGradient(check, 2)).not.toThrow()
})

test('checkGradient: rejects a wrong first derivative', () => {
  const b = createBuilder()
  const x = inputValue(b, 'x', 'f64', [3])

  const check = { of: b.mul(x, b.stopGradient(x)), wrt: [x], bindings, seed: 1 }

  expect(() => checkGradient(check, 1)).toThrow(/mul: along a random direction the derivative is/)
})

test('checkGradient: rejects a wrong second derivative that order 1 cannot see', () => {
  const b = createBuilder()
  const x = inputValue(b, 'x', 'f64', [3])
  // The value is x * x / 2; its derivative stopGradient(x) is right, the derivative of that is 0 instead of 1.
  const half = b.full({ dtype: 'f64', shape: [3], value: 0.5 })
  const still = b.stopGradient(x)
  const difference = b.sub(x, still)
  const of = b.add(b.mul(b.mul(still, still), half), b.mul(still, difference))

  expect(() => checkGradient({ of, wrt: [x], bindings, seed: 1 }, 1)).not.toThrow()
  expect(() => checkGradient({ of, wrt: [x], bindings, seed: 1 }, 2)).toThrow()
})
