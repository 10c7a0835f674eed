// What backward needs of forward, for every golden case with gradients: no more bytes than PyTorch keeps.
import { savedForBackward } from '@heddle/compiler'
import { createBuilder, type Value } from '@heddle/core'
import { describe, expect, test } from 'vitest'
import { buildCase } from './build.ts'
import type { GoldenCase } from './format.ts'
import { families } from './read-files.ts'

/**
 * `maskedScatter` keeps which element went where, which PyTorch counts from the mask again; `multiHeadAttention` keeps its bool
 * masks, which PyTorch adds as floats (then a query that sees nothing has no derivative); `ctc` keeps the lengths, which PyTorch
 * has as lists. This list only shrinks.
 */
const keepsMore: ReadonlySet<string> = new Set(['ctc', 'maskedScatter', 'multiHeadAttention'])

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
    expect(excesses(differentiated(cases).filter(({ call }) => !keepsMore.has(call)))).toEqual([])
  })
})

test.for([...keepsMore])('%s still keeps more than PyTorch; else it has to leave the list', (call) => {
  const cases = differentiated(families().flatMap((family) => family.cases))

  expect(excesses(cases.filter((golden) => golden.call === call))).not.toEqual([])
})
