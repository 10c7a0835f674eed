// The properties of `programs.test.ts` for as long as one likes, on new seeds each time. Stops at the first failure, made as
// small as it gets, and prints the program, the recipe and the seed.
//   npm run fuzz -- --minutes 10
//   npm run fuzz -- --seed 42 --steps 30      larger programs
//   npm run fuzz -- --recipe '{"seed":0,...}' --kind gradient      one recipe again
import { parseArgs } from 'node:util'
import { printGraph } from '@heddle/core'
import { buildDuality, checkAgreement, checkDuality, checkForms, type Recipe, recipes } from '@heddle/testkit'
import { asyncProperty, check } from 'fast-check'
import { backends, builders, compilers } from './random-programs.ts'

/** Programs of one seed. */
const RUNS = 200

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string' },
    steps: { type: 'string', default: '12' },
    recipe: { type: 'string' },
    kind: { type: 'string', default: 'program' },
  },
})

const kinds: typeof builders = { ...builders, duality: buildDuality }

async function checkRecipe(kind: string, recipe: Recipe): Promise<number | undefined> {
  const program = kinds[kind]?.(recipe)
  if (program === undefined) return undefined
  if (kind === 'duality') return checkDuality(program) ? 1 : undefined
  checkForms(program, compilers[0]!)
  return (await checkAgreement(program, backends, compilers)).known
}

function explain(kind: string, recipe: Recipe, error: unknown): void {
  console.log(textOf(kind, recipe))
  console.log(error instanceof Error ? error.stack : error)
  console.log(`npm run fuzz -- --kind ${kind} --recipe '${JSON.stringify(recipe)}'`)
}

/** The program, or what it is to be the derivative of where that cannot be built. */
function textOf(kind: string, recipe: Recipe): string {
  for (const build of [kinds[kind], kinds['program']]) {
    try {
      const program = build?.(recipe)
      if (program !== undefined) return printGraph(program.graph)
    } catch {}
  }
  return 'the program cannot be built'
}

async function fuzz(): Promise<boolean> {
  const end = performance.now() + Number(values.minutes) * 60_000
  let seed = Number(values.seed ?? Date.now() % 1_000_000)
  let programs = 0
  let known = 0
  for (; performance.now() < end; seed++) {
    for (const kind of Object.keys(kinds)) {
      const property = asyncProperty(recipes({ mostSteps: Number(values.steps) }), async (recipe) => {
        const share = await checkRecipe(kind, recipe)
        if (share === undefined) return
        programs++
        known += share
      })
      const left = Math.max(0, end - performance.now())
      const result = await check(property, { seed, numRuns: RUNS, interruptAfterTimeLimit: left })
      if (!result.failed || result.counterexample === null) continue
      console.log(`seed ${seed}, ${kind}, after ${programs} programs`)
      explain(kind, result.counterexample[0], result.errorInstance)
      return false
    }
  }
  console.log(`${programs} programs agree; ${Math.round((100 * known) / programs)} % of results have a bound`)
  return true
}

async function once(recipe: Recipe): Promise<boolean> {
  const { kind } = values
  try {
    await checkRecipe(kind, recipe)
    console.log('the program agrees')
    return true
  } catch (error) {
    explain(kind, recipe, error)
    return false
  }
}

const passed = values.recipe === undefined ? await fuzz() : await once(JSON.parse(values.recipe) as Recipe)
process.exitCode = passed ? 0 : 1
