import {
  add,
  crossEntropy,
  type Graph,
  gelu,
  kaimingUniform,
  layerNorm,
  linear,
  mul,
  program,
  relu,
  scatterAdd,
  softmax,
  sum,
  tanh,
  zeros,
} from '@heddle/core'
import { cpuTarget, gpuTarget } from '@heddle/testkit'
import { expect, test } from 'vitest'
import { gradient } from '../autodiff/gradient.ts'
import { runPipeline } from '../pipeline.ts'
import { adam, sgd } from '../training/optimizers.ts'
import { trainingStep } from '../training/training-step.ts'

const stepsOf = (graph: Graph, target = cpuTarget): number => runPipeline(graph, target).plan.steps.length

const perceptron = program('perceptron', ({ input, parameter }) => {
  const x = input('x', 'f32', [16, 20])
  const hidden = relu(
    linear(x, parameter('w1', [12, 20], kaimingUniform({ fanIn: 20 })), parameter('b1', [12], 0)),
  )
  const logits = linear(
    hidden,
    parameter('w2', [10, 12], kaimingUniform({ fanIn: 12 })),
    parameter('b2', [10], 0),
  )
  return { loss: crossEntropy(logits, input('y', 'i32', [16])) }
})

test('fuse: an elementwise chain such as gelu is one kernel', () => {
  const graph = program('gelu', ({ input }) => ({
    y: gelu(input('x', 'f32', [1000]), { approximate: 'tanh' }),
  }))

  expect(stepsOf(graph)).toBe(1)
  expect(stepsOf(graph, gpuTarget)).toBe(1)
})

test('fuse: softmax over the last axis is one kernel with row kernels, two without', () => {
  const graph = program('softmax', ({ input }) => ({ y: softmax(input('x', 'f32', [64, 32]), { axis: -1 }) }))

  expect(stepsOf(graph)).toBe(1)
  expect(stepsOf(graph, gpuTarget)).toBe(2)
})

test('fuse: layer norm over the last axis is one kernel', () => {
  const graph = program('norm', ({ input }) => ({
    y: layerNorm(input('x', 'f32', [64, 32]), { axes: [-1] }),
  }))

  expect(stepsOf(graph)).toBe(1)
})

test('fuse: a dense layer with relu is one kernel', () => {
  const graph = program('dense', ({ input }) => ({
    y: relu(linear(input('x', 'f32', [8, 20]), input('w', 'f32', [12, 20]), input('b', 'f32', [12]))),
  }))

  expect(stepsOf(graph)).toBe(1)
  expect(stepsOf(graph, gpuTarget)).toBe(1)
})

test('fuse: value and gradient of an elementwise function share a kernel with several outputs', () => {
  const graph = program('both', ({ input }) => {
    const x = input('x', 'f32', [1000])
    const y = tanh(x)
    const [dx] = gradient(sum(y), [x])
    return { y, dx: dx ?? x }
  })

  const { plan } = runPipeline(graph, cpuTarget)

  expect(plan.steps).toHaveLength(1)
  expect(plan.kernels[0]?.buffers.filter(({ access }) => access === 'write')).toHaveLength(2)
})

test.each([adam(), sgd({ rate: 0.1, momentum: 0.9 })])(
  'fuse: the update of $name adds at most one kernel a parameter',
  (optimizer) => {
    const gradients = program('gradients', ({ input, parameter }) => {
      const x = input('x', 'f32', [16, 20])
      const parameters = [
        parameter('w1', [12, 20], kaimingUniform({ fanIn: 20 })),
        parameter('b1', [12], 0),
        parameter('w2', [10, 12], kaimingUniform({ fanIn: 12 })),
        parameter('b2', [10], 0),
      ] as const
      const hidden = relu(linear(x, parameters[0], parameters[1]))
      const loss = crossEntropy(linear(hidden, parameters[2], parameters[3]), input('y', 'i32', [16]))
      return { loss, ...Object.fromEntries(gradient(loss, parameters).map((value, k) => [`g${k}`, value])) }
    })

    const step = trainingStep(perceptron, { loss: 'loss', optimizer })

    expect(stepsOf(step) - stepsOf(gradients)).toBeLessThanOrEqual(4)
  },
)

test('plan: parameters and moments are updated in place', () => {
  const { plan } = runPipeline(trainingStep(perceptron, { loss: 'loss', optimizer: adam() }), cpuTarget)

  const updates = plan.outputs.filter(({ role }) => role === 'update')
  expect(updates.filter(({ donor }) => donor === undefined).map(({ name }) => name)).toEqual([])
})

test('fuse: a value that two kernels read is stored once, with its reason', () => {
  const graph = program('shared', ({ input }) => {
    const x = input('x', 'f32', [64, 64])
    const shared = tanh(tanh(x))
    return { rows: sum(shared, { axis: 1 }), columns: sum(shared, { axis: 0 }) }
  })

  const { schedule, plan } = runPipeline(graph, cpuTarget)

  expect(plan.steps).toHaveLength(3)
  expect([...schedule.decisions.values()].map(({ code }) => code)).toContain('STORE_SHARED')
})

test('fuse: without fusion every op is a kernel and movements still are not', () => {
  const graph = program('chain', ({ input }) => {
    const x = input('x', 'f32', [4, 5])
    return { y: mul(tanh(add(x, 1)), 2) }
  })

  expect(runPipeline(graph, cpuTarget, { fusion: false }).plan.steps).toHaveLength(3)
})

test('fuse: a histogram is a fill and a scatter; what it adds is no array', () => {
  const graph = program('histogram', ({ b, input }) => ({
    y: scatterAdd(zeros(b, 'i32', [9]), input('bins', 'i32', [100]), 1),
  }))

  expect(stepsOf(graph)).toBe(2)
  expect(stepsOf(graph, gpuTarget)).toBe(2)
})
