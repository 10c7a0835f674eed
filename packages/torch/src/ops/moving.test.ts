// Positions and numbers that change from step to step: what is recorded becomes one and the same, and is compiled once.
import { describe, expect, it } from 'vitest'
import { endEra } from '../engine/cell.ts'
import * as torch from '../index.ts'
import { Positions } from './moving.ts'

const compileCount = (): number => torch._internal.stats().compileCount

/** Compilations of the last steps of a loop. */
function compilationsLate(step: (k: number) => void, steps = 60): number {
  let early = 0
  for (let k = 0; k < steps; k++) {
    if (k === steps / 2) early = compileCount()
    step(k)
  }
  return compileCount() - early
}

describe('positions that change', () => {
  const table = torch.arange(180).float().view(60, 3)

  it('of a row compile nothing after the first few, and read the row', () => {
    const rows: unknown[] = []

    const late = compilationsLate((k) => rows.push(table.at(k).mul(2).tolist()))

    expect(late).toBe(0)
    expect(rows).toEqual(Array.from({ length: 60 }, (_, k) => [6 * k, 6 * k + 2, 6 * k + 4]))
  })

  it('of a range compile nothing after the first few', () => {
    const sums: number[] = []

    const late = compilationsLate(
      (k) =>
        sums.push(
          table
            .at(torch.slice(k, k + 2))
            .sum()
            .item(),
        ),
      58,
    )

    expect(late).toBe(0)
    expect(sums[50]).toBe([150, 151, 152, 153, 154, 155].reduce((sum, each) => sum + each, 0))
  })

  it('of writes compile nothing after the first few, and write where they say', () => {
    const x = torch.zeros(60, 2)

    const late = compilationsLate((k) => {
      x.at(k).add_(k)
      x.sum().item()
    })

    expect(late).toBe(0)
    expect(x.at(45).tolist()).toEqual([45, 45])
    expect(x.sum().item()).toBe(2 * 1770)
  })

  it('lead gradients back to where they were read', () => {
    const x = torch.ones(20, 2, { requiresGrad: true })
    for (let k = 0; k < 20; k++) x.at(k).mul(k).sum().backward()

    expect(x.grad?.tolist()).toEqual(Array.from({ length: 20 }, (_, k) => [k, k]))
    expect(x.at(17).gradFn?.name()).toBe('SelectBackward0')
  })

  it('may be written through, where a result has gradients', () => {
    const x = torch.ones(20, { requiresGrad: true })
    const y = x.mul(1)
    for (let k = 0; k < 20; k++) y.at(k).mul_(k)
    y.sum().backward()

    expect(x.grad?.tolist()).toEqual(Array.from({ length: 20 }, (_, k) => k))
  })

  it('in the batches of a shuffled dataset compile nothing after the first pass', () => {
    const dataset = new torch.utils.data.TensorDataset(table, torch.arange(60))
    const loader = new torch.utils.data.DataLoader<readonly torch.Tensor[]>(dataset, {
      batchSize: 6,
      shuffle: true,
    })

    const late = compilationsLate(() => {
      for (const [x, y] of loader)
        (x as torch.Tensor)
          .sum()
          .add((y as torch.Tensor).sum())
          .item()
    }, 6)

    expect(late).toBe(0)
  })

  it("in samples of a dataset of one's own compile nothing after the first passes", () => {
    class Rows extends torch.utils.data.Dataset<torch.Tensor> {
      override readonly length = 60
      override at(index: number): torch.Tensor {
        return table.at(index)
      }
    }
    const loader = new torch.utils.data.DataLoader<torch.Tensor>(new Rows(), { batchSize: 6, shuffle: true })

    const late = compilationsLate(() => {
      for (const x of loader) x.sum().item()
    }, 6)

    expect(late).toBe(0)
  })
})

describe('parts, one looked at after the other', () => {
  type Ways = Readonly<Record<string, (rows: torch.Tensor) => Iterable<torch.Tensor>>>
  const each = (part: (k: number) => torch.Tensor) => Array.from({ length: 40 }, (_, k) => part(k))
  const ways: Ways = {
    split: (rows) => rows.split(2),
    'split by sizes': (rows) => rows.split(new Array(40).fill(2)),
    'split along the second dimension': (rows) => rows.split(2, 1),
    chunk: (rows) => rows.chunk(40),
    unbind: (rows) => rows.unbind(),
    tensorSplit: (rows) => rows.tensorSplit(40),
    vsplit: (rows) => rows.vsplit(40),
    'for ... of': (rows) => rows,
    narrow: (rows) => each((k) => rows.narrow(0, 2 * k, 2)),
    slice: (rows) => each((k) => rows.at(torch.slice(2 * k, 2 * k + 2))),
    select: (rows) => each((k) => rows.select(0, k)),
  }

  it.each(Object.entries(ways))(
    'of %s compile for the first few, and nothing in a second pass',
    (way, parts) => {
      // Each has a shape of its own: what one was seen to do must not help another.
      const width = 80 + Object.keys(ways).indexOf(way)
      const rows = torch
        .arange(80 * width)
        .double()
        .view(80, width)
      const sums: number[] = []
      const pass = (): number => {
        const before = compileCount()
        for (const part of parts(rows)) sums.push(part.mul(2).sum().item())
        return compileCount() - before
      }

      const first = pass()
      expect(first).toBeGreaterThan(1)
      expect(first).toBeLessThanOrEqual(12)
      expect(pass()).toBe(0)
      const all = [...parts(rows)].map((part) =>
        (part.tolist() as number[]).flat().reduce((sum, each) => sum + each, 0),
      )
      expect(sums).toEqual([...all, ...all].map((sum) => 2 * sum))
    },
  )

  it('may be written through', () => {
    const x = torch.zeros(60, 2)
    const before: number[] = []
    for (const [k, part] of x.split(2).entries()) {
      before.push(compileCount())
      part.add_(k)
      x.sum().item()
    }

    expect(before.at(-1)).toBe(before[14])
    expect(x.select(1, 0).tolist()).toEqual(Array.from({ length: 60 }, (_, k) => Math.floor(k / 2)))
  })

  it('lead gradients back, those that moved and those that did not', () => {
    const x = torch.ones(40, 2, { requiresGrad: true })
    const gradients = (): unknown => {
      x.grad = null
      for (const [k, part] of x.split(2).entries()) part.mul(k).sum().backward()
      return (x.grad as torch.Tensor | null)?.select(1, 0).tolist()
    }
    const still = gradients()
    for (const part of x.detach().split(2)) part.sum().item()

    expect(still).toEqual(Array.from({ length: 40 }, (_, k) => Math.floor(k / 2)))
    expect(gradients()).toEqual(still)
  })
})

it('gradients of parts, one after the other, compile for the first few only', () => {
  const x = torch.ones(80, 7, { requiresGrad: true })
  const pass = (): number => {
    const before = compileCount()
    for (const [k, part] of x.split(2).entries()) {
      const loss = part.mul(k < 20 ? 1 : 3).sum()
      loss.backward()
      loss.item()
    }
    return compileCount() - before
  }

  expect(pass()).toBeLessThanOrEqual(20)
  pass()
  expect(pass()).toBe(0)
  expect(x.grad?.select(1, 3).tolist()).toEqual(Array.from({ length: 80 }, (_, k) => (k < 40 ? 3 : 9)))
})

describe('positions of which every evaluation reads the same ones', () => {
  const sequence = (positions: Positions, from: number, to: number): boolean => {
    let moves = false
    for (let k = from; k < to; k++) moves = positions.note(k)
    endEra()
    return moves
  }

  it('stay parts of the plan, however many they are', () => {
    const positions = new Positions()
    for (let k = 0; k < 10; k++) expect(sequence(positions, 0, 50)).toBe(false)
  })

  it('become operands where evaluations read others', () => {
    const positions = new Positions()
    const moved = Array.from({ length: 6 }, (_, k) => sequence(positions, 4 * k, 4 * k + 4))

    expect(moved).toEqual([false, false, false, true, true, true])
  })
})

describe('numbers that change', () => {
  it('compile nothing once there were five, also where one comes again', () => {
    const x = torch.ones(7)
    const found: number[] = []

    const late = compilationsLate((k) =>
      found.push(
        x
          .mul(k % 7)
          .sum()
          .item(),
      ),
    )

    expect(late).toBe(0)
    expect(found.slice(0, 8)).toEqual([0, 7, 14, 21, 28, 35, 42, 0])
  })
})
