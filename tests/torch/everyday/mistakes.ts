// What goes wrong with gradients, shapes and layers, and what PyTorch says.
import * as torch from '@heddle/torch'
import { nn } from '@heddle/torch'
import type { Program } from '../programs.ts'

const clear = (tensor: torch.Tensor): void => {
  tensor.grad = null
}

export const mistakes: Program = ({ show, fails }) => {
  const w = torch.tensor([1, 2], { requiresGrad: true })
  fails(() => {
    const loss = w.mul(w).sum()
    loss.backward()
    loss.backward()
  })
  fails(() => {
    const y = w.sigmoid()
    y.add_(1)
    y.sum().backward()
  })
  fails(() => {
    const y = w.exp()
    y.setAt([0], 0)
    y.sum().backward()
  })
  fails(() => {
    const loss = w.pow(2).sum()
    torch.noGrad(() => w.sub_(0.1))
    loss.backward()
  })
  fails(() => w.add_(1))
  fails(() => w.at(torch.slice(0, 1)).mul_(2))
  fails(() => w.mul(2).backward())
  fails(() => torch.ones(2).sum().backward())
  fails(() => w.numpy())
  fails(() => torch.tensor([1n, 2n], { requiresGrad: true }))
  fails(() => w.mul(2).requiresGrad_(false))
  fails(() => torch.autograd.grad(w.sum(), torch.ones(1, { requiresGrad: true })))
  fails(() => torch.ones(2, { dtype: torch.int64 }).add_(0.5))
  fails(() => torch.ones(2).mul_(torch.ones(3, 2)))
  fails(() => torch.tensor(1).length)
  fails(() => [...torch.tensor(1)])
  fails(() => w.detach().fill_(3).copy_(torch.ones(3)))
  fails(() => new nn.Linear(2, 3)(torch.ones(4, 3)))
  fails(() => new nn.Conv2d(1, 2, 3)(torch.ones(1, 1, 2, 2)))
  fails(() => new nn.BatchNorm1d(3)(torch.ones(1, 3)))
  fails(() => new nn.Embedding(3, 2)(torch.tensor([0.5])))
  fails(() => new nn.LSTM(2, 3)(torch.ones(4, 1, 3)))
  fails(() => new nn.MultiheadAttention(5, 2))
  fails(() => new nn.Dropout(1.5))
  fails(() => new nn.Sequential(new nn.Linear(2, 2)).at(3))
  const y = torch.noGrad(() => w.mul(2))
  show(y.requiresGrad, w.requiresGrad, w.mul(2).requiresGrad, w.detach().requiresGrad)
  clear(w)
  w.mul(2).detach().mul(w).sum().backward()
  show(w.grad, w)
  torch.noGrad(() => w.sub_(w.grad as torch.Tensor, { alpha: 0.5 }))
  w.grad?.zero_()
  show(w, w.grad)
  const x = torch.ones(2, 2)
  const view = x.view(4)
  view.setAt([0], 7)
  x.t().setAt([1, 0], 5)
  show(x, view, x.dataPtr() === view.dataPtr(), x.clone().dataPtr() === x.dataPtr())
  show(torch.tensor(5n).div(2), torch.tensor(5n).floorDivide(2), torch.tensor(-7n).remainder(3))
  show(torch.tensor([1n, 2n]).mul(1.5), torch.tensor(true).add(1))
}
