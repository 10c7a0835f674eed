// Composites as conformance programs, forward and backward: what models are made of, each with the sizes that need care
// (odd extents, padding that matters, strides, groups).
import { gradient } from '@heddle/compiler'
import type { SampleInput, Value } from '@heddle/core'
import {
  add,
  avgPool2d,
  batchNorm,
  batchNormInference,
  conv1d,
  conv2d,
  createBuilder,
  crossEntropy,
  dropout,
  gelu,
  isFloat,
  layerNorm,
  linear,
  logSigmoid,
  logSoftmax,
  logSumExp,
  maxPool2d,
  mse,
  mul,
  randomNormal,
  randomUniform,
  relu,
  sigmoid,
  silu,
  softmax,
  sum,
  variance,
} from '@heddle/core'
import type { ProgramCase } from './conformance-cases.ts'
import { elementwiseComposites } from './conformance-elementwise.ts'
import { modelComposites } from './conformance-models.ts'
import { rowComposites } from './conformance-rows.ts'
import { bind, drawInputs, graphOf, inputValue } from './samples.ts'

export interface Composite {
  readonly name: string
  readonly inputs: readonly SampleInput[]
  readonly build: (inputs: Operands) => Value | Readonly<Record<string, Value>>
}

/** The inputs of a composite; `x(k)` is the k-th. */
type Operands = (k: number) => Value

const f32 = (...shape: number[]): SampleInput => ({ dtype: 'f32', shape })
const positive = (...shape: number[]): SampleInput => ({ dtype: 'f32', shape, low: 0.5, high: 2 })
const indices = (count: number, ...shape: number[]): SampleInput => ({
  dtype: 'i32',
  shape,
  low: 0,
  high: count - 1,
  integers: true,
})
const key: SampleInput = { dtype: 'u32', shape: [2], low: 0, high: 1000, integers: true }

export const composites: readonly Composite[] = [
  ...elementwiseComposites,
  ...modelComposites,
  ...rowComposites,
  { name: 'relu', inputs: [f32(3, 5)], build: (x) => relu(x(0)) },
  { name: 'sigmoid', inputs: [f32(3, 5)], build: (x) => sigmoid(x(0)) },
  { name: 'logSigmoid', inputs: [f32(3, 5)], build: (x) => logSigmoid(x(0)) },
  { name: 'silu', inputs: [f32(3, 5)], build: (x) => silu(x(0)) },
  { name: 'gelu', inputs: [f32(3, 5)], build: (x) => gelu(x(0)) },
  { name: 'gelu tanh', inputs: [f32(3, 5)], build: (x) => gelu(x(0), { approximate: 'tanh' }) },
  { name: 'softmax', inputs: [f32(5, 7)], build: (x) => softmax(x(0)) },
  { name: 'softmax axis 0', inputs: [f32(5, 7)], build: (x) => softmax(x(0), { axis: 0 }) },
  { name: 'logSoftmax', inputs: [f32(5, 19)], build: (x) => logSoftmax(x(0)) },
  { name: 'logSumExp', inputs: [f32(5, 7)], build: (x) => logSumExp(x(0), { keepDims: true }) },
  { name: 'variance', inputs: [f32(4, 9)], build: (x) => variance(x(0), { axes: [1] }) },
  {
    name: 'layerNorm',
    inputs: [f32(4, 37), f32(37), f32(37)],
    build: (x) => layerNorm(x(0), { weight: x(1), bias: x(2) }),
  },
  {
    name: 'batchNorm',
    inputs: [f32(3, 2, 4, 3), f32(2), f32(2)],
    build: (x) => ({ ...batchNorm(x(0), { weight: x(1), bias: x(2) }) }),
  },
  {
    name: 'batchNormInference',
    inputs: [f32(3, 2, 4), f32(2), positive(2)],
    build: (x) => batchNormInference(x(0), { mean: x(1), variance: x(2) }),
  },
  {
    name: 'crossEntropy',
    inputs: [f32(6, 10), indices(10, 6)],
    build: (x) => crossEntropy(x(0), x(1)),
  },
  {
    name: 'crossEntropy none',
    inputs: [f32(2, 4, 3), indices(4, 2, 3)],
    build: (x) => crossEntropy(x(0), x(1), { reduction: 'none' }),
  },
  { name: 'mse', inputs: [f32(6, 3), f32(6, 3)], build: (x) => mse(x(0), x(1)) },
  { name: 'linear', inputs: [f32(5, 7), f32(3, 7), f32(3)], build: (x) => linear(x(0), x(1), x(2)) },
  {
    name: 'linear relu residual',
    inputs: [f32(5, 7), f32(7, 7), f32(7)],
    build: (x) => add(x(0), relu(linear(x(0), x(1), x(2)))),
  },
  { name: 'dropout', inputs: [f32(7, 9), key], build: (x) => dropout(x(0), x(1), { rate: 0.3 }) },
  { name: 'randomUniform', inputs: [key], build: (x) => randomUniform(x(0), [5, 11]) },
  { name: 'randomNormal', inputs: [key], build: (x) => randomNormal(x(0), [5, 11]) },
  {
    name: 'conv1d',
    inputs: [f32(2, 3, 9), f32(4, 3, 3), f32(4)],
    build: (x) => conv1d(x(0), x(1), { bias: x(2), padding: 1 }),
  },
  {
    name: 'conv2d',
    inputs: [f32(2, 3, 6, 5), f32(4, 3, 3, 3), f32(4)],
    build: (x) => conv2d(x(0), x(1), { bias: x(2), padding: 1 }),
  },
  {
    name: 'conv2d stride dilation',
    inputs: [f32(1, 2, 9, 8), f32(3, 2, 3, 2)],
    build: (x) => conv2d(x(0), x(1), { stride: [2, 1], dilation: [1, 2] }),
  },
  {
    name: 'conv2d groups',
    inputs: [f32(2, 4, 5, 5), f32(6, 2, 3, 3)],
    build: (x) => conv2d(x(0), x(1), { groups: 2, padding: [1, 0] }),
  },
  {
    name: 'maxPool2d',
    inputs: [f32(2, 3, 7, 6)],
    build: (x) => maxPool2d(x(0), { size: 3, stride: 2, padding: 1 }),
  },
  { name: 'avgPool2d', inputs: [f32(2, 3, 6, 6)], build: (x) => avgPool2d(x(0), { size: 2 }) },
]

export function compositeCases(): readonly ProgramCase[] {
  return composites.flatMap((composite) => {
    const { name, inputs } = composite
    const b = createBuilder()
    const operands = inputs.map(({ dtype, shape }, k) => inputValue(b, `x${k}`, dtype, shape))
    const built = composite.build((k) => operands[k] as Value)
    const outputs: Readonly<Record<string, Value>> = 'op' in built ? { y: built as Value } : built
    const bindings = bind(operands, drawInputs(inputs, 1))
    const forward: ProgramCase = {
      id: `composite/${name}`,
      group: `composite/${name.split(' ')[0] ?? name}`,
      graph: graphOf(name, operands, outputs),
      bindings,
    }
    const floats = operands.filter(({ type }) => isFloat(type.dtype))
    const smooth = Object.entries(outputs).filter(([, { type }]) => isFloat(type.dtype))
    if (floats.length === 0 || smooth.length === 0) return [forward]
    // Σ <w, y> over all outputs, so that every element of the derivative matters.
    const weights = smooth.map(([output, { type }]) => inputValue(b, `w.${output}`, type.dtype, type.shape))
    const loss = smooth
      .map(([, value], k) => sum(mul(value, weights[k] as Value)))
      .reduce((total, term) => add(total, term))
    const derivatives = gradient(loss, floats)
    const drawn = drawInputs(
      weights.map(({ type }) => type),
      2,
    )
    const backward: ProgramCase = {
      ...forward,
      id: `composite-gradient/${name}`,
      graph: graphOf(
        `${name} gradient`,
        [...operands, ...weights],
        Object.fromEntries(derivatives.map((value, k) => [`d${floats[k]?.attrs.name ?? k}`, value])),
      ),
      bindings: { ...bindings, ...bind(weights, drawn) },
    }
    return [forward, backward]
  })
}
