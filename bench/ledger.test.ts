// The ledger is what the compiler makes today, number by number.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { computeLedger, type Ledger } from './ledger.ts'

const refresh =
  'bench/ledger.json differs; `npm run ledger` rewrites it; say in the commit why the numbers moved'

const stored = JSON.parse(readFileSync(join(import.meta.dirname, 'ledger.json'), 'utf8')) as Ledger

test('ledger: every stored number is the one the compiler makes', () => {
  expect(computeLedger(), refresh).toEqual(stored)
}, 120_000)

test('ledger: the gelu chain is one kernel, softmax at most two, tanh saves one array for its derivative', () => {
  const { models, tanhGradient } = stored

  expect(models['gelu']?.cpu.kernels).toBe(1)
  expect(models['softmax']?.cpu.kernels).toBeLessThanOrEqual(2)
  expect(models['softmax']?.webgl.kernels).toBeLessThanOrEqual(2)
  expect(tanhGradient).toEqual({ savedArrays: 1, savedBytes: 64 * 64 * 4 })
})
