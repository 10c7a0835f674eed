// Training that stops after some steps, is saved, and goes on elsewhere: the same losses to the last bit.
import * as torch from '@heddle/torch'
import { describe, expect, it } from 'vitest'

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
