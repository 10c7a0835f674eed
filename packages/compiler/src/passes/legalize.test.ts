import {
  add,
  concat,
  type Graph,
  HeddleError,
  interpret,
  interpreterBackend,
  program,
  scan,
  toNdArray,
  type Value,
} from '@heddle/core'
import { expect, test } from 'vitest'
import { runPipeline } from '../pipeline.ts'
import { checkCapabilities, splitWideOps } from './legalize.ts'

const { capabilities } = interpreterBackend()

/** Forty inputs joined into one. */
const wide = (): Graph =>
  program('wide', ({ input }) => ({
    y: concat(
      Array.from({ length: 40 }, (_, k) => input(`x${k}`, 'f32', [1])),
      { axis: 0 },
    ),
  }))

test('legalize: an op of more operands than a kernel reads becomes a tree of narrower ones, of the same value', () => {
  const graph = splitWideOps(wide(), { ...capabilities, maxReads: 3 })

  const bindings = Object.fromEntries(
    Array.from({ length: 40 }, (_, k) => [`x${k}`, toNdArray('f32', [1], [k])]),
  )
  expect([...(interpret(graph, bindings).outputs['y']?.data ?? [])]).toEqual(
    Array.from({ length: 40 }, (_, k) => k),
  )
  const { plan } = runPipeline(wide(), { ...capabilities, maxReads: 3 })
  for (const kernel of plan.kernels) {
    expect(kernel.buffers.filter(({ access }) => access === 'read').length).toBeLessThanOrEqual(3)
  }
})

test('legalize: a loop may have more operands than a kernel reads', () => {
  const graph = program('loop', ({ input }) => {
    const given = Array.from({ length: 6 }, (_, k) => input(`x${k}`, 'f32', [2]))
    const { carry } = scan(
      (all: readonly Value[]) => ({ carry: all.map((x, k) => add(x, given[k] as Value)) }),
      {
        init: given,
        length: 3,
      },
    )
    return Object.fromEntries(carry.map((x, k) => [`y${k}`, x]))
  })

  const { plan } = runPipeline(graph, { ...capabilities, maxReads: 4 })

  expect(plan.steps.map(({ kind, args }) => [kind, args.length])).toEqual([['loop', 25]])
})

test('legalize: leaves a graph alone that fits', () => {
  const graph = wide()

  expect(splitWideOps(graph, capabilities)).toBe(graph)
})

test('legalize: refuses a dtype and a size the target does not have, naming both', () => {
  const double = program('double', ({ input }) => ({ y: input('x', 'f64', [2]) }))
  const codeOf = (run: () => void): string => {
    try {
      run()
    } catch (error) {
      return error instanceof HeddleError ? `${error.code} ${error.details['op']}` : 'another error'
    }
    return 'accepted'
  }

  expect(codeOf(() => checkCapabilities(double, { ...capabilities, dtypes: ['f32'] }))).toBe(
    'LOWER_DTYPE_UNSUPPORTED input',
  )
  expect(codeOf(() => checkCapabilities(double, { ...capabilities, maxElements: 1 }))).toBe(
    'LOWER_TOO_LARGE input',
  )
})
