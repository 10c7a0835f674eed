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

const numbers = (loader: Iterable<Tensor>): unknown =>
  list([...loader].map((x) => list(x.tolist() as number[])))

class Counting extends D.IterableDataset<number> {
  readonly start: number
  readonly end: number

  constructor(start: number, end: number) {
    super()
    this.start = start
    this.end = end
  }
  override *[Symbol.iterator](): IterableIterator<number> {
    for (let k = this.start; k < this.end; k++) yield k
  }
}

class Sized extends Counting {
  override get length(): number {
    return this.end - this.start
  }
}

class Samples<T> extends D.Dataset<T> {
  override readonly length: number
  readonly #make: (index: number) => T

  constructor(make: (index: number) => T, length: number) {
    super()
    this.#make = make
    this.length = length
  }
  override at(index: number): T {
    return this.#make(index)
  }
}

/** Nested lists and objects as Python shows them. */
function python(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`
  if (value instanceof torch.Tensor || typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) return `[${value.map(python).join(', ')}]`
  const fields = Object.entries(value).map(([key, each]) => `'${key}': ${python(each)}`)
  return `{${fields.join(', ')}}`
}

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
  'samples one after the other': ({ show, fails }) => {
    torch.manualSeed(21)
    show(numbers(new D.DataLoader(new Counting(0, 7), { batchSize: 3 })))
    show(numbers(new D.DataLoader(new Counting(0, 7), { batchSize: 3, dropLast: true })))
    show(list([...new D.DataLoader(new Counting(0, 4), null)]))
    show(
      new D.DataLoader(new Sized(0, 7), 3).length,
      new D.DataLoader(new Sized(0, 7), { batchSize: 3, dropLast: true }).length,
    )
    const chain = new D.ChainDataset([new Sized(0, 3), new Sized(10, 12)])
    show(list([...chain]), chain.length, list([...new Counting(0, 2).concat(new Counting(5, 6))]))
    show(numbers(new D.DataLoader(chain, 2)))
    show(torch.rand(2))
    const others = [new D.TensorDataset(torch.arange(2))] as object
    fails(() => [...new D.ChainDataset(others as Iterable<Counting>)])
    fails(() => new D.DataLoader(new Counting(0, 3), { shuffle: true }))
    const iterables = [new Counting(0, 3)] as object
    fails(() => new D.ConcatDataset(iterables as utils.data.Dataset[]))
    fails(() => new D.ConcatDataset([]))
  },
  'positions outside of datasets': ({ show, fails }) => {
    const both = new D.ConcatDataset([
      new D.TensorDataset(torch.arange(3)),
      new D.TensorDataset(torch.arange(5, 7)),
    ])
    show(list(both.cumulativeSizes), both.at(-5), both.at(4), both.at(3))
    fails(() => both.at(5))
    fails(() => both.at(-6))
    fails(() => new D.Subset(both, [1, 2]).at(2))
    show(new D.Subset(both, [1, 4]).at(-1))
  },
  'fractions of a dataset': ({ show, fails }) => {
    torch.manualSeed(22)
    torch.setWarningHandler(() => undefined)
    const whole = new D.TensorDataset(torch.arange(11))
    const shown = (parts: readonly utils.data.Subset[]): void =>
      show(list(parts.map(({ indices }) => list(indices))))
    for (const fractions of [[0.5, 0.5], [0.3, 0.3, 0.3, 0.1], [1 / 3, 1 / 3, 1 / 3], [1], [0.999, 0.001]]) {
      shown(D.randomSplit(whole, fractions))
    }
    const generator = new torch.Generator().manualSeed(3)
    shown(D.randomSplit(whole, [5, 6], generator))
    shown(D.randomSplit(whole, [0.25, 0.75], { generator }))
    fails(() => D.randomSplit(whole, [1.5, -0.5]))
    fails(() => D.randomSplit(whole, [0.5, 0.4]))
  },
  'arguments of samplers': ({ show, fails }) => {
    torch.manualSeed(23)
    const ten = { length: 10 }
    const generator = new torch.Generator().manualSeed(4)
    const all = (sampler: Iterable<number>): unknown => list([...sampler])
    show(all(new D.RandomSampler(ten, true, 40)), all(new D.RandomSampler(ten, false, 20, generator)))
    show(all(new D.SubsetRandomSampler([3, 1, 4, 1, 5], generator)), all(new D.SubsetRandomSampler([])))
    const weights = torch.tensor([0, 1, 3, 0.5])
    show(
      all(new D.WeightedRandomSampler(weights, 8, true, generator)),
      all(new D.WeightedRandomSampler([1, 2, 3], 3, false)),
    )
    show(
      new D.WeightedRandomSampler(weights, 8).length,
      new D.RandomSampler(ten, { numSamples: 3 }).length,
      new D.SubsetRandomSampler([1, 2]).length,
    )
    show(
      list([...new D.BatchSampler([5, 6, 7], 2, false)].map(list)),
      new D.BatchSampler(new D.RandomSampler(ten), 3, true).length,
    )
    const one: boolean = JSON.parse('1')
    const order = new D.SequentialSampler(ten)
    fails(() => new D.RandomSampler([]))
    fails(() => new D.RandomSampler(ten, { numSamples: 0 }))
    fails(() => new D.RandomSampler(ten, { numSamples: 2.5 }))
    fails(() => new D.RandomSampler(ten, { replacement: one }))
    fails(() => new D.WeightedRandomSampler([1], 0))
    fails(() => new D.WeightedRandomSampler([1], 2, one))
    fails(() => new D.WeightedRandomSampler(torch.ones(2, 2), 2))
    fails(() => new D.BatchSampler(order, -1, false))
    fails(() => new D.BatchSampler(order, 2, one))
    fails(() => new D.DataLoader(new D.TensorDataset(torch.zeros(0)), { shuffle: true }))
    fails(() => [...new D.WeightedRandomSampler([1, 0], 2, false)])
    show(torch.rand(1))
  },
  'shares of several processes': ({ show, fails }) => {
    const share = (sampler: utils.data.DistributedSampler): unknown => list([...sampler])
    for (const count of [10, 11, 3]) {
      for (const dropLast of [false, true]) {
        for (const shuffle of [false, true]) {
          const shares = [0, 1, 2, 3].map(
            (rank) => new D.DistributedSampler(rows(count), 4, rank, shuffle, 5, dropLast),
          )
          show(shares[0]?.length, list(shares.map(share)))
        }
      }
    }
    const sampler = new D.DistributedSampler(rows(3), { numReplicas: 2, rank: 1 })
    const first = share(sampler)
    sampler.setEpoch(3)
    show(first, share(sampler), share(sampler))
    const one = new D.DistributedSampler(rows(2), { numReplicas: 7, rank: 6, shuffle: false })
    show(share(one), one.length, one.totalSize)
    fails(() => new D.DistributedSampler(rows(3), { numReplicas: 2, rank: 2 }))
    fails(() => new D.DistributedSampler(rows(3), { numReplicas: 2, rank: -1 }))
  },
  'batches of a sampler': ({ show }) => {
    torch.manualSeed(24)
    const nine = rows(9)
    const picked = new D.DataLoader(nine, { batchSampler: [[8, 0], [1], [2, 3, 4]] })
    show(picked.length, batches(picked), picked.batchSize, picked.dropLast)
    show(batches(new D.DataLoader(nine, { sampler: [4, 4, 2], batchSize: 2 })))
    const weighted = new D.WeightedRandomSampler(new Array(9).fill(1), 5)
    show(batches(new D.DataLoader(nine, 2, { sampler: weighted })))
    show(batches(new D.DataLoader(nine, 4, true, { dropLast: true })))
    const sum = (samples: readonly (readonly Tensor[])[]): number =>
      samples.reduce((all, [x]) => all + Number(x?.item()), 0)
    show(list([...new D.DataLoader(nine, { batchSize: 4, collateFn: sum })]))
    const twice = (sample: unknown): number => Number((sample as readonly Tensor[])[0]?.item()) * 2
    const alone = new D.DataLoader(nine, { batchSize: null, collateFn: twice, sampler: [1, 3] })
    show(list([...alone]), alone.length, alone.batchSampler)
    show(torch.rand(1))
  },
  'samples of all kinds': ({ show, fails }) => {
    const collated = (...samples: readonly unknown[]): void => show(python(D.defaultCollate(samples)))
    collated(1, 2)
    collated(1.5, 2)
    collated(true, false)
    collated('a', 'b')
    collated(torch.tensor([1n, 2n]), torch.tensor([3n, 4n]))
    collated([1, [2.5, 'x']], [3, [4.5, 'y']])
    collated({ a: torch.zeros(2), b: { c: 1 } }, { a: torch.ones(2), b: { c: 2 } })
    collated([torch.zeros(1), { n: [1, 2] }], [torch.ones(1), { n: [3, 4] }])
    show(python(D.defaultConvert([1, 'a', torch.ones(1), { b: [2.5] }])))
    fails(() => D.defaultCollate([[1, 2], [3]]))
    fails(() => D.defaultCollate([null, null]))
    fails(() => D.defaultCollate([torch.zeros(2), torch.zeros(3)]))
    fails(() => D.defaultCollate([{ a: 1 }, { b: 2 }]))
    const loader = new D.DataLoader(new Samples((k) => ({ x: [k, k + 0.5], name: `n${k}` }), 3), 2)
    for (const batch of loader) show(python(batch))
    for (const sample of new D.DataLoader(new Samples((k) => [k, 'a'], 2), null)) show(python(sample))
  },
  'options of workers': ({ show, fails }) => {
    fails(() => new D.DataLoader(rows(4), { numWorkers: -1 }))
    fails(() => new D.DataLoader(rows(4), { persistentWorkers: true }))
    show(D.getWorkerInfo())
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
