// A network that solves u'' = -sin(x), u(0) = u(pi) = 0: the loss has second derivatives of the network in it.
import * as torch from '@heddle/torch'
import { nn, optim } from '@heddle/torch'
import type { Program } from '../programs.ts'

type Tensor = torch.Tensor

export const equations: Program = ({ show }) => {
  torch.manualSeed(1)
  const net = new nn.Sequential(
    new nn.Linear(1, 16),
    new nn.Tanh(),
    new nn.Linear(16, 16),
    new nn.Tanh(),
    new nn.Linear(16, 1),
  )
  const optimizer = new optim.Adam(net.parameters(), { lr: 1e-2 })
  const ends = torch.tensor([[0], [Math.PI]])
  for (let step = 1; step <= 150; step++) {
    const x = torch.rand(32, 1).mul(Math.PI).requiresGrad_()
    const u = net(x)
    const [du] = torch.autograd.grad(u, x, torch.onesLike(u), { createGraph: true })
    const [ddu] = torch.autograd.grad(du.sum(), x, { createGraph: true })
    const residual = ddu.add(torch.sin(x)).pow(2).mean()
    const boundary = net(ends).pow(2).mean()
    const loss = residual.add(boundary.mul(10))
    optimizer.zeroGrad()
    loss.backward()
    optimizer.step()
    if (step % 50 === 0) {
      const [total, inside, outside] = [loss.item(), residual.item(), boundary.item()]
      show(`${step}: ${total.toFixed(4)} = ${inside.toFixed(4)} + 10 * ${outside.toFixed(5)}`)
    }
  }
  torch.noGrad(() => {
    for (const u of net(torch.linspace(0, Math.PI, 5).unsqueeze(1))) show(u.item().toFixed(2))
  })

  // Derivatives of a function of two variables.
  const f = (v: Tensor): Tensor =>
    v
      .at(0)
      .pow(2)
      .mul(v.at(1))
      .add(torch.exp(v.at(1)))
  const at = torch.tensor([2, 0.5])
  show(torch.autograd.functional.jacobian(f, at))
  show(torch.autograd.functional.hessian(f, at))
}
