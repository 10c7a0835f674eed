// Small models, compiled for this device, trained a few steps and compared with the same graphs compiled for the interpreter:
// what the compiler really hands to this runtime.

import { adam, compileSync, sgd, trainingStep } from '@heddle/compiler'
import {
  add,
  batchNorm,
  conv2d,
  crossEntropy,
  type Graph,
  gather,
  interpreterBackend,
  kaimingUniform,
  layerNorm,
  linear,
  matmul,
  maxPool2d,
  mean,
  mse,
  normal,
  numbersOf,
  program,
  relu,
  reshape,
  softmax,
  type TypedArray,
  tanh,
  transpose,
} from '@heddle/core'
import { afterAll, expect, test } from 'vitest'
import { webgl } from './index.ts'

const device = webgl({ debug: true })
afterAll(() => device.dispose())

const wave = (size: number, step: number): Float32Array =>
  Float32Array.from({ length: size }, (_, at) => Math.sin(at * step + 0.3))
const classes = (size: number, count: number): Int32Array =>
  Int32Array.from({ length: size }, (_, at) => (at * 5) % count)

/** Losses of `steps` training steps and the parameters after them, on the device and in the interpreter. */
function train(
  graph: Graph,
  feeds: Readonly<Record<string, TypedArray>>,
  steps: number,
): readonly number[][] {
  return [device, interpreterBackend()].map((backend) => {
    using session = compileSync(graph, { backend, seed: 3 })
    const seen: number[] = []
    for (let step = 0; step < steps; step++) seen.push(Number(session.runSync(feeds)['loss']?.data[0]))
    for (const { name, dtype } of session.plan.inputs.filter(({ role }) => role === 'state')) {
      if (dtype === 'f32') seen.push(...numbersOf(session.stateSync(name)))
    }
    return seen
  })
}

function expectAgreement([seen = [], expected = []]: readonly number[][], tolerance: number): void {
  expect(seen.length).toBe(expected.length)
  const worst = expected.reduce(
    (most, value, at) => Math.max(most, Math.abs(value - seen[at]!) / (1 + Math.abs(value))),
    0,
  )
  expect(worst).toBeLessThan(tolerance)
  expect(expected.every(Number.isFinite)).toBe(true)
}

test('a perceptron with Adam', () => {
  const model = program('perceptron', ({ input, parameter }) => {
    const x = input('x', 'f32', [9, 7])
    const hidden = tanh(
      linear(x, parameter('w1', [10, 7], kaimingUniform({ fanIn: 7 })), parameter('b1', [10], 0.1)),
    )
    const logits = linear(
      hidden,
      parameter('w2', [3, 10], kaimingUniform({ fanIn: 10 })),
      parameter('b2', [3], 0),
    )
    return { loss: crossEntropy(logits, input('y', 'i32', [9])) }
  })
  const graph = trainingStep(model, { loss: 'loss', optimizer: adam({ rate: 0.01 }) })

  expectAgreement(train(graph, { x: wave(63, 0.7), y: classes(9, 3) }, 4), 1e-4)
})

test('a convolution with batch normalisation and pooling', () => {
  const model = program('convolutional', ({ input, parameter }) => {
    const x = input('x', 'f32', [2, 2, 8, 8])
    const y = conv2d(x, parameter('w', [4, 2, 3, 3], kaimingUniform({ fanIn: 18 })), { padding: 1 })
    const { output } = batchNorm(y, { weight: parameter('g', [4], 1), bias: parameter('c', [4], 0) })
    const pooled = reshape(maxPool2d(relu(output), { size: 2 }), [2, 64])
    const logits = linear(pooled, parameter('v', [5, 64], kaimingUniform({ fanIn: 64 })))
    return { loss: crossEntropy(logits, input('y', 'i32', [2])) }
  })
  const graph = trainingStep(model, { loss: 'loss', optimizer: sgd({ rate: 0.1, momentum: 0.9 }) })

  expectAgreement(train(graph, { x: wave(256, 0.37), y: classes(2, 5) }, 3), 1e-4)
})

test('an embedding with attention and layer normalisation', () => {
  const model = program('attention', ({ input, parameter }) => {
    const tokens = gather(parameter('table', [11, 8], normal(0, 0.5)), input('ids', 'i32', [6]))
    const normalized = layerNorm(tokens, { weight: parameter('g', [8], 1), bias: parameter('c', [8], 0) })
    const queries = linear(normalized, parameter('q', [8, 8], kaimingUniform({ fanIn: 8 })))
    const scores = softmax(matmul(queries, transpose(normalized)), { axis: -1 })
    const mixed = add(matmul(scores, normalized), tokens)
    return { loss: mse(mean(mixed, { axis: 0 }), input('y', 'f32', [8])) }
  })
  const graph = trainingStep(model, { loss: 'loss', optimizer: sgd({ rate: 0.2 }) })

  expectAgreement(train(graph, { ids: Int32Array.of(3, 0, 10, 3, 7, 0), y: wave(8, 1.1) }, 3), 1e-4)
})
