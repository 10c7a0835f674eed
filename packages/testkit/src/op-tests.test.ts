import { opNames } from '@heddle/core'
import { describe, expect, test } from 'vitest'
import { conventionCases, gradientCases } from './gradient-tests.ts'
import { allOpCases, opCases } from './op-tests.ts'

test('ids of cases are unique', () => {
  const ids = [...allOpCases(), ...opNames.flatMap(gradientCases), ...conventionCases()].map(({ id }) => id)

  expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([])
})

describe.each(opNames.filter((op) => op !== 'input'))('%s', (op) => {
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
