// Shapes that meet, sums by letters, masks and positions, small algorithms, losses.
import * as torch from '@heddle/torch'
import type { Program } from '../programs.ts'

const { slice } = torch
const { functional: F } = torch.nn

export const puzzles: Program = ({ show, fails }) => {
  torch.manualSeed(2)
  const a = torch.arange(3)
  const b = torch.arange(4).view(4, 1)
  show(a.add(b), a.at(slice(), null).mul(a.at(null)).shape)
  show(torch.ones(5, 1, 4).add(torch.ones(3, 1)).shape)
  fails(() => torch.ones(2, 3).add(torch.ones(2)))
  fails(() => torch.ones(2, 3).matmul(torch.ones(2, 3)))
  fails(() => torch.cat([torch.ones(2, 3), torch.ones(3, 2)]))
  fails(() => torch.arange(6).view(4, 2))
  fails(() => torch.ones(2, 3).t().view(6))
  fails(() => torch.arange(3).at(5))
  fails(() => torch.ones(2, 2).at(slice(), torch.tensor([0n, 3n])))
  fails(() => torch.arange(3).mean())
  fails(() => torch.stack([torch.ones(2), torch.ones(3)]))
  fails(() => torch.ones(2).squeeze(3))

  // Attention by letters.
  const [q, k, v] = torch.randn(3, 2, 2, 4, 3).unbind() as [torch.Tensor, torch.Tensor, torch.Tensor]
  const scores = torch.einsum('bhqd,bhkd->bhqk', q, k).div(Math.sqrt(3))
  const mask = torch.ones(4, 4, { dtype: torch.bool }).tril()
  const weights = scores.maskedFill(mask.logicalNot(), Number.NEGATIVE_INFINITY).softmax(-1)
  const out = torch.einsum('bhqk,bhkd->bqhd', weights, v).flatten(2)
  show(out.shape, out.at(0))
  const trace = torch.einsum('ii', torch.arange(9).float().view(3, 3))
  show(trace, torch.einsum('i,j->ij', torch.arange(2).float(), torch.ones(2)))

  // Masks and positions.
  const x = torch.arange(12).view(3, 4)
  show(x.at(x.remainder(2).eq(0)), x.at(x.gt(3).bitwiseAnd(x.lt(9))))
  show(torch.where(x.gt(5), x, x.neg()), x.maskedFill(x.gt(5), 0))
  show(x.gather(1, torch.tensor([[0n], [3n], [1n]])), x.at(torch.arange(3), [0, 3, 1]))
  show(torch.zeros(3, 4, { dtype: torch.int64 }).scatter_(1, torch.tensor([[1n], [0n], [3n]]), 1))
  show(torch.zeros(3).scatterAdd_(0, torch.tensor([0n, 1n, 0n, 2n]), torch.tensor([1, 2, 3, 4])))
  show(
    x.at(slice(null, null, 2), slice(1, 3)),
    x.at('...', -1),
    x.at([0, 2]).at(slice(), [1, 1]),
    x.at(null).shape,
  )
  const y = x.clone()
  y.setAt([y.gt(8)], -1)
  y.setAt([1], torch.tensor([9n, 8n, 7n, 6n]))
  y.at(slice(), 0).add_(100)
  show(y)
  show(torch.nonzero(y.lt(0)), y.eq(-1).any({ dim: 1 }), y.gt(0).all())
  const { values, indices } = torch.topk(torch.tensor([3, 1, 4, 1, 5]), 3)
  show(values, indices, torch.sort(torch.tensor([3n, 1n, 2n]), { descending: true }))
  show(torch.unique(torch.tensor([3n, 1n, 3n, 2n]), { returnCounts: true }))
  show(torch.cumsum(x, 1).at(0), x.float().std(0), x.float().var({ unbiased: false }))

  // k-means, power iteration.
  const places = torch.tensor([
    [0, 5],
    [5, 0],
    [-5, -5],
  ])
  const points = torch.cat([...places].map((c) => torch.randn(20, 2).add(c)))
  let centres = points.at([0, 20, 40])
  let labels = torch.zeros(60)
  for (let step = 0; step < 5; step++) {
    labels = torch.cdist(points, centres).argmin(1)
    centres = torch.stack([0, 1, 2].map((k) => points.at(labels.eq(k)).mean(0)))
  }
  show(centres, labels.bincount())
  let m = torch.randn(4, 4)
  m = m.matmul(m.t())
  let u = torch.ones(4)
  for (let step = 0; step < 50; step++) {
    u = m.matmul(u)
    u.div_(u.norm())
  }
  show(u.matmul(m).matmul(u).item().toFixed(4))

  // Losses.
  const logits = torch.randn(4, 3)
  const target = torch.tensor([0n, 2n, -100n, 1n])
  const classes = torch.tensor([0n, 2n, 1n, 1n])
  const scale = torch.tensor([1, 2, 3])
  show(F.crossEntropy(logits, target))
  show(F.crossEntropy(logits, classes, { weight: scale, ignoreIndex: 1 }))
  show(F.crossEntropy(logits, target, { reduction: 'none' }))
  show(F.crossEntropy(logits, logits.softmax(1), { labelSmoothing: 0.1 }))
  show(F.nllLoss(logits.logSoftmax(1), target, { reduction: 'sum' }))
  show(F.binaryCrossEntropyWithLogits(logits, logits.gt(0).float(), { posWeight: scale }))
  show(F.klDiv(logits.logSoftmax(1), logits.flip(0).softmax(1), { reduction: 'batchmean' }))
  show(F.huberLoss(logits, torch.zeros(4, 3), { delta: 0.5 }))
  show(F.multiMarginLoss(logits, torch.tensor([0n, 1n, 2n, 0n])))
  show(F.marginRankingLoss(logits.at(0), logits.at(1), torch.tensor([1, -1, 1])))
  fails(() => F.crossEntropy(logits, torch.tensor([0n, 1n, 2n, 3n])))
  fails(() => F.crossEntropy(logits, torch.tensor([0, 1, 2, 1])))
  fails(() => F.binaryCrossEntropy(torch.tensor([0.5]), torch.tensor([[1]])))
}
