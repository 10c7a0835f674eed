// Programs with control flow, for conformance: loops over rows, in both directions, nested; branches; what is computed again;
// derivatives given by hand; and the first and second derivatives of all of it.
import { gradient, jvp } from '@heddle/compiler'
import {
  abs,
  add,
  and,
  checkpoint,
  clamp,
  cond,
  cos,
  customVjp,
  div,
  exp,
  full,
  type Graph,
  gt,
  lt,
  matmul,
  mul,
  onesLike,
  program,
  scan,
  shiftRight,
  sin,
  sqrt,
  stopGradient,
  sub,
  sum,
  tanh,
  type Value,
  whileLoop,
  zerosLike,
} from '@heddle/core'

/** By name. */
export function controlPrograms(): Readonly<Record<string, Graph>> {
  return {
    'scan with stacks and a counter': stacksAndCounter(),
    'scan backwards': backwards(),
    'scan over a recurrence with weights': derivatives('recurrence', recurrence),
    'scan inside scan': derivatives('nested', nested),
    'scan inside cond': derivatives('chosen', chosen),
    'cond away from a pole': derivatives('root', rootOrZero),
    'checkpoint inside scan': derivatives('checkpoint', checkpointed),
    'customVjp inside scan': derivatives('custom', custom),
    'scan of no steps and of one': fewSteps(),
    'scan of rows of many sizes and dtypes': manyRows(),
  }
}

/** Programs of `whileLoop`, which targets without loops refuse. */
export function whilePrograms(): Readonly<Record<string, Graph>> {
  return {
    'whileLoop with several carries': collatz(),
    'whileLoop inside scan': halvings(),
    'whileLoop inside cond': endlessUnlessChosen(),
    'whileLoop inside whileLoop': triangle(),
    'whileLoop of no step, one and two': countdowns(),
    'whileLoop over arrays': roots(),
  }
}

type Model = (x: Value, w: Value) => Value

/** A model's value, its first derivatives, and the derivatives of their squares; in the forward direction, too. */
function derivatives(name: string, model: Model): Graph {
  return program(name, ({ input }) => {
    const x = input('x', 'f32', [5, 3])
    const w = input('w', 'f32', [3, 3])
    const y = model(x, w)
    const [dx = x, dw = w] = gradient(y, [x, w])
    const [ddx = x, ddw = w] = gradient(add(sum(mul(dx, dx)), sum(sin(dw))), [x, w])
    const [tangent = y] = jvp([y], [x, w], [onesLike(x), onesLike(w)])
    return { y, dx, dw, ddx, ddw, tangent }
  })
}

const recurrence: Model = (x, w) => {
  const { carry, ys } = scan(
    (h: Value, row: Value) => {
      const next = tanh(add(matmul(h, w), row))
      return { carry: next, y: mul(next, h) }
    },
    { init: full(x.builder, 'f32', [3], 0.5), xs: x },
  )
  return add(sum(carry), sum(ys))
}

const nested: Model = (x, w) => {
  const { carry } = scan(
    (total: Value, row: Value) => {
      const { carry: inner } = scan(
        (sum: Value, column: Value) => ({ carry: sin(add(sum, mul(column, row))) }),
        {
          init: total,
          xs: w,
        },
      )
      return { carry: inner }
    },
    { init: full(x.builder, 'f32', [3], 0.1), xs: x },
  )
  return sum(carry)
}

const chosen: Model = (x, w) =>
  sum(
    cond(
      gt(sum(x), 1000),
      () => matmul(x, w),
      () => {
        const { ys } = scan((h: Value, row: Value) => ({ carry: cos(add(h, row)), y: h }), {
          init: full(x.builder, 'f32', [3], 0),
          xs: x,
        })
        return mul(ys, sum(w))
      },
    ),
  )

/** The square root of a negative number is NaN; neither it nor its derivatives may be seen. */
const rootOrZero: Model = (x, w) => {
  const level = add(sum(mul(x, x)), -1e6)
  return add(
    cond(
      gt(level, 0),
      () => sqrt(level),
      () => zerosLike(level),
    ),
    sum(mul(w, w)),
  )
}

const checkpointed: Model = (x, w) => {
  const { carry } = scan(
    (h: Value, row: Value) => ({
      carry: checkpoint((state, input) => tanh(matmul(sin(add(state, input)), w)), h, row),
    }),
    { init: full(x.builder, 'f32', [3], 0.5), xs: x },
  )
  return sum(carry)
}

const custom: Model = (x, w) => {
  const bounded = customVjp({
    forward: (value, factor) => ({ output: sin(mul(value, factor)), residuals: { value, factor } }),
    backward: ({ value, factor }: { value: Value; factor: Value }, cotangent: Value) => [
      mul(cotangent, clamp(factor, { low: -1, high: 1 })),
      mul(cotangent, exp(value)),
    ],
  })
  const { carry } = scan((h: Value, row: Value) => ({ carry: bounded(add(h, row), row) }), {
    init: full(x.builder, 'f32', [3], 0.5),
    xs: x,
  })
  return add(sum(carry), sum(w))
}

function stacksAndCounter(): Graph {
  return program('stacks', ({ b, input }) => {
    const x = input('x', 'f32', [6, 2])
    const { carry, ys } = scan(
      (state: { total: Value; count: Value }, row: Value, position: Value) => ({
        carry: { total: add(state.total, row), count: add(state.count, 1) },
        y: { before: state.total, row, isEarly: lt(position, 3), count: state.count },
      }),
      { init: { total: full(b, 'f32', [2], 0), count: full(b, 'i32', [], 10) }, xs: x },
    )
    return { ...carry, ...ys, steps: ys.count }
  })
}

function backwards(): Graph {
  return program('backwards', ({ b, input }) => {
    const x = input('x', 'f32', [4, 2])
    const { carry, ys } = scan((h: Value, row: Value) => ({ carry: mul(add(h, row), 0.5), y: h }), {
      init: full(b, 'f32', [2], 1),
      xs: x,
      reverse: true,
    })
    const [dx = x] = gradient(add(sum(carry), sum(mul(ys, ys))), [x])
    return { carry, ys, dx }
  })
}

function fewSteps(): Graph {
  return program('few', ({ input }) => {
    const x = input('x', 'f32', [2])
    const steps = (length: number): { carry: Value; ys: Value } =>
      scan((h: Value, _: undefined, position: Value) => ({ carry: mul(h, 2), y: add(h, position) }), {
        init: x,
        length,
      })
    const [none, one] = [steps(0), steps(1)]
    return { none: none.carry, nothing: none.ys, one: one.carry, row: one.ys }
  })
}

/** Rows that begin anywhere in a word of the device's memory, rows longer than a line of it, rows without elements. */
function manyRows(): Graph {
  return program('rows', ({ b, input }) => {
    const xs = {
      long: input('long', 'f32', [5, 333]),
      odd: b.iota({ dtype: 'i32', shape: [5, 7], axis: 1 }),
      words: b.iota({ dtype: 'u32', shape: [5, 3], axis: 0 }),
      flags: b.lt(b.iota({ dtype: 'i32', shape: [5, 2], axis: 0 }), full(b, 'i32', [5, 2], 3)),
      none: input('none', 'f32', [5, 0]),
    }
    const init = {
      long: full(b, 'f32', [333], 0),
      odd: full(b, 'i32', [7], 1),
      words: full(b, 'u32', [3], 0),
    }
    const { carry, ys } = scan(
      (state: typeof init, row: typeof xs, position: Value) => ({
        carry: {
          long: add(state.long, row.long),
          odd: add(mul(state.odd, 2), add(row.odd, position)),
          words: add(state.words, row.words),
        },
        y: { ...state, flags: row.flags, none: mul(row.none, 2), position },
      }),
      { init, xs, reverse: true },
    )
    return {
      ...Object.fromEntries(Object.entries(carry).map(([name, value]) => [`last ${name}`, value])),
      ...ys,
    }
  })
}

/** Steps until 1, by the rule of Collatz. */
function collatz(): Graph {
  return program('collatz', ({ b }) => {
    const start = { value: full(b, 'i32', [], 27), steps: full(b, 'i32', [], 0) }
    return whileLoop(
      ({ value }: { value: Value; steps: Value }) => gt(value, 1),
      ({ value, steps }) => ({
        value: cond(
          gt(and(value, 1), 0),
          () => add(mul(value, 3), 1),
          () => shiftRight(value, 1),
        ),
        steps: add(steps, 1),
      }),
      start,
    )
  })
}

/** The loop of one body has no end; it must not run where the other body was chosen. */
function endlessUnlessChosen(): Graph {
  return program('endless', ({ input }) => {
    const x = input('x', 'f32', [3])
    const count = (limit: Value): Value =>
      whileLoop(
        (value: Value) => lt(value, limit),
        (value: Value) => add(value, 1),
        zerosLike(limit),
      )
    const endless = (value: Value): Value =>
      whileLoop(
        (each: Value) => gt(sum(abs(each)), -1),
        (each: Value) => mul(each, 1),
        value,
      )
    return {
      counted: cond(
        gt(sum(x), 1000),
        () => sum(endless(x)),
        () => count(full(x.builder, 'f32', [], 5)),
      ),
      doubled: cond(
        lt(sum(x), 1000),
        () => mul(x, 2),
        () => endless(x),
      ),
    }
  })
}

/** The sum of the numbers up to 6, one added at a time. */
function triangle(): Graph {
  return program('triangle', ({ b }) =>
    whileLoop(
      ({ number }: { number: Value; total: Value }) => gt(number, 0),
      ({ number, total }) => ({
        number: sub(number, 1),
        total: whileLoop(
          ({ left }: { left: Value; total: Value }) => gt(left, 0),
          (inner) => ({ left: sub(inner.left, 1), total: add(inner.total, 1) }),
          { left: number, total },
        ).total,
      }),
      { number: full(b, 'i32', [], 6), total: full(b, 'i32', [], 0) },
    ),
  )
}

/** What is carried ends in the right memory after an even number of steps and an odd one. */
function countdowns(): Graph {
  return program('countdowns', ({ input }) => {
    const steps = input('steps', 'i32', [])
    const from = (start: number): Value =>
      whileLoop(
        ({ left }: { left: Value; array: Value }) => gt(left, 0),
        ({ left, array }) => ({ left: sub(left, 1), array: add(array, 1) }),
        { left: add(mul(steps, 0), start), array: full(steps.builder, 'i32', [5], 10) },
      ).array
    return { none: from(0), one: from(1), two: from(2) }
  })
}

/** Square roots by five of Newton's steps, with the derivative of a function around the loop. */
function roots(): Graph {
  return program('roots', ({ b, input }) => {
    const x = input('x', 'f32', [37])
    const square = add(mul(x, x), 1)
    const { root } = whileLoop(
      ({ count }: { count: Value; root: Value }) => lt(count, 5),
      ({ count, root }) => ({ count: add(count, 1), root: mul(add(root, div(square, root)), 0.5) }),
      { count: full(b, 'i32', [], 0), root: square },
    )
    const [dx = x] = gradient(sum(mul(sin(x), stopGradient(root))), [x])
    return { root, dx }
  })
}

/** Each row halved until it is below 1, but no more than 6 times. */
function halvings(): Graph {
  return program('halvings', ({ b }) => {
    const x = b.iota({ dtype: 'f32', shape: [5], axis: 0 })
    const { ys } = scan(
      (count: Value, row: Value) => {
        const big = mul(row, 40)
        const small = whileLoop(
          (value: Value) => gt(value, 1),
          (value: Value) => mul(value, 0.5),
          big,
          { limit: 6 },
        )
        return { carry: add(count, small), y: small }
      },
      { init: full(b, 'f32', [], 0), xs: x },
    )
    return { ys }
  })
}
