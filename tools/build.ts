// Emits .js and .d.ts of every package into its `dist`, dependencies first, because each is compiled against the built
// types of those it uses. Only publishing needs this: checks, tests and examples read the sources.
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')
const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')

/** In an order in which each follows what it depends on. */
export const PACKAGES: readonly string[] = [
  'core',
  'compiler',
  'runtime-cpu',
  'runtime-webgl',
  'torch',
  'testkit',
  'cli',
]

export function build(): void {
  for (const name of PACKAGES) {
    const folder = join(ROOT, 'packages', name)
    rmSync(join(folder, 'dist'), { recursive: true, force: true })
    const { status } = spawnSync(process.execPath, [TSC, '-p', join(folder, 'tsconfig.build.json')], {
      stdio: 'inherit',
    })
    if (status !== 0) throw new Error(`the build of ${name} failed; see the messages above`)
  }
}

if (import.meta.main) build()
