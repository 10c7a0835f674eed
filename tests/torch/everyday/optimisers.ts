// Optimisers of one's own: a subclass of `Optimizer`, a schedule, a search for the rate, and LBFGS.
import * as torch from '@heddle/torch'
import { nn, optim } from '@heddle/torch'
import type { Program } from '../programs.ts'

type Tensor = torch.Tensor

interface SignOptions {
  lr: number
  momentum: number
}

class SignSGD extends optim.Optimizer<SignOptions> {
  constructor(params: Iterable<Tensor>, { lr = 0.01, momentum = 0.9 } = {}) {
    if (lr < 0) throw new RangeError(`Invalid learning rate: ${lr}`)
    super(params, { lr, momentum })
  }

  override step<T>(closure?: () => T): T | null {
    const loss = closure === undefined ? null : torch.enableGrad(closure)
    torch.noGrad(() => {
      for (const group of this.paramGroups) {
        for (const p of group.params) {
          if (p.grad === null) continue
          const state = this.state.at<{ buffer?: Tensor }>(p)
          state.buffer ??= torch.zerosLike(p)
          state.buffer.mul_(group.momentum).add_(p.grad, { alpha: 1 - group.momentum })
          p.add_(state.buffer.sign(), { alpha: -group.lr })
        }
      }
    })
    return loss
  }
}

class WarmupCosine extends optim.lrScheduler.LRScheduler {
  readonly warmup: number
  readonly total: number

  constructor(optimizer: optim.Optimizer, warmup: number, total: number, lastEpoch = -1) {
    super(optimizer, lastEpoch)
    this.warmup = warmup
    this.total = total
    this._initialStep()
  }

  override getLr(): readonly number[] {
    const { lastEpoch, warmup, total } = this
    if (lastEpoch < warmup) return this.baseLrs.map((base) => (base * (lastEpoch + 1)) / warmup)
    const progress = (lastEpoch - warmup) / (total - warmup)
    return this.baseLrs.map((base) => base * 0.5 * (1 + Math.cos(Math.PI * progress)))
  }
}

export const optimisers: Program = ({ show, fails }) => {
  torch.manualSeed(3)
  const x = torch.randn(64, 4)
  const y = x.matmul(torch.tensor([[1], [-2], [3], [0.5]])).add(1)
  const linear = new nn.Linear(4, 1)
  const signs = new SignSGD(linear.parameters(), { lr: 0.1 })
  const scheduler = new WarmupCosine(signs, 5, 40)
  show(signs)
  for (let epoch = 0; epoch < 40; epoch++) {
    const loss = nn.functional.mseLoss(linear(x), y)
    signs.zeroGrad()
    loss.backward()
    signs.step()
    const [rate = 0] = scheduler.getLastLr()
    scheduler.step()
    if (epoch % 10 === 9) show(epoch, loss.item().toFixed(4), rate.toFixed(6))
  }
  show(signs.state.at<{ buffer: Tensor }>(linear.weight).buffer)
  fails(() => new SignSGD([], { lr: 0.1 }))

  // A rate that grows by each batch until the loss does.
  const model = new nn.Sequential(new nn.Linear(4, 8), new nn.Tanh(), new nn.Linear(8, 1))
  const start = nn.deepcopy(model.stateDict())
  const sgd = new optim.SGD(model.parameters(), { lr: 1e-4 })
  const finder = new optim.lrScheduler.LambdaLR(sgd, (step) => 10 ** (step / 10))
  let [best, bestRate] = [Number.POSITIVE_INFINITY, 0]
  for (let step = 0; step < 50; step++) {
    const loss = nn.functional.mseLoss(model(x), y)
    const lr = sgd.paramGroups[0]?.lr ?? 0
    if (loss.item() > 4 * best) {
      show(`stopped at ${step}, ${lr.toFixed(5)}`)
      break
    }
    if (loss.item() < best) [best, bestRate] = [loss.item(), lr]
    sgd.zeroGrad()
    loss.backward()
    sgd.step()
    finder.step()
  }
  show(`best ${best.toFixed(4)} at ${bestRate.toFixed(5)}`)
  show(model.loadStateDict(start))

  const lbfgs = new optim.LBFGS(model.parameters(), {
    lr: 0.5,
    maxIter: 10,
    historySize: 5,
    lineSearchFn: 'strong_wolfe',
  })
  const closure = (): Tensor => {
    lbfgs.zeroGrad()
    const loss = nn.functional.mseLoss(model(x), y)
    loss.backward()
    return loss
  }
  for (let step = 0; step < 3; step++) show(lbfgs.step(closure).item().toFixed(4))
}
