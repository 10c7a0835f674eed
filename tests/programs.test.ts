// Random programs: the reference, kernels fused and not, JavaScript and WebAssembly agree. Bounded in time; `npm run fuzz`
// runs the same properties for as long as one likes.
import { buildGradient, buildProgram, checkAgreement, checkForms, recipes } from '@heddle/testkit'
import { assert, asyncProperty, sample } from 'fast-check'
import { expect, test } from 'vitest'
import { backends, compilers } from './random-programs.ts'

const BUDGET_MS = 4000
/** The same programs on every machine, as far as the time goes. */
const MOST_RUNS = 200
const SEED = 20
/** Least share of results that must have a bound: an oracle that knows nothing finds nothing. */
const LEAST_KNOWN = 0.6

test.each([
  ['programs', buildProgram],
  ['gradients', buildGradient],
] as const)(`random %s survive text and JSON, seed ${SEED}`, (_, build) => {
  const programs = sample(recipes(), { seed: SEED, numRuns: 50 }).map(build)

  for (const program of programs) if (program) checkForms(program, compilers[0]!)
})

test.each([
  ['programs', buildProgram],
  ['gradients', buildGradient],
] as const)(`random %s agree on every runtime, seed ${SEED}`, async (_, build) => {
  const known: number[] = []
  const property = asyncProperty(recipes(), async (recipe) => {
    const program = build(recipe)
    if (program === undefined) return
    known.push((await checkAgreement(program, backends, compilers)).known)
  })

  await assert(property, { seed: SEED, numRuns: MOST_RUNS, interruptAfterTimeLimit: BUDGET_MS })

  expect(known.length).toBeGreaterThan(10)
  expect(known.reduce((sum, share) => sum + share, 0) / known.length).toBeGreaterThan(LEAST_KNOWN)
})
