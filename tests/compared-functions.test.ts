// Every function of core that takes values is compared with PyTorch by a golden case, or stands here with the reason why not.
import { readFileSync } from 'node:fs'
import * as core from '@heddle/core'
import { expect, test } from 'vitest'
import { families } from './golden/read-files.ts'

const reasons: Readonly<Record<string, string>> = {
  alphaDropout: 'random; its moments are tested in composites.test.ts',
  bitcast: 'PyTorch has no function of values for it; kernel fixtures and samples compare it with the host',
  checkpoint: 'runs its body; autodiff/control.test.ts compares it with the body alone',
  commonDType: 'a question about dtypes; operand.test.ts',
  cond: 'runs one of its bodies; autodiff/control.test.ts',
  constant: 'an initializer, drawn outside of graphs; compared in initializer.test.ts',
  customVjp: 'runs its body, with the derivative given; autodiff/control.test.ts',
  dropout: 'random; its statistics and derivative are tested in composites.test.ts',
  dropout1d: 'random; composites.test.ts',
  dropout2d: 'random; composites.test.ts',
  dropout3d: 'random; composites.test.ts',
  featureAlphaDropout: 'random; composites.test.ts',
  isValue: 'a question about JavaScript values',
  kaimingUniform: 'an initializer; compared in initializer.test.ts',
  literal: 'makes a value of numbers; nothing is computed',
  normal: 'an initializer; compared in initializer.test.ts',
  program: 'builds graphs; program.test.ts',
  randomBits: "another generator than PyTorch's; compared with its definition in random.test.ts",
  randomNormal: "another generator than PyTorch's; random.test.ts",
  randomUniform: "another generator than PyTorch's; random.test.ts",
  scan: 'runs its body; autodiff/control.test.ts compares it with the steps written out, the recurrent family runs it',
  splitKey: "another generator than PyTorch's; random.test.ts",
  uniform: 'an initializer; compared in initializer.test.ts',
  values: 'an initializer; compared in initializer.test.ts',
  whileLoop: 'runs its body; control-flow.test.ts',
  xavierUniform: 'an initializer; compared in initializer.test.ts',
}

/** Functions exported from `front` and `composites`. */
function publicFunctions(): readonly string[] {
  const index = readFileSync(new URL('../packages/core/src/index.ts', import.meta.url), 'utf8')
  const exported = [...index.matchAll(/^export \{([^}]*)\} from '\.\/(?:front|composites)\//gm)]
  const all: Readonly<Record<string, unknown>> = { ...core }
  return exported
    .flatMap(([, names = '']) => names.split(','))
    .map((name) => name.trim())
    .filter((name) => typeof all[name] === 'function')
}

test('every public function of values has a golden case or a reason to have none', () => {
  const called = new Set(families().flatMap(({ cases }) => cases.map(({ call }) => call)))
  const found = publicFunctions()

  expect(found.length).toBeGreaterThan(80)
  expect(found.filter((name) => !called.has(name) && !(name in reasons))).toEqual([])
  expect(Object.keys(reasons).filter((name) => called.has(name) || !found.includes(name))).toEqual([])
})
