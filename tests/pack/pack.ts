// The packages as a user gets them: built, packed, installed into an empty project outside the workspace, run there
// under Node, type-checked, bundled with Vite, and the bundle run in Chromium. Exits 1 with a message on any failure.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright'
import { build as bundle, preview } from 'vite'
import { build, PACKAGES } from '../../tools/build.ts'
import { browserLaunch } from '../../tools/chromium.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const { config } = readJson(join(ROOT, 'package.json')) as { config: { pnpm: string } }
const project = mkdtempSync(join(tmpdir(), 'heddle-pack-'))

try {
  build()
  const tarballs = packAll()
  install(tarballs)
  const inNode = run(process.execPath, 'program.mjs')
  assert.match(inNode, /^loss [\d.]+(?:\n.*)*\ndone$/m)
  run(process.execPath, join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', '.')
  assert.equal(run(process.execPath, join('node_modules', '.bin', 'heddle'), '--version').trim(), '0.1.0')
  assert.equal(
    await runBundled(),
    inNode.trim(),
    'the bundle computes in Chromium what the packages do in Node',
  )
} finally {
  rmSync(project, { recursive: true, force: true })
}

/** Packs every package into the project folder. Maps package name to file name. */
function packAll(): Record<string, string> {
  const filters = PACKAGES.map((name) => `--filter=@heddle/${name}`)
  const destination = ['pack', '--pack-destination', project]
  execFileSync('npx', ['--yes', `pnpm@${config.pnpm}`, ...filters, ...destination], {
    cwd: ROOT,
    stdio: 'pipe',
  })
  const files = globSync('*.tgz', { cwd: project })
  assert.equal(files.length, PACKAGES.length, `packed ${files.join(', ')}`)
  return Object.fromEntries(PACKAGES.map((name) => [`@heddle/${name}`, `file:heddle-${name}-0.1.0.tgz`]))
}

/** The packages depend on each other by version; `overrides` makes npm take the tarballs for them. */
function install(tarballs: Record<string, string>): void {
  const manifest = { private: true, type: 'module', dependencies: tarballs, overrides: tarballs }
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest))
  copyFileSync(join(import.meta.dirname, 'program.mjs'), join(project, 'program.mjs'))
  const compilerOptions = {
    target: 'es2023',
    lib: ['es2024', 'esnext.disposable', 'dom'],
    module: 'nodenext',
    types: [],
  }
  const checked = { ...compilerOptions, strict: true, checkJs: true, allowJs: true, noEmit: true }
  writeFileSync(
    join(project, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: checked, files: ['program.mjs'] }),
  )
  run('npm', 'install', '--no-audit', '--no-fund', '--no-package-lock', '--prefer-offline')
}

/** What the bundled program prints in a page. */
async function runBundled(): Promise<string> {
  writeFileSync(
    join(project, 'index.html'),
    '<!doctype html><script type="module" src="program.mjs"></script>',
  )
  await bundle({ root: project, configFile: false, logLevel: 'warn' })
  const server = await preview({ root: project, configFile: false, preview: { port: 0, host: '127.0.0.1' } })
  const browser = await chromium.launch(await browserLaunch())
  try {
    const page = await browser.newPage()
    const printed: string[] = []
    page.on('console', (message) => printed.push(message.text()))
    const failure = page
      .waitForEvent('pageerror')
      .then((error) => assert.fail(`in the page: ${error.message}`))
    const finished = page.waitForEvent('console', (message) => message.text() === 'done')
    const address = server.resolvedUrls?.local[0] ?? assert.fail('the preview server has no address')
    await Promise.all([Promise.race([finished, failure]), page.goto(address)])
    return printed.join('\n')
  } finally {
    await browser.close()
    await server.close()
  }
}

/** Runs a command in the project and returns what it prints; its output becomes the message if it fails. */
function run(command: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: project, encoding: 'utf8' })
  assert.equal(status, 0, `${[command, ...args].join(' ')}\n${stdout}${stderr}`)
  return stdout
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'))
}
