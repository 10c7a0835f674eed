// The training loop, for any backend, in Node or in a page: shuffle, step, evaluate after each epoch, tell what happens. It
// keeps time but prints nothing.

import { compile } from '@heddle/compiler'
import { type Backend, type Graph, numbersOf, type Session, sizeOf } from '@heddle/core'
import { createBatch, type DigitSplit, type Digits, fillBatch } from './digits.ts'
import { classes, evaluationModel, trainingGraph } from './model.ts'
import { type PlanFacts, planFacts } from './plan-facts.ts'
import { shuffled } from './shuffle.ts'

export interface TrainingSettings {
  readonly epochs: number
  /** Images a step. */
  readonly batch: number
  /** Learning rate of Adam. */
  readonly rate: number
  /** Of weights, dropout and the order of images. */
  readonly seed: number
  /** Steps an epoch, at most; default as many as there are whole batches. */
  readonly steps: number | undefined
}

export interface EpochResult {
  /** From 1. */
  readonly epoch: number
  /** Mean over the steps, with dropout. */
  readonly trainingLoss: number
  /** Mean over the held-out images, without. */
  readonly heldOutLoss: number
  /** Share of the held-out images that are recognised, 0 … 1. */
  readonly accuracy: number
  readonly trainingMs: number
  readonly evaluationMs: number
}

export type TrainingEvent =
  | { readonly kind: 'compiled'; readonly ms: number; readonly kernels: number; readonly totalSteps: number }
  /** `step` counts from 1 over all epochs. */
  | { readonly kind: 'step'; readonly epoch: number; readonly step: number; readonly loss: number }
  /** So many of the held-out images were tried. */
  | { readonly kind: 'tested'; readonly images: number }
  | ({ readonly kind: 'epoch' } & EpochResult)

/** What is left when training ends. Plain data. */
export interface TrainingRun {
  readonly backend: string
  /** Numbers learned. */
  readonly weights: number
  /** Loss of each step. */
  readonly losses: readonly number[]
  readonly stepsAnEpoch: number
  readonly epochs: readonly EpochResult[]
  /** Of the last evaluation: ten for each held-out image; empty if there was none. */
  readonly probabilities: readonly number[]
  readonly training: PlanFacts
  readonly evaluation: PlanFacts
  readonly compileMs: number
  readonly totalMs: number
  /** Bytes the backend held at the end: states, feeds and results. */
  readonly deviceBytes: number
  readonly wasInterrupted: boolean
}

export interface TrainingTask {
  readonly backend: Backend
  readonly split: DigitSplit
  readonly settings: TrainingSettings
  /** Aborting it ends training after the current step. */
  readonly signal: AbortSignal
  readonly onEvent: (event: TrainingEvent) => void
}

const evaluationBatch = 100

export async function train({
  backend,
  split,
  settings,
  signal,
  onEvent,
}: TrainingTask): Promise<TrainingRun> {
  const { epochs, batch, seed } = settings
  const started = performance.now()
  const graph = trainingGraph(settings)
  // One plan does forward, backward and Adam; weights and moments never leave the device.
  using training = await compile(graph, { backend, seed })
  // A second plan reads the same weights.
  using evaluation = await compile(evaluationModel({ batch: evaluationBatch }), {
    backend,
    states: training.states,
  })
  const compileMs = performance.now() - started
  const whole = Math.floor(split.training.count / batch)
  const stepsAnEpoch = Math.min(whole, settings.steps ?? whole)
  onEvent({
    kind: 'compiled',
    ms: compileMs,
    kernels: training.plan.steps.length,
    totalSteps: epochs * stepsAnEpoch,
  })

  const losses: number[] = []
  const results: EpochResult[] = []
  let probabilities: readonly number[] = []
  const buffers = createBatch(batch)
  const breathe = createBreather()
  for (let epoch = 1; epoch <= epochs && !signal.aborted; epoch++) {
    const order = shuffled(split.training.count, seed, `digits.epoch.${epoch}`)
    const from = performance.now()
    for (let step = 0; step < stepsAnEpoch && !signal.aborted; step++) {
      fillBatch(buffers, split.training, order, step * batch)
      const { loss } = await training.run({ x: buffers.x, y: buffers.y })
      losses.push(loss?.item() ?? Number.NaN)
      onEvent({ kind: 'step', epoch, step: losses.length, loss: losses.at(-1) ?? Number.NaN })
      await breathe()
    }
    if (signal.aborted) break
    const between = performance.now()
    const found = await evaluate(evaluation, split.heldOut, async (images) => {
      onEvent({ kind: 'tested', images })
      await breathe()
      return !signal.aborted
    })
    if (found === undefined) break
    probabilities = found.probabilities
    const result = {
      epoch,
      trainingLoss: mean(losses.slice(-stepsAnEpoch)),
      heldOutLoss: found.loss,
      accuracy: found.accuracy,
      trainingMs: between - from,
      evaluationMs: performance.now() - between,
    }
    results.push(result)
    onEvent({ kind: 'epoch', ...result })
  }
  return {
    backend: backend.name,
    weights: trainableSize(graph),
    losses,
    stepsAnEpoch,
    epochs: results,
    probabilities,
    training: planFacts(training.plan),
    evaluation: planFacts(evaluation.plan),
    compileMs,
    totalMs: performance.now() - started,
    deviceBytes: backend.liveBytes,
    wasInterrupted: signal.aborted,
  }
}

interface Evaluation {
  readonly loss: number
  readonly accuracy: number
  readonly probabilities: readonly number[]
}

/** Runs all images through the network, as long as `goOn` says so; it is told how many are done. */
async function evaluate(
  session: Session,
  digits: Digits,
  goOn: (images: number) => Promise<boolean>,
): Promise<Evaluation | undefined> {
  const order = Uint32Array.from({ length: digits.count }, (_, at) => at)
  const buffers = createBatch(evaluationBatch)
  const probabilities: number[] = []
  const losses: number[] = []
  for (let start = 0; start < digits.count; start += evaluationBatch) {
    if (!(await goOn(start))) return undefined
    fillBatch(buffers, digits, order, start)
    const result = await session.run({ x: buffers.x, y: buffers.y })
    // The last batch may be filled up with repeats.
    const rows = Math.min(evaluationBatch, digits.count - start)
    for (const [name, size, into] of [
      ['probabilities', rows * classes, probabilities],
      ['losses', rows, losses],
    ] as const) {
      const array = result[name]
      if (array !== undefined) into.push(...numbersOf(array).subarray(0, size))
    }
  }
  const predicted = predictions(probabilities)
  const correct = predicted.filter((digit, at) => digit === digits.labels[at]).length
  return { loss: mean(losses), accuracy: correct / digits.count, probabilities }
}

/** The most probable digit of each image. */
export function predictions(probabilities: readonly number[]): readonly number[] {
  return Array.from({ length: probabilities.length / classes }, (_, image) => {
    const row = probabilities.slice(image * classes, (image + 1) * classes)
    return row.indexOf(Math.max(...row))
  })
}

const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length

const trainableSize = (graph: Graph): number =>
  graph.inputs.reduce((sum, { trainable, value }) => sum + (trainable ? sizeOf(value.type.shape) : 0), 0)

/** Gives timers and signals their turn: a CPU backend's promises never leave the queue of microtasks. */
function createBreather(): () => Promise<void> {
  const intervalMs = 30
  let last = performance.now()
  return async () => {
    if (performance.now() - last < intervalMs) return
    await new Promise<void>((resolve) => setTimeout(resolve))
    last = performance.now()
  }
}
