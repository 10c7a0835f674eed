// What training loops do beside training: add up gradients, clip them, average weights, stop early, save and go on.
import * as torch from '@heddle/torch'
import { nn, optim } from '@heddle/torch'
import type { Program } from '../programs.ts'

const { functional: F } = nn

const makeModel = () =>
  new nn.Sequential(
    new nn.Linear(5, 16, false),
    new nn.BatchNorm1d(16),
    new nn.ReLU(),
    new nn.Dropout(0.2),
    new nn.Linear(16, 1),
  )

export const habits: Program = ({ show, fails }) => {
  torch.manualSeed(2)
  const x = torch.randn(48, 5)
  const column = (k: number) => x.at('...', torch.slice(k, k + 1))
  const noise = torch.randn(48, 1).mul(0.1)
  const y = column(0).mul(2).sub(column(1)).add(noise).tanh()
  const [train, val] = [torch.slice(0, 32), torch.slice(32, 48)]
  const targets = y.at(train).split(8)
  const model = makeModel()
  const average = nn.deepcopy(model)
  for (const p of average.parameters()) p.requiresGrad_(false)
  const optimizer = new optim.AdamW(model.parameters(), { lr: 0.02, amsgrad: true })
  const plateau = new optim.lrScheduler.ReduceLROnPlateau(optimizer, { patience: 1, factor: 0.5 })
  const evaluate = (net: nn.Module): number =>
    torch.noGrad(() => F.mseLoss(net.eval()(x.at(val)), y.at(val)).item())

  let best = Number.POSITIVE_INFINITY
  let bestState = model.stateDict()
  let patience = 0
  for (let epoch = 0; epoch < 12; epoch++) {
    model.train()
    optimizer.zeroGrad()
    let norm = torch.tensor(0)
    for (const [k, batch] of x.at(train).split(8).entries()) {
      const loss = F.mseLoss(model(batch), targets[k] as torch.Tensor).div(2)
      loss.backward()
      if (k % 2 === 0) continue
      norm = nn.utils.clipGradNorm_(model.parameters(), { maxNorm: 1 })
      nn.utils.clipGradValue_(model.parameters(), 0.5)
      optimizer.step()
      optimizer.zeroGrad()
    }
    torch.noGrad(() => {
      const fast = model.parameters()
      for (const [k, slow] of average.parameters().entries()) {
        slow.mul_(0.9).add_(fast[k] as torch.Tensor, { alpha: 0.1 })
      }
      const buffers = model.buffers()
      for (const [k, slow] of average.buffers().entries()) slow.copy_(buffers[k] as torch.Tensor)
    })
    const loss = evaluate(model)
    plateau.step(loss)
    if (epoch % 3 === 2) {
      show(`${epoch} ${loss.toFixed(4)} ${norm.item().toFixed(4)} ${optimizer.paramGroups[0]?.lr}`)
    }
    if (loss < best) {
      best = loss
      bestState = nn.deepcopy(model.stateDict())
      patience = 0
    } else if (++patience === 3) {
      show(`stopped at ${epoch}`)
      break
    }
  }
  model.loadStateDict(bestState)
  show(best.toFixed(4), evaluate(model).toFixed(4), evaluate(average).toFixed(4))
  const norm = model.at(1)
  show(norm.numBatchesTracked, norm.runningMean?.at(torch.slice(0, 3)))

  const checkpoint = torch.save({ epoch: 12, model: model.stateDict(), optimizer: optimizer.stateDict() })
  const loaded = torch.load(checkpoint) as {
    epoch: number
    model: nn.StateDict
    optimizer: optim.OptimizerStateDict
  }
  const resumed = makeModel()
  show(resumed.loadStateDict(loaded.model), loaded.epoch)
  const again = new optim.AdamW(resumed.parameters(), { lr: 1 })
  again.loadStateDict(loaded.optimizer)
  show(again.paramGroups[0]?.lr, again.state.at(resumed.at(0).weight)['step'])
  show(torch.equal(resumed.eval()(x), model.eval()(x)))
  show(...[...loaded.model.keys()].slice(0, 5))
  const small = new nn.Sequential(new nn.Linear(5, 8), new nn.LayerNorm(8))
  fails(() => small.loadStateDict(loaded.model))
  const part = new Map([
    ['0.bias', torch.zeros(8)],
    ['extra', torch.zeros(1)],
  ])
  show(small.loadStateDict(part, { strict: false }))
}
