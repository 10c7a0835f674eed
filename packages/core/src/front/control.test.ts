import { describe, expect, test } from 'vitest'
import { HeddleError } from '../errors.ts'
import { interpret } from '../interpret/graph.ts'
import { toNdArray } from '../interpret/nd-array.ts'
import { nodesOf } from '../ir/graph.ts'
import type { Value } from '../ir/value.ts'
import { checkpoint } from './checkpoint.ts'
import { cond } from './cond.ts'
import { full } from './constants.ts'
import { customVjp } from './custom-vjp.ts'
import { add, gt, lt, mul, neg, sqrt, sub } from './elementwise.ts'
import { type ProgramOutputs, program, type Scope } from './program.ts'
import { sum } from './reduce.ts'
import { scan } from './scan.ts'
import { whileLoop } from './while-loop.ts'

/** Outputs of a program for values of its inputs, all f32. */
function run(
  build: (scope: Scope) => ProgramOutputs,
  feeds: Readonly<Record<string, readonly number[]>> = {},
): Readonly<Record<string, readonly number[]>> {
  const graph = program('p', build)
  const bindings = Object.fromEntries(
    graph.inputs.map(({ value: { attrs } }) => [
      attrs.name,
      toNdArray(attrs.dtype, attrs.shape, feeds[attrs.name] ?? []),
    ]),
  )
  return Object.fromEntries(
    Object.entries(interpret(graph, bindings).outputs).map(([name, { data }]) => [
      name,
      [...data].map(Number),
    ]),
  )
}

function errorOf(build: (scope: Scope) => ProgramOutputs): HeddleError {
  try {
    program('p', build)
  } catch (error) {
    if (error instanceof HeddleError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('scan', () => {
  test('carries, stacks and knows its position, in records', () => {
    const found = run(
      ({ b, input }) => {
        const { carry, ys } = scan(
          ({ total, count }: { total: Value; count: Value }, x: Value, position: Value) => ({
            // The order of names is that of init.
            carry: { count: add(count, 1), total: add(total, x) },
            y: [total, position],
          }),
          {
            init: { total: full(b, 'f32', [], 0), count: full(b, 'i32', [], 0) },
            xs: input('x', 'f32', [3]),
          },
        )
        return { ...carry, before: ys[0] as Value, positions: ys[1] as Value }
      },
      { x: [1, 2, 4] },
    )

    expect(found).toEqual({ total: [7], count: [3], before: [0, 1, 3], positions: [0, 1, 2] })
  })

  test('goes from the last row to the first, and stacks in the order of rows', () => {
    const found = run(
      ({ b, input }) =>
        scan((total: Value, x: Value) => ({ carry: add(total, x), y: total }), {
          init: full(b, 'f32', [], 0),
          xs: input('x', 'f32', [3]),
          reverse: true,
        }) as { carry: Value; ys: Value },
      { x: [1, 2, 4] },
    )

    expect(found).toEqual({ carry: [7], ys: [6, 4, 0] })
  })

  test('without rows takes as many steps as length says; none give back init', () => {
    const steps =
      (length: number) =>
      ({ input }: Scope): Value =>
        scan((x: Value) => ({ carry: mul(x, 2) }), { init: input('x', 'f32', []), length }).carry

    expect(run(steps(3), { x: [1] })).toEqual({ output: [8] })
    expect(run(steps(0), { x: [1] })).toEqual({ output: [1] })
  })

  test('takes values from around the body, through bodies in between, and makes constants anew', () => {
    const graph = program('capture', ({ b, input }) => {
      const w = input('w', 'f32', [])
      const two = full(b, 'f32', [], 2)
      const inner = (x: Value): Value =>
        scan((y: Value) => ({ carry: add(mul(y, w), two) }), { init: x, length: 2 }).carry
      return scan((x: Value) => ({ carry: inner(x) }), { init: input('x', 'f32', []), length: 2 }).carry
    })
    const loop = nodesOf(graph).find(({ op }) => op === 'loop')

    expect(loop?.inputs.map(({ op }) => op)).toEqual(['input', 'input'])
    const bindings = { w: toNdArray('f32', [], [3]), x: toNdArray('f32', [], [1]) }
    expect([...(interpret(graph, bindings).outputs['output']?.data ?? [])]).toEqual([161])
  })

  test('returns values from around the body, too', () => {
    const found = run(
      ({ input }) => {
        const w = input('w', 'f32', [])
        const { carry, ys } = scan(() => ({ carry: w, y: w }), { init: input('x', 'f32', []), length: 2 })
        return { carry, ys }
      },
      { w: [5], x: [1] },
    )

    expect(found).toEqual({ carry: [5], ys: [5, 5] })
  })

  test('C1: names the carry that changes its type, with both types, at the user line', () => {
    const error = errorOf(({ b, input }) => {
      const init = { h: full(b, 'f32', [2], 0), n: full(b, 'i32', [], 0) }
      const { carry } = scan(({ h, n }: typeof init) => ({ carry: { h: sum(h), n } }), {
        init,
        xs: input('x', 'f32', [3]),
      })
      return carry
    })

    expect(error.message).toMatch(/SHAPE_SCAN_CARRY: scan: carry\.h is f32\[\] .*init\.h is f32\[2\]/)
    expect(error.location?.file).toMatch(/control\.test\.ts$/)
  })

  test('C1: refuses a carry of another form', () => {
    const error = errorOf(({ input }) => {
      const x = input('x', 'f32', [])
      return scan(() => ({ carry: [x] as readonly Value[] }), { init: [x, x] as readonly Value[], length: 2 })
        .carry[0] as Value
    })

    expect(error.message).toMatch(/GRAPH_TREE: scan: carry is an array of 1; it must be an array of 2/)
  })

  test('C2: refuses rows of different numbers, and no number at all', () => {
    const rows = errorOf(({ input }) => {
      const x = input('x', 'f32', [3])
      return scan((h: Value) => ({ carry: h }), { init: sum(x), xs: [x, input('y', 'f32', [4])] }).carry
    })
    const none = errorOf(
      ({ input }) => scan((h: Value) => ({ carry: h }), { init: input('x', 'f32', []) }).carry,
    )

    expect(rows.message).toMatch(/SHAPE_SCAN_LENGTH: scan: xs\[1\] is \[4\]; it must have 3 rows/)
    expect(none.code).toBe('SHAPE_SCAN_LENGTH')
  })

  test('what a body computes leaves it only as a result', () => {
    const error = errorOf(({ input }) => {
      let leaked: Value | undefined
      const x = input('x', 'f32', [])
      scan(
        (h: Value) => {
          leaked = neg(h)
          return { carry: h }
        },
        { init: x, length: 2 },
      )
      return add(x, leaked as Value)
    })

    expect(error.message).toMatch(/GRAPH_FOREIGN_VALUE: .*leaves it only as a result/)
  })

  test('a body that throws leaves the program as it was', () => {
    const graph = program('recovers', ({ input }) => {
      const x = input('x', 'f32', [])
      expect(() =>
        scan(
          () => {
            throw new RangeError('no')
          },
          { init: x, length: 2 },
        ),
      ).toThrow(RangeError)
      return neg(x)
    })

    expect(nodesOf(graph).map(({ op }) => op)).toEqual(['input', 'neg'])
  })
})

describe('cond', () => {
  const either = ({ input }: Scope): Value => {
    const x = input('x', 'f32', [])
    return cond(
      gt(x, 0),
      (value) => sqrt(value),
      (value) => sub(value, x),
      x,
    )
  }

  test('gives the results of one body', () => {
    expect(run(either, { x: [9] })).toEqual({ output: [3] })
    expect(run(either, { x: [-9] })).toEqual({ output: [0] })
  })

  test('computes in its bodies even what depends on nothing but values around them', () => {
    const graph = program('inside', ({ input }) => {
      const x = input('x', 'f32', [])
      return cond(
        gt(x, 0),
        () => sqrt(x),
        () => neg(x),
      )
    })

    expect(nodesOf(graph).map(({ op }) => op)).toEqual(
      ['full', 'input', 'lt', 'cond'].sort((x, y) => (x === 'input' ? -1 : y === 'input' ? 1 : 0)),
    )
  })

  test('C1: refuses a predicate that is not one truth value', () => {
    const error = errorOf(({ input }) => {
      const x = input('x', 'f32', [2])
      return cond(
        gt(x, 0),
        () => x,
        () => x,
      )
    })

    expect(error.message).toMatch(/DTYPE_PREDICATE: cond: the predicate is bool\[2\]/)
  })
})

describe('whileLoop', () => {
  test('runs while the condition holds, and no more often than limit', () => {
    const doubled =
      (limit?: number) =>
      ({ input }: Scope): Value =>
        whileLoop(
          (x: Value) => lt(x, 100),
          (x: Value) => mul(x, 2),
          input('x', 'f32', []),
          { limit },
        )

    expect(run(doubled(), { x: [3] })).toEqual({ output: [192] })
    expect(run(doubled(2), { x: [3] })).toEqual({ output: [12] })
    expect(run(doubled(), { x: [300] })).toEqual({ output: [300] })
  })
})

describe('checkpoint and customVjp', () => {
  test('are their bodies', () => {
    const found = run(
      ({ input }) => {
        const x = input('x', 'f32', [2])
        const twice = customVjp({ forward: (y) => ({ output: mul(y, 2) }), backward: (_, dy: Value) => dy })
        return { inside: checkpoint((y) => add(mul(y, y), 1), x), twice: twice(x) }
      },
      { x: [1, 3] },
    )

    expect(found).toEqual({ inside: [2, 10], twice: [2, 6] })
  })

  test('customVjp C1: refuses values from around its functions', () => {
    const error = errorOf(({ input }) => {
      const w = input('w', 'f32', [])
      return customVjp({ forward: (y) => ({ output: mul(y, w) }), backward: (_, dy: Value) => dy })(w)
    })

    expect(error.message).toMatch(/GRAPH_CUSTOM_CAPTURE: customVjp: forward uses .*input f32\[\]/)
  })
})

test('inputs and updates are declared outside of bodies', () => {
  const inside = (call: (scope: Scope) => Value): HeddleError =>
    errorOf(
      (scope) =>
        scan((x: Value) => ({ carry: add(x, call(scope)) }), { init: scope.input('x', 'f32', []), length: 2 })
          .carry,
    )

  expect(inside(({ input }) => input('late', 'f32', [])).code).toBe('GRAPH_INSIDE_BODY')
})
