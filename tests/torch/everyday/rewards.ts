// REINFORCE with a critic, on a walk along seven places whose last one pays.
import * as torch from '@heddle/torch'
import { nn, optim } from '@heddle/torch'
import type { Program } from '../programs.ts'

const { functional: F } = nn
type Tensor = torch.Tensor

class Policy extends nn.Module<[x: Tensor], readonly [probs: Tensor, value: Tensor]> {
  affine = new nn.Linear(7, 16)
  actionHead = new nn.Linear(16, 2)
  valueHead = new nn.Linear(16, 1)

  override forward(input: Tensor) {
    const x = F.relu(this.affine(input))
    return [F.softmax(this.actionHead(x), { dim: -1 }), this.valueHead(x)] as const
  }
}

export const rewards: Program = ({ show }) => {
  torch.manualSeed(0)
  const model = new Policy()
  const optimizer = new optim.Adam(model.parameters(), { lr: 3e-2 })
  for (let episode = 0; episode < 8; episode++) {
    let place = 3
    const saved: { logProb: Tensor; value: Tensor; reward: number }[] = []
    for (let t = 0; t < 12; t++) {
      const [probs, value] = model(F.oneHot(torch.tensor(BigInt(place)), 7).float())
      const action = torch.multinomial(probs, 1).item()
      place += action === 1 ? 1 : -1
      saved.push({ logProb: probs.at(action).log(), value, reward: place === 6 ? 1 : 0 })
      if (place === 0 || place === 6) break
    }
    let R = 0
    const gains = saved.map(({ reward }) => reward).reverse()
    const raw = torch.tensor(gains.map((reward) => (R = reward + 0.9 * R)).reverse())
    const returns = raw.sub(raw.mean()).div(raw.std().add(1e-6))
    const policyLosses: Tensor[] = []
    const valueLosses: Tensor[] = []
    saved.forEach(({ logProb, value }, t) => {
      const R = returns.at(t)
      const advantage = R.sub(value.item())
      policyLosses.push(logProb.neg().mul(advantage))
      valueLosses.push(F.smoothL1Loss(value, R.unsqueeze(0)))
    })
    optimizer.zeroGrad()
    const loss = torch.stack(policyLosses).sum().add(torch.stack(valueLosses).sum())
    loss.backward()
    optimizer.step()
    const reward = gains.reduce((sum, each) => sum + each, 0)
    show(`${episode}: ${saved.length} steps, reward ${reward}, loss ${loss.item().toFixed(4)}`)
  }
  torch.noGrad(() => {
    const [probs, values] = model(torch.eye(7))
    show(probs)
    show(values.squeeze(-1))
  })
}
