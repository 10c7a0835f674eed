// The network: two convolutions with pooling, dropout, one linear layer; 12,810 numbers to learn. It says nothing about data,
// devices or how long to train.

import { adam, trainingStep } from '@heddle/compiler'
import {
  add,
  conv2d,
  crossEntropy,
  dropout,
  flatten,
  type Graph,
  iota,
  kaimingUniform,
  linear,
  maxPool2d,
  program,
  relu,
  type Scope,
  softmax,
  type Value,
  values,
} from '@heddle/core'

/** Pixels along a side of an image. */
export const side = 28
export const classes = 10

const dropoutRate = 0.25

/** The layers up to the logits. `drop` is applied to the features. */
function network(x: Value, { parameter }: Scope, drop: (features: Value) => Value): Value {
  const weight = (name: string, shape: readonly number[], fanIn: number): Value =>
    parameter(`${name}.weight`, shape, kaimingUniform({ fanIn }))

  const first = conv2d(x, weight('conv1', [16, 1, 3, 3], 9), { bias: parameter('conv1.bias', [16], 0) })
  const small = maxPool2d(relu(first), { size: 2 }) // [n, 1, 28, 28] → [n, 16, 26, 26] → [n, 16, 13, 13]
  const second = conv2d(small, weight('conv2', [32, 16, 3, 3], 144), {
    bias: parameter('conv2.bias', [32], 0),
  })
  const features = maxPool2d(relu(second), { size: 2 }) // → [n, 32, 11, 11] → [n, 32, 5, 5]
  const logits = weight('linear', [classes, 800], 800)
  return linear(drop(flatten(features, { axis: 1 })), logits, parameter('linear.bias', [classes], 0))
}

const images = ({ input }: Scope, batch: number): Value => input('x', 'f32', [batch, 1, side, side])

export interface TrainingOptions {
  /** Images a step. */
  readonly batch: number
  /** Of dropout; initial weights have the session's. */
  readonly seed: number
}

/**
 * The loss of a batch, with dropout. Random numbers are a function of a key, here (seed, step): a state that counts up, so that
 * every step drops other features and every runtime drops the same.
 */
export const trainingModel = ({ batch, seed }: TrainingOptions): Graph =>
  program('digits', (scope) => {
    const x = images(scope, batch)
    const y = scope.input('y', 'i32', [batch])
    const key = scope.state('dropout.key', 'u32', [2], values([seed >>> 0, 0]))
    scope.update(key, add(key, iota(scope.b, { shape: [2], dtype: 'u32' })))
    const logits = network(x, scope, (features) => dropout(features, key, { rate: dropoutRate }))
    return { loss: crossEntropy(logits, y) }
  })

/** Forward, backward and Adam as one graph. */
export const trainingGraph = (options: TrainingOptions & { readonly rate: number }): Graph =>
  trainingStep(trainingModel(options), { loss: 'loss', optimizer: adam({ rate: options.rate }) })

/** Class probabilities and the loss of each image, without dropout; shares its weights with a training step by their names. */
export const evaluationModel = ({ batch }: { readonly batch: number }): Graph =>
  program('digits.evaluation', (scope) => {
    const x = images(scope, batch)
    const y = scope.input('y', 'i32', [batch])
    const logits = network(x, scope, (features) => features)
    return { probabilities: softmax(logits), losses: crossEntropy(logits, y, { reduction: 'none' }) }
  })
