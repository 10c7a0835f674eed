// Training that stops after some steps, is saved, and goes on elsewhere: the same losses to the last bit.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as torch from '@heddle/torch'
import { describe, expect, it } from 'vitest'
import { checkpoint, newTraining, resumed, train as trainTo } from './resumed/training.ts'

const { nn, optim } = torch
const { lrScheduler } = optim

interface Training {
  readonly model: torch.nn.Sequential
  readonly optimizer: torch.optim.Optimizer
  readonly schedule: torch.optim.lrScheduler.LRScheduler
}

type MakeOptimizer = (params: readonly torch.nn.Parameter[]) => torch.optim.Optimizer

function training(makeOptimizer: MakeOptimizer, seed: number): Training {
  torch.manualSeed(seed)
  const model = new nn.Sequential(new nn.Linear(3, 5), new nn.ReLU(), new nn.Linear(5, 1))
  const optimizer = makeOptimizer(model.parameters())
  return { model, optimizer, schedule: new lrScheduler.CosineAnnealingLR(optimizer, 6) }
}

/** Losses of steps `from` to before `to`. */
function train({ model, optimizer, schedule }: Training, from: number, to: number): readonly number[] {
  const losses: number[] = []
  for (let step = from; step < to; step++) {
    const x = torch
      .arange(12)
      .float()
      .reshape(4, 3)
      .mul(0.1)
      .sub(step * 0.05)
    const loss = new nn.MSELoss()(model(x), x.sum(1, true))
    optimizer.zeroGrad()
    loss.backward()
    optimizer.step()
    schedule.step()
    losses.push(loss.item())
  }
  return losses
}

const optimizers: Readonly<Record<string, MakeOptimizer>> = {
  SGD: (params) => new optim.SGD(params, { lr: 0.05, momentum: 0.9, nesterov: true }),
  Adam: (params) => new optim.Adam(params, { lr: 0.01, amsgrad: true }),
  NAdam: (params) => new optim.NAdam(params, { lr: 0.01 }),
  RMSprop: (params) => new optim.RMSprop(params, { lr: 0.01, momentum: 0.5, centered: true }),
  ASGD: (params) => new optim.ASGD(params, { lr: 0.01, t0: 2 }),
}

describe('training goes on where it stopped', () => {
  it.each(Object.entries(optimizers))('with %s', (_, makeOptimizer) => {
    const whole = train(training(makeOptimizer, 1), 0, 8)
    const before = training(makeOptimizer, 1)
    const first = train(before, 0, 4)
    const bytes = torch.save({
      model: before.model.stateDict(),
      optimizer: before.optimizer.stateDict(),
      schedule: before.schedule.stateDict(),
    })
    const after = training(makeOptimizer, 2)
    const saved = torch.load(bytes) as {
      model: torch.nn.StateDict
      optimizer: torch.optim.OptimizerStateDict
      schedule: torch.optim.lrScheduler.SchedulerState
    }
    after.model.loadStateDict(saved.model)
    after.optimizer.loadStateDict(saved.optimizer)
    after.schedule.loadStateDict(saved.schedule)

    expect([...first, ...train(after, 4, 8)]).toEqual(whole)
  })
})

describe('training goes on in another process', () => {
  const program = join(import.meta.dirname, 'resumed', 'continue.ts')
  const whole = trainTo(newTraining(7), 20)

  it.each([
    ['between two passes over the data', 10],
    ['in the middle of a pass', 13],
  ])('stopped %s, with the losses it would have had, bit for bit', (_, stopAt) => {
    const folder = mkdtempSync(join(tmpdir(), 'heddle-'))
    try {
      const path = join(folder, 'checkpoint.safetensors')
      const before = newTraining(7)
      const first = trainTo(before, stopAt)
      torch.save(checkpoint(before), path)
      const args = ['--conditions=source', program, path, '20']
      const rest = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as number[]

      expect(rest).toHaveLength(20 - stopAt)
      expect([...first, ...rest]).toEqual(whole)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it.each(['model', 'optimizer', 'schedule', 'passState', 'rngState'] as const)(
    'has other losses where %s is that of another training',
    (part) => {
      const before = newTraining(7)
      trainTo(before, 8)
      const saved = checkpoint(before)
      const other = checkpoint(newTraining(8))

      expect(trainTo(resumed({ ...saved, [part]: other[part] }, 99), 20)).not.toEqual(whole.slice(8))
      expect(trainTo(resumed(saved, 99), 20)).toEqual(whole.slice(8))
    },
  )
})
