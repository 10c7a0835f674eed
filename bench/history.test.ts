import { expect, test } from 'vitest'
import { brokenSince, type Run, slowerThan } from './history.ts'
import { summarize } from './statistics.ts'

function runOf(
  samples: Readonly<Record<string, readonly number[]>>,
  refused: Record<string, string> = {},
): Run {
  const timings = Object.entries(samples).map(([peer, each]) => [peer, summarize(each)])
  return {
    version: 1,
    date: '2026-01-01T00:00:00.000Z',
    commit: 'abc',
    machine: { cpu: 'cpu', cores: 2, memoryGiB: 8, system: 'linux x64', node: 'v24.0.0' },
    load: [0, 0],
    rounds: 3,
    peers: {},
    cases: { gelu: { timings: Object.fromEntries(timings), refused, voices: 2 } },
  }
}

test('statistics: one slow sample of five moves neither the median nor the quartiles', () => {
  expect(summarize([2, 1, 3, 2, 100])).toEqual({ median: 2, low: 2, high: 3 })
})

test('history: a slower median outside the spread of both runs got worse', () => {
  const before = runOf({ heddle: [1, 1, 1.1], torch: [1, 1, 1] })
  const after = runOf({ heddle: [1.5, 1.5, 1.6], torch: [2, 2, 2] })

  expect(slowerThan(before, after)).toEqual([{ name: 'gelu', peer: 'heddle', before: 1, after: 1.5 }])
})

test('history: a slower median inside the spread is no news', () => {
  expect(slowerThan(runOf({ heddle: [1, 1, 2] }), runOf({ heddle: [1, 1.2, 2] }))).toEqual([])
})

test('history: a case that was timed and is refused now is broken', () => {
  const after = runOf({}, { heddle: 'wrong result' })

  expect(brokenSince(runOf({ heddle: [1] }), after)).toEqual(['gelu: wrong result'])
  expect(brokenSince(runOf({}), after)).toEqual([])
})
