import { planFor } from '@heddle/compiler'
import { type Backend, interpreterBackend } from '@heddle/core'
import { describe, expect, test } from 'vitest'
import { conformance } from './conformance.ts'
import { nullBackend } from './null-backend.ts'

const cases = conformance({ backend: interpreterBackend(), compile: planFor })
const unfused = conformance({
  backend: interpreterBackend(),
  compile: (graph, capabilities) => planFor(graph, capabilities, { fusion: false }),
})

test('conformance: ids are unique', () => {
  const ids = cases.map(({ id }) => id)

  expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([])
})

describe.each([
  ['fused', cases],
  ['unfused', unfused],
] as const)('interpreted kernels, %s', (_, all) => {
  const groups = Map.groupBy(all, ({ group }) => group)

  test.each([...groups.keys()])('%s', async (group) => {
    for (const each of groups.get(group) ?? []) await each.run()
  })
})

describe('a backend that computes nothing', () => {
  const options = { backend: nullBackend(), compile: planFor }

  test('does not conform', async () => {
    const softmax = conformance(options).find(({ id }) => id === 'composite/softmax')

    await expect(softmax?.run()).rejects.toThrow(
      /composite\/softmax: y: 35 of 35 elements of f32\[5, 7\] differ/,
    )
  })

  const skipped = (reason: string, until: string, id = 'composite/softmax') =>
    conformance({ ...options, skip: [{ id, reason, until }] })

  test('a skipped case that fails as expected passes', async () => {
    const all = skipped('it computes nothing', '2999-12-31')

    await expect(all.find(({ id }) => id === 'composite/softmax')?.run()).resolves.toBe(undefined)
    expect(all.some(({ group }) => group === 'skip')).toBe(false)
  })

  test.each([
    ['without a reason', skipped(' ', '2999-12-31'), /it has no reason/],
    ['past its last day', skipped('slow', '2001-01-01'), /its last day 2001-01-01 has passed/],
    ['without a date', skipped('slow', 'soon'), /its last day is 'soon'/],
    ['of an unknown case', skipped('slow', '2999-12-31', 'op/nothing'), /there is no case of this id/],
  ])('a skip %s fails', async (_, all, message) => {
    await expect(all.find(({ group }) => group === 'skip')?.run()).rejects.toThrow(message)
  })
})

test('a backend whose results are a thousandth too large does not conform', async () => {
  const honest = interpreterBackend()
  const skewed: Backend = {
    ...honest,
    read: async (buffer) => {
      const data = await honest.read(buffer)
      for (let at = 0; at < data.length; at++) data[at] = Number(data[at]) * (1 + 1e-3)
      return data
    },
    get liveBytes() {
      return honest.liveBytes
    },
  }

  const all = conformance({ backend: skewed, compile: planFor })

  for (const id of ['op/exp(f32[2,3])', 'composite/softmax', 'program/convolutional net']) {
    await expect(all.find((each) => each.id === id)?.run(), id).rejects.toThrow(/differ/)
  }
})

test('a skipped case that passes fails: its entry has to go', async () => {
  const skip = [{ id: 'composite/relu', reason: 'none left', until: '2999-12-31' }]
  const all = conformance({ backend: interpreterBackend(), compile: planFor, skip })

  await expect(all.find(({ id }) => id === 'composite/relu')?.run()).rejects.toThrow(/remove its skip/)
})
