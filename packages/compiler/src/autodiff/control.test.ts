import {
  add,
  checkpoint,
  clamp,
  cond,
  createBuilder,
  customVjp,
  exp,
  full,
  gt,
  hasSiblings,
  interpretValues,
  matmul,
  max,
  mul,
  type NdArray,
  postOrder,
  prod,
  scan,
  siblingsIn,
  sin,
  sqrt,
  stack,
  sum,
  take,
  tanh,
  toNdArray,
  type Value,
  whileLoop,
  zerosLike,
} from '@heddle/core'
import { checkGradient, inputValue } from '@heddle/testkit'
import { describe, expect, test } from 'vitest'
import { hvp, jvp } from './forward.ts'
import { gradient } from './gradient.ts'
import { savedForBackward } from './saved.ts'

const steps = 4
const b = createBuilder()
const x = inputValue(b, 'x', 'f64', [steps, 3])
const w = inputValue(b, 'w', 'f64', [3, 3])
const h = inputValue(b, 'h', 'f64', [3])
const bindings = {
  x: array([steps, 3], 1),
  w: array([3, 3], 2),
  h: array([3], 3),
}

function array(shape: readonly number[], seed: number): NdArray {
  const size = shape.reduce((product, extent) => product * extent, 1)
  return toNdArray(
    'f64',
    shape,
    Array.from({ length: size }, (_, at) => Math.sin(seed * 10 + at)),
  )
}

type Step = (carry: Value, row: Value) => { readonly carry: Value; readonly y: Value }

/** The same recurrence as a loop and written out. */
function both(step: Step): readonly [loop: Value, written: Value] {
  const { carry, ys } = scan(step, { init: h, xs: x })
  let state: Value = h
  const rows: Value[] = []
  for (let at = 0; at < steps; at++) {
    const next = step(state, take(x, { axis: 0, index: at }))
    state = next.carry
    rows.push(next.y)
  }
  const loss = (last: Value, all: Value): Value => add(sum(mul(last, last)), sum(sin(all)))
  return [loss(carry, ys), loss(state, stack(rows, { axis: 0 }))]
}

const recurrences: Readonly<Record<string, Step>> = {
  'weights around the body': (carry, row) => {
    const next = tanh(add(matmul(carry, w), row))
    return { carry: next, y: mul(next, row) }
  },
  'a body without weights': (carry, row) => ({ carry: mul(sin(carry), row), y: exp(carry) }),
  'a carry that only the stack shows': (carry, row) => ({ carry: add(carry, row), y: mul(carry, carry) }),
  'a loop inside': (carry, row) => {
    const inner = scan(
      (total: Value, column: Value) => ({ carry: sin(add(mul(total, row), column)), y: total }),
      {
        init: carry,
        xs: w,
      },
    )
    return { carry: inner.carry, y: sum(inner.ys, { axis: 0 }) }
  },
  'a branch inside': (carry, row) => {
    const next = cond(
      gt(sum(carry), 0.3),
      () => mul(sin(carry), row),
      () => add(matmul(carry, w), row),
    )
    return { carry: next, y: next }
  },
  'a checkpoint inside': (carry, row) => {
    const next = checkpoint((state) => tanh(matmul(add(state, row), w)), carry)
    return { carry: next, y: carry }
  },
}

const values = (all: readonly Value[]): readonly number[] =>
  interpretValues(all, bindings).flatMap(({ data }) => [...data].map(Number))

describe.each(Object.entries(recurrences))('scan: %s', (_, step) => {
  const [loop, written] = both(step)

  test('has the derivatives of the steps written out, to second order', () => {
    const wrt = [x, w, h]
    const [first, expected] = [gradient(loop, wrt), gradient(written, wrt)]
    const square = (all: readonly Value[]): Value =>
      all.map((value) => sum(mul(value, value))).reduce((total, value) => add(total, value))

    closeTo(values(first), values(expected))
    closeTo(values(gradient(square(first), wrt)), values(gradient(square(expected), wrt)))
  })

  test('has the derivatives of difference quotients, to second order', () => {
    expect(() => checkGradient({ of: loop, wrt: [x, w, h], bindings, seed: 1 }, 2)).not.toThrow()
  })
})

function closeTo(found: readonly number[], expected: readonly number[]): void {
  expect(found.length).toBe(expected.length)
  found.forEach((value, at) => {
    expect(value).toBeCloseTo(expected[at] ?? Number.NaN, 10)
  })
}

describe('scan: what backward keeps', () => {
  const saved = (step: Step): readonly string[] => {
    const [loop] = both(step)
    const kept = savedForBackward([loop], gradient(loop, [x, w, h]))
    return kept.values.map(({ op, type }) => `${op} ${type.shape.join('x')}`).sort()
  }

  test('of a sum of products: what is carried, and nothing that costs no more to compute again', () => {
    const kept = saved((carry, row) => ({ carry: mul(sin(carry), row), y: carry }))

    expect(kept).toEqual(['input 4x3', 'loop 3', 'loop 4x3'])
  })

  test('of a matrix product: its result after tanh, and what it was multiplied with', () => {
    const kept = saved((carry, row) => ({ carry: tanh(add(matmul(carry, w), row)), y: carry }))

    expect(kept.filter((each) => each.startsWith('loop 4x3')).length).toBe(2)
    expect(kept).toContain('input 3x3')
  })
})

test('scan: an integer that is carried has no derivative and disturbs none', () => {
  const count = full(b, 'i32', [], 0)
  const { carry } = scan(
    ({ n, v }: { n: Value; v: Value }, row: Value) => ({ carry: { n: add(n, 1), v: mul(v, row) } }),
    {
      init: { n: count, v: h },
      xs: x,
    },
  )

  expect(() => checkGradient({ of: sum(carry.v), wrt: [x, h], bindings, seed: 2 }, 2)).not.toThrow()
})

describe('cond', () => {
  const root = (value: Value): Value =>
    cond(
      gt(value, 0),
      () => sqrt(value),
      () => zerosLike(value),
    )

  test.each([
    [0, 0],
    [-1, 0],
    [4, 0.25],
  ])('the slope of the root of %f, where there is one, is %f', (at, expected) => {
    const own = createBuilder()
    const value = own.input({ name: 'v', dtype: 'f64', shape: [] })
    const [slope] = gradient(root(value), [value])
    const [curvature] = gradient(slope as Value, [value])
    const [first, second] = interpretValues([slope as Value, curvature as Value], {
      v: toNdArray('f64', [], [at]),
    })

    expect(first?.data[0]).toBe(expected)
    expect(Number.isFinite(second?.data[0])).toBe(true)
  })
})

// What backward needs of a step here is found by a reduction, which backward's own derivative asks of the run of backward.
describe('derivatives of derivatives that are reductions', () => {
  const total = (start: Value): Value => {
    const step = (carry: Value, row: Value): { readonly carry: Value } => ({
      carry: add(mul(carry, prod(row)), max(row)),
    })
    return scan(step, { init: start, xs: x }).carry
  }
  const first = (value: Value): Value => take(value, { axis: 0, index: 0 })
  const programs: Readonly<Record<string, (start: Value) => Value>> = {
    'of a maximum': (start) =>
      scan((carry: Value, row: Value) => ({ carry: add(carry, max(row)) }), { init: start, xs: x }).carry,
    'of a product and a maximum': total,
    'of a row that is stacked': (start) =>
      sum(
        scan((carry: Value, row: Value) => ({ carry: mul(carry, prod(row)), y: sin(mul(carry, max(row))) }), {
          init: start,
          xs: x,
          reverse: true,
        }).ys,
      ),
    'inside a branch': (start) =>
      cond(
        gt(start, -5),
        () => total(start),
        () => start,
      ),
    'inside a checkpoint': (start) => checkpoint((value) => total(value), start),
    'inside a loop': (start) =>
      scan((carry: Value, column: Value) => ({ carry: add(total(carry), prod(column)) }), {
        init: start,
        xs: w,
      }).carry,
  }
  const wrt = [x, w, h]

  test.each(Object.entries(programs))('%s: reverse, forward and second order', (_, build) => {
    const of = build(first(h))
    const directions = wrt.map(({ type }, k) => full(b, type.dtype, type.shape, 0.3 - 0.2 * k))
    const along = (parts: readonly Value[]): Value =>
      parts.map((part, k) => sum(mul(part, directions[k] as Value))).reduce((total, part) => add(total, part))
    const slopes = gradient(of, wrt)

    expect(() => checkGradient({ of, wrt, bindings, seed: 4 }, 2)).not.toThrow()
    closeTo(values(jvp([of], wrt, directions)), values([along(slopes)]))
    closeTo(values(hvp(of, wrt, directions)), values(gradient(along(slopes), wrt)))
    closeTo(values(jvp(slopes, wrt, directions)), values(hvp(of, wrt, directions)))
  })

  test('forward asks one run for all it needs of a step', () => {
    const of = total(first(h))
    const [slope] = jvp([of], [x], [x])

    const loops = postOrder([slope as Value]).filter(hasSiblings)

    expect(new Set(siblingsIn(loops).values()).size).toBe(3)
  })
})

test('whileLoop: refuses to be differentiated, and says what to do', () => {
  const value = whileLoop(
    (each: Value) => gt(sum(each), 1),
    (each: Value) => mul(each, 0.5),
    h,
  )

  expect(() => gradient(sum(value), [h])).toThrow(/GRAD_WHILE_LOOP: .*scan/)
  expect(() => gradient(sum(value), [x])).not.toThrow()
})

describe('checkpoint', () => {
  const deep = (value: Value): Value => tanh(matmul(tanh(matmul(tanh(matmul(value, w)), w)), w))
  const kept = (y: Value): number => savedForBackward([y], gradient(sum(y), [x, w])).bytes

  test('keeps the operands only, and costs no accuracy', () => {
    const y = checkpoint((value) => deep(value), x)

    expect(kept(y)).toBe((steps * 3 + 9) * 8)
    expect(kept(deep(x))).toBe((steps * 3 * 4 + 9) * 8)
    expect(values(gradient(sum(y), [x, w]))).toEqual(values(gradient(sum(deep(x)), [x, w])))
    expect(() => checkGradient({ of: sum(y), wrt: [x, w], bindings, seed: 3 }, 2)).not.toThrow()
  })
})

describe('customVjp', () => {
  const gated = customVjp({
    forward: (value, factor) => ({
      output: mul(value, factor),
      residuals: { value, square: mul(factor, factor) },
    }),
    backward: ({ value, square }: { value: Value; square: Value }, cotangent: Value) => [
      mul(cotangent, square),
      mul(cotangent, sin(value)),
    ],
  })

  test('has the derivative that was given', () => {
    const found = values(gradient(sum(gated(x, x)), [x]))
    const expected = [...bindings.x.data].map(Number).map((value) => Math.sin(value) + value * value)

    closeTo(found, expected)
  })

  test('differentiates the derivative that was given, residuals included', () => {
    const [dv, df] = gradient(sum(gated(x, x.builder.exp(x))), [x, x]) as readonly [Value, Value]

    expect(dv).toBe(df)
    // d/dx of e^2x + e^x sin x, with both residuals functions of x.
    const own = inputValue(b, 'v', 'f64', [])
    const [slope] = gradient(gated(own, exp(own)), [own])
    const [curvature] = gradient(slope as Value, [own])
    const [found] = interpretValues([curvature as Value], { v: toNdArray('f64', [], [0.5]) })

    // Backward through `square` is 2 e^x times the factor's own slope, all by the ordinary rules.
    expect(found?.data[0]).toBeCloseTo(2 * Math.exp(1) + Math.exp(0.5) * (Math.sin(0.5) + Math.cos(0.5)), 10)
  })

  test('keeps an operand as that operand, and a result that is kept as that result', () => {
    const operands = customVjp({
      forward: (value) => ({ output: exp(value), residuals: value }),
      backward: (value: Value, cotangent: Value) => mul(cotangent, sin(value)),
    })(x)
    const same = customVjp({
      forward: (value) => ({ output: value, residuals: value }),
      backward: (value: Value, cotangent: Value) => mul(cotangent, sin(value)),
    })(x)
    const kept = (y: Value): readonly Value[] => savedForBackward([y], gradient(sum(y), [x])).values

    expect(kept(operands)).toEqual([x])
    expect(kept(same)).toEqual([same])
  })

  test('null is no derivative', () => {
    const blocked = customVjp({ forward: (value) => ({ output: exp(value) }), backward: () => null })

    expect(values(gradient(sum(blocked(h)), [h]))).toEqual([0, 0, 0])
  })

  test('may clip its cotangent', () => {
    const clipped = customVjp({
      forward: (value) => ({ output: value }),
      backward: (_, cotangent: Value) => clamp(cotangent, { low: -1, high: 1 }),
    })

    expect(values(gradient(sum(mul(clipped(h), 5)), [h]))).toEqual([1, 1, 1])
  })
})

test('gradient: refuses a value from around the body it is called in', () => {
  expect(() =>
    scan(
      (carry: Value) => {
        gradient(sum(mul(carry, h)), [h])
        return { carry }
      },
      { init: h, length: 2 },
    ),
  ).toThrow('GRAD_OUTSIDE_BODY')
})
