// The list of planted bugs does not rot: every text still occurs once, every test is still there. `npm run mutants` plants them.
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { mutants } from './index.ts'

/** As many as the list must have. */
const LEAST = 40

const occurrences = (text: string, part: string): number => text.split(part).length - 1

test('every planted bug fits the sources as they are', () => {
  const misfits = mutants.filter(
    ({ file, find }) => !existsSync(file) || occurrences(readFileSync(file, 'utf8'), find) !== 1,
  )

  expect(misfits.map(({ name, file }) => `${name}: its text does not occur exactly once in ${file}`)).toEqual(
    [],
  )
})

test('every planted bug changes something, and names tests that exist', () => {
  const idle = mutants.filter(({ find, replace }) => find === replace)
  const missing = mutants.flatMap(({ name, tests }) =>
    tests.filter((file) => !existsSync(file)).map((file) => `${name}: ${file}`),
  )

  expect(idle).toEqual([])
  expect(missing).toEqual([])
  expect(mutants.filter(({ tests }) => tests.length === 0)).toEqual([])
})

test('planted bugs are many, and have names of their own', () => {
  const names = mutants.map(({ name }) => name)

  expect(names.length).toBeGreaterThanOrEqual(LEAST)
  expect(new Set(names).size).toBe(names.length)
})
