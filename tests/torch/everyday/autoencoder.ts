// An autoencoder that takes noise away, with transposed convolutions and a rate of one cycle.
import * as torch from '@heddle/torch'
import { nn, optim } from '@heddle/torch'
import type { Program } from '../programs.ts'

const { functional: F } = nn

export const autoencoder: Program = ({ show }) => {
  torch.manualSeed(3)
  const encoder = new nn.Sequential(
    new nn.Conv2d(1, 4, 3, { stride: 2, padding: 1 }),
    new nn.GELU(),
    new nn.Conv2d(4, 8, 3, { stride: 2, padding: 1 }),
    new nn.Flatten(),
    new nn.Linear(8 * 4, 5),
  )
  const decoder = new nn.Sequential(
    new nn.Linear(5, 8 * 4),
    new nn.Unflatten(1, [8, 2, 2]),
    new nn.ConvTranspose2d(8, 4, 3, { stride: 2, padding: 1, outputPadding: 1 }),
    new nn.GELU(),
    new nn.Upsample({ scaleFactor: 2, mode: 'bilinear', alignCorners: false }),
    new nn.Conv2d(4, 1, 3, { padding: 'same' }),
    new nn.Sigmoid(),
  )
  const model = new nn.Sequential()
  model.addModule('encoder', encoder)
  model.addModule('decoder', decoder)
  show(model)
  const x = torch.rand(12, 1, 8, 8).gt(0.7).float()
  const optimizer = new optim.NAdam(model.parameters(), { lr: 0.01 })
  const scheduler = new optim.lrScheduler.OneCycleLR(optimizer, { maxLr: 0.02, totalSteps: 20 })
  for (let epoch = 0; epoch < 20; epoch++) {
    const noisy = x.add(torch.randnLike(x), { alpha: 0.1 })
    const recon = model(noisy)
    const loss = F.binaryCrossEntropy(recon, x, { reduction: 'sum' }).div(x.size(0))
    optimizer.zeroGrad()
    loss.backward()
    optimizer.step()
    scheduler.step()
    if (epoch % 5 === 4) show(`${epoch} ${loss.item().toFixed(3)} ${scheduler.getLastLr()[0]?.toFixed(6)}`)
  }
  model.eval()
  torch.inferenceMode(() => {
    const code = encoder(x.at(torch.slice(0, 2)))
    show(code.shape, decoder(code).round().int().at(0, 0).sum().dtype)
  })
  for (const [name, p] of model.namedParameters()) {
    if (name.endsWith('bias')) show(name, [...p.shape], p.grad?.norm().item().toFixed(3))
  }
}
