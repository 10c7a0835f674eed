// The one script that runs on any Node >= 20 before anything is installed: it installs the workspace when the lockfile
// changed, then runs a target under the pinned Node 24. Plain JavaScript, no imports but Node's own.
//   node tools/bootstrap.mjs start|test|build [arguments for the target]
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const TARGETS = { start: 'examples/digits/src/main.ts', test: 'tools/check.ts', build: 'tools/build.ts' }

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const { config } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const pnpm = `pnpm@${config.pnpm}` // not `packageManager`: with that field pnpm fetches itself, which not every registry can serve
const windows = process.platform === 'win32'
const node = join(root, 'node_modules', 'node', 'bin', windows ? 'node.exe' : 'node')
const stampFile = join(root, 'node_modules', '.heddle-install')

const [target, ...rest] = process.argv.slice(2)
if (!Object.hasOwn(TARGETS, target ?? '')) {
  console.error(`usage: node tools/bootstrap.mjs ${Object.keys(TARGETS).join('|')} [arguments]`)
  process.exit(2)
}
installIfNeeded()
run(TARGETS[target], rest)

function installIfNeeded() {
  const stamp = installStamp()
  if (existsSync(node) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return
  process.stdout.write('Installing dependencies (once per lockfile) ... ')
  const start = Date.now()
  const { status, stdout, stderr } = spawnSync('npx', ['--yes', pnpm, 'install', '--frozen-lockfile'], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, CI: 'true' }, // pnpm then asks nothing
    maxBuffer: 1 << 28,
    shell: windows, // npx is a .cmd file there
  })
  if (status !== 0) {
    console.error(
      `failed\n${stdout}${stderr}\nThe install needs npx and the npm registry; see the messages above.`,
    )
    process.exit(1)
  }
  writeFileSync(stampFile, stamp)
  console.log(`${((Date.now() - start) / 1000).toFixed(0)} s`)
}

/** What the installed tree depends on: the lockfile, the install settings and the kind of machine. */
function installStamp() {
  const hash = createHash('sha256')
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml']) hash.update(readFileSync(join(root, file)))
  return `${hash.digest('hex')} ${pnpm} ${process.platform} ${process.arch}\n`
}

/** Runs a TypeScript file; arguments, signals and exit status pass through. */
function run(file, args) {
  const path = `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}`
  const child = spawn(node, ['--conditions=source', join(root, file), ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: path },
  })
  process.on('SIGINT', () => {}) // the terminal sends it to the child too, which decides how to end
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)))
}
