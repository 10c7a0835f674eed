import { describe, expect, test } from 'vitest'
import * as torch from '../index.ts'

const { nn, optim } = torch
const F = nn.functional
const { stats } = torch._internal

/** How many operations `body` records. */
function recorded(body: () => unknown): number {
  const before = stats().applicationCount
  body()
  return stats().applicationCount - before
}

const numbers = (tensor: torch.Tensor | null): readonly unknown[] => [...(tensor as torch.Tensor).toArray()]

describe('a compiled module', () => {
  const make = (): torch.nn.Sequential =>
    new nn.Sequential(
      new nn.Linear(4, 8),
      new nn.BatchNorm1d(8),
      new nn.ReLU(),
      new nn.Dropout(0.3),
      new nn.Linear(8, 1),
    )

  test('prints, lists and shares what it was made of', () => {
    const model = new nn.Linear(2, 1)
    const compiled = torch.compile(model)
    expect(String(compiled)).toBe(
      'OptimizedModule(\n  (_orig_mod): Linear(in_features=2, out_features=1, bias=True)\n)',
    )
    expect([...compiled.stateDict().keys()]).toEqual(['_orig_mod.weight', '_orig_mod.bias'])
    expect(compiled.weight).toBe(model.weight)
    expect(compiled.parameters().every((each, k) => each === model.parameters()[k])).toBe(true)
    expect(compiled).toBeInstanceOf(nn.Module)
    compiled.eval()
    expect(model.training).toBe(false)
  })

  test('is compiled for training and evaluation, and again when a part is replaced', () => {
    const model = make()
    const compiled = torch.compile(model)
    const x = torch.randn(16, 4)
    const kinds = (): number => compiled.explain().split('\n').length - 1
    compiled(x)
    compiled.eval()
    const expected = numbers(model(x))
    compiled(x)
    expect(numbers(compiled(x))).toEqual(expected)
    compiled.train()
    compiled(x)
    expect(kinds()).toBe(2)
    const last = model.at(4) as torch.nn.Linear
    compiled.eval()
    last.weight = new nn.Parameter(torch.zeros(1, 8))
    last.bias = new nn.Parameter(torch.tensor([5]))
    expect(numbers(compiled(x))).toEqual(new Array(16).fill(5))
  })

  test('calls its hooks as they were when it was compiled', () => {
    const model = new nn.Linear(1, 1)
    model.registerForwardHook((_, __, output) => (output as torch.Tensor).mul(0).add(3))
    const compiled = torch.compile(model)
    compiled(torch.ones(1, 1))
    expect(compiled(torch.ones(1, 1)).item()).toBe(3)
    expect(recorded(() => compiled(torch.ones(1, 1)))).toBe(1)
  })
})

describe('a compiled training step', () => {
  type Make = (params: readonly torch.nn.Parameter[]) => torch.optim.Optimizer
  const optimizers: readonly (readonly [string, Make])[] = [
    ['SGD', (params) => new optim.SGD(params, { lr: 0.05, momentum: 0.9 })],
    ['Adam', (params) => new optim.Adam(params, { lr: 0.01 })],
    ['AdamW', (params) => new optim.AdamW(params, { lr: 0.01 })],
    ['NAdam', (params) => new optim.NAdam(params, { lr: 0.01 })],
    ['RAdam', (params) => new optim.RAdam(params, { lr: 0.01 })],
    ['Adamax', (params) => new optim.Adamax(params, { lr: 0.01 })],
    ['RMSprop', (params) => new optim.RMSprop(params, { lr: 0.01, centered: true })],
    ['Adagrad', (params) => new optim.Adagrad(params, { lr: 0.01 })],
    ['Adadelta', (params) => new optim.Adadelta(params)],
    ['Rprop', (params) => new optim.Rprop(params)],
    ['ASGD', (params) => new optim.ASGD(params)],
  ]

  /** Losses of ten steps with everything that changes: dropout, batch norm, clipping, schedules, averages. */
  function train(makeOptimizer: Make, compile: boolean): readonly unknown[] {
    torch.manualSeed(0)
    const model = new nn.Sequential(
      new nn.Linear(4, 8),
      new nn.BatchNorm1d(8),
      new nn.ReLU(),
      new nn.Dropout(0.3),
      new nn.Linear(8, 1),
    )
    const optimizer = makeOptimizer(model.parameters())
    const schedule = new optim.lrScheduler.StepLR(optimizer, 3, 0.5)
    const average = torch.zeros(1, 8)
    const step = (x: torch.Tensor, y: torch.Tensor) => {
      optimizer.zeroGrad()
      const loss = F.mseLoss(model(x), y)
      loss.backward()
      const norm = nn.utils.clipGradNorm_(model.parameters(), 1)
      optimizer.step()
      schedule.step()
      torch.noGrad(() => average.lerp_((model.at(4) as torch.nn.Linear).weight, 0.1))
      return [loss, norm] as const
    }
    const run = compile ? torch.compile(step, { fullgraph: true }) : step
    const seen: unknown[] = []
    for (let k = 0; k < 10; k++) {
      const [loss, norm] = run(torch.randn(16, 4), torch.randn(16, 1))
      seen.push(loss.item(), norm.item(), schedule.getLastLr()[0])
    }
    return [...seen, numbers(average), ...model.buffers().map(numbers), torch.rand(1).item()]
  }

  test.each(optimizers)('gives the numbers of the eager one: %s', (_, makeOptimizer) => {
    expect(train(makeOptimizer, true)).toEqual(train(makeOptimizer, false))
  })

  test("takes the steps of optimizers of one's own, whose state begins with the first", () => {
    class Signs extends optim.Optimizer<{ lr: number }> {
      override step<T>(closure?: () => T): T | null {
        torch.noGrad(() => {
          for (const { params, lr } of this.paramGroups) {
            for (const p of params) {
              const state = this.state.at<{ mean?: torch.Tensor }>(p)
              state.mean ??= torch.zerosLike(p)
              if (p.grad !== null) state.mean.mul_(0.9).add_(p.grad)
              p.sub_(state.mean.sign().mul(lr))
            }
          }
        })
        return closure?.() ?? null
      }
    }
    const losses = (compiled: boolean): readonly number[] => {
      torch.manualSeed(0)
      const model = new nn.Linear(3, 1)
      const optimizer = new Signs(model.parameters(), { lr: 0.1 })
      const [x, y] = [torch.randn(8, 3), torch.randn(8, 1)]
      const step = (): torch.Tensor => {
        optimizer.zeroGrad()
        const loss = F.mseLoss(model(x), y)
        loss.backward()
        optimizer.step()
        return loss
      }
      const taken = compiled ? torch.compile(step) : step
      return Array.from({ length: 5 }, () => taken().item())
    }
    expect(losses(true)).toEqual(losses(false))
  })

  test('is one plan a step and compiles no more, with one operation for all but the updates', () => {
    const model = new nn.Sequential(new nn.Linear(3, 4), new nn.Tanh(), new nn.Linear(4, 1))
    const optimizer = new optim.Adam(model.parameters())
    const step = torch.compile((x: torch.Tensor, y: torch.Tensor) => {
      optimizer.zeroGrad()
      const loss = F.mseLoss(model(x), y)
      loss.backward()
      optimizer.step()
      return loss
    })
    const [x, y] = [torch.randn(5, 3), torch.randn(5, 1)]
    for (let k = 0; k < 4; k++) step(x, y).item()
    const before = stats()
    for (let k = 0; k < 10; k++) step(x, y).item()
    const after = stats()
    expect(after.compileCount).toBe(before.compileCount)
    expect(after.flushCount - before.flushCount).toBe(10)
    expect((after.applicationCount - before.applicationCount) / 10).toBe(1 + model.parameters().length)
    expect(() => step(x, y).backward()).toThrow('Trying to backward through the graph a second time')
  })
})
