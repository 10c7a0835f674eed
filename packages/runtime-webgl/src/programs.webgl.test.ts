// Random programs and their derivatives on WebGL2, within the bounds of the reference: other programs than those of the conformance
// suite, for a few seconds. A failure names its seed and the smallest recipe; `npm run fuzz` makes the same programs in Node.
import { planFor } from '@heddle/compiler'
import {
  buildGradient,
  buildProgram,
  buildSecond,
  buildTangent,
  checkAgreement,
  recipes,
} from '@heddle/testkit'
import { assert, asyncProperty } from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { webgl } from './index.ts'

const backend = webgl()
afterAll(() => backend.dispose())

const BUDGET_MS = 4000
/** As far as the time goes. */
const MOST_RUNS = 100
const SEED = 11

const compilers = [{ name: 'fused', compile: planFor }]

test.each([
  ['program', buildProgram],
  ['gradient', buildGradient],
  ['tangent', buildTangent],
  ['second', buildSecond],
] as const)(`random %ss agree with the reference, seed ${SEED}`, async (_, build) => {
  let ran = 0
  const end = performance.now() + BUDGET_MS
  const agreement = asyncProperty(recipes({ mostSteps: 10 }), async (recipe) => {
    const program = performance.now() < end ? build(recipe) : undefined
    if (program === undefined) return
    await checkAgreement(program, [backend], compilers)
    ran++
  })

  await assert(agreement, { seed: SEED, numRuns: MOST_RUNS })

  expect(ran).toBeGreaterThan(5)
})
