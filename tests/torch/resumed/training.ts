// A training whose every step depends on all that a program has to save: parameters, buffers, the momenta of Adam, a schedule, the
// default generator (dropout), a generator of the loader's own (shuffling), and how far the pass over the data is.
import * as torch from '@heddle/torch'

const { nn, optim } = torch
const { DataLoader, TensorDataset } = torch.utils.data

/** Batches in a pass. */
export const batches = 5

export interface Training {
  readonly model: torch.nn.Sequential
  readonly optimizer: torch.optim.Adam
  readonly schedule: torch.optim.lrScheduler.LRScheduler
  readonly generator: torch.Generator
  readonly loader: torch.utils.data.DataLoader<[torch.Tensor, torch.Tensor]>
  /** Steps taken. */
  step: number
  /** The loader's generator when the pass began. */
  passState: Uint8Array
}

export interface Checkpoint {
  readonly model: torch.nn.StateDict
  readonly optimizer: torch.optim.OptimizerStateDict
  readonly schedule: torch.optim.lrScheduler.SchedulerState
  readonly step: number
  readonly passState: Uint8Array
  readonly rngState: Uint8Array
}

export function newTraining(seed: number): Training {
  torch.manualSeed(seed)
  const generator = new torch.Generator().manualSeed(seed + 1)
  const model = new nn.Sequential(
    new nn.Linear(6, 16),
    new nn.BatchNorm1d(16),
    new nn.ReLU(),
    new nn.Dropout(0.3),
    new nn.Linear(16, 1),
  )
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01, weightDecay: 0.01, amsgrad: true })
  const rows = torch.arange(240).float().reshape(40, 6)
  const x = rows.mul(0.37).sin()
  const data = new TensorDataset(x, x.sum(1, true))
  return {
    model,
    optimizer,
    schedule: new optim.lrScheduler.OneCycleLR(optimizer, 0.05, { totalSteps: 40 }),
    generator,
    loader: new DataLoader(data, { batchSize: 8, shuffle: true, generator }),
    step: 0,
    passState: generator.getState(),
  }
}

/** Goes on to step `until`: gives the losses. */
export function train(training: Training, until: number): readonly number[] {
  const losses: number[] = []
  while (training.step < until) {
    const begun = training.step % batches
    if (begun === 0) training.passState = training.generator.getState()
    let batch = 0
    for (const [x, y] of training.loader) {
      // Batches that were learned from before the program stopped.
      if (batch++ < begun) continue
      if (training.step === until) break
      losses.push(learn(training, x, y))
    }
  }
  return losses
}

function learn(training: Training, x: torch.Tensor, y: torch.Tensor): number {
  const { model, optimizer, schedule } = training
  optimizer.zeroGrad()
  const loss = new nn.MSELoss()(model(x), y)
  loss.backward()
  optimizer.step()
  schedule.step()
  training.step++
  return loss.item()
}

export const checkpoint = ({ model, optimizer, schedule, ...training }: Training): Checkpoint => ({
  model: model.stateDict(),
  optimizer: optimizer.stateDict(),
  schedule: schedule.stateDict(),
  step: training.step,
  // Between two passes: that of the next.
  passState: training.step % batches === 0 ? training.generator.getState() : training.passState,
  rngState: torch.getRngState(),
})

/** A training that goes on from what was saved; `seed` decides nothing any more. */
export function resumed(saved: Checkpoint, seed: number): Training {
  const training = newTraining(seed)
  training.model.loadStateDict(saved.model)
  training.optimizer.loadStateDict(saved.optimizer)
  training.schedule.loadStateDict(saved.schedule)
  training.step = saved.step
  training.passState = saved.passState
  training.generator.setState(saved.passState)
  torch.setRngState(saved.rngState)
  return training
}
