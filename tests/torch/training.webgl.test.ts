// Training runs on WebGL2: the losses are PyTorch's, each step is one plan, and the device holds what it held.
import * as torch from '@heddle/torch'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeTraining } from './training.ts'

const { nn, optim } = torch

type Step = (x: torch.Tensor) => torch.Tensor

beforeAll(() => torch.setDefaultDevice('webgl'))
afterAll(() => torch.setDefaultDevice('cpu'))

describe('a training run', () => describeTraining(3e-4))

function counters() {
  const { compileCount, flushCount, deviceBuffers, deviceBytes, pendingCount } = torch._internal.stats(
    torch.device('webgl'),
  )
  const textureBytes = torch.webgl.memoryAllocated()
  return { compileCount, flushCount, deviceBuffers, deviceBytes, pendingCount, textureBytes }
}

it('holds the memory of the device over 400 steps of a synchronous loop', () => {
  torch.manualSeed(6)
  const model = new nn.Sequential(
    new nn.Linear(8, 32),
    new nn.ReLU(),
    new nn.Dropout(0.1),
    new nn.Linear(32, 3),
  )
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 })
  const criterion = new nn.CrossEntropyLoss()
  const labels = torch.arange(16).remainder(3)
  const centres = torch.eye(3, 8).mul(3)
  const losses: number[] = []
  const steps = (count: number): void => {
    for (let k = 0; k < count; k++) {
      const x = centres.at(labels).add(torch.randn(16, 8))
      optimizer.zeroGrad()
      const loss = criterion(model(x), labels)
      loss.backward()
      optimizer.step()
      losses.push(loss.item())
    }
  }
  steps(200)
  const early = counters()
  steps(200)
  const late = counters()

  expect(late).toEqual({ ...early, flushCount: early.flushCount + 200 })
  expect(late.deviceBuffers).toBeLessThan(300)
  expect(losses.slice(-20).reduce((sum, loss) => sum + loss, 0) / 20).toBeLessThan(0.3)
})

it('gives the same losses with a compiled step', () => {
  const losses = (prepared: (step: Step) => Step): readonly number[] => {
    torch.manualSeed(7)
    const model = new nn.Sequential(
      new nn.Linear(4, 16),
      new nn.Tanh(),
      new nn.Dropout(0.2),
      new nn.Linear(16, 1),
    )
    const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 })
    const step = prepared((x) => {
      optimizer.zeroGrad()
      const loss = nn.functional.mseLoss(model(x), x.sum(1, true))
      loss.backward()
      optimizer.step()
      return loss
    })
    return Array.from({ length: 12 }, () => step(torch.randn(8, 4)).item())
  }

  expect(losses((step) => torch.compile(step))).toEqual(
    losses((step) => step).map((loss) => expect.closeTo(loss, 5)),
  )
})
