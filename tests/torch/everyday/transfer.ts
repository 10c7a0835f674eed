// Transfer learning: a trained body that is frozen, a new head, rates by group, and the best epoch kept.
import * as torch from '@heddle/torch'
import { nn, optim } from '@heddle/torch'
import type { Program } from '../programs.ts'

type Tensor = torch.Tensor

class Classifier extends nn.Module {
  features: nn.Sequential
  fc: nn.Linear

  constructor(features: nn.Sequential, classes: number) {
    super()
    this.features = features
    this.fc = new nn.Linear(16, classes)
  }
  override forward(x: Tensor): Tensor {
    return this.fc(this.features(x))
  }
}

export const transfer: Program = ({ show, fails }) => {
  torch.manualSeed(1)
  const norm = new nn.BatchNorm2d(8)
  const body = new nn.Sequential(
    new nn.Conv2d(3, 8, 3, { padding: 1, bias: false }),
    norm,
    new nn.ReLU({ inplace: true }),
    new nn.MaxPool2d(2),
    new nn.Conv2d(8, 16, 3, { padding: 1 }),
    new nn.AdaptiveAvgPool2d([1, 1]),
    new nn.Flatten(),
  )
  const model = new Classifier(body, 10)
  for (const param of model.parameters()) param.requiresGrad = false
  model.fc = new nn.Linear(model.fc.inFeatures, 2)
  show(model)
  const count = (params: readonly Tensor[]): number => params.reduce((sum, p) => sum + p.numel(), 0)
  show(count(model.parameters()), count(model.parameters().filter((p) => p.requiresGrad)))
  const labels = torch.arange(24).remainder(2)
  const images = torch.randn(24, 3, 8, 8).add(labels.float().view(-1, 1, 1, 1))
  const split = (from: number, to: number) =>
    [images.at(torch.slice(from, to)), labels.at(torch.slice(from, to))] as const
  const splits = { train: split(0, 16), val: split(16, 24) }

  const criterion = new nn.CrossEntropyLoss()
  const optimizer = new optim.SGD(model.fc.parameters(), { lr: 0.1, momentum: 0.9 })
  const scheduler = new optim.lrScheduler.StepLR(optimizer, { stepSize: 2, gamma: 0.1 })
  let best = nn.deepcopy(model.stateDict())
  let bestAcc = torch.zeros([])
  for (let epoch = 0; epoch < 4; epoch++) {
    for (const phase of ['train', 'val'] as const) {
      model.train(phase === 'train')
      const [x, y] = splits[phase]
      optimizer.zeroGrad()
      const [preds, loss] = torch.setGradEnabled(phase === 'train', () => {
        const outputs = model(x)
        const { indices: preds } = torch.max(outputs, 1)
        const loss = criterion(outputs, y)
        if (phase === 'train') {
          loss.backward()
          optimizer.step()
        }
        return [preds, loss] as const
      })
      const acc = preds.eq(y).double().mean()
      show(`${epoch} ${phase} Loss: ${loss.item().toFixed(4)} Acc: ${acc.item().toFixed(4)}`)
      if (phase === 'train') scheduler.step()
      else if (acc.gt(bestAcc).item<boolean>()) {
        bestAcc = acc
        best = nn.deepcopy(model.stateDict())
      }
    }
  }
  show(bestAcc)
  show(model.loadStateDict(best))
  show(scheduler.getLastLr()[0])
  show(norm.running_mean)

  // All of it, slowly.
  for (const param of model.parameters()) param.requiresGrad_()
  const { weight, bias } = model.fc
  const slow = new optim.AdamW(
    [
      { params: model.features.parameters(), lr: 1e-4 },
      { params: [weight], weightDecay: 0.1 },
      { params: [bias as Tensor] },
    ],
    { lr: 1e-2, weightDecay: 0 },
  )
  show(slow)
  model.train()
  for (let step = 0; step < 3; step++) {
    slow.zeroGrad()
    const loss = criterion(model(images), labels)
    loss.backward()
    const length = nn.utils.clipGradNorm_(model.parameters(), 0.5)
    slow.step()
    show(`${loss.item().toFixed(4)} ${length.item().toFixed(4)}`)
  }
  show(...slow.paramGroups.map((group) => group.lr))
  fails(() => slow.addParamGroup({ params: [bias as Tensor] }))
  fails(() => new optim.SGD([model(images)], { lr: 0.1 }))
}
