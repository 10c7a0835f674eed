// Plants each bug of the list in a copy of the sources and runs the tests that must notice: the expected ones first, then everything.
// Prints the test that caught each; a bug that nothing notices is the failure.
//   npm run mutants
//   npm run mutants -- --only js-rounding,wasm-identity
//   npm run mutants -- --narrow      the expected tests only
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { mutants } from './index.ts'
import type { Mutant } from './mutant.ts'

/** Longer is a hang, which counts as noticed. */
const TIMEOUT_MS = 240_000

const root = process.cwd()
const { values } = parseArgs({
  options: { only: { type: 'string' }, narrow: { type: 'boolean', default: false } },
})
const only = values.only?.split(',')
const chosen = mutants.filter(({ name }) => only === undefined || only.includes(name))

interface Report {
  readonly success: boolean
  readonly testResults: readonly {
    readonly name: string
    readonly message?: string
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[]
  }[]
}

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

/** Names of tests that fail among `filters` of a project; with `bail` at most one. */
function failures(
  copy: string,
  project: 'node' | 'webgl',
  filters: readonly string[],
  bail: boolean,
): readonly string[] {
  const file = join(copy, 'mutant-report.json')
  rmSync(file, { force: true })
  const { status, error } = spawnSync(
    join(root, 'node_modules', '.bin', 'vitest'),
    [
      'run',
      '--project',
      project,
      ...(bail ? ['--bail=1'] : []),
      '--reporter=json',
      `--outputFile=${file}`,
      ...filters,
    ],
    { cwd: copy, timeout: bail ? TIMEOUT_MS : 4 * TIMEOUT_MS, killSignal: 'SIGKILL', stdio: 'ignore' },
  )
  if (error !== undefined) return [`${filters.join(' ')} (did not end)`]
  if (status === 0) return []
  const named = namesOfFailures(copy, file)
  return named.length > 0 ? named : [`${filters.join(' ')} (exit ${status})`]
}

function namesOfFailures(copy: string, file: string): readonly string[] {
  let report: Report
  try {
    report = JSON.parse(readFileSync(file, 'utf8')) as Report
  } catch {
    return []
  }
  return report.testResults.flatMap(({ name, message, assertionResults }) => {
    const path = relative(copy, name)
    const failed = assertionResults.filter(({ status }) => status === 'failed')
    if (failed.length > 0) return failed.map(({ fullName }) => `${path}: ${fullName.trim()}`)
    return message ? [`${path}: ${message.split('\n')[0]}`] : []
  })
}

const isBrowserTest = (file: string): boolean => file.endsWith('.webgl.test.ts')

interface Notice {
  readonly test: string
  readonly isExpected: boolean
}

/** The expected test that notices. */
function noticed(copy: string, { tests }: Mutant): Notice | undefined {
  for (const test of tests) {
    const [failure] = failures(copy, isBrowserTest(test) ? 'webgl' : 'node', [test], true)
    if (failure !== undefined) return { test: failure, isExpected: true }
  }
  return undefined
}

const unchangedFailures = new Map<'node' | 'webgl', readonly string[]>()

/** Any other test that notices: one that does not fail without the bug. `restored` runs with the sources as they are. */
function noticedAnywhere(copy: string, restored: <T>(run: () => T) => T): Notice | undefined {
  for (const project of ['node', 'webgl'] as const) {
    const before = unchangedFailures.get(project) ?? restored(() => failures(copy, project, [], false))
    unchangedFailures.set(project, before)
    const failure = failures(copy, project, [], false).find((name) => !before.includes(name))
    if (failure !== undefined) return { test: failure, isExpected: false }
  }
  return undefined
}

/** Without bugs the expected tests must pass, or their failures would say nothing. */
function checkUnchanged(copy: string): void {
  const tests = [...new Set(chosen.flatMap((mutant) => mutant.tests))]
  for (const project of ['node', 'webgl'] as const) {
    const filters = tests.filter((test) => isBrowserTest(test) === (project === 'webgl'))
    const [failure] = filters.length === 0 ? [] : failures(copy, project, filters, true)
    if (failure !== undefined) throw new Error(`without any bug planted there is a failure: ${failure}`)
  }
}

function plant(copy: string, mutant: Mutant): Notice | undefined {
  const { name, file, find, replace } = mutant
  const path = join(copy, file)
  const text = readFileSync(path, 'utf8')
  if (text.split(find).length !== 2)
    throw new Error(`${name}: its text does not occur exactly once in ${file}`)
  const planted = text.replace(find, () => replace)
  writeFileSync(path, planted)
  try {
    const expected = noticed(copy, mutant)
    if (expected !== undefined || values.narrow) return expected
    return noticedAnywhere(copy, (run) => {
      writeFileSync(path, text)
      const result = run()
      writeFileSync(path, planted)
      return result
    })
  } finally {
    writeFileSync(path, text)
  }
}

const copy = copySources()
const survivors: string[] = []
try {
  checkUnchanged(copy)
  for (const [at, mutant] of chosen.entries()) {
    const found = plant(copy, mutant)
    if (found === undefined) survivors.push(mutant.name)
    const verdict =
      found === undefined ? 'SURVIVES' : `${found.isExpected ? 'caught by' : 'caught only by'} ${found.test}`
    console.log(`${at + 1}/${chosen.length} ${mutant.name} (${mutant.about})\n    ${verdict}`)
  }
} finally {
  rmSync(copy, { recursive: true, force: true })
}
console.log(`${chosen.length} bugs planted, ${chosen.length - survivors.length} caught`)
if (survivors.length > 0) console.log(`not caught: ${survivors.join(', ')}`)
process.exitCode = survivors.length > 0 ? 1 : 0
