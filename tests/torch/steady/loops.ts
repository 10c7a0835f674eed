// Loops that drop everything, as programs are written: each call of a loop takes one step.
import * as torch from '@heddle/torch'

const { nn, optim } = torch

/** Learns, and looks at the loss. */
function learning(): () => void {
  const model = new nn.Sequential(
    new nn.Linear(4, 8),
    new nn.Tanh(),
    new nn.Dropout(0.1),
    new nn.Linear(8, 1),
  )
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 })
  const schedule = new optim.lrScheduler.ExponentialLR(optimizer, 0.9999)
  const x = torch.randn(16, 4)
  const y = x.sum(1, true)
  return () => {
    optimizer.zeroGrad()
    const loss = nn.functional.mseLoss(model(x), y)
    loss.backward()
    optimizer.step()
    schedule.step()
    loss.item()
  }
}

/** Learns, never looks at anything, and keeps averages of the loss and of the parameters. */
function unwatched(): () => void {
  const model = new nn.Sequential(new nn.Linear(3, 5), new nn.ReLU(), new nn.Linear(5, 1))
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.01, momentum: 0.9 })
  const x = torch.randn(8, 3)
  const y = x.prod(1, true)
  let meanLoss = torch.zeros([])
  let averages = model.parameters().map((parameter) => parameter.detach().clone())
  return () => {
    optimizer.zeroGrad()
    const loss = nn.functional.mseLoss(model(x), y)
    loss.backward()
    optimizer.step()
    meanLoss = meanLoss.mul(0.99).add(loss.detach().mul(0.01))
    averages = torch.noGrad(() =>
      averages.map((average, k) =>
        average.mul(0.9).add((model.parameters()[k] as torch.Tensor).detach().mul(0.1)),
      ),
    )
  }
}

/** Writes through views of what it carries on, with hooks on tensors and modules, and counts what they see. */
function views(): () => void {
  const model = new nn.Linear(4, 4)
  let seen = 0
  model.registerForwardHook(() => {
    seen++
  })
  const state = torch.zeros(6, 4)
  const x = torch.randn(2, 4)
  let row = 0
  return () => {
    const y = model(x)
    y.registerHook((grad) => grad.mul(0.5))
    const z = y.mul(2)
    z.at(0).mul_(3)
    z.narrow(1, 1, 2).add_(1)
    z.sum().backward()
    torch.noGrad(() => {
      state.at(row).copy_(z.detach().at(1))
      state.t().at(0).mul_(0.5)
      for (const parameter of model.parameters()) parameter.sub_((parameter.grad as torch.Tensor).mul(1e-4))
    })
    model.zeroGrad()
    row = (row + 1) % 6
    if (row === 0 && !(seen > 0)) throw new Error('no hook was called')
    state.sum().item()
  }
}

/** Arrays that do not stay with the host. */
function large(): () => void {
  const model = new nn.Linear(64, 32)
  const optimizer = new optim.Adam(model.parameters())
  const x = torch.randn(64, 64)
  return () => {
    optimizer.zeroGrad()
    model(x).pow(2).mean().backward()
    optimizer.step()
  }
}

export const loops: Readonly<Record<string, () => () => void>> = { learning, unwatched, views, large }
