import {
  createBuilder,
  interpreterBackend,
  interpretValues,
  matmul,
  mul,
  program,
  sin,
  slice,
  sum,
  toNdArray,
  type Value,
} from '@heddle/core'
import { expect, test } from 'vitest'
import { compileSync } from '../compile.ts'
import { hessian, jacobian } from './jacobian.ts'

const input = (name: string, shape: readonly number[], like?: Value): Value =>
  (like?.builder ?? createBuilder()).input({ name, dtype: 'f64', shape })

const valuesOf = (values: readonly Value[], at: Readonly<Record<string, readonly number[]>>): number[][] => {
  const bindings = Object.fromEntries(
    Object.entries(at).map(([name, data]) => [name, toNdArray('f64', [data.length], data)]),
  )
  return interpretValues(values, bindings).map(({ data }) => Array.from(data, Number))
}

test('jacobian: of elementwise functions is diagonal', () => {
  const x = input('x', [3])
  const [matrix = x] = jacobian(mul(x, x), [x])

  expect(matrix.type.shape).toEqual([3, 3])
  expect(valuesOf([matrix], { x: [1, 2, 3] })).toEqual([[2, 0, 0, 0, 4, 0, 0, 0, 6]])
})

test('jacobian: with fewer inputs than outputs goes by columns, with the same numbers', () => {
  const x = input('x', [2])
  const w = input('w', [6], x)
  const wide = matmul(x.builder.reshape(w, { shape: [3, 2] }), x)
  const [byX = x] = jacobian(wide, [x])
  const [byBoth = x, byW = x] = jacobian(wide, [x, w])

  const [columns, rows, weights] = valuesOf([byX, byBoth, byW], { x: [5, 7], w: [1, 2, 3, 4, 5, 6] })

  expect(columns).toEqual([1, 2, 3, 4, 5, 6])
  expect(rows).toEqual(columns)
  expect(weights).toEqual([5, 7, 0, 0, 0, 0, 0, 0, 5, 7, 0, 0, 0, 0, 0, 0, 5, 7])
})

test('jacobian: the graph does not grow with the number of rows', () => {
  const nodes = [4, 400].map((size) => {
    const x = input('x', [size])
    jacobian(sin(mul(x, x)), [x])
    return x.builder.nodeCount
  })

  expect(nodes[0]).toBe(nodes[1])
})

test('jacobian: of nothing is empty', () => {
  const x = input('x', [3])
  const [matrix = x] = jacobian(slice(x, { starts: [3] }), [x])

  expect(matrix.type.shape).toEqual([0, 3])
})

test('hessian: has all second derivatives, also across values', () => {
  const x = input('x', [2])
  const y = input('y', [1], x)
  const of = sum(mul(mul(x, x), y))
  const [[xx = x, xy = x] = [], [yx = x, yy = x] = []] = hessian(of, [x, y])

  expect([xx, xy, yx, yy].map(({ type }) => type.shape)).toEqual([
    [2, 2],
    [2, 1],
    [1, 2],
    [1, 1],
  ])
  expect(valuesOf([xx, xy, yx, yy], { x: [2, 3], y: [5] })).toEqual([[10, 0, 0, 10], [4, 6], [4, 6], [0]])
})

test('jacobian: runs compiled', () => {
  const graph = program('jacobian', (scope) => {
    const x = scope.input('x', 'f32', [3])
    const [matrix = x] = jacobian(mul(x, sum(x)), [x])
    return { matrix }
  })
  using session = compileSync(graph, { backend: interpreterBackend() })

  expect(session.runSync({ x: [1, 2, 3] })['matrix']?.toNested()).toEqual([
    [7, 1, 1],
    [2, 8, 2],
    [3, 3, 9],
  ])
})

test('jacobian C1: refuses values of different dtypes, naming both', () => {
  const x = input('x', [2])
  const single = x.builder.cast(x, { dtype: 'f32' })

  expect(() => jacobian(single, [x])).toThrow(/GRAD_JACOBIAN_DTYPE: jacobian: .*f32\[2\].*f64\[2\]/)
})
