// The golden cases of `golden/composites.json` and how each is written with our composites: one entry a case.
import { readFileSync } from 'node:fs'
import {
  avgPool2d,
  batchNorm,
  batchNormInference,
  conv1d,
  conv2d,
  crossEntropy,
  type DType,
  gelu,
  layerNorm,
  linear,
  logSigmoid,
  logSoftmax,
  logSumExp,
  maxPool2d,
  mse,
  relu,
  type Shape,
  sigmoid,
  silu,
  softmax,
  type Value,
} from '@heddle/core'

export interface GoldenArray {
  readonly dtype: DType
  readonly shape: Shape
  readonly data: readonly number[]
}

export interface GoldenCase {
  readonly inputs: Readonly<Record<string, GoldenArray>>
  readonly output: GoldenArray
  /** The derivatives are those of the sum of output * cotangent. */
  readonly cotangent: GoldenArray
  readonly gradients: Readonly<Record<string, GoldenArray>>
}

/** NaN and infinities are texts in the file. */
const revive = (_: string, value: unknown): unknown =>
  value === 'NaN' || value === 'Infinity' || value === '-Infinity' ? Number(value) : value

const file: { readonly cases: Readonly<Record<string, GoldenCase>> } = JSON.parse(
  readFileSync(new URL('./golden/composites.json', import.meta.url), 'utf8'),
  revive,
)
export const goldenCases: Readonly<Record<string, GoldenCase>> = file.cases

/** Operands in the order the golden script names them. */
type Build = (...operands: readonly Value[]) => Value

const unary =
  (f: (x: Value) => Value): Build =>
  (x) =>
    f(x!)
const pair =
  (f: (x: Value, y: Value) => Value): Build =>
  (x, y) =>
    f(x!, y!)

export const builders: Readonly<Record<string, Build>> = {
  relu: unary(relu),
  'relu-extremes': unary(relu),
  sigmoid: unary(sigmoid),
  'sigmoid-extremes': unary(sigmoid),
  'log-sigmoid': unary(logSigmoid),
  silu: unary(silu),
  'gelu-none': unary(gelu),
  'gelu-tanh': unary((x) => gelu(x, { approximate: 'tanh' })),
  'gelu-tanh-large': unary((x) => gelu(x, { approximate: 'tanh' })),
  softmax: unary(softmax),
  'softmax-axis-0': unary((x) => softmax(x, { axis: 0 })),
  'softmax-large': unary(softmax),
  'softmax-masked': unary(softmax),
  'log-softmax': unary(logSoftmax),
  'log-softmax-axis-1': unary((x) => logSoftmax(x, { axis: 1 })),
  'log-sum-exp': unary(logSumExp),
  'log-sum-exp-keep': unary((x) => logSumExp(x, { axis: 0, keepDims: true })),
  'log-sum-exp-infinite': unary(logSumExp),
  'layer-norm': unary(layerNorm),
  'layer-norm-affine': (x, weight, bias) =>
    layerNorm(x!, { axes: [-2, -1], weight: weight!, bias: bias!, epsilon: 1e-3 }),
  'batch-norm': (x, weight, bias) => batchNorm(x!, { weight: weight!, bias: bias! }).output,
  'batch-norm-inference': (x, mean, variance, weight, bias) =>
    batchNormInference(x!, { mean: mean!, variance: variance!, weight: weight!, bias: bias!, epsilon: 0.1 }),
  'cross-entropy': pair(crossEntropy),
  'cross-entropy-sum': pair((x, y) => crossEntropy(x, y, { reduction: 'sum' })),
  'cross-entropy-none': pair((x, y) => crossEntropy(x, y, { reduction: 'none' })),
  mse: pair(mse),
  'mse-none': pair((x, y) => mse(x, y, { reduction: 'none' })),
  linear: (x, weight, bias) => linear(x!, weight!, bias),
  conv2d: pair(conv2d),
  'conv2d-options': (x, weight, bias) =>
    conv2d(x!, weight!, { bias, stride: [2, 1], padding: [2, 1], dilation: [1, 2] }),
  'conv2d-groups': (x, weight, bias) => conv2d(x!, weight!, { bias, padding: 1, groups: 2 }),
  'conv2d-depthwise': pair((x, weight) => conv2d(x, weight, { stride: 2, groups: 3 })),
  conv1d: (x, weight, bias) => conv1d(x!, weight!, { bias, stride: 2, padding: 1 }),
  'max-pool': unary((x) => maxPool2d(x, { size: 2 })),
  'max-pool-remainder': unary((x) => maxPool2d(x, { size: 2 })),
  'max-pool-options': unary((x) =>
    maxPool2d(x, { size: [3, 2], stride: [2, 1], padding: 1, dilation: [1, 2] }),
  ),
  'max-pool-ties': unary((x) => maxPool2d(x, { size: 2 })),
  'max-pool-overlapping-ties': unary((x) => maxPool2d(x, { size: 3, stride: 1, padding: 1 })),
  'avg-pool': unary((x) => avgPool2d(x, { size: 2 })),
  'avg-pool-options': unary((x) => avgPool2d(x, { size: 3, stride: 2, padding: 1 })),
}
