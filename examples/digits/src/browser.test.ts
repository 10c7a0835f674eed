// The same training in a headless browser, kept short: it starts a browser, and its GPU is a program on the CPU.
import { cpu } from '@heddle/runtime-cpu'
import { expect, test } from 'vitest'
import { trainInBrowser } from './browser.ts'
import { type Digits, selectDigits, splitDigits } from './digits.ts'
import { loadDigits } from './load-digits.ts'
import { type TrainingEvent, type TrainingTask, train } from './train.ts'

test('two steps on WebGL2 have the losses of the CPU, and are told of as they are made', async () => {
  const whole = splitDigits(loadDigits(), 2000, 0)
  const first = (digits: Digits, count: number): Digits =>
    selectDigits(
      digits,
      Uint32Array.from({ length: count }, (_, at) => at),
    )
  const events: TrainingEvent[] = []
  const task: Omit<TrainingTask, 'backend'> = {
    split: { training: first(whole.training, 16), heldOut: first(whole.heldOut, 20) },
    settings: { epochs: 1, batch: 8, rate: 0.002, seed: 0, steps: undefined },
    signal: new AbortController().signal,
    onEvent: (event) => events.push(event),
  }

  const run = await trainInBrowser(task)
  const expected = await train({ ...task, backend: cpu(), onEvent: () => undefined })

  expect(run.backend).toBe('webgl')
  // Rounded otherwise, in another order: γ(1000) of additions, as between the CPU and the reference, with twice the ulps.
  const bound = 2000 * 2 ** -23
  for (const [step, loss] of run.losses.entries()) {
    expect(Math.abs(loss / expected.losses[step]! - 1), `step ${step}`).toBeLessThan(bound)
  }
  expect(events.filter(({ kind }) => kind === 'step')).toHaveLength(2)
  expect(run.epochs.map(({ accuracy }) => accuracy)).toEqual(expected.epochs.map(({ accuracy }) => accuracy))
  const lines = run.training.kernels.flatMap(({ locations }) => locations)
  expect(
    lines.filter((line) => !/examples\/digits\/src\/(model|augmentation)\.ts:\d+:\d+$/.test(line)),
  ).toEqual([])
}, 120_000) // shaders are compiled by a program on the CPU too
