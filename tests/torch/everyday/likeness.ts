// Siamese networks: pairs, triplets, and angles.
import * as torch from '@heddle/torch'
import { nn, optim } from '@heddle/torch'
import type { Program } from '../programs.ts'

const { functional: F } = nn
type Tensor = torch.Tensor

function contrastive(x1: Tensor, x2: Tensor, same: Tensor, margin = 1): Tensor {
  const distance = F.pairwiseDistance(x1, x2)
  const apart = torch.clamp(distance.rsub(margin), { min: 0 })
  return same
    .mul(distance.pow(2))
    .add(same.rsub(1).mul(apart.pow(2)))
    .mean()
}

export const likeness: Program = ({ show }) => {
  torch.manualSeed(1)
  const embed = new nn.Sequential(new nn.Linear(4, 16), new nn.PReLU(), new nn.Linear(16, 3))
  const centres = torch.randn(5, 4).mul(2)
  const draw = (classes: Tensor): Tensor =>
    centres.at(classes).add(torch.randn(classes.length, 4), { alpha: 0.3 })

  const triplet = new nn.TripletMarginLoss({ margin: 4, p: 2 })
  const optimizer = new optim.SGD(embed.parameters(), { lr: 0.05, momentum: 0.9, nesterov: true })
  for (let step = 0; step < 20; step++) {
    const drawn = torch.randint(5, [2, 16])
    const [first, second] = [drawn.at(0), drawn.at(1)]
    const [a, b] = [embed(draw(first)), embed(draw(second))]
    const pairs = contrastive(a, b, first.eq(second).float())
    const [positive, negative] = [embed(draw(first)), embed(draw(first.add(1).remainder(5)))]
    const triplets = triplet(a, positive, negative)
    const angles = F.cosineEmbeddingLoss(a, positive, torch.ones(16))
    const loss = pairs.add(triplets).add(angles, { alpha: 0.5 })
    optimizer.zeroGrad()
    loss.backward()
    optimizer.step()
    if (step % 5 !== 4) continue
    const [total, p, t, c] = [loss, pairs, triplets, angles].map((each) => each.item().toFixed(4))
    show(`${step} ${total} = ${p} + ${t} + 0.5 * ${c}`)
  }
  embed.eval()
  torch.noGrad(() => {
    const classes = torch.arange(5).repeatInterleave(2)
    const found = F.normalize(embed(draw(classes)), { dim: 1 })
    const likeness = found.matmul(found.T)
    likeness.fillDiagonal_(-1)
    show(
      classes
        .at(likeness.argmax({ dim: 1 }))
        .eq(classes)
        .float()
        .mean(),
    )
    const [some, others] = [found.at(torch.slice(0, 2)), found.at(torch.slice(2, 4))]
    show(torch.cdist(some, others).shape)
  })
}
