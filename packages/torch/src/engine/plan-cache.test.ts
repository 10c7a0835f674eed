// Compiled traces are kept: a changed shape compiles once, and programs of ever new shapes keep what they used last.
import { describe, expect, it } from 'vitest'
import * as torch from '../index.ts'

const { nn, optim } = torch
const { stats } = torch._internal

/** How many traces are compiled on the way. */
function compiledBy(run: () => void): number {
  const before = stats().compileCount
  run()
  return stats().compileCount - before
}

describe('a training step whose batch changes its size', () => {
  it('compiles once for a new size, and nothing for those it had', () => {
    torch.manualSeed(0)
    const model = new nn.Sequential(new nn.Linear(3, 4), new nn.Tanh(), new nn.Linear(4, 1))
    const optimizer = new optim.Adam(model.parameters())
    const step = (rows: number): void => {
      const x = torch
        .arange(3 * rows)
        .float()
        .view(rows, 3)
      optimizer.zeroGrad()
      const loss = nn.functional.mseLoss(model(x), x.sum(1, true))
      loss.backward()
      optimizer.step()
      loss.item()
    }
    for (let k = 0; k < 4; k++) step(8)

    expect(compiledBy(() => step(5))).toBe(1)
    expect(compiledBy(() => [8, 5, 5, 8, 8, 5].forEach(step))).toBe(0)
    expect(compiledBy(() => step(6))).toBe(1)
    expect(compiledBy(() => [6, 8, 5, 6].forEach(step))).toBe(0)
  })
})

describe('a program of ever new shapes', () => {
  const use = (size: number): number => torch.full([size], 2).mul(3).sum().item()
  const { backend } = torch.device('cpu')

  it('keeps the plans it used last, and gives the memory of the others back', () => {
    for (let size = 1; size <= 300; size++) expect(use(size)).toBe(6 * size)
    const liveBytes = backend.liveBytes
    for (let size = 1; size <= 300; size++) use(size)

    expect(stats().cacheSize).toBe(256)
    expect(backend.liveBytes).toBe(liveBytes)
    expect(compiledBy(() => use(300))).toBe(0)
    expect(compiledBy(() => use(60))).toBe(0)
    expect(compiledBy(() => use(1))).toBe(1)
    expect(compiledBy(() => use(1))).toBe(0)
  })
})
