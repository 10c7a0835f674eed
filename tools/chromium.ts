// Where the headless Chromium of the tests comes from: the npm package @sparticuz/chromium, unpacked once into a folder
// named after its version. The package itself would unpack to one unversioned temporary folder and reuse an old one.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

export interface BrowserLaunch {
  readonly executablePath?: string
  readonly channel?: string
  readonly args: string[]
  readonly env?: Record<string, string>
}

const CACHE = join(import.meta.dirname, '..', 'node_modules', '.cache', 'headless-chromium')

/** Without these there is no WebGL2 on a machine that has no GPU. */
const SOFTWARE_GL = ['--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist']
const QUIET = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
]

/**
 * What to hand to Playwright's `launch`. `CHROME_PATH` names another Chromium; `CHROME_GPU=1` uses the machine's GPU.
 * The packaged browser is for Linux on x64; elsewhere the installed Chrome is taken.
 */
export async function browserLaunch(): Promise<BrowserLaunch> {
  const env = process.env
  const args = env['CHROME_GPU'] ? [...QUIET, '--ignore-gpu-blocklist'] : [...QUIET, ...SOFTWARE_GL]
  if (env['CHROME_PATH']) return { executablePath: env['CHROME_PATH'], args }
  if (process.platform !== 'linux' || process.arch !== 'x64') return { channel: 'chrome', args }

  const folder = await unpacked()
  const executablePath = join(folder, 'chromium')
  if (spawnSync(executablePath, ['--version'], { stdio: 'ignore' }).status === 0)
    return { executablePath, args }
  // The system lacks NSS, NSPR or expat: the package ships them.
  const library = join(folder, 'al2023', 'lib')
  const path = env['LD_LIBRARY_PATH'] ? `${library}:${env['LD_LIBRARY_PATH']}` : library
  return { executablePath, args, env: { ...(env as Record<string, string>), LD_LIBRARY_PATH: path } }
}

async function unpacked(): Promise<string> {
  const root = packageRoot()
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  const folder = join(CACHE, version)
  if (existsSync(folder)) return folder

  mkdirSync(CACHE, { recursive: true })
  const draft = mkdtempSync(join(CACHE, 'unpacking-'))
  const before = process.env['TMPDIR']
  process.env['TMPDIR'] = draft // the only way to tell the package where to unpack
  try {
    const { default: chromium, inflate } = await import('@sparticuz/chromium')
    await chromium.executablePath()
    await inflate(join(root, 'bin', 'al2023.tar.br'))
  } finally {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
  }
  try {
    renameSync(draft, folder)
  } catch {
    rmSync(draft, { recursive: true, force: true }) // another run was first; its folder is complete
  }
  return folder
}

function packageRoot(): string {
  let folder = dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium'))
  while (!existsSync(join(folder, 'bin', 'chromium.br'))) folder = dirname(folder)
  return folder
}
