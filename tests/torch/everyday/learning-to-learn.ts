// MAML: a start from which one step fits any sine. The gradient goes through the step, which is itself made of gradients.
import * as torch from '@heddle/torch'
import { nn, optim } from '@heddle/torch'
import type { Program } from '../programs.ts'

type Tensor = torch.Tensor

type Weights = readonly [w1: Tensor, b1: Tensor, w2: Tensor, b2: Tensor]

function net(x: Tensor, [w1, b1, w2, b2]: Weights): Tensor {
  return torch.relu(x.matmul(w1.t()).add(b1)).matmul(w2.t()).add(b2)
}

/** Draws points of a sine that is drawn first. */
function task(): () => readonly [Tensor, Tensor] {
  const drawn = torch
    .rand(2)
    .mul(torch.tensor([4, Math.PI]))
    .add(torch.tensor([1, 0]))
  const [amplitude, phase] = [drawn.at(0), drawn.at(1)]
  return () => {
    const x = torch.rand(10, 1).mul(10).sub(5)
    return [x, amplitude.mul(torch.sin(x.add(phase)))]
  }
}

export const learningToLearn: Program = ({ show }) => {
  torch.manualSeed(2)
  const weights: Weights = [
    nn.init.kaimingUniform_(torch.empty(20, 1)),
    torch.zeros(20),
    nn.init.kaimingUniform_(torch.empty(1, 20)),
    torch.zeros(1),
  ]
  for (const w of weights) w.requiresGrad_()
  const meta = new optim.Adam(weights, { lr: 0.01 })
  for (let iteration = 1; iteration <= 30; iteration++) {
    meta.zeroGrad()
    let total = torch.zeros([])
    for (let k = 0; k < 4; k++) {
      const sample = task()
      const [x, y] = sample()
      const inner = nn.functional.mseLoss(net(x, weights), y)
      const [w1, b1, w2, b2] = weights
      const [dw1, db1, dw2, db2] = torch.autograd.grad(inner, weights, { createGraph: true })
      const fast: Weights = [
        w1.sub(dw1, { alpha: 0.01 }),
        b1.sub(db1, { alpha: 0.01 }),
        w2.sub(dw2, { alpha: 0.01 }),
        b2.sub(db2, { alpha: 0.01 }),
      ]
      const [unseen, wanted] = sample()
      total = total.add(nn.functional.mseLoss(net(unseen, fast), wanted))
    }
    total = total.div(4)
    total.backward()
    meta.step()
    if (iteration % 10 === 0) show(iteration, total.item().toFixed(4))
  }
  show(weights[2].grad?.at(0, torch.slice(0, 4)))
}
