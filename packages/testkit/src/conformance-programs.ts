// Whole programs for conformance: what single ops cannot show. Training steps with states and donated memory, several
// outputs over shared values, outputs that are inputs or constants, programs too deep or too wide for one kernel.
import { adam, gradient, type Optimizer, sgd, trainingStep } from '@heddle/compiler'
import type { Bindings, Graph, Value } from '@heddle/core'
import {
  add,
  argMax,
  concat,
  conv2d,
  crossEntropy,
  eq,
  exp,
  flatten,
  full,
  gather,
  layerNorm,
  linear,
  literal,
  matmul,
  max,
  maxPool2d,
  mean,
  mse,
  mul,
  permute,
  program,
  relu,
  reshape,
  softmax,
  sub,
  sum,
  tanh,
} from '@heddle/core'
import type { ProgramCase } from './conformance-cases.ts'
import { controlPrograms, whilePrograms } from './conformance-control.ts'
import { bind, drawInputs } from './samples.ts'

/** Deeper than one kernel may be, and wider than one kernel may read. */
const DEPTH = 300
const WIDTH = 40

export function programCases(): readonly ProgramCase[] {
  return [
    training('sgd', sgd({ rate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.01 })),
    training('adam', adam({ rate: 0.01 })),
    plain('convolutional net', convolutionalNet()),
    plain('attention', attention()),
    plain('embedding', embedding()),
    plain('outputs of every kind', outputsOfEveryKind()),
    plain('states that swap', statesThatSwap()),
    plain('a deep chain', deepChain()),
    plain('a wide sum', wideSum()),
    plain('nothing in the middle', emptyMiddle()),
    plain('two reductions of one array', twoReductions()),
    ...Object.entries({ ...controlPrograms(), ...whilePrograms() }).map(([name, graph]) =>
      plain(name, graph),
    ),
  ]
}

function plain(name: string, graph: Graph): ProgramCase {
  return { id: `program/${name}`, group: `program/${name}`, graph, bindings: drawFor(graph) }
}

/** Values for all inputs; classes and positions are small, parameters too, second moments are not negative. */
function drawFor({ inputs }: Graph): Bindings {
  const samples = inputs.map(({ value, trainable }) => {
    const { name, dtype, shape } = value.attrs
    if (dtype === 'i32') return { dtype, shape, low: 0, high: 2, integers: true }
    if (name.endsWith('.moment2') || name.endsWith('.step')) return { dtype, shape, low: 0.5, high: 2 }
    return trainable ? { dtype, shape, low: -0.3, high: 0.3 } : { dtype, shape }
  })
  const values = inputs.map((input) => input.value)
  return bind(values, drawInputs(samples, 1))
}

function training(name: string, optimizer: Optimizer): ProgramCase {
  const model = program('mlp', ({ input, parameter }) => {
    const x = input('x', 'f32', [6, 5])
    const y = input('y', 'i32', [6])
    const hidden = relu(linear(x, parameter('w1', [7, 5], 0), parameter('b1', [7], 0)))
    const logits = linear(hidden, parameter('w2', [3, 7], 0), parameter('b2', [3], 0))
    const isRight = eq(argMax(logits, { axis: 1 }), y)
    return { loss: crossEntropy(logits, y), logits, right: sum(isRight) }
  })
  return plain(`mlp training step, ${name}`, trainingStep(model, { loss: 'loss', optimizer }))
}

function convolutionalNet(): Graph {
  return program('convolutional net', ({ input, parameter }) => {
    const x = input('x', 'f32', [2, 1, 8, 8])
    const y = input('y', 'i32', [2])
    const filters = parameter('filters', [4, 1, 3, 3], 0)
    const weight = parameter('weight', [3, 64], 0)
    const hidden = maxPool2d(relu(conv2d(x, filters, { padding: 1 })), { size: 2 })
    const loss = crossEntropy(linear(flatten(hidden, { axis: 1 }), weight), y)
    const [filtersGradient, weightGradient] = gradient(loss, [filters, weight])
    return named({ loss, filtersGradient, weightGradient })
  })
}

function attention(): Graph {
  return program('attention', ({ input }) => {
    const [q, k, v] = ['q', 'k', 'v'].map((name) => input(name, 'f32', [2, 3, 5, 4])) as [Value, Value, Value]
    const scores = mul(matmul(q, permute(k, [0, 1, 3, 2])), 0.5)
    const y = layerNorm(matmul(softmax(scores), v))
    const [dq, dk, dv] = gradient(mse(y, full(y.builder, 'f32', y.type.shape, 0.5)), [q, k, v])
    return named({ y, dq, dk, dv })
  })
}

function embedding(): Graph {
  return program('embedding', ({ input, parameter }) => {
    const table = parameter('table', [3, 4], 0)
    const looked = gather(table, input('tokens', 'i32', [2, 6]))
    const [dtable] = gradient(sum(tanh(mean(looked, { axis: 1 }))), [table])
    return named({ looked, dtable })
  })
}

function outputsOfEveryKind(): Graph {
  return program('outputs', ({ input, b }) => {
    const x = input('x', 'f32', [3, 4])
    const y = exp(x)
    return {
      input: x,
      same: y,
      again: y,
      view: permute(x, [1, 0]),
      reshaped: reshape(y, [12]),
      constant: full(b, 'f32', [2], 1.5),
      array: literal(b, [1, 2, 3]),
      scalar: sum(y),
      row: max(x, { axis: 0 }),
      mask: eq(x, x),
    }
  })
}

/** Each state becomes the other: neither may be overwritten before both are read. */
function statesThatSwap(): Graph {
  return program('swap', ({ state, update }) => {
    const x = state('x', 'f32', [5], 0)
    const y = state('y', 'f32', [5], 0)
    const kept = state('kept', 'f32', [5], 0)
    update(x, y)
    update(y, mul(x, 2))
    update(kept, add(kept, 1))
    return { difference: sub(x, y) }
  })
}

function deepChain(): Graph {
  return program('deep', ({ input }) => {
    const x = input('x', 'f32', [9])
    let y = x
    for (let k = 0; k < DEPTH; k++) y = k % 3 === 0 ? tanh(y) : k % 3 === 1 ? add(y, x) : mul(y, 0.5)
    return { y }
  })
}

function wideSum(): Graph {
  return program('wide', ({ input }) => {
    const inputs = Array.from({ length: WIDTH }, (_, k) => input(`x${k}`, 'f32', [5]))
    return { y: inputs.reduce((total, x) => add(total, x)), joined: concat(inputs) }
  })
}

function emptyMiddle(): Graph {
  return program('empty', ({ input }) => {
    const x = input('x', 'f32', [3, 0])
    return { y: add(sum(exp(x), { axis: 1 }), 1), product: matmul(x, permute(x, [1, 0])), none: exp(x) }
  })
}

function twoReductions(): Graph {
  return program('reductions', ({ input }) => {
    const x = input('x', 'f32', [6, 21])
    const centred = sub(x, mean(x, { axis: 1, keepDims: true }))
    return {
      deviation: mean(mul(centred, centred), { axis: 1 }),
      largest: max(x, { axis: 1 }),
      position: argMax(x, { axis: 1 }),
      columns: sum(x, { axis: 0 }),
      all: sum(centred),
    }
  })
}

/** Results of `gradient` are typed as possibly missing. */
function named(outputs: Readonly<Record<string, Value | undefined>>): Readonly<Record<string, Value>> {
  return Object.fromEntries(
    Object.entries(outputs).flatMap(([name, value]) => (value ? [[name, value]] : [])),
  )
}
