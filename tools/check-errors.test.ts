import { expect, test } from 'vitest'
import { checkErrors } from './check-errors.ts'
import { fixtureTree } from './fixture-tree.ts'

const errors =
  "export type ErrorFamily =\n  | 'SHAPE'\n  | 'BACKEND'\n  | 'CLI'\n\nexport type Other = 'DTYPE'\n"
const entry = (code: string): string =>
  `## ${code}\n\nWhy.\n\n\`\`\`ts\n// throws ${code}\nf()\n\`\`\`\n\n\`\`\`ts\ng()\n\`\`\`\n`

/** A tree whose sources mention `codes` and whose pages are `pages`. */
function problemsOf(
  codes: readonly string[],
  pages: Readonly<Record<string, string>>,
  listed = {},
): string[] {
  const source = codes.map((code) => `fail('${code}')`).join('\n')
  const docs = Object.entries(pages).map(([name, text]) => [`docs/errors/${name}.md`, `# Errors\n\n${text}`])
  return checkErrors(
    fixtureTree({
      'packages/core/src/errors.ts': errors,
      'packages/core/src/a.ts': source,
      'packages/core/src/a.test.ts': "expect(code).toBe('SHAPE_OF_A_TEST')",
      ...Object.fromEntries(docs),
    }),
    listed,
  )
}

test('errors: codes with entries are fine; tests, comments and other words do not count', () => {
  const sources = ['SHAPE_A', 'SHAPE_', 'DTYPE_OTHER', 'STORE_OUTPUT']
  expect(problemsOf(sources, { shape: entry('SHAPE_A') })).toEqual([])
})

test('errors: a code without an entry is told', () => {
  expect(problemsOf(['SHAPE_A', 'SHAPE_B'], { shape: entry('SHAPE_A') })).toEqual([
    'SHAPE_B: has no entry in docs/errors/shape.md',
  ])
})

test('errors: an entry whose code is thrown nowhere is told', () => {
  expect(problemsOf(['SHAPE_A'], { shape: entry('SHAPE_A') + entry('SHAPE_B') })).toEqual([
    'docs/errors/shape.md: SHAPE_B: is thrown nowhere',
  ])
})

test('errors: an entry on the page of another family is told', () => {
  expect(problemsOf(['SHAPE_A'], { backend: entry('SHAPE_A') })).toEqual([
    'docs/errors/backend.md: SHAPE_A: belongs into docs/errors/shape.md',
  ])
})

test('errors: an entry needs prose, a program that fails with its code, and the repair', () => {
  const wordless = entry('SHAPE_A').replace('Why.\n\n', '')
  const unrepaired = '## SHAPE_B\n\nWhy.\n\n```ts\n// throws SHAPE_B\nf()\n```\n'
  const other = entry('SHAPE_C').replace('// throws SHAPE_C', '// throws SHAPE_A')
  const pages = { shape: wordless + unrepaired + other }
  expect(problemsOf(['SHAPE_A', 'SHAPE_B', 'SHAPE_C'], pages)).toEqual([
    'docs/errors/shape.md: SHAPE_A: has no sentence that says when it is thrown and why',
    'docs/errors/shape.md: SHAPE_B: its second program must be the repair, which runs',
    'docs/errors/shape.md: SHAPE_C: its first program must begin with "// throws SHAPE_C"',
  ])
})

test('errors: codes that no program provokes are prose, those of the command line show a command', () => {
  const lost = '## BACKEND_LOST\n\nWhy.\n'
  const usage = '## CLI_USAGE\n\nWhy.\n'
  const codes = ['BACKEND_LOST', 'CLI_USAGE']
  const listed = { BACKEND_LOST: 'needs a GPU' }
  expect(
    problemsOf(
      codes,
      { backend: lost, cli: `${usage}\n\`\`\`sh\nheddle runn # CLI_USAGE\nheddle run\n\`\`\`\n` },
      listed,
    ),
  ).toEqual([])
  expect(problemsOf(codes, { backend: entry('BACKEND_LOST'), cli: usage }, listed)).toEqual([
    'docs/errors/backend.md: BACKEND_LOST: has a program, but is on the list of those that cannot; take it off',
    'docs/errors/cli.md: CLI_USAGE: shows no command that ends with "# CLI_USAGE" and below it the repaired one (a block of sh)',
  ])
})

test('errors: an entry of the list whose code is gone is told', () => {
  expect(problemsOf([], {}, { BACKEND_LOST: 'needs a GPU' })).toEqual([
    'BACKEND_LOST: is on the list of those that no program provokes, but is thrown nowhere',
  ])
})
