// The list of cases. Sizes are those of the design notes, so that numbers can be held against theirs.
import type { Case, Fill, TensorSpec } from './case.ts'

const f32 = (name: string, shape: readonly number[], fill: Fill = unit): TensorSpec => ({
  name,
  dtype: 'f32',
  shape,
  fill,
})

const unit: Fill = { kind: 'normal', deviation: 1 }
const zero: Fill = { kind: 'constant', value: 0 }

/** Weights that keep the variance of what passes through a relu. */
const weights = (fanIn: number): Fill => ({ kind: 'normal', deviation: Math.sqrt(2 / fanIn) })

const million = 1_000_000

function forward(
  name: string,
  title: string,
  tensors: readonly TensorSpec[],
  work: Case['work'],
  tolerance = 1e-5,
): Case {
  return { name, title, kind: 'forward', tensors, parameters: [], tolerance, work }
}

function training(
  name: string,
  title: string,
  parameters: readonly TensorSpec[],
  batch: readonly TensorSpec[],
): Case {
  return {
    name,
    title,
    kind: 'training',
    tensors: [...parameters, ...batch],
    parameters: parameters.map((tensor) => tensor.name),
    tolerance: 1e-3,
    work: undefined,
  }
}

const matmul = (size: number): Case =>
  forward(
    `matmul-${size}`,
    `matmul ${size}`,
    [f32('a', [size, size]), f32('b', [size, size])],
    { amount: 2 * size ** 3, unit: 'flop' },
    1e-4,
  )

const bytesOf = (tensors: number, elements: number): Case['work'] => ({
  amount: 4 * tensors * elements,
  unit: 'byte',
})

/** Images a step of the digits model, as in the main job. */
export const digitsBatch = 50

export const cases: readonly Case[] = [
  matmul(128),
  matmul(256),
  matmul(512),
  matmul(1024),
  forward('gelu', 'gelu chain, 1M', [f32('x', [million])], bytesOf(2, million)),
  forward(
    'multiply-add',
    'a*b+c, 1M',
    ['a', 'b', 'c'].map((name) => f32(name, [million])),
    bytesOf(4, million),
  ),
  forward('softmax', 'softmax [1024,1024]', [f32('x', [1024, 1024])], bytesOf(2, 1024 * 1024)),
  forward(
    'layer-norm',
    'layer norm [1024,1024]',
    [f32('x', [1024, 1024]), f32('weight', [1024]), f32('bias', [1024])],
    bytesOf(2, 1024 * 1024),
  ),
  forward(
    'conv',
    'conv 64->64 3x3 on 56x56',
    [f32('x', [1, 64, 56, 56]), f32('weight', [64, 64, 3, 3], weights(576))],
    { amount: 2 * 64 * 64 * 9 * 56 * 56, unit: 'flop' },
    1e-4,
  ),
  training(
    'mlp-adam',
    'MLP 784-256-128-10, batch 64, Adam',
    [
      f32('w1', [256, 784], weights(784)),
      f32('b1', [256], zero),
      f32('w2', [128, 256], weights(256)),
      f32('b2', [128], zero),
      f32('w3', [10, 128], weights(128)),
      f32('b3', [10], zero),
    ],
    [f32('x', [64, 784]), { name: 'y', dtype: 'i32', shape: [64], fill: { kind: 'labels', below: 10 } }],
  ),
  training(
    'digits',
    `digits network, batch ${digitsBatch}, Adam`,
    [
      f32('conv1', [16, 1, 3, 3], weights(9)),
      f32('bias1', [16], zero),
      f32('conv2', [32, 16, 3, 3], weights(144)),
      f32('bias2', [32], zero),
      f32('linear', [10, 800], weights(800)),
      f32('bias', [10], zero),
    ],
    [
      f32('x', [digitsBatch, 1, 28, 28]),
      { name: 'y', dtype: 'i32', shape: [digitsBatch], fill: { kind: 'labels', below: 10 } },
    ],
  ),
  training(
    'linear-regression',
    'linear regression, 100 points, SGD',
    [f32('w', [1, 1], zero), f32('b', [1], zero)],
    [
      f32('x', [100, 1]),
      {
        name: 'y',
        dtype: 'f32',
        shape: [100, 1],
        fill: { kind: 'line', of: 'x', slope: 3, offset: 2, deviation: 0.1 },
      },
    ],
  ),
]

export const caseNamed = (name: string): Case | undefined => cases.find((each) => each.name === name)

/** Learning rates, the same for every peer. */
export const rates: Readonly<Record<string, number>> = {
  'mlp-adam': 1e-3,
  digits: 2e-3,
  'linear-regression': 0.1,
}
