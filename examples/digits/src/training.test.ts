// The training step on all the ways the CPU can run it, and what the optimiser costs in kernels.

import { adam, compile, gradient, planFor, trainingStep } from '@heddle/compiler'
import {
  type Backend,
  type Bindings,
  type Capabilities,
  type Graph,
  interpret,
  materialize,
  type NdArray,
  toNdArray,
} from '@heddle/core'
import { cpu } from '@heddle/runtime-cpu'
import { webglCapabilities } from '@heddle/runtime-webgl'
import { summationError, tolerancesOf } from '@heddle/testkit'
import { describe, expect, test } from 'vitest'
import {
  type BatchBuffers,
  createBatch,
  type Digits,
  fillBatch,
  selectDigits,
  splitDigits,
} from './digits.ts'
import { loadDigits } from './load-digits.ts'
import { side, trainingGraph, trainingModel } from './model.ts'
import { train } from './train.ts'

const { training, heldOut } = splitDigits(loadDigits(), 2000, 0)
const rate = 0.002
const seed = 0

/** The first batches, in the order of the training set. */
function batches(batch: number, count: number): readonly BatchBuffers[] {
  const order = Uint32Array.from({ length: batch * count }, (_, at) => at)
  return Array.from({ length: count }, (_, step) => {
    const buffers = createBatch(batch)
    fillBatch(buffers, training, order, step * batch)
    return buffers
  })
}

async function lossesOn(backend: Backend, graph: Graph, feeds: readonly BatchBuffers[]): Promise<number[]> {
  using session = await compile(graph, { backend, seed })
  const losses: number[] = []
  for (const { x, y } of feeds) losses.push((await session.run({ x, y }))['loss']!.item())
  return losses
}

/** Losses of the reference interpreter: float64, op by op, states carried by hand. */
function referenceLosses(graph: Graph, feeds: readonly BatchBuffers[]): number[] {
  let states: Bindings = Object.fromEntries(
    graph.inputs.flatMap(({ role, initial, value: { attrs } }): [string, NdArray][] => {
      const { name, dtype, shape } = attrs
      if (role === 'feed' || initial === undefined) return []
      return [[name, toNdArray(dtype, shape, materialize(initial, dtype, shape, seed, name))]]
    }),
  )
  return feeds.map(({ x, y }) => {
    const { outputs, updates } = interpret(graph, {
      ...states,
      x: toNdArray('f32', [y.length, 1, side, side], x),
      y: toNdArray('i32', [y.length], y),
    })
    states = { ...states, ...updates }
    return Number(outputs['loss']!.data[0])
  })
}

describe('the first five losses', () => {
  test('are the same to the last bit in WebAssembly and in JavaScript', async () => {
    const graph = trainingGraph({ batch: 16, seed, rate })
    const feeds = batches(16, 5)

    const wasm = await lossesOn(cpu({ emitter: 'wasm' }), graph, feeds)
    const js = await lossesOn(cpu({ emitter: 'js' }), graph, feeds)

    expect(wasm).toEqual(js)
    expect(wasm.every((loss) => loss > 0.5 && loss < 10)).toBe(true)
  })

  test('are those of the reference interpreter, within the table of tolerances', async () => {
    const graph = trainingGraph({ batch: 1, seed, rate }) // the reference takes about a second an image
    const feeds = batches(1, 5)
    // From a pixel to the loss, products are added up in chains of 9, 144, 800 and some 20 terms: together as one sum of 1,000.
    // Steps of Adam add little: where rounding could turn one around, the gradient is almost 0.
    const table = tolerancesOf('reproducible', 'f32')
    if (table === undefined) throw new Error('there is no row for f32')

    const wasm = await lossesOn(cpu({ emitter: 'wasm' }), graph, feeds)
    const reference = referenceLosses(graph, feeds)

    for (const [step, loss] of wasm.entries()) {
      const bound = summationError(table, 1000, reference[step]!, true)
      expect(Math.abs(loss - reference[step]!), `step ${step}`).toBeLessThan(bound)
    }
  })

  test('change with the seed of dropout: the key counts up from it', async () => {
    const feeds = [batches(16, 1)[0]!, batches(16, 1)[0]!]
    // A rate this small leaves the weights where they are: what differs between two steps is what is dropped.
    const losses = await lossesOn(cpu(), trainingGraph({ batch: 16, seed: 0, rate: 1e-30 }), feeds)
    const others = await lossesOn(cpu(), trainingGraph({ batch: 16, seed: 1, rate: 1e-30 }), feeds)

    expect(new Set([...losses, ...others]).size).toBe(4)
  })
})

describe('kernels of a training step', () => {
  const targets: readonly (readonly [string, Capabilities])[] = [
    ['cpu', cpu().capabilities],
    ['webgl', webglCapabilities],
  ]

  test.each(targets)('Adam adds at most one kernel for each parameter: %s', (_, capabilities) => {
    const model = trainingModel({ batch: 50, seed })
    const parameters = model.inputs.filter(({ trainable }) => trainable).map(({ value }) => value)
    const gradients = gradient(model.outputs[0]!.value, parameters)
    const withGradients: Graph = {
      ...model,
      outputs: [
        ...model.outputs,
        ...gradients.map((value, k) => ({ name: `gradient ${parameters[k]!.attrs.name}`, value })),
      ],
    }

    const without = planFor(withGradients, capabilities)
    const complete = planFor(trainingStep(model, { loss: 'loss', optimizer: adam({ rate }) }), capabilities)

    expect(parameters.length).toBe(8)
    expect(complete.steps.length).toBeLessThanOrEqual(without.steps.length + parameters.length)
  })

  test('on the CPU every state is replaced in place but those whose new value is ready before the last use of the old', () => {
    const plan = planFor(trainingGraph({ batch: 50, seed, rate }), cpu().capabilities)

    const copied = plan.outputs.filter(({ role, donor }) => role === 'update' && donor === undefined)

    // One kernel sums up the derivatives of both and steps them; the layer below needs the sums and the old values.
    expect(copied.map(({ name }) => name)).toEqual(['norm1.weight', 'norm1.bias'])
  })
})

describe('training', () => {
  const few = (digits: Digits, count: number): Digits =>
    selectDigits(
      digits,
      Uint32Array.from({ length: count }, (_, at) => at),
    )
  const split = { training: few(training, 200), heldOut: few(heldOut, 150) }
  const settings = { epochs: 2, batch: 40, rate, seed, steps: undefined }

  test('makes every whole batch of every epoch, tests after each, and says so', async () => {
    const events: string[] = []
    const run = await train({
      backend: cpu(),
      split,
      settings,
      signal: new AbortController().signal,
      onEvent: ({ kind }) => events.push(kind),
    })

    expect(run.losses.length).toBe(10)
    expect(run.epochs.map(({ epoch }) => epoch)).toEqual([1, 2])
    expect(events.filter((kind) => kind !== 'tested')).toEqual([
      'compiled',
      ...new Array<string>(5).fill('step'),
      'epoch',
      ...new Array<string>(5).fill('step'),
      'epoch',
    ])
    expect(run.probabilities.length).toBe(150 * 10)
    expect(run.weights).toBe(12_858)
    expect(run.wasInterrupted).toBe(false)
  })

  test('gives each held-out image probabilities that add up to 1', async () => {
    const run = await train({
      backend: cpu(),
      split,
      settings: { ...settings, epochs: 1 },
      signal: new AbortController().signal,
      onEvent: () => undefined,
    })

    for (let image = 0; image < 150; image++) {
      const row = run.probabilities.slice(image * 10, image * 10 + 10)
      expect(row.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5)
    }
  })

  test('ends after the current step when aborted, with what there is', async () => {
    const stopping = new AbortController()
    const run = await train({
      backend: cpu(),
      split,
      settings,
      signal: stopping.signal,
      onEvent: (event) => {
        if (event.kind === 'step' && event.step === 7) stopping.abort()
      },
    })

    expect(run.losses.length).toBe(7)
    expect(run.epochs.length).toBe(1)
    expect(run.wasInterrupted).toBe(true)
  })
})
