// Datasets of one's own, batches of sequences, weights of classes, splits.
import * as torch from '@heddle/torch'
import { list, type Program } from '../programs.ts'

const { DataLoader, Dataset, randomSplit, Subset, TensorDataset, WeightedRandomSampler } = torch.utils.data
const { padSequence } = torch.nn.utils.rnn
type Tensor = torch.Tensor

type Sequence = readonly [Tensor, number]

class Sequences extends Dataset<Sequence> {
  readonly length: number

  constructor(n: number) {
    super()
    this.length = n
  }
  override at(idx: number): Sequence {
    return [torch.arange(1, 2 + (idx % 4)), idx % 2]
  }
}

class Records extends Dataset<{ image: Tensor; label: bigint; name: string; weight: number }> {
  readonly length = 5

  override at(idx: number) {
    return { image: torch.full([2], idx).float(), label: BigInt(idx), name: `n${idx}`, weight: idx / 2 }
  }
}

function collate(batch: readonly Sequence[]) {
  const sequences = batch.map(([sequence]) => sequence)
  const labels = torch.tensor(
    batch.map(([, label]) => label),
    { dtype: torch.int64 },
  )
  return [padSequence(sequences, { batchFirst: true }), labels, sequences.map((s) => s.length)] as const
}

export const loading: Program = ({ show, fails }) => {
  torch.manualSeed(1)
  const dataset = new Sequences(10)
  for (const [x, y, lengths] of new DataLoader(dataset, {
    batchSize: 4,
    shuffle: true,
    collateFn: collate,
  })) {
    show(x, y, list(lengths))
  }
  fails(() => [...new DataLoader(dataset, { batchSize: 4 })])
  const rows = new TensorDataset(torch.arange(12).float().view(6, 2), torch.arange(6))
  const loader = new DataLoader(rows, { batchSize: 4 })
  show(loader.length, loader.dataset.length)
  let k = 0
  for (const [x, y] of loader) show(k++, x, y)

  for (const batch of new DataLoader(new Records(), { batchSize: 3, dropLast: true })) {
    show(batch.image, batch.label, ...batch.name, batch.weight)
  }
  const labels = torch.tensor([0n, 0n, 0n, 0n, 0n, 0n, 1n, 1n])
  const weights = torch.bincount(labels).float().rdiv(1)
  const sampler = new WeightedRandomSampler(weights.at(labels), 12, { replacement: true })
  const data = new TensorDataset(labels)
  const drawn: Tensor[] = []
  for (const [y] of new DataLoader(data, { batchSize: 5, sampler })) drawn.push(y)
  show(torch.cat(drawn))
  const generator = new torch.Generator().manualSeed(42)
  const [train, val] = randomSplit(dataset, [7, 3], { generator })
  show(train?.length, list(val?.indices ?? []))
  show(new Subset(dataset, [3, 1]).at(0))
  fails(() => new DataLoader(data, { sampler, shuffle: true }))
  fails(() => randomSplit(dataset, [7, 4]))
}
