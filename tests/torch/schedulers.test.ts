// Learning-rate schedules along PyTorch's curves, and what they keep and refuse, as `tools/golden/torch/schedulers.py` recorded it.
import * as torch from '@heddle/torch'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refused, wrong } from './refused.ts'
import golden from './schedulers.json' with { type: 'json' }

const { nn, optim } = torch
const { lrScheduler } = optim

type Options = Readonly<Record<string, unknown>>
interface Schedule {
  step(given?: number): void
  getLastLr(): readonly number[]
  stateDict(): Record<string, unknown>
  loadStateDict(state: Record<string, unknown>): void
}

const functions: Readonly<Record<string, (x: number) => number>> = {
  halving: (epoch) => 0.5 ** epoch,
  slow: () => 0.95,
  wave: (epoch) => 1 + 0.5 * Math.sin(epoch),
  root: (x) => 1 / Math.sqrt(x),
}

/** Options with functions for their names. */
function withFunctions(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withFunctions)
  return typeof value === 'string' ? (functions[value] ?? value) : value
}

function optimizerOf(name: string): torch.optim.Optimizer {
  const [first, second] = [new nn.Parameter(torch.zeros(1)), new nn.Parameter(torch.zeros(1))]
  const groups = [{ params: first }, { params: second, lr: 0.5 }]
  return name === 'Adam' ? new optim.Adam(groups, 0.1) : new optim.SGD(groups, { lr: 0.1, momentum: 0.9 })
}
const sgd = () => optimizerOf('SGD')

/** Options come as data, which no one constructor's types would take. */
function scheduleOf(name: string, optimizer: torch.optim.Optimizer, options: Options): Schedule {
  const Scheduler = Reflect.get(lrScheduler, name) as new (
    optimizer: torch.optim.Optimizer,
    options: object,
  ) => Schedule
  const given = Object.entries(options).map(([key, value]) => [key, withFunctions(value)])
  return new Scheduler(optimizer, Object.fromEntries(given))
}

function rowOf(optimizer: torch.optim.Optimizer): readonly number[] {
  const groups = optimizer.paramGroups as { lr: number; momentum?: number; betas?: readonly number[] }[]
  const momentum = groups.map((group) => group.momentum ?? group.betas?.[0] ?? Number.NaN)
  return [...groups.map(({ lr }) => lr), ...momentum]
}

function curve(
  make: (optimizer: torch.optim.Optimizer) => Pick<Schedule, 'step'>,
  optimizer: torch.optim.Optimizer,
  steps: number,
  given: readonly number[] | null = null,
): readonly (readonly number[])[] {
  const schedule = make(optimizer)
  const rows = [rowOf(optimizer)]
  for (let step = 0; step < steps - 1; step++) {
    optimizer.step()
    schedule.step(given?.[step])
    rows.push(rowOf(optimizer))
  }
  return rows
}

/** Cosines and powers are C's there and JavaScript's here: a few last bits of a double, kept through recursions. */
function expectCurve(found: readonly (readonly number[])[], expected: readonly (readonly number[])[]): void {
  expect(found).toHaveLength(expected.length)
  const apart = expected.flatMap((row, k) => row.map((value, at) => Math.abs(value - (found[k]?.[at] ?? 9))))
  expect(Math.max(...apart)).toBeLessThan(1e-14)
}

let warnings: string[] = []
beforeAll(() => torch.setWarningHandler((text) => void warnings.push(text)))
afterAll(() => torch.setWarningHandler((text) => console.warn(text)))

describe('a schedule', () => {
  it.each(golden.cases)('$name $options follows PyTorch', ({ name, options, optimizer, given, rows }) => {
    const found = curve((each) => scheduleOf(name, each, options), optimizerOf(optimizer), rows.length, given)

    expectCurve(found, rows)
  })

  it.each(golden.cases)(
    '$name $options keeps what PyTorch keeps',
    ({ name, options, optimizer, given, keys }) => {
      const known = optimizerOf(optimizer)
      const schedule = scheduleOf(name, known, options)
      for (let step = 0; step < 5; step++) schedule.step(given?.[step])
      const resumed = optimizerOf(optimizer)
      const next = scheduleOf(name, resumed, options)
      next.loadStateDict(schedule.stateDict())
      resumed.loadStateDict(known.stateDict())
      for (const each of [schedule, next]) for (let step = 5; step < 7; step++) each.step(given?.[step])

      expect(Object.keys(schedule.stateDict())).toEqual(
        expect.arrayContaining(keys.filter((key) => !internal.has(key))),
      )
      expect(rowOf(resumed)).toEqual(rowOf(known))
      expect(next.getLastLr()).toEqual(schedule.getLastLr())
    },
  )
})

/** Names of PyTorch's own workings, which differ here. */
const internal = new Set(['_scaleFnCustom', '_initialStep'])

describe('schedules together', () => {
  it('come one after the other', () => {
    const { ConstantLR, ExponentialLR, SequentialLR, StepLR } = lrScheduler
    const make = (each: torch.optim.Optimizer) =>
      new SequentialLR(
        each,
        [new ConstantLR(each, 0.1, 2), new ExponentialLR(each, 0.9), new StepLR(each, 2, 0.5)],
        [3, 8],
      )

    expectCurve(curve(make, sgd(), 24), golden.combined.sequential)
  })

  it('multiply', () => {
    const { ChainedScheduler, ExponentialLR, LinearLR, StepLR } = lrScheduler
    const chained = (each: torch.optim.Optimizer) =>
      new ChainedScheduler([new LinearLR(each, 0.5, { totalIters: 4 }), new ExponentialLR(each, 0.9)])
    const both = (each: torch.optim.Optimizer) => {
      const schedules = [new ExponentialLR(each, 0.9), new StepLR(each, 3)]
      return {
        step: () => {
          for (const schedule of schedules) schedule.step()
        },
      }
    }

    expectCurve(curve(chained, sgd(), 24), golden.combined.chained)
    expectCurve(curve(both, sgd(), 24), golden.combined.both)
  })

  it('go on from what was kept', () => {
    const { ExponentialLR, LinearLR, SequentialLR } = lrScheduler
    const make = (each: torch.optim.Optimizer) =>
      new SequentialLR(each, [new LinearLR(each, 0.5, { totalIters: 4 }), new ExponentialLR(each, 0.9)], [3])
    const [whole, resumed] = [sgd(), sgd()]
    const schedule = make(whole)
    for (let step = 0; step < 2; step++) schedule.step()
    const next = make(resumed)
    resumed.loadStateDict(whole.stateDict())
    next.loadStateDict(schedule.stateDict())
    for (const each of [schedule, next]) for (let step = 0; step < 4; step++) each.step()

    expect(rowOf(resumed)).toEqual(rowOf(whole))
    expect(next.lastEpoch).toBe(6)
  })
})

const [one, other] = [sgd(), sgd()]
const adam = () => optimizerOf('Adam')

const refusals: Readonly<Record<keyof typeof golden.errors, () => unknown>> = {
  'not an optimizer': () => new lrScheduler.StepLR(wrong(3), 1),
  resume: () => new lrScheduler.StepLR(sgd(), 1, { lastEpoch: 3 }),
  lambdas: () => new lrScheduler.LambdaLR(sgd(), [() => 1]),
  constant: () => new lrScheduler.ConstantLR(sgd(), 1.5),
  'linear start': () => new lrScheduler.LinearLR(sgd(), -0.5),
  'linear end': () => new lrScheduler.LinearLR(sgd(), { endFactor: 2 }),
  restarts: () => new lrScheduler.CosineAnnealingWarmRestarts(sgd(), 0),
  'restarts factor': () => new lrScheduler.CosineAnnealingWarmRestarts(sgd(), 2, 0),
  'restarts epoch': () => new lrScheduler.CosineAnnealingWarmRestarts(sgd(), 2).step(-1),
  'cyclic mode': () => new lrScheduler.CyclicLR(sgd(), 0.1, 0.2, { mode: wrong('x') }),
  'cyclic momentum': () => new lrScheduler.CyclicLR(adam(), 0.1, 0.2),
  'cyclic groups': () => new lrScheduler.CyclicLR(sgd(), [0.1], 0.2),
  'one cycle': () => new lrScheduler.OneCycleLR(sgd(), 0.1),
  'one cycle steps': () => new lrScheduler.OneCycleLR(sgd(), 0.1, { totalSteps: -1 }),
  'one cycle part': () => new lrScheduler.OneCycleLR(sgd(), 0.1, { totalSteps: 5, pctStart: 1.5 }),
  'one cycle strategy': () =>
    new lrScheduler.OneCycleLR(sgd(), 0.1, { totalSteps: 5, annealStrategy: wrong('x') }),
  'one cycle over': () => {
    const schedule = new lrScheduler.OneCycleLR(sgd(), 0.1, { totalSteps: 2 })
    for (let step = 0; step < 3; step++) schedule.step()
  },
  'plateau factor': () => new lrScheduler.ReduceLROnPlateau(sgd(), { factor: 2 }),
  'plateau mode': () => new lrScheduler.ReduceLROnPlateau(sgd(), { mode: wrong('x') }),
  'plateau threshold': () => new lrScheduler.ReduceLROnPlateau(sgd(), { thresholdMode: wrong('x') }),
  'plateau rates': () => new lrScheduler.ReduceLROnPlateau(sgd(), { minLr: [0.1] }),
  'sequential optimizer': () => new lrScheduler.SequentialLR(one, [new lrScheduler.StepLR(other, 1)], []),
  'sequential count': () => new lrScheduler.SequentialLR(one, [new lrScheduler.StepLR(one, 1)], [1]),
  chained: () =>
    new lrScheduler.ChainedScheduler([new lrScheduler.StepLR(one, 1), new lrScheduler.StepLR(other, 1)]),
}

describe('a schedule refuses in the words of PyTorch', () => {
  it.each(Object.entries(refusals))('%s', (name, act) => {
    expect(refused(act)).toEqual(golden.errors[name as keyof typeof refusals])
  })

  it('and warns in them', () => {
    warnings = []
    const optimizer = sgd()
    const schedule = new lrScheduler.StepLR(optimizer, 2)
    schedule.step()
    schedule.getLr()
    optimizer.step()
    schedule.step()
    schedule.step(5)

    expect(warnings).toEqual(golden.warnings)
  })
})
