// A generative adversarial network with two optimisers, and a Wasserstein critic with a penalty on its gradients.
import * as torch from '@heddle/torch'
import { nn, optim } from '@heddle/torch'
import type { Program } from '../programs.ts'

type Tensor = torch.Tensor

function weightsInit(m: nn.AnyModule): void {
  if (m instanceof nn.Conv2d || m instanceof nn.ConvTranspose2d) nn.init.normal_(m.weight.data, 0, 0.02)
  else if (m instanceof nn.BatchNorm2d && m.weight !== null && m.bias !== null) {
    nn.init.normal_(m.weight.data, 1, 0.02)
    nn.init.constant_(m.bias.data, 0)
  }
}

export const generators: Program = ({ show }) => {
  torch.manualSeed(2)
  const netG = new nn.Sequential(
    new nn.ConvTranspose2d(10, 8, 4, 1, 0, { bias: false }),
    new nn.BatchNorm2d(8),
    new nn.ReLU(true),
    new nn.ConvTranspose2d(8, 1, 4, 2, 1, { bias: false }),
    new nn.Tanh(),
  ).apply(weightsInit)
  const netD = new nn.Sequential(
    new nn.Conv2d(1, 8, 4, 2, 1, { bias: false }),
    new nn.LeakyReLU(0.2, { inplace: true }),
    new nn.Conv2d(8, 1, 4, 1, 0, { bias: false }),
    new nn.Sigmoid(),
  ).apply(weightsInit)
  show(netG)
  show(netD)
  const criterion = new nn.BCELoss()
  const optimizerD = new optim.Adam(netD.parameters(), { lr: 0.002, betas: [0.5, 0.999] })
  const optimizerG = new optim.Adam(netG.parameters(), { lr: 0.002, betas: [0.5, 0.999] })
  const data = torch.rand(16, 1, 8, 8).mul(2).sub(1)
  for (let i = 0; i < 6; i++) {
    netD.zeroGrad()
    const label = torch.full([16], 1, { dtype: torch.float32 })
    let output = netD(data).view(-1)
    const errDReal = criterion(output, label)
    errDReal.backward()
    const onReal = output.mean().item()
    const noise = torch.randn(16, 10, 1, 1)
    const fake = netG(noise)
    label.fill_(0)
    output = netD(fake.detach()).view(-1)
    const errDFake = criterion(output, label)
    errDFake.backward()
    const before = output.mean().item()
    const errD = errDReal.add(errDFake)
    optimizerD.step()

    netG.zeroGrad()
    label.fill_(1)
    output = netD(fake).view(-1)
    const errG = criterion(output, label)
    errG.backward()
    const after = output.mean().item()
    optimizerG.step()
    const losses = `Loss_D: ${errD.item().toFixed(4)} Loss_G: ${errG.item().toFixed(4)}`
    show(`[${i}] ${losses} D(x): ${onReal.toFixed(4)} D(G(z)): ${before.toFixed(4)} / ${after.toFixed(4)}`)
  }

  const critic = new nn.Sequential(new nn.Linear(2, 16), new nn.LeakyReLU(0.2), new nn.Linear(16, 1))
  const generator = new nn.Sequential(new nn.Linear(3, 16), new nn.ReLU(), new nn.Linear(16, 2))
  const optC = new optim.RMSprop(critic.parameters(), { lr: 5e-3 })
  const optG = new optim.RMSprop(generator.parameters(), { lr: 5e-3 })
  const gradientPenalty = (real: Tensor, fake: Tensor): Tensor => {
    const alpha = torch.rand(real.size(0), 1)
    const between = alpha.mul(real).add(alpha.rsub(1).mul(fake)).requiresGrad_(true)
    const scores = critic(between)
    const [gradients] = torch.autograd.grad(scores, between, {
      gradOutputs: torch.onesLike(scores),
      createGraph: true,
      retainGraph: true,
      onlyInputs: true,
    })
    return gradients.norm(2, { dim: 1 }).sub(1).pow(2).mean()
  }
  for (let step = 0; step < 12; step++) {
    const real = torch
      .randn(32, 2)
      .mul(0.5)
      .add(torch.tensor([2, -1]))
    const fake = generator(torch.randn(32, 3)).detach()
    const penalty = gradientPenalty(real, fake)
    const lossC = critic(fake).mean().sub(critic(real).mean()).add(penalty.mul(10))
    optC.zeroGrad()
    lossC.backward()
    optC.step()
    if (step % 3 !== 2) continue
    const lossG = critic(generator(torch.randn(32, 3)))
      .mean()
      .neg()
    optG.zeroGrad()
    lossG.backward()
    optG.step()
    show(`${step}: ${lossC.item().toFixed(4)} ${lossG.item().toFixed(4)} ${penalty.item().toFixed(4)}`)
  }
}
