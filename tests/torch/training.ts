// Training runs from the first loss to the last, as `tools/golden/torch/training.py` recorded them, and how often they compile.
import * as torch from '@heddle/torch'
import { nn, optim } from '@heddle/torch'
import { expect, it } from 'vitest'
import recorded from './training.json' with { type: 'json' }

type Tensor = torch.Tensor
type Batch = readonly [x: Tensor, y: Tensor]

const steps = 20

const compileCount = (): number => torch._internal.stats(torch.getDefaultDevice()).compileCount

interface Training {
  readonly model: nn.Module
  readonly optimizer: optim.Optimizer
  readonly criterion: nn.MSELoss | nn.CrossEntropyLoss
  readonly batches: readonly Batch[]
  /** What the trained model is shown. */
  readonly shown: Tensor
  readonly scheduler?: optim.lrScheduler.StepLR
}

interface Found {
  readonly losses: readonly number[]
  readonly outputs: readonly number[]
  readonly rates: readonly number[]
  /** Plans compiled so far, after each step. */
  readonly compiled: readonly number[]
  readonly batchCount: number
}

const numbers = (tensor: Tensor): readonly number[] => [...tensor.flatten().toArray()].map(Number)

function run({ model, optimizer, criterion, batches, shown, scheduler }: Training): Found {
  const losses: number[] = []
  const rates: number[] = []
  const compiled: number[] = []
  for (let step = 0; step < steps; step++) {
    const [x, y] = batches[step % batches.length] as Batch
    optimizer.zeroGrad()
    const loss = criterion(model(x), y)
    loss.backward()
    optimizer.step()
    scheduler?.step()
    losses.push(Number(loss.item()))
    rates.push(optimizer.paramGroups[0]?.lr ?? Number.NaN)
    compiled.push(compileCount())
  }
  model.eval()
  const outputs = torch.noGrad(() => numbers(model(shown)))
  return { losses, outputs, rates, compiled, batchCount: batches.length }
}

const zip = (x: readonly Tensor[], y: readonly Tensor[]): readonly Batch[] =>
  x.map((each, k) => [each, y[k] as Tensor])

function linearRegression(): Found {
  torch.manualSeed(1)
  const x = torch.randn(64, 3)
  const y = x
    .matmul(torch.tensor([[1.5], [-2], [0.5]]))
    .add(0.7)
    .add(torch.randn(64, 1).mul(0.1))
  const model = new nn.Linear(3, 1)
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 })
  return run({ model, optimizer, criterion: new nn.MSELoss(), batches: [[x, y]], shown: x.narrow(0, 0, 4) })
}

function classes(): Found {
  torch.manualSeed(2)
  const labels = torch.randint(3, [96])
  const x = torch.randn(3, 8).at(labels).mul(1.5).add(torch.randn(96, 8))
  const model = new nn.Sequential(
    new nn.Linear(8, 32),
    new nn.ReLU(),
    new nn.Dropout(0.3),
    new nn.Linear(32, 3),
  )
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 })
  const batches = zip(x.split(32), labels.split(32))
  return run({ model, optimizer, criterion: new nn.CrossEntropyLoss(), batches, shown: x.narrow(0, 0, 4) })
}

function images(): Found & { readonly running: readonly number[]; readonly seen: number } {
  torch.manualSeed(3)
  const labels = torch.randint(2, [32])
  const x = torch.randn(32, 1, 8, 8).add(torch.randn(2, 1, 8, 8).at(labels))
  const norm = new nn.BatchNorm2d(4)
  const model = new nn.Sequential(
    new nn.Conv2d(1, 4, 3, { padding: 1 }),
    norm,
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Conv2d(4, 8, 3),
    new nn.BatchNorm2d(8),
    new nn.ReLU(),
    new nn.Flatten(),
    new nn.Linear(32, 2),
  )
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.05, momentum: 0.9, weightDecay: 1e-3 })
  const scheduler = new optim.lrScheduler.StepLR(optimizer, { stepSize: 5, gamma: 0.5 })
  const batches = zip(x.split(16), labels.split(16))
  const criterion = new nn.CrossEntropyLoss()
  const found = run({ model, optimizer, criterion, batches, shown: x.narrow(0, 0, 4), scheduler })
  const running = [norm.runningMean, norm.runningVar].flatMap((each) => numbers(each as Tensor))
  return { ...found, running, seen: Number(norm.numBatchesTracked?.item()) }
}

function expectClose(found: readonly number[], wanted: readonly number[], relative: number): void {
  expect(found).toHaveLength(wanted.length)
  wanted.forEach((value, k) => {
    const error = Math.abs((found[k] ?? Number.NaN) - value)
    expect(error, `${k}: ${found[k]}, not ${value}`).toBeLessThanOrEqual(
      relative * Math.max(Math.abs(value), 0.01),
    )
  })
}

/** All runs, on the device where tensors are made by default. */
export function describeTraining(relative = 1e-4): void {
  // The first step makes the optimiser's state; after it each batch, a view at a place of its own, is seen once.
  it.each([
    ['linearRegression', linearRegression],
    ['classes', classes],
    ['images', images],
  ] as const)('of %s is that of PyTorch, and compiles nothing after its first steps', (name, train) => {
    const before = compileCount()
    const first = train()
    const between = compileCount()
    const again = train()

    for (const found of [first, again]) {
      expectClose(found.losses, recorded[name].losses, relative)
      expectClose(found.outputs, recorded[name].outputs, relative)
      expectClose(found.rates, recorded[name].rates, 1e-12)
    }
    const { compiled, batchCount } = first
    expect(compiled[0]).toBeGreaterThan(before)
    expect(compiled.slice(batchCount)).toEqual(new Array(steps - batchCount).fill(compiled.at(-1)))
    expect(again.compiled).toEqual(new Array(steps).fill(between))
  })

  it('keeps the statistics of batch norm', () => {
    const { running, seen } = images()

    expectClose(running, recorded.images.running, relative)
    expect(seen).toBe(recorded.images.seen)
  })
}
