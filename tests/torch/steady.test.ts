// Nobody disposes of anything: after 10,000 steps, in a synchronous loop in which no finaliser runs, there is what there was before.
// `steady/print-memory.ts` prints the same in bytes, those of the heap too.
import * as torch from '@heddle/torch'
import { describe, expect, it } from 'vitest'
import { loops } from './steady/loops.ts'

function counters() {
  const { applicationCount: _, ...counts } = torch._internal.stats()
  return { ...counts, liveBytes: torch.device('cpu').backend.liveBytes }
}

describe.each(Object.entries(loops))('in a loop of %s', (_, make) => {
  it('counters after 10,000 steps are those after 2,500', () => {
    torch.manualSeed(0)
    const step = make()
    const steps = (count: number): void => {
      for (let k = 0; k < count; k++) step()
    }
    steps(2499)
    const before = counters().flushCount
    steps(1)
    const early = counters()
    steps(7500)
    const late = counters()

    // Where arrays are large those nobody knows to be dropped are copied to the host, so that count goes on.
    expect({ ...late, flushCount: 0, spillCount: 0 }).toEqual({ ...early, flushCount: 0, spillCount: 0 })
    expect(late.flushCount - early.flushCount).toBe(7500 * (early.flushCount - before))
  })

  it('nothing is left to evaluate once it was looked at', () => {
    const step = make()
    for (let k = 0; k < 10; k++) step()
    torch.zeros(1).add(1).item()

    expect(counters()).toMatchObject({ recordedCount: 0, pendingCount: 0 })
  })
})
