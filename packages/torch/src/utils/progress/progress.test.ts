// The progress bar: its line beside tqdm's, what a terminal gets at which time, and that nothing happens where nobody watches.
import { describe, expect, expectTypeOf, it, vi } from 'vitest'
import recorded from '../../golden/progress.json' with { type: 'json' }
import * as torch from '../../index.ts'
import { meterText, numberText } from './meter.ts'
import { type AsyncProgress, Progress, type ProgressOptions, progress } from './progress.ts'

describe('the line', () => {
  it.each(recorded.lines)("is tqdm's: $text", ({ text, rate, total, ...numbers }) => {
    expect(meterText({ ...numbers, rate: rate ?? undefined, total: total ?? undefined })).toBe(text)
  })

  it.each(recorded.numbers)("has tqdm's form of %s", (value, text) => {
    expect(numberText(Number(value))).toBe(text)
  })

  it('says which numbers are none', () => {
    expect([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map(numberText)).toEqual([
      'nan',
      'inf',
      '-inf',
    ])
  })
})

/** A terminal of 50 columns, and a clock that the test moves. */
function watched(isTTY = true) {
  const writes: string[] = []
  let time = 0
  return {
    writes,
    file: { isTTY, columns: 50, write: (text: string) => writes.push(text) },
    now: () => time,
    pass: (milliseconds: number) => {
      time += milliseconds
    },
  }
}

const over = <T>(items: Iterable<T>, options: ProgressOptions, now: () => number): Progress<T> =>
  new Progress(items, options, now)

describe('on a terminal', () => {
  it('draws at the beginning, ten times a second, and at the end', () => {
    const { writes, file, now, pass } = watched()
    for (const k of over([10, 20, 30, 40], { file, desc: 'train' }, now)) pass(k * 3)

    expect(writes).toEqual([
      '\rtrain:   0%|               | 0/4 [00:00<?, ?it/s]',
      '\rtrain:  75%|█████▎ | 3/4 [00:00<00:00, 16.67it/s]',
      '\rtrain: 100%|███████| 4/4 [00:00<00:00, 12.60it/s]',
      '\rtrain: 100%|███████| 4/4 [00:00<00:00, 13.33it/s]',
      '\n',
    ])
  })

  it('shows the rate of late on the way, and that of all at the end', () => {
    const { writes, file, now, pass } = watched()
    const waits = [1000, 1000, 2000, 4000]
    for (const wait of over(waits, { file }, now)) pass(wait)

    expect(writes.map((text) => /\[.*\]/.exec(text)?.[0])).toEqual([
      '[00:00<?, ?it/s]',
      '[00:01<00:03,  1.00it/s]',
      '[00:02<00:02,  1.00it/s]',
      '[00:04<00:01,  1.46s/it]',
      '[00:08<00:00,  2.46s/it]',
      '[00:08<00:00,  2.00s/it]',
      undefined,
    ])
  })

  it('reads tensors when they are drawn, and only then', () => {
    const { writes, file, now, pass } = watched()
    const { flushCount } = torch._internal.stats()
    const bar = over(Array.from({ length: 40 }), { file }, now)
    let sum = torch.zeros(1)
    for (const _ of bar) {
      sum = sum.add(1)
      bar.setPostfix({ sum })
      pass(10)
    }

    expect(torch._internal.stats().flushCount - flushCount).toBe(4)
    expect(writes.slice(1, -1).map((text) => /sum=\d+/.exec(text)?.[0])).toEqual([
      'sum=10',
      'sum=20',
      'sum=30',
      'sum=40',
      'sum=40',
    ])
  })

  it('takes the line away where it should not stay, also when the loop ends early', () => {
    const { writes, file, now } = watched()
    for (const k of over([1, 2, 3], { file, leave: false }, now)) if (k === 2) break

    const drawn = '  0%|                      | 0/3 [00:00<?, ?it/s]'
    expect(writes).toEqual([`\r${drawn}`, `\r${' '.repeat(drawn.length)}\r`])
  })

  it('draws over a longer line of a bar inside', () => {
    const { writes, file, now, pass } = watched()
    for (const _ of over([1, 2], { file, desc: 'epoch' }, now)) {
      for (const __ of over([1], { file, leave: false, desc: 'batch' }, now)) pass(200)
    }

    expect(writes.filter((text) => text.includes('epoch')).map((text) => text.length)).toEqual([
      50, 50, 50, 50,
    ])
    expect(writes.at(-2)).toMatch(/^\repoch: 100%\|█+\| 2\/2/)
  })

  it('is moved by hand, writes lines above itself, and ends with its block', () => {
    const { writes, file, now, pass } = watched()
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
    {
      using bar = new Progress(undefined, { file, total: 10, unit: 'step' }, now)
      pass(500)
      bar.update(5)
      bar.setDescription('half')
      bar.write('a remark')
      expect([bar.n, bar.total]).toEqual([5, 10])
    }

    expect(log.mock.calls).toEqual([['a remark']])
    log.mockRestore()
    expect(writes.map((text) => text.trim())).toEqual([
      '0%|                   | 0/10 [00:00<?, ?step/s]',
      '50%|█████▌     | 5/10 [00:00<00:00, 10.00step/s]',
      '',
      'half:  50%|██▌  | 5/10 [00:00<00:00, 10.00step/s]',
      'half:  50%|██▌  | 5/10 [00:00<00:00, 10.00step/s]',
      '',
    ])
  })

  it('goes over what is asynchronous', async () => {
    const { writes, file } = watched()
    async function* three() {
      yield* [1, 2, 3]
    }
    const bar = progress(three(), { file, total: 3 })
    const seen: number[] = []
    for await (const k of bar) seen.push(k)

    expect(seen).toEqual([1, 2, 3])
    expect(writes.at(-2)).toContain('3/3')
    expectTypeOf(bar).toEqualTypeOf<AsyncProgress<number>>()
  })
})

describe('where nobody watches', () => {
  it('nothing is drawn or read, and elements come as they are', () => {
    const { writes, file } = watched(false)
    const { flushCount } = torch._internal.stats()
    const bar = progress([1, 2, 3], { file })
    const seen: number[] = []
    for (const k of bar) {
      seen.push(k)
      bar.setPostfix({ loss: torch.ones(1).add(k) })
    }

    expect(seen).toEqual([1, 2, 3])
    expect(bar.n).toBe(3)
    expect(writes).toEqual([])
    expect(torch._internal.stats().flushCount).toBe(flushCount)
  })

  it('nothing happens in a browser, which has no standard error', () => {
    vi.stubGlobal('process', undefined)
    const seen = [...progress(3)]
    vi.unstubAllGlobals()

    expect(seen).toEqual([0, 1, 2])
  })

  it('a bar can be switched off', () => {
    const { writes, file } = watched()
    progress({ total: 3, file, disable: true }).update()

    expect(writes).toEqual([])
  })
})

it('has the types and the length of what it goes over', () => {
  const data = new torch.utils.data.TensorDataset(torch.arange(10))
  const loader = new torch.utils.data.DataLoader(data, { batchSize: 4 })
  const bar = progress(loader)

  expectTypeOf(bar).toEqualTypeOf<Progress<[torch.Tensor]>>()
  expect(bar.total).toBe(3)
  expect([...bar].map(([x]) => x.shape[0])).toEqual([4, 4, 2])
  expect([progress(new Set([1, 2])).total, progress(7).total, progress(new Map().keys()).total]).toEqual([
    2,
    7,
    undefined,
  ])
})
