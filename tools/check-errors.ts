// Every error code has an entry in `docs/errors/<family>.md` and every entry a code: two sentences, a program that fails with
// it and its repair. tests/docs runs the programs; this checks that they are there. For codes of the command line it is commands.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findFiles, report, sourceFiles } from './source-tree.ts'

/** Codes that no program for Node and no command can provoke, each with the reason. Their entries are prose. */
export const unprovoked: Readonly<Record<string, string>> = {
  BACKEND_CODE_FORBIDDEN: 'needs a page with a content security policy',
  BACKEND_LOST: 'needs a GPU that is taken away',
  BACKEND_TOO_LARGE: 'needs a WebGL2 device',
  BACKEND_NARROWED_RANGE: 'needs a WebGL2 device',
  CLI_CHECK_FAILED: 'needs a bug in Heddle',
  CLI_NODE_VERSION: 'needs an older Node',
  RULE_DIVERGES: 'needs a faulty rewrite rule, and rules are not public',
  RULE_FAILED: 'needs a faulty rewrite rule, and rules are not public',
  RULE_TYPE: 'needs a faulty rewrite rule, and rules are not public',
  TORCH_NO_FILES: 'needs a page of a browser',
}

interface Entry {
  readonly code: string
  readonly page: string
  readonly text: string
  /** The code each `ts` block announces in its first line; undefined for a block that runs. */
  readonly programs: readonly (string | undefined)[]
}

export function checkErrors(root: string, listed: Readonly<Record<string, string>> = unprovoked): string[] {
  const thrown = thrownCodes(root)
  const entries = errorEntries(root)
  const documented = new Set(entries.map(({ code }) => code))
  return [
    ...[...thrown]
      .filter((code) => !documented.has(code))
      .map((code) => `${code}: has no entry in ${pageOf(code)}`),
    ...entries.flatMap((entry) => problemsOf(entry, thrown, listed)),
    ...Object.keys(listed)
      .filter((code) => !thrown.has(code))
      .map((code) => `${code}: is on the list of those that no program provokes, but is thrown nowhere`),
  ]
}

/** Codes in the sources of the packages: quoted words of a family that `core/src/errors.ts` names. */
export function thrownCodes(root: string): ReadonlySet<string> {
  const files = sourceFiles(root).filter(
    ({ path }) => /^(packages|examples)\/[^/]+\/src\//.test(path) && !path.endsWith('.test.ts'),
  )
  const union = files.find(({ path }) => path === 'packages/core/src/errors.ts')?.text ?? ''
  const [, names = ''] = /type ErrorFamily =([^\n]*(?:\n {2}\|[^\n]*)*)/.exec(union) ?? []
  const families = [...names.matchAll(/'([A-Z]+)'/g)].map((found) => found[1])
  const quoted = new RegExp(`['"\`]((?:${families.join('|')})(?:_[A-Z0-9]+)+)['"\`]`, 'g')
  const codes = files.flatMap(({ text }) =>
    [...withoutComments(text).matchAll(quoted)].map(([, code]) => code),
  )
  return new Set(codes.filter((code) => code !== undefined).sort())
}

const withoutComments = (text: string): string => text.replaceAll(/^\s*(\/\/|\/?\*).*$/gm, '')

/** The entries of all pages, in their order. */
export function errorEntries(root: string): readonly Entry[] {
  return findFiles(root, 'docs/errors/*.md').flatMap((page) =>
    readFileSync(join(root, page), 'utf8')
      .split(/^## /m)
      .slice(1)
      .map((section) => {
        const [code = '', ...lines] = section.split('\n')
        const text = lines.join('\n')
        const programs = [...text.matchAll(/^```ts\n(.*)\n/gm)].map(
          ([, first = '']) => /^\/\/ throws (\S+)/.exec(first)?.[1],
        )
        return { code, page, text, programs }
      }),
  )
}

function problemsOf(
  { code, page, text, programs }: Entry,
  thrown: ReadonlySet<string>,
  listed: Readonly<Record<string, string>>,
): string[] {
  const problems: string[] = []
  const say = (problem: string): void => {
    problems.push(`${page}: ${code}: ${problem}`)
  }
  if (!thrown.has(code)) say('is thrown nowhere')
  if (page !== pageOf(code)) say(`belongs into ${pageOf(code)}`)
  if (text.trim().startsWith('```')) say('has no sentence that says when it is thrown and why')
  if (code in listed || code.startsWith('INTERNAL_')) {
    if (programs.length > 0) say('has a program, but is on the list of those that cannot; take it off')
  } else if (code.startsWith('CLI_')) {
    const [, failing = '', repaired] = /^```sh\n(.*)\n(.*)\n```$/m.exec(text) ?? []
    if (!failing.endsWith(` # ${code}`) || repaired === undefined)
      say(`shows no command that ends with "# ${code}" and below it the repaired one (a block of sh)`)
  } else {
    const [failing, repaired] = programs
    if (failing !== code) say(`its first program must begin with "// throws ${code}"`)
    if (programs.length < 2 || repaired !== undefined)
      say('its second program must be the repair, which runs')
  }
  return problems
}

const pageOf = (code: string): string => `docs/errors/${code.split('_')[0]?.toLowerCase()}.md`

if (import.meta.main) report(checkErrors(process.cwd()))
