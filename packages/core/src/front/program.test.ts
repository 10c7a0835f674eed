import { describe, expect, test } from 'vitest'
import type { HeddleError } from '../errors.ts'
import { interpret } from '../interpret/graph.ts'
import { toNdArray } from '../interpret/nd-array.ts'
import type { Value } from '../ir/value.ts'
import { errorOf } from '../testdata/error-of.ts'
import { add, mul } from './elementwise.ts'
import { kaimingUniform } from './initializers.ts'
import { program, type Scope } from './program.ts'
import { sum } from './reduce.ts'

/** The line of this file a probe was called on. */
const lineOf = (error: HeddleError): number => {
  expect(error.location?.file).toContain('program.test.ts')
  return error.location?.line ?? 0
}
const here = (): number =>
  Number(/program\.test\.ts:(\d+)/.exec(new Error().stack?.split('\n')[2] ?? '')?.[1])

const counter = program('counter', ({ input, state, update }) => {
  const x = input('x', 'f32', [3])
  const total = state('total', 'f32', [], 1)
  update(total, add(total, sum(x)))
  return { doubled: mul(x, 2) }
})

describe('program', () => {
  test('records inputs, states, outputs and updates by name and in order', () => {
    expect(counter.inputs.map(({ value, role }) => [value.attrs.name, role])).toEqual([
      ['x', 'feed'],
      ['total', 'state'],
    ])
    expect(counter.inputs[1]?.initial).toEqual({ kind: 'constant', value: 1 })
    expect(counter.outputs.map(({ name }) => name)).toEqual(['doubled'])
    expect(counter.updates.map(({ state }) => state)).toEqual(['total'])
  })

  test('means what the interpreter computes', () => {
    const { outputs, updates } = interpret(counter, {
      x: toNdArray('f32', [3], [1, 2, 3]),
      total: toNdArray('f32', [], [1]),
    })

    expect([...outputs['doubled']!.data]).toEqual([2, 4, 6])
    expect([...updates['total']!.data]).toEqual([7])
  })

  test('names a single value output', () => {
    const graph = program('one', ({ input }) => input('x', 'f32', [2]))

    expect(graph.outputs[0]?.name).toBe('output')
  })

  test('takes parameters for trainable floats that start as told', () => {
    const graph = program('p', ({ parameter }) => ({
      w: parameter('w', [2, 4], kaimingUniform({ fanIn: 4 })),
      n: parameter('n', [], 3, { dtype: 'i32' }),
      frozen: parameter('frozen', [], 0, { trainable: false }),
    }))

    expect(graph.inputs.map(({ trainable }) => trainable)).toEqual([true, false, false])
    expect(graph.inputs[0]?.initial).toEqual({
      kind: 'uniform',
      low: -Math.sqrt(1.5),
      high: Math.sqrt(1.5),
    })
  })

  test('an update may be a number', () => {
    const graph = program('reset', ({ state, update }) => {
      update(state('total', 'f32', [2], 5), 0)
      return {}
    })

    expect(graph.updates[0]?.value.type).toEqual({ dtype: 'f32', shape: [2] })
  })
})

describe('program errors', () => {
  const inside = (build: (scope: Scope) => Value | undefined | Record<string, Value>): HeddleError =>
    errorOf(() => program('model', (scope) => build(scope) ?? {}))

  test('GRAPH_DUPLICATE_NAME points at the second declaration', () => {
    let line = 0

    const error = inside(({ input, state }) => {
      input('x', 'f32', [])
      line = here() + 1
      return state('x', 'f32', [], 0)
    })

    expect(error.code).toBe('GRAPH_DUPLICATE_NAME')
    expect(error.message).toContain("state 'x'")
    expect(lineOf(error)).toBe(line)
  })

  test('GRAPH_NO_OUTPUT points at the program', () => {
    const line = here() + 1
    const error = errorOf(() => program('empty', () => ({})))

    expect(error.code).toBe('GRAPH_NO_OUTPUT')
    expect(lineOf(error)).toBe(line)
  })

  test('GRAPH_UPDATE_TYPE shows both types', () => {
    const error = inside(({ state, update }) => {
      const total = state('total', 'f32', [2], 0)
      update(total, sum(total))
      return total
    })

    expect(error.code).toBe('GRAPH_UPDATE_TYPE')
    expect(error.message).toContain("state 'total' is f32[2], its next value f32[]")
  })

  test('a feed cannot be updated, nor a state twice', () => {
    const feed = inside(({ input, update }) => {
      update(input('x', 'f32', []), 0)
      return undefined
    })
    const twice = inside(({ state, update }) => {
      const total = state('total', 'f32', [], 0)
      update(total, 1)
      update(total, 2)
      return undefined
    })

    expect(feed.code).toBe('GRAPH_NOT_A_STATE')
    expect(twice.code).toBe('GRAPH_DUPLICATE_UPDATE')
  })

  test('what is returned must be values, and is named if it is not', () => {
    const notValue = JSON.parse('{"loss": 3}')
    const pending = Promise.resolve() as Promise<never>

    expect(inside(() => notValue).message).toContain(
      "GRAPH_OUTPUT: model: output 'loss' is 3; it must be a value",
    )
    expect(errorOf(() => program('model', () => pending as never)).message).toContain(
      'the build function returned a promise',
    )
  })

  test('values of another program are refused', () => {
    const foreign = counter.outputs[0]!.value

    expect(inside(() => foreign).code).toBe('GRAPH_FOREIGN_VALUE')
  })

  test('a scope cannot be used afterwards', () => {
    let kept: Scope | undefined
    program('model', (scope) => {
      kept = scope
      return scope.input('x', 'f32', [])
    })

    expect(errorOf(() => kept?.input('y', 'f32', [])).code).toBe('GRAPH_CLOSED')
  })

  test('an input made with the builder must be declared', () => {
    expect(inside(({ b }) => b.input({ name: 'x', dtype: 'f32', shape: [] })).code).toBe(
      'GRAPH_UNDECLARED_INPUT',
    )
  })

  test('names, dtypes and shapes are checked', () => {
    const dtype = JSON.parse('"f8"')

    expect(inside(({ input }) => input('', 'f32', [])).code).toBe('GRAPH_NAME')
    expect(inside(({ input }) => input('x', dtype, [])).code).toBe('GRAPH_INPUT_TYPE')
    expect(inside(({ input }) => input('x', 'f32', [-1])).code).toBe('GRAPH_INPUT_TYPE')
  })

  test('a wrong shape inside points at the line that made it', () => {
    let line = 0

    const error = inside(({ input }) => {
      const x = input('x', 'f32', [2])
      const y = input('y', 'f32', [3])
      line = here() + 1
      return add(x, y)
    })

    expect(error.code).toBe('SHAPE_BROADCAST')
    expect(lineOf(error)).toBe(line)
  })
})
