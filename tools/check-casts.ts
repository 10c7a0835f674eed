// No way around the type checker: `any`, `as unknown as`, `@ts-ignore`, `@ts-expect-error`. Only the two named seams,
// where a table is looped over by string, may cast; `*.types.ts` files expect errors, that is what they are for.
import { Visitor } from 'vite'
import { lineAt, report, type SourceFile, sourceFiles } from './source-tree.ts'

const SEAMS = ['packages/core/src/ir/builder.ts', 'packages/compiler/src/rewrite/pattern.ts']

export function checkCasts(root: string): string[] {
  return sourceFiles(root)
    .filter(({ path }) => !SEAMS.includes(path) && !path.endsWith('.types.ts'))
    .flatMap(castsIn)
}

function castsIn({ path, text, parsed }: SourceFile): string[] {
  const found: { at: number; what: string }[] = []
  new Visitor({
    TSAnyKeyword: ({ start }) => {
      found.push({ at: start, what: 'any' })
    },
    TSAsExpression: ({ start, expression }) => {
      if (expression.type === 'TSAsExpression' && expression.typeAnnotation.type === 'TSUnknownKeyword') {
        found.push({ at: start, what: 'as unknown as' })
      }
    },
  }).visit(parsed.program)
  for (const { value, start } of parsed.comments) {
    const [directive] = /^\s*@ts-(ignore|expect-error|nocheck)\b/.exec(value) ?? []
    if (directive) found.push({ at: start, what: directive.trim() })
  }
  return found.map(
    ({ at, what }) => `${path}:${lineAt(text, at)}: ${what}; the type checker is not to be silenced`,
  )
}

if (import.meta.main) report(checkCasts(process.cwd()))
