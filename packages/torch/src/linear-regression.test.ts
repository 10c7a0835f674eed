// The loop everybody writes first, eagerly: PyTorch's losses, one cached plan a step, device memory that does not grow.
import { describe, expect, it } from 'vitest'
import recorded from './golden/linear-regression.json' with { type: 'json' }
import * as torch from './index.ts'

const { nn, optim } = torch
const { stats } = torch._internal

/** Where the loss is looked at. */
type Reading = 'before backward' | 'before step' | 'after step' | 'never'

interface Options {
  readonly lr: number
  readonly momentum?: number
  readonly dampening?: number
  readonly weight_decay?: number
  readonly nesterov?: boolean
}

function regression(options: Options, epochs: number, reading: Reading) {
  torch.manualSeed(42)
  const x = torch.randn(100, 1)
  const y = x.mul(3).add(2).add(torch.randn(100, 1).mul(0.1))
  const model = new nn.Linear(1, 1)
  const start = [model.weight.item(), model.bias?.item()]
  const criterion = new nn.MSELoss()
  const { weight_decay: weightDecay = 0, ...others } = options
  const optimizer = new optim.SGD(model.parameters(), { ...others, weightDecay })
  const losses: number[] = []
  const compileCounts: number[] = []
  const flushCounts: number[] = []
  for (let epoch = 0; epoch < epochs; epoch++) {
    const loss = criterion(model(x), y)
    if (reading === 'before backward') losses.push(Number(loss.item()))
    optimizer.zeroGrad()
    loss.backward()
    if (reading === 'before step') losses.push(Number(loss.item()))
    optimizer.step()
    if (reading === 'after step') losses.push(Number(loss.item()))
    compileCounts.push(stats().compileCount)
    flushCounts.push(stats().flushCount)
  }
  return { start, losses, compileCounts, flushCounts, weight: model.weight.item(), bias: model.bias?.item() }
}

function expectClose(found: readonly number[], expected: readonly number[], relative = 1e-5): void {
  expect(found).toHaveLength(expected.length)
  found.forEach((value, k) => {
    const wanted = expected[k] ?? Number.NaN
    expect(Math.abs(value - wanted), `${k}: ${value}, not ${wanted}`).toBeLessThanOrEqual(
      relative * Math.max(Math.abs(wanted), 1e-2),
    )
  })
}

describe('linear regression', () => {
  const { plain } = recorded

  it('starts from the parameters PyTorch draws', () => {
    expect(regression({ lr: 0.1 }, 0, 'never').start).toEqual(plain.start)
  })

  it.each(['before backward', 'before step', 'after step'] as const)(
    'has the losses of PyTorch, read %s, and converges',
    (reading) => {
      const { losses, weight, bias } = regression({ lr: 0.1 }, 20, reading)

      expectClose(losses, plain.losses)
      expectClose([Number(weight), Number(bias)], [plain.weight, plain.bias])
      expect(Math.abs(Number(weight) - 3)).toBeLessThan(0.1)
      expect(Math.abs(Number(bias) - 2)).toBeLessThan(0.1)
    },
  )

  it('converges to the same numbers when nothing is read', () => {
    const { weight, bias } = regression({ lr: 0.1 }, 20, 'never')

    expectClose([Number(weight), Number(bias)], [plain.weight, plain.bias])
  })

  it.each(recorded.variants)('follows PyTorch with $options', ({ options, losses, weight, bias }) => {
    const found = regression(options, 20, 'after step')

    expectClose(found.losses, losses)
    expectClose([Number(found.weight), Number(found.bias)], [weight, bias])
  })

  it.each(['before backward', 'before step', 'after step', 'never'] as const)(
    'compiles nothing after the second step, the loss read %s',
    (reading) => {
      const { compileCounts } = regression({ lr: 0.03 }, 60, reading)

      expect(compileCounts.slice(1)).toEqual(new Array(59).fill(compileCounts[1]))
    },
  )

  it.each([
    ['after step', 1],
    ['never', 1],
    ['before step', 2],
    ['before backward', 2],
  ] as const)('runs, the loss read %s, %i plan a step', (reading, plans) => {
    const { flushCounts } = regression({ lr: 0.02 }, 20, reading)

    expect((flushCounts[19] ?? 0) - (flushCounts[9] ?? 0)).toBe(10 * plans)
  })

  it('compiles nothing when the learning rate changes', () => {
    const x = torch.randn(10, 1)
    const model = new nn.Linear(1, 1)
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 })
    const group = optimizer.paramGroups[0]
    const step = () => {
      const loss = new nn.MSELoss()(model(x), x)
      optimizer.zeroGrad()
      loss.backward()
      optimizer.step()
      loss.item()
    }
    step()
    step()
    const before = stats().compileCount

    for (let k = 0; k < 5; k++) {
      if (group !== undefined) group.lr *= 0.9
      step()
    }

    expect(stats().compileCount).toBe(before)
  })

  it('holds device memory flat over 10,000 steps of a synchronous loop', () => {
    const { backend } = torch.device('cpu')
    regression({ lr: 0.01, momentum: 0.9 }, 200, 'after step')
    const [early, earlyBytes] = [stats(), backend.liveBytes]

    regression({ lr: 0.01, momentum: 0.9 }, 10_000, 'after step')

    expect(stats().deviceBuffers).toBeLessThanOrEqual(early.deviceBuffers)
    expect(stats().compileCount).toBe(early.compileCount)
    expect(backend.liveBytes).toBeLessThanOrEqual(earlyBytes)
  })

  it('holds device memory flat where arrays are too large to stay with the host', () => {
    torch.manualSeed(0)
    const model = new nn.Linear(200, 100)
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.01 })
    const [x, y] = [torch.randn(8, 200), torch.randn(8, 100)]
    const counts: number[] = []
    for (let step = 0; step < 400; step++) {
      optimizer.zeroGrad()
      new nn.MSELoss()(model(x), y).backward()
      optimizer.step()
      counts.push(stats().deviceBuffers)
    }

    expect(counts.at(-1)).toBe(counts[300])
    expect(stats().spillCount).toBeGreaterThan(0)
  })

  it('writes by hand under noGrad as the optimiser does, one plan a step', () => {
    torch.manualSeed(42)
    const x = torch.randn(100, 1)
    const y = x.mul(3).add(2).add(torch.randn(100, 1).mul(0.1))
    const { weight, bias } = new nn.Linear(1, 1)
    const losses: torch.Tensor[] = []
    const flushes: number[] = []
    for (let epoch = 0; epoch < 20; epoch++) {
      const error = x
        .matmul(weight.t())
        .add(bias as torch.Tensor)
        .sub(y)
      const loss = error.pow(2).mean()
      loss.backward()
      torch.noGrad(() => {
        for (const parameter of [weight, bias as torch.Tensor]) {
          parameter.sub_((parameter.grad as torch.Tensor).mul(0.1))
          parameter.grad = null
        }
      })
      losses.push(loss)
      flushes.push(stats().flushCount)
    }

    expectClose(
      losses.map((loss) => Number(loss.item())),
      plain.losses,
    )
    expect((flushes[19] ?? 0) - (flushes[9] ?? 0)).toBe(10)
  })
})
