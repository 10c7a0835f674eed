// What the check scripts share: the files of a tree, their imports as a real parser sees them, and how a check reports.
// A check is a function from a root folder to a list of problems, so that a test can hand it a tree that breaks the rule.
import { globSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { type ParseResult, parseSync, Visitor } from 'vite'

export interface SourceFile {
  /** Relative to the root, with `/`. */
  readonly path: string
  readonly text: string
  readonly parsed: ParseResult
  readonly imports: readonly Import[]
}

export interface Import {
  readonly specifier: string
  /** `type`: erased before the program runs; `value`: evaluated before the importer; `lazy`: `import()`. */
  readonly kind: 'type' | 'value' | 'lazy'
}

/** Every TypeScript file of the workspace, parsed. */
export function sourceFiles(root: string): SourceFile[] {
  return findFiles(root, '{packages,examples,bench,docs,tests,tools}/**/*.ts').map((path) => {
    const text = readFileSync(join(root, path), 'utf8')
    const parsed = parseSync(path, text, { preserveParens: false })
    return { path, text, parsed, imports: importsOf(parsed) }
  })
}

/** Paths that match, sorted, without what is installed or built. */
export function findFiles(root: string, pattern: string): string[] {
  const skip = (name: string): boolean => /(^|[\\/])(node_modules|dist|out)$/.test(name)
  return globSync(pattern, { cwd: root, exclude: skip })
    .map((path) => path.split(sep).join('/'))
    .sort()
}

/** The line of a character, from 1. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}

/** Ends a check script: prints the problems, and exits 1 if there are any. */
export function report(problems: readonly string[]): void {
  for (const problem of problems) console.error(problem)
  if (problems.length > 0) process.exit(1)
}

function importsOf(parsed: ParseResult): Import[] {
  const imports: Import[] = []
  // verbatimModuleSyntax: only a declaration that is wholly `import type` or `export type` is erased.
  new Visitor({
    ImportDeclaration: ({ source, importKind }) => {
      imports.push({ specifier: source.value, kind: importKind === 'type' ? 'type' : 'value' })
    },
    ExportAllDeclaration: ({ source, exportKind }) => {
      imports.push({ specifier: source.value, kind: exportKind === 'type' ? 'type' : 'value' })
    },
    ExportNamedDeclaration: ({ source, exportKind }) => {
      if (source) imports.push({ specifier: source.value, kind: exportKind === 'type' ? 'type' : 'value' })
    },
    ImportExpression: ({ source }) => {
      if (source.type === 'Literal' && typeof source.value === 'string') {
        imports.push({ specifier: source.value, kind: 'lazy' })
      }
    },
    TSImportType: ({ source }) => {
      imports.push({ specifier: source.value, kind: 'type' })
    },
  }).visit(parsed.program)
  return imports
}
