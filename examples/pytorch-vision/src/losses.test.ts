// The first losses of both programs are those of PyTorch for the same digits and seed (tools/golden/torch/examples_vision.py).
import { expect, test } from 'vitest'
import * as cnn from './cnn.ts'
import recorded from './recorded.json' with { type: 'json' }
import * as vae from './vae.ts'

const tolerance = 1e-5

function firstOf<T>(steps: Iterable<T>, count: number): readonly T[] {
  const first: T[] = []
  for (const step of steps) if (first.push(step) === count) break
  return first
}

function expectLosses(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length)
  expected.forEach((wanted, step) => {
    const loss = actual[step] as number
    expect(Math.abs(loss / wanted - 1), `step ${step}: ${loss}, not ${wanted}`).toBeLessThan(tolerance)
  })
}

test('the convolutional network loses what it does in PyTorch', () => {
  const { model, trainingLoader, optimizer } = cnn.prepare()
  const losses = firstOf(cnn.train(model, trainingLoader, optimizer), recorded.cnn.length)
  expectLosses(losses, recorded.cnn)
})

test('the autoencoder loses what it does in PyTorch', () => {
  const { model, trainingLoader, optimizer } = vae.prepare()
  const losses = firstOf(vae.train(model, trainingLoader, optimizer), recorded.vae.length)
  expectLosses(
    losses.map(({ sum }) => sum),
    recorded.vae,
  )
})
