import { vjp } from '@heddle/compiler'
import { createBuilder, toNdArray } from '@heddle/core'
import { expect, test } from 'vitest'
import { boundsOfGraph } from './bounds.ts'
import { graphOf, inputValue } from './samples.ts'

/** Largest bound of the derivative of a row maximum of computed values. */
function worst(values: readonly number[]): number {
  const b = createBuilder()
  const x = inputValue(b, 'x', 'f32', [1, values.length])
  const y = b.reduceMax(b.exp(x), { axes: [1] })
  const [dx] = vjp([y], [b.full({ ...y.type, value: 1 })], [x])
  const graph = graphOf('maximum', [x], { dx: dx ?? y })
  const { outputs } = boundsOfGraph(
    graph,
    { x: toNdArray('f32', [1, values.length], values) },
    'reproducible',
  )
  return Math.max(...(outputs['dx']?.bound ?? []))
}

test('the derivative of a maximum is known where one element is clearly the largest', () => {
  expect(worst([0.5, 1, -1])).toBeLessThan(1e-5)
})

test('it is not known where two elements are within their errors', () => {
  expect(worst([0.5, 1, 1 + 2 ** -23])).toBeGreaterThan(0.5)
})
