// What losses cost in kernels, counted: whatever the options, the loss of each example is one kernel over its row.
import {
  bce,
  bceWithLogits,
  type CrossEntropyOptions,
  cdist,
  cosineSimilarity,
  crossEntropy,
  huber,
  klDiv,
  multiMargin,
  nll,
  program,
  type Scope,
  sum,
  tripletMargin,
  type Value,
} from '@heddle/core'
import { cpuTarget } from '@heddle/testkit'
import { expect, test } from 'vitest'
import { gradient } from '../autodiff/gradient.ts'
import { runPipeline } from '../pipeline.ts'

type Build = (x: Value, input: Scope['input']) => Value

const forward = (build: Build): number =>
  runPipeline(
    program('loss', ({ input }) => ({ y: build(input('x', 'f32', [64, 10]), input) })),
    cpuTarget,
  ).plan.steps.length

const withGradient = (build: Build): number =>
  runPipeline(
    program('loss', ({ input }) => {
      const x = input('x', 'f32', [64, 10])
      const y = sum(build(x, input))
      return { y, dx: gradient(y, [x])[0] ?? x }
    }),
    cpuTarget,
  ).plan.steps.length

const none = { reduction: 'none' } as const
const classified =
  (options: CrossEntropyOptions = {}): Build =>
  (x, input) =>
    crossEntropy(x, input('y', 'i32', [64]), { ...none, ...options })
const pair =
  (loss: (x: Value, target: Value, options: typeof none) => Value): Build =>
  (x, input) =>
    loss(x, input('t', 'f32', [64, 10]), none)
const weighed: Build = (x, input) =>
  crossEntropy(x, input('y', 'i32', [64]), { ...none, weight: input('w', 'f32', [10]), ignoreIndex: -100 })
const probable: Build = (x, input) =>
  crossEntropy(x, input('p', 'f32', [64, 10]), {
    ...none,
    weight: input('w', 'f32', [10]),
    labelSmoothing: 0.1,
  })

test.for<[string, Build, number]>([
  ['of classes', classified(), 4],
  ['with ignored classes', classified({ ignoreIndex: -100 }), 4],
  ['with smoothed labels', classified({ labelSmoothing: 0.1 }), 5],
  ['with weights', weighed, 5],
  ['of probabilities', probable, 5],
])('fuse: cross entropy %s is one row kernel', ([, build, trained]) => {
  expect(forward(build)).toBe(1)
  expect(withGradient(build)).toBeLessThanOrEqual(trained)
})

test.for<[string, Build, number]>([
  ['nll', (x, input) => nll(x, input('y', 'i32', [64]), none), 3],
  ['bce', pair(bce), 2],
  ['bceWithLogits', pair(bceWithLogits), 2],
  ['klDiv', pair(klDiv), 2],
  ['huber', pair(huber), 2],
  ['multiMargin', (x, input) => multiMargin(x, input('y', 'i32', [64]), none), 3],
  [
    'tripletMargin',
    (x, input) => tripletMargin(x, input('p', 'f32', [64, 10]), input('n', 'f32', [10]), none),
    4,
  ],
  ['cosineSimilarity', (x, input) => cosineSimilarity(x, input('y', 'f32', [64, 10])), 3],
  ['cdist', (x, input) => cdist(x, input('y', 'f32', [32, 10])), 3],
])('fuse: %s is one kernel', ([, build, trained]) => {
  expect(forward(build)).toBe(1)
  expect(withGradient(build)).toBeLessThanOrEqual(trained)
})
