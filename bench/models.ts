// The cases as Heddle programs. Data is declared as states without updates, so that it stays on the device between runs, as
// the other peers' tensors do. The digits network is the one of the example without shifts and dropout, whose random numbers
// no two libraries share, and without batch normalisation; the ledger counts the example itself.
import { adam, sgd, trainingStep } from '@heddle/compiler'
import {
  add,
  conv2d,
  crossEntropy,
  flatten,
  type Graph,
  layerNorm,
  linear,
  matmul,
  maxPool2d,
  mse,
  mul,
  program,
  relu,
  type Scope,
  softmax,
  tanh,
  type Value,
} from '@heddle/core'
import type { Case } from './cases/case.ts'
import { rates } from './cases/index.ts'

type Tensors = (name: string) => Value

/** The graph of a case. Outputs: `output` of a forward pass, `loss` of a training step. */
export function graphOf(subject: Case): Graph {
  const build = bodies[subject.name]
  if (build === undefined) throw new Error(`${subject.name} has no Heddle program`)
  const model = program(subject.name, (scope) => {
    const tensors = declare(subject, scope)
    const result = build((name) => {
      const value = tensors.get(name)
      if (value === undefined) throw new Error(`${subject.name} has no tensor ${name}`)
      return value
    })
    return subject.kind === 'training' ? { loss: result } : { output: result }
  })
  if (subject.kind === 'forward') return model
  const rate = rates[subject.name] ?? 1e-3
  const optimizer = subject.name === 'linear-regression' ? sgd({ rate }) : adam({ rate })
  return trainingStep(model, { loss: 'loss', optimizer })
}

function declare(subject: Case, { parameter, state }: Scope): ReadonlyMap<string, Value> {
  return new Map(
    subject.tensors.map(({ name, dtype, shape }) => [
      name,
      subject.parameters.includes(name) ? parameter(name, shape, 0) : state(name, dtype, shape),
    ]),
  )
}

const product = (t: Tensors): Value => matmul(t('a'), t('b'))

/** GPT-2's approximation, op by op as people write it. */
function geluChain(x: Value): Value {
  const cube = mul(mul(x, x), x)
  const inner = mul(Math.sqrt(2 / Math.PI), add(x, mul(0.044715, cube)))
  return mul(mul(0.5, x), add(1, tanh(inner)))
}

const bodies: Readonly<Record<string, (t: Tensors) => Value>> = {
  'matmul-128': product,
  'matmul-256': product,
  'matmul-512': product,
  'matmul-1024': product,
  gelu: (t) => geluChain(t('x')),
  'multiply-add': (t) => add(mul(t('a'), t('b')), t('c')),
  softmax: (t) => softmax(t('x')),
  'layer-norm': (t) => layerNorm(t('x'), { weight: t('weight'), bias: t('bias') }),
  conv: (t) => conv2d(t('x'), t('weight'), { padding: 1 }),
  'mlp-adam': (t) => {
    const first = relu(linear(t('x'), t('w1'), t('b1')))
    const second = relu(linear(first, t('w2'), t('b2')))
    return crossEntropy(linear(second, t('w3'), t('b3')), t('y'))
  },
  digits: (t) => {
    const first = maxPool2d(relu(conv2d(t('x'), t('conv1'), { bias: t('bias1') })), { size: 2 })
    const second = maxPool2d(relu(conv2d(first, t('conv2'), { bias: t('bias2') })), { size: 2 })
    return crossEntropy(linear(flatten(second, { axis: 1 }), t('linear'), t('bias')), t('y'))
  },
  'linear-regression': (t) => mse(linear(t('x'), t('w'), t('b')), t('y')),
}
