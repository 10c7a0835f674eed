import { expect, test } from 'vitest'
import { checkArrows } from './check-arrows.ts'
import { fixtureTree } from './fixture-tree.ts'

const W = 'workspace:*'
const CORE = {
  name: '@heddle/core',
  dependencies: { zod: '4.0.0' },
  devDependencies: { '@heddle/testkit': W },
}
const COMPILER = { name: '@heddle/compiler', dependencies: { '@heddle/core': W } }
const TORCH = {
  name: '@heddle/torch',
  dependencies: {
    '@heddle/core': W,
    '@heddle/compiler': W,
    '@heddle/runtime-cpu': W,
    '@heddle/runtime-webgl': W,
  },
}

test('arrows: a tree that follows the table has no problems', () => {
  const root = fixtureTree({
    'package.json': { devDependencies: { vitest: '5.0.0' } },
    'packages/core/package.json': CORE,
    'packages/core/src/index.ts': "import { z } from 'zod'\nexport const schema = z.int()\n",
    'packages/core/src/platform.ts':
      "import { readFileSync } from 'node:fs'\nexport const read = readFileSync\n",
    'packages/core/src/index.test.ts': "import 'vitest'\nimport '@heddle/testkit'\nimport 'node:fs'\n",
    'packages/compiler/package.json': COMPILER,
    'packages/compiler/src/passes/fuse.ts':
      "import '@heddle/core'\nimport './fuse-cost.ts'\nimport './pass.ts'\n",
    'packages/torch/package.json': TORCH,
    'packages/torch/src/default-runtime.ts': "export const load = () => import('@heddle/runtime-cpu')\n",
  })

  expect(checkArrows(root)).toEqual([])
})

test('arrows: a dependency that the table lacks is a problem', () => {
  const root = fixtureTree({
    'packages/core/package.json': { dependencies: { '@heddle/compiler': W, lodash: '4.0.0' } },
  })

  expect(checkArrows(root)).toEqual([
    'packages/core/package.json: depends on [@heddle/compiler]; the table says []',
    'packages/core/package.json: depends on lodash, which needs a decision record and a row here',
  ])
})

test('arrows: a package without a row is a problem', () => {
  const root = fixtureTree({ 'packages/extra/package.json': {} })

  expect(checkArrows(root)).toEqual(['packages/extra: not in the table of tools/check-arrows.ts'])
})

const FORBIDDEN: readonly [what: string, path: string, code: string, problem: string][] = [
  ['the source imports a dev dependency', 'core/src/a.ts', "import '@heddle/testkit'", 'not declared'],
  [
    'a type import of an undeclared package',
    'core/src/a.ts',
    "import type { X } from '@heddle/torch'",
    'not declared',
  ],
  [
    'an import() of an undeclared package',
    'core/src/a.ts',
    "export const x = import('@heddle/torch')",
    'not declared',
  ],
  ['a re-export of an undeclared package', 'core/src/a.ts', "export * from '@heddle/torch'", 'not declared'],
  ['the source imports the test runner', 'core/src/a.ts', "import 'vitest'", 'not declared'],
  ['a deep import', 'compiler/src/a.ts', "import '@heddle/core/src/dtype.ts'", 'deep import'],
  ['a deep import in a test', 'compiler/src/a.test.ts', "import '@heddle/core/dist/dtype.js'", 'deep import'],
  [
    'a path into another package',
    'compiler/src/a.ts',
    "import '../../core/src/dtype.ts'",
    'leaves the package',
  ],
  ['a Node built-in', 'compiler/src/a.ts', "import 'node:fs'", 'Node built-ins'],
  ['a Node built-in without prefix', 'compiler/src/a.ts', "import 'fs'", 'Node built-ins'],
  [
    'a pass uses another pass',
    'compiler/src/passes/a.ts',
    "import './b.ts'",
    'a pass may not use another pass',
  ],
  ['a rule uses a pass', 'compiler/src/rules/a.ts', "import '../passes/b.ts'", 'a rule may not use a pass'],
  [
    'the shim loads a runtime at once',
    'torch/src/default-runtime.ts',
    "import '@heddle/runtime-cpu'",
    'only',
  ],
  [
    'the shim loads a runtime elsewhere',
    'torch/src/a.ts',
    "export const x = import('@heddle/runtime-cpu')",
    'only',
  ],
]

test.each(FORBIDDEN)('arrows: %s', (_what, path, code, problem) => {
  const root = fixtureTree({
    'package.json': { devDependencies: { vitest: '5.0.0' } },
    'packages/core/package.json': CORE,
    'packages/compiler/package.json': COMPILER,
    'packages/torch/package.json': TORCH,
    [`packages/${path}`]: code,
  })

  expect(checkArrows(root)).toEqual([expect.stringContaining(problem)])
})

test('arrows: a package has one platform file', () => {
  const root = fixtureTree({
    'packages/core/package.json': CORE,
    'packages/core/src/a/platform.ts': "import 'node:fs'",
    'packages/core/src/b/platform.ts': "import 'node:fs'",
  })

  expect(checkArrows(root)).toEqual([expect.stringContaining('is already the platform file')])
})
