// What normalisation, embedding and attention cost in kernels, counted.
import {
  batchNorm,
  batchNormInference,
  embedding,
  embeddingBag,
  groupNorm,
  instanceNorm,
  localResponseNorm,
  multiHeadAttention,
  normalize,
  program,
  rmsNorm,
  type Scope,
  scaledDotProductAttention,
  type Value,
} from '@heddle/core'
import { cpuTarget } from '@heddle/testkit'
import { expect, test } from 'vitest'
import { runPipeline } from '../pipeline.ts'

type Inputs = (name: string, ...shape: readonly number[]) => Value
const stepsOf = (build: (of: Inputs, input: Scope['input']) => Value): number =>
  runPipeline(
    program('counted', ({ input }) => ({ y: build((name, ...shape) => input(name, 'f32', shape), input) })),
    cpuTarget,
  ).plan.steps.length

test.for<[string, number, (of: Inputs, input: Scope['input']) => Value]>([
  ['rmsNorm', 1, (of) => rmsNorm(of('x', 64, 32), { weight: of('w', 32) })],
  ['instanceNorm', 1, (of) => instanceNorm(of('x', 8, 6, 5, 7), { weight: of('w', 6), bias: of('b', 6) })],
  // Rows of groups are no axes of the result: their statistics are a kernel of their own.
  ['groupNorm', 2, (of) => groupNorm(of('x', 8, 6, 5, 7), { groups: 3, weight: of('w', 6) })],
  ['batchNorm', 1, (of) => batchNorm(of('x', 8, 6, 5, 7), { weight: of('w', 6) }).output],
  [
    'batchNormInference',
    1,
    (of) => batchNormInference(of('x', 8, 6, 5, 7), { mean: of('m', 6), variance: of('v', 6) }),
  ],
  ['normalize', 1, (of) => normalize(of('x', 64, 32))],
  ['localResponseNorm', 1, (of) => localResponseNorm(of('x', 8, 6, 5, 7), { size: 3 })],
  [
    'embedding',
    1,
    (of, input) => embedding(input('i', 'i32', [8, 20]), of('w', 100, 16), { paddingIndex: 0 }),
  ],
  [
    'embeddingBag',
    1,
    (of, input) => embeddingBag(input('i', 'i32', [8, 20]), of('w', 100, 16), { mode: 'max' }),
  ],
])('fuse: %s is %i kernels', ([, kernels, build]) => {
  expect(stepsOf(build)).toBe(kernels)
})

test.for<[string, (of: Inputs, input: Scope['input']) => Parameters<typeof scaledDotProductAttention>[3]]>([
  ['plain', () => ({})],
  ['causal', () => ({ isCausal: true })],
  ['with a mask of bools', (_, input) => ({ mask: input('m', 'bool', [16, 16]) })],
  ['with a mask of floats', (of) => ({ mask: of('m', 16, 16) })],
  ['with dropout', (_, input) => ({ dropout: { key: input('key', 'u32', [2]), rate: 0.1 } })],
])('fuse: attention %s is two products and one kernel by row', ([, options]) => {
  const count = stepsOf((of, input) =>
    scaledDotProductAttention(
      of('q', 2, 4, 16, 8),
      of('k', 2, 4, 16, 8),
      of('v', 2, 4, 16, 8),
      options(of, input),
    ),
  )

  expect(count).toBe(3)
})

test('fuse: self-attention of several heads projects once, and biases are epilogues', () => {
  const count = stepsOf((of) => {
    const x = of('x', 2, 16, 32)
    return multiHeadAttention(x, x, x, {
      heads: 4,
      input: { weight: of('w', 96, 32) },
      inputBias: of('b', 96),
      outputWeight: of('o', 32, 32),
      outputBias: of('ob', 32),
    }).output
  })

  expect(count).toBe(5)
})
