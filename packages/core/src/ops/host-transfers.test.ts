import { expect, test } from 'vitest'
import { opNames, opRecord } from '../ir/builder.ts'
import { hostTransfers } from './host-transfers.ts'

/** Lower it when an op learns to stay on the device; never raise it. */
const mostTransfers = 1

test('host transfers: the list is what the records say', () => {
  const moving = opNames.filter((op) => {
    const { lowering } = opRecord(op)
    return lowering.kind === 'host' && lowering.expansion?.covers !== 'all sizes'
  })

  expect(hostTransfers.map(({ op }) => op)).toEqual(moving)
})

test('host transfers: the list only shrinks', () => {
  expect(hostTransfers.length).toBeLessThanOrEqual(mostTransfers)
})

test('host transfers: each has a reason and a date', () => {
  for (const { sizes, reason, since } of hostTransfers) {
    expect([sizes, reason].every((words) => words.trim().length > 0)).toBe(true)
    expect(since).toMatch(/^\d{4}-\d{2}-\d{2}$/)
  }
})
