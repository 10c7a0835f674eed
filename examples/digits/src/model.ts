// The network: two convolutions with batch normalisation and pooling, dropout, one linear layer; 12,858 numbers to learn. It
// says nothing about data, devices or how long to train.

import { adam, trainingStep } from '@heddle/compiler'
import {
  add,
  batchNorm,
  batchNormInference,
  conv2d,
  crossEntropy,
  dropout,
  flatten,
  type Graph,
  iota,
  kaimingUniform,
  linear,
  maxPool2d,
  nextStatistics,
  program,
  relu,
  type Scope,
  softmax,
  splitKey,
  type Value,
  values,
} from '@heddle/core'
import { randomlyShifted } from './augmentation.ts'

/** Pixels along a side of an image. */
export const side = 28
export const classes = 10

const dropoutRate = 0.25
/** Most pixels an image is moved by while training. */
const largestShift = 2
/** Share of a batch in the running statistics. */
const momentum = 0.1

/** What differs between training and use. */
interface Mode {
  /** Normalises each channel of x. */
  readonly normalize: (name: string, x: Value) => Value
  /** Applied to the features before the last layer. */
  readonly drop: (features: Value) => Value
}

/** The layers up to the logits. */
function network(x: Value, { parameter }: Scope, { normalize, drop }: Mode): Value {
  const weight = (name: string, shape: readonly number[], fanIn: number): Value =>
    parameter(`${name}.weight`, shape, kaimingUniform({ fanIn }))

  const first = normalize('norm1', conv2d(x, weight('conv1', [16, 1, 3, 3], 9)))
  const small = maxPool2d(relu(first), { size: 2 }) // [n, 1, 28, 28] → [n, 16, 26, 26] → [n, 16, 13, 13]
  const second = normalize('norm2', conv2d(small, weight('conv2', [32, 16, 3, 3], 144)))
  const features = maxPool2d(relu(second), { size: 2 }) // → [n, 32, 11, 11] → [n, 32, 5, 5]
  const logits = weight('linear', [classes, 800], 800)
  return linear(drop(flatten(features, { axis: 1 })), logits, parameter('linear.bias', [classes], 0))
}

/** Scale, offset and running statistics of a normalisation, one number a channel each. */
function normState({ parameter, state }: Scope, name: string, x: Value) {
  const shape = [x.type.shape[1] ?? 0]
  return {
    weight: parameter(`${name}.weight`, shape, 1),
    bias: parameter(`${name}.bias`, shape, 0),
    mean: state(`${name}.mean`, 'f32', shape, 0),
    variance: state(`${name}.variance`, 'f32', shape, 1),
  }
}

/** Normalises with the statistics of the batch, and steps the running ones forward. */
function normalizeBatch(scope: Scope, name: string, x: Value): Value {
  const { weight, bias, mean, variance } = normState(scope, name, x)
  const { output, ...found } = batchNorm(x, { weight, bias })
  const next = nextStatistics({ mean, variance }, found, { momentum })
  scope.update(mean, next.mean)
  scope.update(variance, next.variance)
  return output
}

const images = ({ input }: Scope, batch: number): Value => input('x', 'f32', [batch, 1, side, side])

export interface TrainingOptions {
  /** Images a step. */
  readonly batch: number
  /** Of dropout and shifts; initial weights have the session's. */
  readonly seed: number
}

/**
 * The loss of a batch of shifted images, with dropout. Random numbers are a function of a key, here (seed, step): a state that
 * counts up, so that every step draws others and every runtime draws the same.
 */
export const trainingModel = ({ batch, seed }: TrainingOptions): Graph =>
  program('digits', (scope) => {
    const x = images(scope, batch)
    const y = scope.input('y', 'i32', [batch])
    const key = scope.state('random.key', 'u32', [2], values([seed >>> 0, 0]))
    scope.update(key, add(key, iota(scope.b, { shape: [2], dtype: 'u32' })))
    const [shiftKey = key, dropoutKey = key] = splitKey(key, 2)
    const logits = network(randomlyShifted(x, shiftKey, largestShift), scope, {
      normalize: (name, channels) => normalizeBatch(scope, name, channels),
      drop: (features) => dropout(features, dropoutKey, { rate: dropoutRate }),
    })
    return { loss: crossEntropy(logits, y) }
  })

/** Forward, backward and Adam as one graph. */
export const trainingGraph = (options: TrainingOptions & { readonly rate: number }): Graph =>
  trainingStep(trainingModel(options), { loss: 'loss', optimizer: adam({ rate: options.rate }) })

/**
 * Class probabilities and the loss of each image, normalised with the running statistics, without shifts and dropout; shares
 * weights and statistics with a training step by their names.
 */
export const evaluationModel = ({ batch }: { readonly batch: number }): Graph =>
  program('digits.evaluation', (scope) => {
    const x = images(scope, batch)
    const y = scope.input('y', 'i32', [batch])
    const logits = network(x, scope, {
      normalize: (name, channels) => batchNormInference(channels, normState(scope, name, channels)),
      drop: (features) => features,
    })
    return { probabilities: softmax(logits), losses: crossEntropy(logits, y, { reduction: 'none' }) }
  })
