import { expect, test } from 'vitest'
import { opNames, opRecord } from '../ir/builder.ts'
import { hostDecisions, hostTransfers } from './host-transfers.ts'

/** Lower them when an op learns to stay on the device; never raise them. */
const mostTransfers = 1
const mostDecisions = 2

test('host transfers: the list is what the records say', () => {
  const moving = opNames.filter((op) => {
    const { lowering } = opRecord(op)
    return lowering.kind === 'host' && lowering.expansion?.covers !== 'all sizes'
  })

  expect(hostTransfers.map(({ op }) => op)).toEqual(moving)
})

test('host transfers: the host decides for ops with bodies', () => {
  expect(hostDecisions.map(({ op }) => opRecord(op).kind)).toEqual(['control', 'control'])
})

test('host transfers: the lists only shrink', () => {
  expect(hostTransfers.length).toBeLessThanOrEqual(mostTransfers)
  expect(hostDecisions.length).toBeLessThanOrEqual(mostDecisions)
})

test('host transfers: each has a reason and a date', () => {
  for (const { what, reason, since } of [...hostTransfers, ...hostDecisions]) {
    expect([what, reason].every((words) => words.trim().length > 0)).toBe(true)
    expect(since).toMatch(/^\d{4}-\d{2}-\d{2}$/)
  }
})
