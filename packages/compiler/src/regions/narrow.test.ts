import { cond, createBuilder, customVjp, exp, gt, mul, postOrder, sin, sum, type Value } from '@heddle/core'
import { inputValue } from '@heddle/testkit'
import { expect, test } from 'vitest'
import { gradient } from '../autodiff/gradient.ts'
import { narrowControl } from './narrow.ts'

const b = createBuilder()
const [x, y, other] = ['x', 'y', 'other'].map((name) => inputValue(b, name, 'f64', [3])) as [
  Value<'input'>,
  Value<'input'>,
  Value<'input'>,
]

/** Its backward reads `sin(exp(y))`, which `forward` keeps. */
const scaled = customVjp({
  forward: (left, right) => {
    const factor = sin(exp(right))
    return { output: mul(left, factor), residuals: factor }
  },
  backward: (factor: Value, dy: Value) => [mul(dy, factor), null],
})
const [slope] = gradient(sum(scaled(x, y)), [x]) as [Value]

const reads = (value: Value, source: Value): boolean => postOrder([value]).includes(source)

test('narrow: what a customVjp keeps for backward reads only what it is made of', () => {
  const [narrowed] = narrowControl([slope], new Set([x])) as [Value]

  expect([reads(slope, x), reads(slope, y)]).toEqual([true, true])
  expect([reads(narrowed, x), reads(narrowed, y)]).toEqual([false, true])
})

test('narrow: results of a branch part where one reads what a customVjp keeps of a source', () => {
  const { kept, free } = cond(
    gt(sum(other), 0),
    () => ({ kept: sin(slope), free: exp(other) }),
    () => ({ kept: slope, free: other }),
  )

  const [first, second] = narrowControl([kept, free], new Set([x, y])) as [Value, Value]

  expect([reads(first, x), reads(first, y)]).toEqual([false, true])
  expect([reads(second, x), reads(second, y)]).toEqual([false, false])
})
