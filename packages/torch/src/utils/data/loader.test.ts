// What JavaScript adds to PyTorch's loaders: promises of samples, passes that overlap with what the program does, and types.
import { afterEach, describe, expect, expectTypeOf, it, vi } from 'vitest'
import * as torch from '../../index.ts'

type Tensor = torch.Tensor
const { DataLoader, Dataset, IterableDataset, StackDataset, TensorDataset } = torch.utils.data

/** Numbers that take a while to read; what was begun is listed. */
class Slow extends Dataset<Promise<number>> {
  override readonly length = 20
  readonly begun: number[] = []

  override async at(index: number): Promise<number> {
    this.begun.push(index)
    await new Promise((resolve) => setTimeout(resolve, 20))
    if (index === 13) throw new Error('sample 13 cannot be read')
    return index
  }
}

afterEach(() => {
  vi.useRealTimers()
})

/** Milliseconds a program takes that waits only. */
async function timeOf(program: () => Promise<void>): Promise<number> {
  vi.useFakeTimers()
  const begun = Date.now()
  let end = Number.NaN
  const done = program().finally(() => {
    end = Date.now()
  })
  done.catch(() => undefined)
  while (Number.isNaN(end)) await vi.advanceTimersByTimeAsync(1)
  await done
  return end - begun
}

const work = () => new Promise((resolve) => setTimeout(resolve, 20))

describe('an asynchronous pass', () => {
  const pass = async (numWorkers: number): Promise<number[][]> => {
    const batches: number[][] = []
    const loader = new DataLoader(new Slow(), {
      batchSize: 2,
      sampler: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
      numWorkers,
    })
    for await (const batch of loader) {
      await work()
      batches.push(batch.tolist() as number[])
    }
    expect(batches.flat()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
    return batches
  }

  it('reads the samples of a batch at once, and without workers one batch after the other', async () => {
    // Six batches, each read, then worked with.
    expect(await timeOf(async () => void (await pass(0)))).toBe(6 * 40)
  })

  it('reads while the program works, where there are workers', async () => {
    expect(await timeOf(async () => void (await pass(1)))).toBe(20 + 6 * 20)
  })

  it.each([
    [0, undefined, 1],
    [1, undefined, 3],
    [1, 1, 2],
    [2, 3, 7],
    [2, 0, 1],
  ])(
    'with %s workers and a factor of %s has begun %i batches at the first',
    async (numWorkers, prefetchFactor, count) => {
      const slow = new Slow()
      const options = prefetchFactor === undefined ? { numWorkers } : { numWorkers, prefetchFactor }
      for await (const _ of new DataLoader(slow, { batchSize: 1, ...options })) break

      expect(slow.begun).toEqual(Array.from({ length: count }, (_, k) => k))
    },
  )

  it('throws what reading a sample threw, at its batch', async () => {
    const seen: number[] = []
    const program = async (): Promise<void> => {
      for await (const batch of new DataLoader(new Slow(), { batchSize: 4, numWorkers: 4 })) {
        await work()
        seen.push(batch.shape[0] as number)
      }
    }

    await expect(timeOf(program)).rejects.toThrow('sample 13 cannot be read')
    expect(seen).toEqual([4, 4, 4])
  })

  it('has the batches of a synchronous pass, and draws the same numbers', async () => {
    const data = new TensorDataset(torch.arange(10))
    const loader = (numWorkers: number) => new DataLoader(data, { batchSize: 3, shuffle: true, numWorkers })
    torch.manualSeed(3)
    const sync = [[...loader(0)].map(([x]) => x.tolist()), torch.rand(1).item()]
    for (const numWorkers of [0, 2]) {
      torch.manualSeed(3)
      const batches: unknown[] = []
      for await (const [x] of loader(numWorkers)) batches.push(x.tolist())

      expect([batches, torch.rand(1).item()]).toEqual(sync)
    }
  })

  it('is the only one that promises can be gone over with', () => {
    expect(() => [...new DataLoader(new Slow(), 2)]).toThrow(
      expect.objectContaining({ name: 'TypeError', message: expect.stringContaining('for await') }),
    )
  })

  it('waits for promises of single samples too', async () => {
    const seen: unknown[] = []
    for await (const sample of new DataLoader(new Slow(), { batchSize: null, sampler: [4, 2] }))
      seen.push(sample)

    expect(seen).toEqual([4, 2])
  })
})

it('workers begin with each pass, or with the first one only', () => {
  const begun: number[] = []
  const options = { numWorkers: 2, workerInitFn: (worker: number) => void begun.push(worker) }
  const data = new TensorDataset(torch.arange(2))
  const loader = new DataLoader(data, options)
  for (const _ of [1, 2]) expect([...loader]).toHaveLength(2)
  expect(begun).toEqual([0, 1, 0, 1])

  const persistent = new DataLoader(data, { ...options, persistentWorkers: true })
  for (const _ of [1, 2]) expect([...persistent]).toHaveLength(2)
  expect(begun).toEqual([0, 1, 0, 1, 0, 1])
})

describe('options of loaders over what can only be gone over', () => {
  class Three extends IterableDataset<number> {
    override *[Symbol.iterator](): IterableIterator<number> {
      yield* [1, 2, 3]
    }
  }
  class KnownThree extends Three {
    override readonly length = 3
  }

  it('refuse samplers', () => {
    const samplerText =
      'DataLoader with IterableDataset: expected unspecified sampler option, but got sampler='
    expect(() => new DataLoader(new Three(), { sampler: [1] })).toThrow(samplerText)
    expect(() => new DataLoader(new Three(), { batchSampler: [[1]] })).toThrow(
      'unspecified batch_sampler option',
    )
    expect(() => new DataLoader(new Three(), { prefetchFactor: 2 })).toThrow('set prefetch_factor to None')
  })

  it('know how many batches there are where the dataset does', () => {
    expect([new DataLoader(new Three(), 2).length, new DataLoader(new KnownThree(), 2).length]).toEqual([
      Number.NaN,
      2,
    ])
  })
})

describe('datasets side by side', () => {
  const x = new TensorDataset(torch.arange(4))
  class Names extends Dataset<string> {
    override readonly length = 4
    override at(index: number): string {
      return `n${index}`
    }
  }

  it('give lists, or objects', () => {
    const pairs = new StackDataset(x, new Names())
    const records = new StackDataset({ row: x, name: new Names() })

    expect([pairs.length, records.length]).toEqual([4, 4])
    expect(pairs.at(1)[1]).toBe('n1')
    expect(records.at(2).name).toBe('n2')
    expectTypeOf(pairs.at(0)).toEqualTypeOf<readonly [[Tensor], string]>()
    expectTypeOf(records.at(0)).toEqualTypeOf<{ readonly row: [Tensor]; readonly name: string }>()
    const seen: unknown[] = []
    for (const { row, name } of new DataLoader(records, 3)) seen.push([row[0].tolist(), name])
    expect(seen).toEqual([
      [
        [0, 1, 2],
        ['n0', 'n1', 'n2'],
      ],
      [[3], ['n3']],
    ])
  })

  it('are as long as each other, at least one, and of one form', () => {
    expect(() => new StackDataset(x, new TensorDataset(torch.arange(3)))).toThrow(
      'Size mismatch between datasets',
    )
    expect(() => new StackDataset()).toThrow('At least one dataset should be passed')
    expect(() => new StackDataset(x, { y: x })).toThrow('but both types are given')
  })
})

it('types follow from the dataset and from what makes batches', () => {
  const data = new TensorDataset(torch.zeros(2, 3), torch.arange(2))
  const loader = new DataLoader(data, 2)
  const sums = new DataLoader(data, { collateFn: (samples) => samples.length })
  const later = new DataLoader(new Slow())
  class Records extends Dataset<{ image: Tensor; name: string; sizes: number[] }> {
    override readonly length = 1
    override at() {
      return { image: torch.zeros(2), name: 'a', sizes: [1, 2] }
    }
  }

  for (const batch of loader) expectTypeOf(batch).toEqualTypeOf<[Tensor, Tensor]>()
  expectTypeOf(loader.dataset).toEqualTypeOf<
    torch.utils.data.Dataset<[Tensor, Tensor]> | torch.utils.data.IterableDataset<[Tensor, Tensor]>
  >()
  expectTypeOf(sums).toEqualTypeOf<torch.utils.data.DataLoader<[Tensor, Tensor], number>>()
  expectTypeOf(later).toEqualTypeOf<torch.utils.data.DataLoader<Promise<number>, Tensor>>()
  for (const batch of new DataLoader(new Records())) {
    expectTypeOf(batch).toEqualTypeOf<{ image: Tensor; name: readonly string[]; sizes: Tensor[] }>()
    expect(batch.sizes.map((each) => each.tolist())).toEqual([[1], [2]])
  }
})

it('a split that leaves a part empty is warned of', () => {
  const warnings: string[] = []
  torch.setWarningHandler((text) => void warnings.push(text))
  const parts = torch.utils.data.randomSplit(new TensorDataset(torch.arange(3)), [0.9, 0.1])
  torch.setWarningHandler(() => undefined)

  expect(parts.map(({ length }) => length)).toEqual([3, 0])
  expect(warnings).toEqual(['Length of split at index 1 is 0. This might result in an empty dataset.'])
})

it('arrays become tensors, which share their memory where nothing is stacked', () => {
  const array = Float32Array.of(1, 2)
  const [converted] = torch.utils.data.defaultConvert([array]) as [Tensor]
  array[0] = 5

  expect(converted.tolist()).toEqual([5, 2])
  expect(String(torch.utils.data.defaultCollate([array, Float32Array.of(3, 4)]))).toBe(
    'tensor([[5., 2.],\n        [3., 4.]])',
  )
})
