// The lockfile names packages, versions and hashes only: a download address in it would tie every machine to one
// registry. Settings files that could redirect the install are refused for the same reason.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findFiles, report } from './source-tree.ts'

export function checkLockfile(root: string): string[] {
  const problems: string[] = []
  const lockfile = readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8').split('\n')
  lockfile.forEach((line, index) => {
    if (/\btarball:|\bhttps?:\/\/|\bgit\+|\bgit@/.test(line)) {
      problems.push(`pnpm-lock.yaml:${index + 1}: a download address: ${line.trim()}`)
    }
  })
  for (const file of ['.npmrc', '.yarnrc.yml', 'package-lock.json', 'yarn.lock']) {
    if (existsSync(join(root, file)))
      problems.push(`${file}: installs are described by pnpm-workspace.yaml alone`)
  }
  for (const path of findFiles(
    root,
    '{package.json,{bench,tests,tools}/package.json,{packages,examples}/*/package.json}',
  )) {
    problems.push(...checkManifest(path, readFileSync(join(root, path), 'utf8')))
  }
  return problems
}

/** `packageManager` makes pnpm fetch itself from platform packages that not every registry mirrors; versions are exact. */
function checkManifest(path: string, text: string): string[] {
  const manifest = JSON.parse(text) as {
    packageManager?: string
    dependencies?: Record<string, string>
    devDependencies?: Record<string, string>
  }
  const problems =
    manifest.packageManager === undefined ? [] : [`${path}: has a packageManager field; leave it out`]
  for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
    if (version !== 'workspace:*' && !/^\d+\.\d+\.\d+$/.test(version)) {
      problems.push(`${path}: ${name} is '${version}'; versions are exact, ours are workspace:*`)
    }
  }
  return problems
}

if (import.meta.main) report(checkLockfile(process.cwd()))
