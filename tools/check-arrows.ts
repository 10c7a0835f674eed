// Which package may use which. The `dependencies` fields are the arrows: they must equal the table below, and every
// import must be covered by them. The table is the one of docs/architecture.md; changing it needs an ADR.
import { existsSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join, posix } from 'node:path'
import { findFiles, type Import, report, type SourceFile, sourceFiles } from './source-tree.ts'

interface Arrows {
  readonly heddle: readonly string[]
  /** Packages from outside; `any` where the choice needs no decision record. */
  readonly outside: readonly string[] | 'any'
}

const ARROWS: Record<string, Arrows> = {
  core: { heddle: [], outside: ['zod'] },
  compiler: { heddle: ['core'], outside: [] },
  'runtime-cpu': { heddle: ['core'], outside: [] },
  'runtime-webgl': { heddle: ['core'], outside: [] },
  torch: { heddle: ['core', 'compiler', 'runtime-cpu', 'runtime-webgl'], outside: [] },
  testkit: { heddle: ['core', 'compiler'], outside: ['fast-check'] },
  cli: { heddle: ['core', 'compiler', 'runtime-cpu', 'runtime-webgl', 'torch', 'testkit'], outside: 'any' },
}

/** The shim is handed runtimes; the one module that picks defaults loads them by `import()`. */
const DEFAULT_RUNTIME = 'packages/torch/src/default-runtime.ts'
const RUNTIMES: readonly string[] = ['@heddle/runtime-cpu', '@heddle/runtime-webgl']
const IS_TEST = /\.(test|types|bench)\.ts$/
const IS_PLATFORM = /^packages\/[^/]+\/src\/(?:.*\/)?platform(?:-node)?\.ts$/

export function checkArrows(root: string): string[] {
  const problems: string[] = []
  const everywhere = new Set(Object.keys(manifest(root, '.').devDependencies ?? {}))
  const members = findFiles(root, '{packages,examples}/*/package.json').map((path) => posix.dirname(path))
  for (const member of members) {
    if (member.startsWith('packages/')) problems.push(...checkFields(root, member))
  }

  const platformFiles = new Map<string, string>()
  for (const file of sourceFiles(root)) {
    const member = members.find((folder) => file.path.startsWith(`${folder}/`)) ?? file.path.split('/')[0]!
    const allowed = declared(root, member, IS_TEST.test(file.path) || !member.startsWith('packages/'))
    for (const used of file.imports) {
      const problem = checkImport(file, used, member, allowed, everywhere)
      if (problem) problems.push(`${file.path}: imports '${used.specifier}': ${problem}`)
      if (isBuiltin(used.specifier) && IS_PLATFORM.test(file.path)) {
        const other = platformFiles.get(member) ?? file.path
        if (other !== file.path)
          problems.push(`${file.path}: ${other} is already the platform file of ${member}`)
        platformFiles.set(member, file.path)
      }
    }
  }
  return problems
}

function checkFields(root: string, member: string): string[] {
  const name = posix.basename(member)
  const arrows = ARROWS[name]
  if (!arrows) return [`${member}: not in the table of tools/check-arrows.ts`]
  const found = Object.keys(manifest(root, member).dependencies ?? {}).sort()
  const ours = found.filter((dependency) => dependency.startsWith('@heddle/'))
  const outside = found.filter((dependency) => !dependency.startsWith('@heddle/'))
  const wanted = arrows.heddle.map((dependency) => `@heddle/${dependency}`).sort()

  const problems: string[] = []
  if (ours.join() !== wanted.join()) {
    problems.push(
      `${member}/package.json: depends on [${ours.join(', ')}]; the table says [${wanted.join(', ')}]`,
    )
  }
  for (const dependency of outside) {
    if (arrows.outside !== 'any' && !arrows.outside.includes(dependency)) {
      problems.push(
        `${member}/package.json: depends on ${dependency}, which needs a decision record and a row here`,
      )
    }
  }
  return problems
}

/** Why this import is forbidden, if it is. */
function checkImport(
  file: SourceFile,
  { specifier, kind }: Import,
  member: string,
  allowed: ReadonlySet<string>,
  everywhere: ReadonlySet<string>,
): string | undefined {
  const inPackage = member.startsWith('packages/')
  const isTest = IS_TEST.test(file.path)
  if (specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(file.path), specifier)
    if (inPackage && !isTest && !target.startsWith(`${member}/`)) return 'a path that leaves the package'
    return checkInside(file.path, target, kind)
  }
  if (isBuiltin(specifier)) {
    if (!inPackage || isTest || member === 'packages/cli' || IS_PLATFORM.test(file.path)) return undefined
    return 'Node built-ins belong in cli, tests, tools or the one platform.ts of a package'
  }
  const [scope, rest, ...deep] = specifier.split('/')
  const name = specifier.startsWith('@') ? `${scope}/${rest}` : scope!
  if (name.startsWith('@heddle/') && deep.length > 0) return 'deep import; only the package itself is public'
  if (file.path.startsWith('packages/torch/src/') && RUNTIMES.includes(name) && !isTest && kind !== 'type') {
    if (file.path !== DEFAULT_RUNTIME || kind !== 'lazy') return `only ${DEFAULT_RUNTIME} may, with import()`
  }
  if (allowed.has(name) || ((isTest || !inPackage) && everywhere.has(name))) return undefined
  return `not declared in ${member}/package.json for this kind of file`
}

/** Arrows inside the compiler: a pass knows no other pass, a rule knows no pass. `fuse-cost.ts` is part of `fuse.ts`. */
function checkInside(from: string, to: string, kind: Import['kind']): string | undefined {
  const [, area, source] = /^packages\/compiler\/src\/(passes|rules)\/([^/.]+)/.exec(from) ?? []
  const [, pass] = /^packages\/compiler\/src\/passes\/([^/.]+)/.exec(to) ?? []
  if (!area || !source || !pass || pass === 'pass' || kind === 'type' || IS_TEST.test(from)) return undefined
  if (area === 'rules') return 'a rule may not use a pass'
  const related = source === pass || source.startsWith(`${pass}-`) || pass.startsWith(`${source}-`)
  return related
    ? undefined
    : 'a pass may not use another pass; share a function or order them in the pipeline'
}

interface Manifest {
  readonly name?: string
  readonly dependencies?: Record<string, string>
  readonly devDependencies?: Record<string, string>
}

function manifest(root: string, folder: string): Manifest {
  const path = join(root, folder, 'package.json')
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Manifest) : {}
}

function declared(root: string, member: string, withDev: boolean): ReadonlySet<string> {
  const { name, dependencies, devDependencies } = manifest(root, member)
  const own = name === undefined ? [] : [name]
  return new Set([
    ...own,
    ...Object.keys(dependencies ?? {}),
    ...(withDev ? Object.keys(devDependencies ?? {}) : []),
  ])
}

if (import.meta.main) report(checkArrows(process.cwd()))
