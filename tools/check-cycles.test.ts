import { expect, test } from 'vitest'
import { checkCycles } from './check-cycles.ts'
import { fixtureTree } from './fixture-tree.ts'

test('cycles: a cycle through three files is named in order', () => {
  const root = fixtureTree({
    'packages/core/src/a.ts': "import './b.ts'",
    'packages/core/src/b.ts': "export * from './ir/c.ts'",
    'packages/core/src/ir/c.ts': "export { a } from '../a.ts'",
  })

  expect(checkCycles(root)).toEqual([
    'value-import cycle: packages/core/src/a.ts -> packages/core/src/b.ts -> packages/core/src/ir/c.ts -> packages/core/src/a.ts',
  ])
})

test('cycles: `import { type A }` stays at run time and closes a cycle', () => {
  const root = fixtureTree({
    'packages/core/src/a.ts': "import { type B } from './b.ts'",
    'packages/core/src/b.ts': "import './a.ts'",
  })

  expect(checkCycles(root)).toHaveLength(1)
})

test('cycles: type imports, import(), and a diamond are no cycle', () => {
  const root = fixtureTree({
    'packages/core/src/a.ts': "import './b.ts'\nimport './c.ts'",
    'packages/core/src/b.ts': "import './d.ts'\nimport type { A } from './a.ts'",
    'packages/core/src/c.ts': "import './d.ts'\nexport const later = () => import('./a.ts')",
    'packages/core/src/d.ts': "// import './a.ts'\nexport const text = \"import './a.ts'\"",
  })

  expect(checkCycles(root)).toEqual([])
})
