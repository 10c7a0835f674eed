import { rmSync } from 'node:fs'
import * as compiler from '@heddle/compiler'
import * as core from '@heddle/core'
import * as cpu from '@heddle/runtime-cpu'
import { afterAll, describe, expect, test } from 'vitest'
import { fixtureTree } from '../../tools/fixture-tree.ts'
import { examplesOf, moduleOf } from './docstrings.ts'
import { root, runModule, scratchFolder } from './run-module.ts'

const scratch = scratchFolder('docstrings')
const exported = new Map([
  ['@heddle/core', Object.keys(core)],
  ['@heddle/compiler', Object.keys(compiler)],
  ['@heddle/runtime-cpu', Object.keys(cpu)],
])

afterAll(() => rmSync(scratch, { recursive: true, force: true }))

/** Numbers as the docs print them: to 6 digits. */
function expectClaim(printed: string | undefined, claim: string): void {
  const numbers = /-?\d+(\.\d+)?(e-?\d+)?/g
  const [found, wanted] = [printed ?? '', claim].map((text) => (text.match(numbers) ?? []).map(Number))
  const form = (text: string): string => text.replaceAll(numbers, '#').replaceAll(/\s/g, '')
  expect(form(printed ?? '')).toBe(form(claim))
  wanted?.forEach((number, k) => {
    expect(Math.abs((found?.[k] ?? Number.NaN) - number)).toBeLessThanOrEqual(
      1e-6 * Math.max(1, Math.abs(number)),
    )
  })
}

describe('examples in docstrings', () => {
  for (const { name, code } of examplesOf(root)) {
    test(name, async () => {
      const example = moduleOf(code, exported)

      const { printed, error } = await runModule(scratch, name, example.code)

      expect(error).toBeUndefined()
      expect(printed).toHaveLength(example.claims.length)
      example.claims.forEach((claim, k) => {
        expectClaim(printed[k], claim)
      })
    })
  }
})

describe('how examples are read', () => {
  test('without stars, up to the next tag, and not from tests', () => {
    const text = '\n/**\n * Sum.\n *\n * @example\n * f(1, {\n *   k: 2,\n * })\n * @see g\n */\n'
    const tree = fixtureTree({ 'packages/a/src/f.ts': text, 'packages/a/src/f.test.ts': text })

    expect(examplesOf(tree)).toEqual([{ name: 'packages/a/src/f.ts:5', code: 'f(1, {\n  k: 2,\n})' }])
  })

  const wrong = {
    'relu(x) // x: f32[2] gives f32[3]': 'f32[2]',
    'relu(x) // x = [-1, 2] gives [1, 2]': '[0,2]',
    'relu(x) // x = [-1, 2] => [1, 2]': '[0,2]',
    "hostArray('f32', [1], createBuilder().nodeCount).shape // => [2]": '[1]',
  }
  for (const [code, found] of Object.entries(wrong)) {
    test(`${code}: a wrong claim is seen`, async () => {
      const example = moduleOf(code, exported)

      const { printed } = await runModule(scratch, code, example.code)

      expect(printed).toEqual([found])
      expect(() => expectClaim(printed[0], example.claims[0] ?? '')).toThrow()
    })
  }
})
