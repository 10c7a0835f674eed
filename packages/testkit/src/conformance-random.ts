// A few random programs and their derivatives as conformance cases, the same ones every time.
import { sample } from 'fast-check'
import type { ProgramCase } from './conformance-cases.ts'
import { buildGradient, buildProgram, recipes } from './programs.ts'

const SEED = 7
const COUNT = 16

export function randomCases(): readonly ProgramCase[] {
  return sample(recipes({ mostSteps: 10 }), { seed: SEED, numRuns: COUNT }).flatMap((recipe, at) => {
    const programs = { program: buildProgram(recipe), gradient: buildGradient(recipe) }
    return Object.entries(programs).flatMap(([kind, program]) =>
      program === undefined ? [] : [{ id: `random/${at}/${kind}`, group: `random/${kind}`, ...program }],
    )
  })
}
