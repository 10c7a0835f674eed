// What backward needs of forward, for every golden case with gradients: no more bytes than PyTorch keeps.
import { savedForBackward } from '@heddle/compiler'
import { createBuilder, type Value } from '@heddle/core'
import { describe, expect, test } from 'vitest'
import { buildCase } from './build.ts'
import type { GoldenCase } from './format.ts'
import { families } from './read-files.ts'

/** In f32, as PyTorch's bytes are counted. */
function savedBytes(golden: GoldenCase): { readonly bytes: number; readonly ops: readonly string[] } {
  const { results } = buildCase(createBuilder(), golden, 'f32')
  const valuesOf = (names: readonly string[]): readonly Value[] => names.map((name) => results[name]!.value)
  const gradients = Object.keys(golden.gradients ?? {}).map((k) => `d${k}`)
  const saved = savedForBackward(valuesOf(Object.keys(golden.outputs ?? {})), valuesOf(gradients))
  return { bytes: saved.bytes, ops: saved.values.map(({ op }) => op) }
}

/** One line for each case that keeps more than PyTorch. */
function excesses(cases: readonly GoldenCase[]): readonly string[] {
  return cases.flatMap((golden) => {
    const { bytes, ops } = savedBytes(golden)
    const { saved = Number.NaN } = golden
    return bytes <= saved ? [] : [`${golden.name}: ${bytes} bytes (${ops}), PyTorch ${saved}`]
  })
}

const differentiated = (cases: readonly GoldenCase[]): readonly GoldenCase[] =>
  cases.filter(({ gradients }) => gradients !== undefined)

describe.each(families())('$name', ({ cases }) => {
  test('keeps no more for backward than PyTorch', () => {
    expect(excesses(differentiated(cases))).toEqual([])
  })
})
