import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyScalar } from '../interpret/scalar.ts'
import { indexAxis, offsetIndex, scaleIndex } from './index-arithmetic.ts'
import { evaluateIndex } from './index-query.ts'
import { i32Range } from './index-range.ts'
import type { ScalarCode, ScalarNode } from './kernel.ts'
import type { ScalarOp } from './scalar.ts'
import { valueRanges } from './value-range.ts'

const extent = 5

/** Values of i32 code at a position of its one axis. */
function evaluate(code: ScalarCode, position: number): number[] {
  const values: number[] = []
  for (const node of code) {
    if (node.op === 'const') values.push(node.value)
    else if (node.op === 'index') values.push(evaluateIndex(node.index, [position], () => 0))
    else if ('args' in node) {
      values.push(
        Number(
          applyScalar(
            node.op,
            node.dtype,
            'i32',
            node.args.map((arg) => values[arg]!),
          ),
        ),
      )
    }
  }
  return values
}

const leaf: fc.Arbitrary<ScalarNode> = fc.oneof(
  fc
    .constantFrom(0, 1, -1, 3, -7, 100, 2147483647, -2147483648)
    .map((value) => ({ op: 'const' as const, dtype: 'i32' as const, value })),
  fc.tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -5, max: 5 })).map(([factor, offset]) => {
    return {
      op: 'index' as const,
      dtype: 'i32' as const,
      index: offsetIndex(scaleIndex(indexAxis(0), factor), offset),
    }
  }),
)
const ops: readonly ScalarOp[] = [
  'add',
  'sub',
  'mul',
  'minimum',
  'maximum',
  'neg',
  'rem',
  'abs',
  'xor',
  'div',
]
const codes = fc
  .tuple(
    fc.array(leaf, { minLength: 1, maxLength: 3 }),
    fc.array(fc.tuple(fc.constantFrom(...ops), fc.nat(99), fc.nat(99)), { maxLength: 8 }),
  )
  .map(([leaves, calls]) => {
    const code: ScalarNode[] = [...leaves]
    for (const [op, x, y] of calls) {
      const args = op === 'neg' || op === 'abs' ? [x % code.length] : [x % code.length, y % code.length]
      code.push({ op, dtype: 'i32', args })
    }
    return code
  })

describe('valueRanges', () => {
  test('hold every value of random code', () => {
    fc.assert(
      fc.property(codes, fc.nat(extent - 1), (code, position) => {
        const ranges = valueRanges(code, () => extent)
        for (const [id, value] of evaluate(code, position).entries()) {
          const { low, high } = ranges[id]!
          expect(low <= value && value <= high, `value ${id} is ${value}, range ${low} .. ${high}`).toBe(true)
        }
      }),
      { numRuns: 2000, seed: 31 },
    )
  })

  test('are exact for a clamped index', () => {
    const code: ScalarCode = [
      { op: 'load', dtype: 'i32', buffer: 0, index: indexAxis(0), guards: [], otherwise: 0 },
      { op: 'const', dtype: 'i32', value: 0 },
      { op: 'const', dtype: 'i32', value: 11 },
      { op: 'maximum', dtype: 'i32', args: [0, 1] },
      { op: 'minimum', dtype: 'i32', args: [3, 2] },
    ]

    expect(valueRanges(code, () => extent)[4]).toEqual({ low: 0, high: 11 })
  })

  test('give up where a sum may wrap', () => {
    const code: ScalarCode = [
      { op: 'const', dtype: 'i32', value: 2147483647 },
      { op: 'const', dtype: 'i32', value: 1 },
      { op: 'add', dtype: 'i32', args: [0, 1] },
    ]

    expect(valueRanges(code, () => extent)[2]).toEqual(i32Range)
  })
})
