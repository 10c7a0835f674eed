import { expect, test } from 'vitest'
import { outcomeOf, type Report } from './outcome.ts'

const file = 'packages/core/src/x.test.ts'

const reportOf = (statuses: readonly string[], message = ''): Report => ({
  testResults: [
    {
      name: file,
      status: 'failed',
      message,
      assertionResults: statuses.map((status, k) => ({ status, fullName: ` test ${k}` })),
    },
  ],
})

test('mutants: the tests that fail have noticed', () => {
  expect(outcomeOf(1, reportOf(['passed', 'failed', 'failed']))).toEqual({
    kind: 'failed',
    tests: [`${file}: test 1`, `${file}: test 2`],
  })
})

test('mutants: a test that fails has noticed also if a later one ends the process', () => {
  expect(outcomeOf(1, reportOf(['failed', 'pending'])).kind).toBe('failed')
})

test('mutants: a process that runs out of memory has noticed nothing', () => {
  expect(outcomeOf(1, reportOf(['pending', 'pending']))).toEqual({
    kind: 'crashed',
    how: `${file}: the process ended`,
  })
})

test('mutants: a file that does not load has noticed nothing', () => {
  expect(outcomeOf(1, reportOf([], 'no such op\n  at ...'))).toEqual({
    kind: 'crashed',
    how: `${file}: no such op`,
  })
})

test('mutants: a run that is killed or leaves no report has noticed nothing', () => {
  expect(outcomeOf(undefined, undefined)).toEqual({ kind: 'crashed', how: 'did not end' })
  expect(outcomeOf(134, undefined)).toEqual({ kind: 'crashed', how: 'exit 134 without a failed test' })
})

test('mutants: tests that pass have noticed nothing', () => {
  expect(outcomeOf(0, undefined)).toEqual({ kind: 'passed' })
})
