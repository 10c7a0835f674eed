import { rmSync } from 'node:fs'
import * as compiler from '@heddle/compiler'
import * as core from '@heddle/core'
import * as cpu from '@heddle/runtime-cpu'
import { afterAll, describe, expect, test } from 'vitest'
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
