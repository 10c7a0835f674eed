// Composites of models as conformance programs: contractions, losses, normalisation, embeddings and attention, each with the
// options that make it another program.

import type { SampleInput, Value } from '@heddle/core'
import {
  addbmm,
  addmm,
  alphaDropout,
  bce,
  bceWithLogits,
  bilinear,
  cdist,
  chainMatmul,
  cosineEmbedding,
  cosineSimilarity,
  cross,
  crossEntropy,
  ctc,
  dropout2d,
  einsum,
  embedding,
  embeddingBag,
  gaussianNll,
  groupNorm,
  hingeEmbedding,
  huber,
  instanceNorm,
  klDiv,
  kron,
  literal,
  localResponseNorm,
  logSoftmax,
  matmul,
  matrixPower,
  multiHeadAttention,
  multilabelMargin,
  multiMargin,
  normalize,
  poissonNll,
  rmsNorm,
  scaledDotProductAttention,
  softmax,
  tensordot,
  tripletMargin,
} from '@heddle/core'
import type { Composite } from './conformance-composites.ts'

const f32 = (...shape: number[]): SampleInput => ({ dtype: 'f32', shape })
const positive = (...shape: number[]): SampleInput => ({ dtype: 'f32', shape, low: 0.5, high: 2 })
const probability = (...shape: number[]): SampleInput => ({ dtype: 'f32', shape, low: 0.1, high: 0.9 })
const whole = (low: number, high: number, ...shape: number[]): SampleInput => ({
  dtype: 'i32',
  shape,
  low,
  high,
  integers: true,
})
const key: SampleInput = { dtype: 'u32', shape: [2], low: 0, high: 1000, integers: true }
const numbers = (like: Value, ...values: readonly number[]): Value =>
  literal(like.builder, values, { dtype: 'i32' })

const contractions: readonly Composite[] = [
  {
    name: 'matmul of integers',
    inputs: [whole(-9, 9, 3, 5), whole(-9, 9, 2, 5, 4)],
    build: (x) => matmul(x(0), x(1)),
  },
  {
    name: 'einsum of heads',
    inputs: [f32(2, 5, 3, 4), f32(2, 7, 3, 4)],
    build: (x) => einsum('bqhd,bkhd->bhqk', [x(0), x(1)]),
  },
  {
    name: 'einsum of three',
    inputs: [f32(3, 3, 4), f32(4, 5), f32(1, 5)],
    build: (x) => einsum('iij,jk,lk->ki', [x(0), x(1), x(2)]),
  },
  {
    name: 'tensordot',
    inputs: [f32(2, 3, 4), f32(4, 3, 5)],
    build: (x) =>
      tensordot(x(0), x(1), {
        axes: [
          [1, 2],
          [1, 0],
        ],
      }),
  },
  {
    name: 'addmm',
    inputs: [f32(5), f32(3, 4), f32(4, 5)],
    build: (x) => addmm(x(0), x(1), x(2), { alpha: 0.5, beta: 2 }),
  },
  { name: 'addbmm', inputs: [f32(3, 1), f32(2, 3, 4), f32(2, 4, 5)], build: (x) => addbmm(x(0), x(1), x(2)) },
  {
    name: 'bilinear',
    inputs: [f32(5, 3), f32(5, 4), f32(2, 3, 4)],
    build: (x) => bilinear(x(0), x(1), x(2)),
  },
  { name: 'kron', inputs: [f32(2, 3), f32(3)], build: (x) => kron(x(0), x(1)) },
  { name: 'cross', inputs: [f32(5, 3), f32(3)], build: (x) => cross(x(0), x(1)) },
  { name: 'matrixPower', inputs: [f32(2, 3, 3)], build: (x) => matrixPower(x(0), 5) },
  {
    name: 'chainMatmul',
    inputs: [f32(5), f32(5, 2), f32(2, 7)],
    build: (x) => chainMatmul([x(0), x(1), x(2)]),
  },
]

const losses: readonly Composite[] = [
  {
    name: 'crossEntropy with weights',
    inputs: [f32(5, 7, 3), whole(0, 6, 5, 3), positive(7)],
    build: (x) => crossEntropy(x(0), x(1), { weight: x(2), ignoreIndex: 2, labelSmoothing: 0.1 }),
  },
  {
    name: 'crossEntropy of probabilities',
    inputs: [f32(5, 7), f32(5, 7)],
    build: (x) => crossEntropy(x(0), softmax(x(1)), { reduction: 'none' }),
  },
  { name: 'huber', inputs: [f32(3, 5), f32(5)], build: (x) => huber(x(0), x(1), { delta: 0.5 }) },
  { name: 'poissonNll', inputs: [f32(9), positive(9)], build: (x) => poissonNll(x(0), x(1), { full: true }) },
  {
    name: 'gaussianNll',
    inputs: [f32(3, 5), f32(3, 5), positive(3, 1)],
    build: (x) => gaussianNll(x(0), x(1), x(2)),
  },
  { name: 'bce', inputs: [probability(3, 5), probability(3, 5)], build: (x) => bce(x(0), x(1)) },
  {
    name: 'bceWithLogits',
    inputs: [f32(3, 5), probability(3, 5), positive(5)],
    build: (x) => bceWithLogits(x(0), x(1), { posWeight: x(2) }),
  },
  {
    name: 'klDiv',
    inputs: [f32(3, 5), f32(3, 5)],
    build: (x) => klDiv(logSoftmax(x(0)), softmax(x(1)), { reduction: 'batchmean' }),
  },
  {
    name: 'hingeEmbedding',
    inputs: [f32(9)],
    build: (x) => hingeEmbedding(x(0), numbers(x(0), 1, -1, 1, 1, -1, -1, 1, 0, 1)),
  },
  {
    name: 'cosineEmbedding',
    inputs: [f32(3, 5), f32(3, 5)],
    build: (x) => cosineEmbedding(x(0), x(1), numbers(x(0), 1, -1, -1)),
  },
  {
    name: 'multiMargin',
    inputs: [f32(5, 7), whole(0, 6, 5)],
    build: (x) => multiMargin(x(0), x(1), { p: 2 }),
  },
  {
    name: 'multilabelMargin',
    inputs: [f32(5, 7), whole(-2, 6, 5, 7)],
    build: (x) => multilabelMargin(x(0), x(1)),
  },
  {
    name: 'tripletMargin',
    inputs: [f32(5, 3), f32(5, 3), f32(5, 3)],
    build: (x) => tripletMargin(x(0), x(1), x(2), { swap: true, margin: 4 }),
  },
  { name: 'cosineSimilarity', inputs: [f32(5, 3), f32(3)], build: (x) => cosineSimilarity(x(0), x(1)) },
  { name: 'cdist', inputs: [f32(5, 3), f32(2, 4, 3)], build: (x) => cdist(x(0), x(1), { p: 3 }) },
  {
    name: 'ctc',
    inputs: [f32(5, 2, 4), whole(1, 3, 2, 2)],
    build: (x) =>
      ctc(logSoftmax(x(0)), x(1), { inputLengths: numbers(x(0), 5, 4), targetLengths: numbers(x(0), 2, 1) }),
  },
]

const layers: readonly Composite[] = [
  { name: 'rmsNorm', inputs: [f32(4, 37), f32(37)], build: (x) => rmsNorm(x(0), { weight: x(1) }) },
  {
    name: 'groupNorm',
    inputs: [f32(2, 6, 3, 5), f32(6), f32(6)],
    build: (x) => groupNorm(x(0), { groups: 3, weight: x(1), bias: x(2) }),
  },
  { name: 'instanceNorm', inputs: [f32(2, 3, 19)], build: (x) => instanceNorm(x(0)) },
  {
    name: 'localResponseNorm',
    inputs: [f32(2, 6, 3)],
    build: (x) => localResponseNorm(x(0), { size: 3, alpha: 0.5 }),
  },
  { name: 'normalize', inputs: [f32(4, 9)], build: (x) => normalize(x(0), { axis: -1 }) },
  {
    name: 'embedding',
    inputs: [whole(0, 5, 2, 4), f32(6, 3)],
    build: (x) => embedding(x(0), x(1), { paddingIndex: 1, scaleGradByFrequency: true }),
  },
  {
    name: 'embeddingBag of offsets',
    inputs: [whole(0, 5, 9), f32(6, 3)],
    build: (x) => embeddingBag(x(0), x(1), { offsets: numbers(x(0), 0, 2, 2, 7), paddingIndex: 3 }),
  },
  {
    name: 'embeddingBag of extremes',
    inputs: [whole(0, 5, 9), f32(6, 3)],
    build: (x) => embeddingBag(x(0), x(1), { offsets: numbers(x(0), 0, 4), mode: 'max' }),
  },
  { name: 'dropout2d', inputs: [f32(2, 5, 2, 3), key], build: (x) => dropout2d(x(0), x(1), { rate: 0.4 }) },
  { name: 'alphaDropout', inputs: [f32(5, 7), key], build: (x) => alphaDropout(x(0), x(1), { rate: 0.4 }) },
  {
    name: 'scaledDotProductAttention',
    inputs: [f32(2, 3, 5, 4), f32(2, 3, 7, 4), f32(2, 3, 7, 6), f32(5, 7)],
    build: (x) => scaledDotProductAttention(x(0), x(1), x(2), { mask: x(3), isCausal: true }),
  },
  {
    name: 'multiHeadAttention',
    inputs: [f32(2, 5, 6), f32(18, 6), f32(18), f32(6, 6), f32(6)],
    build: (x) => ({
      ...multiHeadAttention(x(0), x(0), x(0), {
        heads: 3,
        input: { weight: x(1) },
        inputBias: x(2),
        outputWeight: x(3),
        outputBias: x(4),
        addZeroAttention: true,
      }),
    }),
  },
]

export const modelComposites: readonly Composite[] = [...contractions, ...losses, ...layers]
