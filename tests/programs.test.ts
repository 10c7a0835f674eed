// Random programs and their derivatives: the reference, kernels fused and not, JavaScript and WebAssembly agree. Bounded in time;
// `npm run fuzz` runs the same properties for as long as one likes. A failure names its seed and the smallest recipe.
import { nodesOf, opNames } from '@heddle/core'
import {
  buildDuality,
  buildProgram,
  checkAgreement,
  checkDuality,
  checkForms,
  recipes,
} from '@heddle/testkit'
import { assert, asyncProperty, property, sample } from 'fast-check'
import { expect, test } from 'vitest'
import { backends, builders, compilers } from './random-programs.ts'

const BUDGET_MS = 4000
/** The same programs on every machine, as far as the time goes. */
const MOST_RUNS = 200
const SEED = 20
/** Least share of results that must have a bound: an oracle that knows nothing finds nothing. */
const LEAST_KNOWN = 0.6

test('random programs reach every op of the table', () => {
  const programs = sample(recipes(), { seed: SEED, numRuns: 2000 }).map(buildProgram)

  const reached = new Set(programs.flatMap(({ graph }) => nodesOf(graph).map(({ op }) => op)))

  expect(opNames.filter((op) => !reached.has(op))).toEqual([])
})

test.each(Object.entries(builders))(`random %ss survive text and JSON, seed ${SEED}`, (_, build) => {
  const programs = sample(recipes(), { seed: SEED, numRuns: 50 }).map(build)

  for (const program of programs) if (program) checkForms(program, compilers[0]!)
})

test.each(Object.entries(builders))(`random %ss agree on every runtime, seed ${SEED}`, async (_, build) => {
  const known: number[] = []
  const agreement = asyncProperty(recipes(), async (recipe) => {
    const program = build(recipe)
    if (program === undefined) return
    known.push((await checkAgreement(program, backends, compilers)).known)
  })

  await assert(agreement, { seed: SEED, numRuns: MOST_RUNS, interruptAfterTimeLimit: BUDGET_MS })

  expect(known.length).toBeGreaterThan(10)
  expect(known.reduce((sum, share) => sum + share, 0) / known.length).toBeGreaterThan(LEAST_KNOWN)
})

test(`forward and reverse derivatives of random programs are dual, seed ${SEED}`, () => {
  let compared = 0
  const duality = property(recipes(), (recipe) => {
    const program = buildDuality(recipe)
    if (program !== undefined && checkDuality(program)) compared++
  })

  assert(duality, { seed: SEED, numRuns: MOST_RUNS, interruptAfterTimeLimit: BUDGET_MS })

  expect(compared).toBeGreaterThan(50)
})
