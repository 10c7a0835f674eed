// Plants each bug of the list in a copy of the sources and runs the tests that must notice: the expected ones first, then everything.
// Prints the test that caught each. A bug that no test notices is the failure; so is one at which the tests crash or hang.
//   npm run mutants
//   npm run mutants -- --only js-rounding,wasm-identity
//   npm run mutants -- --narrow      the expected tests only
import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { mutants } from './index.ts'
import type { Mutant } from './mutant.ts'
import { type Outcome, outcomeOf, type Report } from './outcome.ts'

/** Longer is a hang, on a busy machine too: for one file, and for many. */
const FILE_TIMEOUT_MS = 480_000
const RUN_TIMEOUT_MS = 1_800_000

const root = process.cwd()
const { values } = parseArgs({
  options: { only: { type: 'string' }, narrow: { type: 'boolean', default: false } },
})
const only = values.only?.split(',')
const chosen = mutants.filter(({ name }) => only === undefined || only.includes(name))

type Project = 'node' | 'webgl'

/** A copy with links to the same installed packages; links between packages stay inside the copy. */
function copySources(): string {
  const copy = mkdtempSync(join(tmpdir(), 'heddle-mutants-'))
  const installed = join(root, 'node_modules')
  cpSync(root, copy, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => path !== installed && !/[/\\](\.git|dist|out|coverage)$/.test(path),
  })
  symlinkSync(installed, join(copy, 'node_modules'))
  return copy
}

/** Runs the tests of a project that match `filters`; with `bail` up to the first failure. */
async function runTests(
  copy: string,
  project: Project,
  filters: readonly string[],
  bail: boolean,
): Promise<Outcome> {
  const file = join(copy, 'mutant-report.json')
  rmSync(file, { force: true })
  const options = ['--project', project, ...(bail ? ['--bail=1'] : [])]
  const status = await statusOf(
    copy,
    ['run', ...options, '--reporter=json', `--outputFile=${file}`, ...filters],
    filters.length === 1 ? FILE_TIMEOUT_MS : RUN_TIMEOUT_MS,
  )
  return outcomeOf(status, readReport(copy, file))
}

/** Ends the tests that run, with the workers that they started. */
let endTests = (): void => {}

/** How vitest ends, or nothing if it takes too long. */
function statusOf(cwd: string, args: readonly string[], timeoutMs: number): Promise<number | undefined> {
  const vitest = join(root, 'node_modules', '.bin', 'vitest')
  const child = spawn(vitest, args, { cwd, stdio: 'ignore', detached: true })
  endTests = () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL')
  }
  return new Promise((resolve, reject) => {
    const timer = setTimeout(endTests, timeoutMs)
    child.once('error', reject)
    child.once('exit', (code) => {
      clearTimeout(timer)
      resolve(code ?? undefined)
    })
  })
}

function readReport(copy: string, file: string): Report | undefined {
  let report: Report
  try {
    report = JSON.parse(readFileSync(file, 'utf8')) as Report
  } catch {
    return undefined // vitest did not come so far
  }
  return {
    testResults: report.testResults.map((result) => ({ ...result, name: relative(copy, result.name) })),
  }
}

const projectOf = (file: string): Project => (file.endsWith('.webgl.test.ts') ? 'webgl' : 'node')

type Verdict =
  | { readonly kind: 'caught'; readonly test: string; readonly isExpected: boolean }
  | { readonly kind: 'crashed'; readonly how: string }
  | { readonly kind: 'survived' }

/** What the expected tests say. After a crash the next file may still notice. */
async function askExpected(copy: string, { tests }: Mutant): Promise<Verdict> {
  let verdict: Verdict = { kind: 'survived' }
  for (const file of tests) {
    const outcome = await runTests(copy, projectOf(file), [file], true)
    if (outcome.kind === 'failed') return { kind: 'caught', test: outcome.tests[0] ?? file, isExpected: true }
    if (outcome.kind === 'crashed' && verdict.kind === 'survived') verdict = outcome
  }
  return verdict
}

const unchangedFailures = new Map<Project, readonly string[]>()

/** Any other test that notices: one that does not fail without the bug. `restored` runs with the sources as they are. */
async function askEverything(
  copy: string,
  restored: <T>(run: () => Promise<T>) => Promise<T>,
): Promise<Verdict> {
  const failures = async (project: Project): Promise<readonly string[]> => {
    const outcome = await runTests(copy, project, [], false)
    return outcome.kind === 'failed' ? outcome.tests : []
  }
  for (const project of ['node', 'webgl'] as const) {
    const before = unchangedFailures.get(project) ?? (await restored(() => failures(project)))
    unchangedFailures.set(project, before)
    const test = (await failures(project)).find((name) => !before.includes(name))
    if (test !== undefined) return { kind: 'caught', test, isExpected: false }
  }
  return { kind: 'survived' }
}

/** Without bugs the expected tests must pass, or their failures would say nothing. */
async function checkUnchanged(copy: string): Promise<void> {
  const tests = [...new Set(chosen.flatMap((mutant) => mutant.tests))]
  for (const project of ['node', 'webgl'] as const) {
    const filters = tests.filter((file) => projectOf(file) === project)
    if (filters.length === 0) continue
    const outcome = await runTests(copy, project, filters, true)
    if (outcome.kind === 'passed') continue
    const what = outcome.kind === 'failed' ? outcome.tests.join('; ') : outcome.how
    throw new Error(`without any bug planted the tests fail: ${what}`)
  }
}

async function plant(copy: string, mutant: Mutant): Promise<Verdict> {
  const { name, file, find, replace } = mutant
  const path = join(copy, file)
  const text = readFileSync(path, 'utf8')
  if (text.split(find).length !== 2)
    throw new Error(`${name}: its text does not occur exactly once in ${file}`)
  const planted = text.replace(find, () => replace)
  writeFileSync(path, planted)
  try {
    const expected = await askExpected(copy, mutant)
    if (expected.kind === 'caught' || values.narrow) return expected
    const anywhere = await askEverything(copy, async (run) => {
      writeFileSync(path, text)
      const result = await run()
      writeFileSync(path, planted)
      return result
    })
    return anywhere.kind === 'survived' ? expected : anywhere
  } finally {
    writeFileSync(path, text)
  }
}

function describe(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'caught':
      return `caught ${verdict.isExpected ? 'by' : 'only by'} ${verdict.test}`
    case 'crashed':
      return `CRASHES, no test fails: ${verdict.how}`
    case 'survived':
      return 'SURVIVES'
    default:
      return verdict satisfies never
  }
}

const copy = copySources()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    endTests()
    rmSync(copy, { recursive: true, force: true })
    process.exit(1)
  })
}
const start = performance.now()
const names: Record<Verdict['kind'], string[]> = { caught: [], crashed: [], survived: [] }
try {
  await checkUnchanged(copy)
  for (const [at, mutant] of chosen.entries()) {
    const verdict = await plant(copy, mutant)
    names[verdict.kind].push(mutant.name)
    console.log(`${at + 1}/${chosen.length} ${mutant.name} (${mutant.about})\n    ${describe(verdict)}`)
  }
} finally {
  rmSync(copy, { recursive: true, force: true })
}
const { caught, crashed, survived } = names
const minutes = ((performance.now() - start) / 60_000).toFixed(1)
console.log(
  `${chosen.length} bugs planted: ${caught.length} caught by a test, ${crashed.length} crashed, ${survived.length} survived; ${minutes} minutes`,
)
for (const [what, which] of Object.entries({ crashed, survived }))
  if (which.length > 0) console.log(`${what}: ${which.join(', ')}`)
process.exitCode = caught.length < chosen.length ? 1 : 0
