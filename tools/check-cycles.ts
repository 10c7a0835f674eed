// No module may, through imports that run, import itself: the order of evaluation would decide what it sees.
// Type-only imports are erased and `import()` runs later, so neither counts.
import { posix } from 'node:path'
import { report, sourceFiles } from './source-tree.ts'

export function checkCycles(root: string): string[] {
  const edges = new Map<string, string[]>()
  for (const { path, imports } of sourceFiles(root)) {
    const values = imports.filter(({ specifier, kind }) => kind === 'value' && specifier.startsWith('.'))
    edges.set(
      path,
      values.map(({ specifier }) => posix.join(posix.dirname(path), specifier)),
    )
  }

  const problems: string[] = []
  const done = new Set<string>()
  for (const start of edges.keys()) {
    // Depth first with the path as its own stack; a step to a file on the path closes a cycle.
    const path: { file: string; next: number }[] = []
    const onPath = new Set<string>()
    const enter = (file: string): void => {
      path.push({ file, next: 0 })
      onPath.add(file)
    }
    if (!done.has(start)) enter(start)
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const target = edges.get(top.file)?.[top.next++]
      if (target === undefined) {
        path.pop()
        onPath.delete(top.file)
        done.add(top.file)
      } else if (onPath.has(target)) {
        const files = path.map(({ file }) => file)
        problems.push(`value-import cycle: ${[...files.slice(files.indexOf(target)), target].join(' -> ')}`)
      } else if (!done.has(target)) {
        enter(target)
      }
    }
  }
  return problems
}

if (import.meta.main) report(checkCycles(process.cwd()))
