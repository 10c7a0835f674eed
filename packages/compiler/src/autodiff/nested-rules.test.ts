// Functions with derivatives of their own whose derivatives call such functions again, in every direction and to second order.
import {
  add,
  checkpoint,
  cond,
  cos,
  createBuilder,
  customVjp,
  exp,
  gt,
  interpretValues,
  mul,
  neg,
  onesLike,
  scan,
  sin,
  sum,
  toNdArray,
  type Value,
} from '@heddle/core'
import { checkGradient, inputValue } from '@heddle/testkit'
import { describe, expect, test } from 'vitest'
import { hvp, jvp } from './forward.ts'
import { gradient } from './gradient.ts'

const b = createBuilder()
const x = inputValue(b, 'x', 'f64', [2, 3])
const v = inputValue(b, 'v', 'f64', [2, 3])
const bindings = {
  x: toNdArray('f64', [2, 3], [0.3, -1.2, 0.8, 1.1, -0.4, 0.6]),
  v: toNdArray('f64', [2, 3], [1, -0.5, 0.25, 0.7, -1.5, 2]),
}

/** `x y`, which keeps both for a backward that asks for more than the cotangent that it is asked about. */
const times = customVjp({
  forward: (left, right) => ({ output: mul(left, right), residuals: { left, right } }),
  backward: ({ left, right }: { left: Value; right: Value }, dy: Value) => [mul(dy, right), mul(dy, left)],
})

/** `x y` with a backward that is itself such a function. */
const product = customVjp({
  forward: (left, right) => ({ output: mul(left, right), residuals: { left, right } }),
  backward: ({ left, right }: { left: Value; right: Value }, dy: Value) => [
    times(dy, right),
    times(dy, left),
  ],
})

/** `x e^y`; what is kept of `y` takes several ops. */
const scaled = customVjp({
  forward: (value, rate) => {
    const factor = exp(rate)
    return { output: mul(value, factor), residuals: { value, factor, change: mul(factor, value) } }
  },
  backward: ({ factor, change }: { value: Value; factor: Value; change: Value }, dy: Value) => [
    product(dy, factor),
    product(dy, change),
  ],
})

/** `x (sum of y)^3`, of one shape, with a loop for the power, whose steps are kept. */
const cubed = customVjp({
  forward: (value, base) => {
    const total = sum(base)
    const { carry } = scan((power: Value) => ({ carry: times(power, total) }), { init: total, length: 2 })
    return { output: mul(value, carry), residuals: { value, total, carry } }
  },
  backward: ({ value, total, carry }: { value: Value; total: Value; carry: Value }, dy: Value) => [
    times(dy, mul(onesLike(value), carry)),
    mul(onesLike(value), mul(sum(product(dy, value)), mul(3, times(total, total)))),
  ],
})

const sine = customVjp({
  forward: (value) => ({ output: sin(value), residuals: { slope: cos(value) } }),
  backward: ({ slope }: { slope: Value }, dy: Value) => product(slope, dy),
})

const rules: Readonly<
  Record<string, { readonly byHand: (x: Value) => Value; readonly plain: (x: Value) => Value }>
> = {
  'one in another': { byHand: sine, plain: sin },
  'three deep': {
    byHand: (value) => scaled(sine(value), value),
    plain: (value) => mul(sin(value), exp(value)),
  },
  'a loop in forward': {
    byHand: (value) => cubed(value, sine(value)),
    plain: (value) => {
      const total = sum(sin(value))
      return mul(value, mul(total, mul(total, total)))
    },
  },
  'inside a loop': {
    byHand: (value) =>
      scan((carry: Value, row: Value) => ({ carry: scaled(sine(row), product(carry, row)) }), {
        init: sum(value, { axis: 0 }),
        xs: value,
      }).carry,
    plain: (value) =>
      scan((carry: Value, row: Value) => ({ carry: mul(sin(row), exp(mul(carry, row))) }), {
        init: sum(value, { axis: 0 }),
        xs: value,
      }).carry,
  },
  'inside a branch': {
    byHand: (value) =>
      cond(
        gt(sum(value), 0),
        () => scaled(sine(value), value),
        () => neg(value),
      ),
    plain: (value) => mul(sin(value), exp(value)),
  },
  'inside a checkpoint': {
    byHand: (value) => checkpoint((each) => scaled(sine(each), each), value),
    plain: (value) => mul(sin(value), exp(value)),
  },
}

const values = (all: readonly Value[]): readonly number[] =>
  interpretValues(all, bindings).flatMap(({ data }) => [...data].map(Number))

function closeTo(found: readonly number[], expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length)
  found.forEach((each, k) => {
    expect(each).toBeCloseTo(expected[k] ?? Number.NaN, 9)
  })
}

describe.each(Object.entries(rules))('customVjp: rules within rules, %s', (_, { byHand, plain }) => {
  const loss = (y: Value): Value => sum(mul(add(y, 1), y))

  test('backward is that of the formula, and agrees with differences to second order', () => {
    const of = loss(byHand(x))

    closeTo(values(gradient(of, [x])), values(gradient(loss(plain(x)), [x])))
    expect(() => checkGradient({ of, wrt: [x], bindings: { x: bindings.x }, seed: 5 }, 2)).not.toThrow()
  })

  test('forward is that of the formula, once and twice', () => {
    const once = jvp([byHand(x)], [x], [v])

    closeTo(values(once), values(jvp([plain(x)], [x], [v])))
    closeTo(values(jvp(once, [x], [v])), values(jvp(jvp([plain(x)], [x], [v]), [x], [v])))
  })

  test('second derivatives agree whichever way they are taken', () => {
    const of = loss(byHand(x))
    const expected = values(hvp(loss(plain(x)), [x], [v]))

    closeTo(values(hvp(of, [x], [v])), expected)
    closeTo(values(jvp(gradient(of, [x]), [x], [v])), expected)
    closeTo(values(gradient(sum(jvp([of], [x], [v])[0] as Value), [x])), expected)
  })
})
