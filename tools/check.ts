// The one check, and the CI: format, lint, types, the check-*.ts scripts of this folder, all tests, the packed packages.
// A failed step does not stop the next ones. The last line sums up every suite; each step that is not a test suite
// counts as one test.
//   npm test                                   everything
//   npm test -- --only vitest core/src/shape   one step (a name or its beginning; may be repeated), test files by path
//   npm test -- --list                         the names of the steps
import { spawn } from 'node:child_process'
import { existsSync, globSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { parseArgs } from 'node:util'

interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

interface Step {
  readonly name: string
  run(): Promise<Counts>
}

const ROOT = join(import.meta.dirname, '..')
const VITEST_REPORT = join(ROOT, 'node_modules', '.cache', 'heddle', 'vitest.json')
const PASSED: Counts = { passed: 1, failed: 0, skipped: 0 }
const FAILED: Counts = { passed: 0, failed: 1, skipped: 0 }

const { values, positionals } = parseArgs({
  options: { only: { type: 'string', multiple: true }, list: { type: 'boolean' } },
  allowPositionals: true,
})
const steps = allSteps(positionals)
const { only } = values
const wanted = only ? steps.filter(({ name }) => only.some((prefix) => name.startsWith(prefix))) : steps
if (values.list || wanted.length === 0) {
  console.log(steps.map(({ name }) => name).join('\n'))
  process.exit(values.list ? 0 : 2)
}

const total = { passed: 0, failed: 0, skipped: 0 }
const failedSteps: string[] = []
for (const step of wanted) {
  const start = performance.now()
  const counts = await step.run()
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`${counts.failed === 0 ? 'ok    ' : 'FAILED'} ${step.name.padEnd(24)} ${seconds.padStart(6)} s`)
  if (counts.failed > 0) failedSteps.push(step.name)
  total.passed += counts.passed
  total.failed += counts.failed
  total.skipped += counts.skipped
}
if (failedSteps.length > 0) console.log(`Failed steps: ${failedSteps.join(', ')}`)
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exit(total.failed === 0 ? 0 : 1)

function allSteps(testFiles: readonly string[]): Step[] {
  const projects = ['.', ...globSync('packages/*/tsconfig.json', { cwd: ROOT }).map(dirname).sort()]
  const checks = globSync('check-*.ts', { cwd: import.meta.dirname }).filter(
    (file) => !file.endsWith('.test.ts'),
  )
  return [
    toolStep('format-lint', bin('@biomejs/biome', 'bin/biome'), 'check', '--error-on-warnings', '.'),
    ...projects.map((project) => {
      const name = project === '.' ? 'types tests-and-tools' : `types ${basename(project)}`
      return toolStep(name, bin('typescript', 'bin/tsc'), '-p', project)
    }),
    ...checks.sort().map((file) => toolStep(file.slice('check-'.length, -'.ts'.length), join('tools', file))),
    { name: 'vitest', run: () => runVitest(testFiles) },
    toolStep('pack', 'tests/pack/pack.ts'),
  ]
}

/** A program that says by its exit status whether all is well; its output is shown only if not. */
function toolStep(name: string, script: string, ...args: string[]): Step {
  return {
    name,
    async run() {
      const { status, output } = await node(script, args, 'pipe')
      if (status !== 0) console.log(output.trimEnd())
      return status === 0 ? PASSED : FAILED
    },
  }
}

async function runVitest(testFiles: readonly string[]): Promise<Counts> {
  mkdirSync(dirname(VITEST_REPORT), { recursive: true })
  rmSync(VITEST_REPORT, { force: true })
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${VITEST_REPORT}`]
  const { status } = await node(bin('vitest', 'vitest.mjs'), ['run', ...reporters, ...testFiles], 'inherit')
  if (!existsSync(VITEST_REPORT)) return FAILED
  const report = JSON.parse(readFileSync(VITEST_REPORT, 'utf8')) as Record<string, number>
  const passed = report['numPassedTests'] ?? 0
  const failed = report['numFailedTests'] ?? 0
  const skipped = (report['numPendingTests'] ?? 0) + (report['numTodoTests'] ?? 0)
  // A file that fails to load, or an error outside any test, fails the run without a failed test.
  return { passed, failed: status !== 0 && failed === 0 ? 1 : failed, skipped }
}

function bin(name: string, file: string): string {
  return join('node_modules', name, file)
}

/** Runs a script under this Node. `CI` makes a missing snapshot a failure instead of a new file. */
async function node(
  script: string,
  args: readonly string[],
  stdio: 'pipe' | 'inherit',
): Promise<{ status: number; output: string }> {
  const child = spawn(process.execPath, ['--conditions=source', script, ...args], {
    cwd: ROOT,
    stdio: ['ignore', stdio, stdio],
    env: { ...process.env, CI: 'true' },
  })
  let output = ''
  child.stdout?.on('data', (chunk) => {
    output += chunk
  })
  child.stderr?.on('data', (chunk) => {
    output += chunk
  })
  return new Promise((resolve) => child.on('close', (code) => resolve({ status: code ?? 1, output })))
}
