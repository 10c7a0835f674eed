// The first losses of the programs are those of PyTorch for the same digits and seed (tools/golden/torch/examples_vision.py).
import { expect, test } from 'vitest'
import * as cnn from './cnn.ts'
import type { Images } from './digits.ts'
import recorded from './recorded.json' with { type: 'json' }
import * as vae from './vae.ts'

type Load = () => Images | Promise<Images>

function firstOf<T>(steps: Iterable<T>, count: number): readonly T[] {
  const first: T[] = []
  for (const step of steps) if (first.push(step) === count) break
  return first
}

function expectLosses(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  expect(actual).toHaveLength(expected.length)
  expected.forEach((wanted, step) => {
    const loss = actual[step] as number
    expect(Math.abs(loss / wanted - 1), `step ${step}: ${loss}, not ${wanted}`).toBeLessThan(tolerance)
  })
}

export function compareNetwork(load: Load, device: string, tolerance: number): void {
  test('the convolutional network loses what it does in PyTorch', async () => {
    const { model, trainingLoader, optimizer } = cnn.prepare(await load(), device)
    const losses = firstOf(cnn.train(model, trainingLoader, optimizer), recorded.cnn.length)
    expectLosses(losses, recorded.cnn, tolerance)
  })
}

export function compareAutoencoder(load: Load, device: string, tolerance: number): void {
  test('the autoencoder loses what it does in PyTorch', async () => {
    const { model, trainingLoader, optimizer } = vae.prepare(await load(), device)
    const losses = firstOf(vae.train(model, trainingLoader, optimizer), recorded.vae.length)
    expectLosses(
      losses.map(({ sum }) => sum),
      recorded.vae,
      tolerance,
    )
  })
}
