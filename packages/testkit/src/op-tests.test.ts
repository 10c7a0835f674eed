import { opNames, opRecord } from '@heddle/core'
import { describe, expect, test } from 'vitest'
import { conventionCases, gradientCases } from './gradient-tests.ts'
import { allOpCases, opCases } from './op-tests.ts'

test('ids of cases are unique', () => {
  const ids = [...allOpCases(), ...opNames.flatMap(gradientCases), ...conventionCases()].map(({ id }) => id)

  expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([])
})

/** Inputs and control flow have no samples: programs test them. */
const sampled = opNames.filter((op) => op !== 'input' && opRecord(op).kind !== 'control')

describe.each(sampled)('%s', (op) => {
  const groups = Map.groupBy([...opCases(op), ...gradientCases(op)], ({ id }) => id.split('/')[0] ?? id)

  test.each([...groups.keys()])('%s', (name) => {
    for (const each of groups.get(name) ?? []) each.run()
  })
})

test.each(conventionCases().map(({ id }) => id))('%s', (id) => {
  conventionCases()
    .find((each) => each.id === id)
    ?.run()
})
