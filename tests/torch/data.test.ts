// The programs of `tools/golden/torch/data.py`, rewritten by the API rules.
import * as torch from '@heddle/torch'
import { utils } from '@heddle/torch'
import recorded from './data.json' with { type: 'json' }
import { comparePrograms, list, type Program } from './programs.ts'

type Tensor = torch.Tensor
const D = utils.data

const rows = (n: number): utils.data.TensorDataset => new D.TensorDataset(torch.arange(n))
const batches = (loader: Iterable<unknown>): unknown =>
  list([...(loader as Iterable<readonly Tensor[]>)].map(([x]) => list((x as Tensor).tolist() as number[])))

const programs: Readonly<Record<string, Program>> = {
  'shuffled batches': ({ show }) => {
    torch.manualSeed(0)
    const dataset = new D.TensorDataset(torch.arange(10), torch.arange(10).mul(2))
    const loader = new D.DataLoader<readonly Tensor[]>(dataset, { batchSize: 4, shuffle: true })
    show(loader.length)
    for (const [x, y] of loader) show(x, y)
    for (const [x] of loader) show(x)
    show(torch.rand(2))
  },
  'batches in order': ({ show }) => {
    torch.manualSeed(1)
    const loader = new D.DataLoader(rows(7), { batchSize: 3, dropLast: true })
    show(loader.length, batches(loader))
    show(torch.rand(2))
    const single = new D.DataLoader<readonly Tensor[]>(rows(5), { batchSize: null })
    show(list([...single].map(([x]) => x?.item())))
  },
  'a generator of its own': ({ show }) => {
    torch.manualSeed(0)
    const generator = new torch.Generator().manualSeed(7)
    const loader = new D.DataLoader(rows(6), { batchSize: 2, shuffle: true, generator })
    show(batches(loader), batches(loader))
    show(torch.rand(2))
  },
  samplers: ({ show, fails }) => {
    torch.manualSeed(3)
    const ten = { length: 10 }
    const all = (sampler: Iterable<number>): unknown => list([...sampler])
    show(all(new D.SequentialSampler(ten)), all(new D.RandomSampler(ten)))
    show(all(new D.RandomSampler(ten, { replacement: true, numSamples: 5 })))
    show(all(new D.RandomSampler(ten, { numSamples: 13 })))
    show(all(new D.SubsetRandomSampler([5, 7, 9])))
    show(all(new D.WeightedRandomSampler([0.1, 0.9, 0.4], 6)))
    show(all(new D.WeightedRandomSampler([0.1, 0.9, 0.4], 2, { replacement: false })))
    const grouped = (dropLast: boolean): unknown =>
      list([...new D.BatchSampler(new D.SequentialSampler(ten), 4, dropLast)].map(list))
    show(grouped(false), grouped(true))
    fails(() => new D.BatchSampler(new D.SequentialSampler(ten), 0, false))
  },
  'splits and unions': ({ show, fails }) => {
    torch.manualSeed(5)
    const whole = rows(10)
    const [first, second] = D.randomSplit(whole, [7, 3]) as [
      utils.data.Subset<readonly Tensor[]>,
      utils.data.Subset<readonly Tensor[]>,
    ]
    show(list(first.indices), list(second.indices), first.length, second.at(0))
    show(list(D.randomSplit(whole, [0.5, 0.3, 0.2]).map(({ indices }) => list(indices))))
    const both = new D.ConcatDataset([first, second])
    show(both.length, both.at(8), both.at(-1))
    show(new D.Subset(whole, [4, 2]).at(1))
    fails(() => D.randomSplit(whole, [7, 4]))
    fails(() => new D.TensorDataset(torch.zeros(2), torch.zeros(3)))
  },
  'collated samples': ({ show }) => {
    show(D.defaultCollate([1, 2, 3]), D.defaultCollate([1.5, 2.5]))
    show(
      list(
        D.defaultCollate([
          [torch.zeros(2), 1],
          [torch.ones(2), 2],
        ]) as unknown[],
      ),
    )
    const collated = D.defaultCollate([
      { a: 1, b: torch.zeros(1) },
      { a: 2, b: torch.ones(1) },
    ])
    show((collated as { b: Tensor }).b)
  },
  'options that exclude each other': ({ fails }) => {
    const sampler = new D.SequentialSampler(rows(4))
    fails(() => new D.DataLoader(rows(4), { shuffle: true, sampler }))
    fails(
      () => new D.DataLoader(rows(4), { batchSize: 2, batchSampler: new D.BatchSampler(sampler, 2, false) }),
    )
    fails(() => new D.DataLoader(rows(4), { batchSize: null, dropLast: true }))
  },
  'random tensors': ({ show }) => {
    torch.manualSeed(11)
    show(torch.rand(2, 2), torch.randn(3), torch.randint(10, [4]), torch.randint(-5, 5, [2, 2]))
    show(torch.randperm(6), torch.normal(1, 2, [3]), torch.bernoulli(torch.tensor([0.1, 0.9, 0.5])))
    show(
      torch.multinomial(torch.tensor([0.2, 0.3, 0.5]), 4, { replacement: true }),
      torch.poisson(torch.tensor([1, 4])),
    )
    show(torch.randLike(torch.zeros(2, { dtype: torch.float64 })), torch.randnLike(torch.zeros(2)))
    show(torch.normal(torch.arange(3).float(), torch.ones(3)))
  },
  'tensors filled with random numbers': ({ show, fails }) => {
    torch.manualSeed(12)
    const x = torch.zeros(3)
    const shown = (...fills: readonly (() => Tensor)[]): void => {
      const last = fills.map((fill) => fill()).at(-1)
      show(...fills.map(() => last))
    }
    shown(
      () => x.uniform_(),
      () => x.uniform_(-1, 1),
      () => x.normal_(),
      () => x.normal_(5, 0.5),
    )
    shown(
      () => x.exponential_(),
      () => x.geometric_(0.5),
      () => x.cauchy_(),
      () => x.logNormal_(),
    )
    show(
      torch.zeros(3, { dtype: torch.int64 }).random_(10),
      torch.zeros(2, { dtype: torch.int64 }).random_(2, 5),
      x.bernoulli_(0.5),
    )
    show(x._version)
    const w = torch.nn.init
    const y = torch.zeros(2, 3)
    shown(
      () => w.xavierUniform_(y),
      () => w.xavierNormal_(y),
      () => w.kaimingUniform_(y),
      () => w.kaimingNormal_(y),
    )
    shown(
      () => w.truncNormal_(y),
      () => w.eye_(y),
      () => w.constant_(y, 2),
    )
    fails(() => torch.zeros(2, { requiresGrad: true }).uniform_())
    fails(() => x.normal_(0, -1))
  },
  generators: ({ show }) => {
    torch.manualSeed(0)
    const state = torch.getRngState()
    const first = torch.rand(2)
    torch.setRngState(state)
    show(first, torch.rand(2), torch.initialSeed())
    const generator = new torch.Generator().manualSeed(0)
    show(torch.rand(2, { generator }), torch.rand(2))
  },
}

comparePrograms(recorded, programs)
