// The index algebra, checked by running the integer code it writes for every texel.
import {
  addIndex,
  evaluateIndex,
  type IndexExpression,
  indexAxis,
  indexConstant,
  offsetIndex,
  quotientIndex,
  remainderIndex,
  scaleIndex,
} from '@heddle/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { affineIndex, asVector, axisGroup, evaluateIndexExpression, type IndexValue } from './emit-index.ts'
import { createWriter } from './glsl-writer.ts'

interface Emitted {
  readonly value: IndexValue
  readonly lines: readonly string[]
  readonly name: string
}

function emit(expression: IndexExpression, extents: readonly number[]): Emitted {
  const writer = createWriter()
  const size = extents.reduce((x, y) => x * y, 1)
  const high = Math.ceil(size / 4) * 4 - 1
  const linear = affineIndex('e', 0, { stride: 1, multiple: 4, low: 0, high })
  const group = axisGroup([...extents.keys()], (axis) => extents[axis]!, linear)
  const scope = { writer, groups: [group], valueAt: () => linear, helper: (name: string) => name }
  const value = evaluateIndexExpression(expression, scope)
  const name = asVector(value, writer)
  return { value, lines: writer.finish(), name }
}

/** The written code as a function of the texel's first element and a lane: integer GLSL reads as JavaScript but for `/`. */
function compile({ lines, name }: Emitted): (e: number, lane: number) => number {
  const body = lines.map((line) => {
    const [, variable = '', text = ''] = /^\w+ (\w+) = (.*);$/.exec(line) ?? []
    const division = /^\((.*)\) \/ (\d+)$/.exec(text)
    const value = division === null ? text : `Math.trunc((${division[1]}) / ${division[2]})`
    return `const ${variable} = ${value.replace(/\bivec4\b/g, '')}`
  })
  const helpers = [
    'const floorDivide = (x, by) => Math.floor(x / by)',
    'const floorModulo = (x, by) => x - by * Math.floor(x / by)',
  ]
  const code = [...helpers, ...body, `return ${name.replace(/\bivec4\b/g, '')}`].join('\n')
  return new Function('e', 'LANE', code.replace(/\bint\(/g, '(')) as (e: number, lane: number) => number
}

const extentsArbitrary = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 })

function expressionArbitrary(extents: readonly number[]): fc.Arbitrary<IndexExpression> {
  const ranges = (axis: number): number => extents[axis]!
  const leaf = fc.oneof(
    fc.nat(extents.length - 1).map((axis) => indexAxis(axis)),
    fc.integer({ min: -9, max: 9 }).map(indexConstant),
  )
  const grow = (inner: fc.Arbitrary<IndexExpression>): fc.Arbitrary<IndexExpression> =>
    fc.oneof(
      fc.tuple(inner, inner).map(([x, y]) => addIndex(x, y, ranges)),
      fc.tuple(inner, fc.integer({ min: -4, max: 8 })).map(([x, factor]) => scaleIndex(x, factor)),
      fc.tuple(inner, fc.integer({ min: -5, max: 5 })).map(([x, offset]) => offsetIndex(x, offset)),
      fc.tuple(inner, fc.integer({ min: 2, max: 8 })).map(([x, by]) => quotientIndex(x, by, ranges)),
      fc.tuple(inner, fc.integer({ min: 2, max: 8 })).map(([x, by]) => remainderIndex(x, by, ranges)),
    )
  return grow(fc.oneof(leaf, grow(fc.oneof(leaf, grow(leaf)))))
}

test('written index code gives every lane the value of the expression', () => {
  const cases = extentsArbitrary.chain((extents) =>
    fc.tuple(fc.constant(extents), expressionArbitrary(extents)),
  )
  fc.assert(
    fc.property(cases, ([extents, expression]) => {
      const size = extents.reduce((x, y) => x * y, 1)
      const emitted = emit(expression, extents)
      const run = compile(emitted)
      for (let e = 0; e < size; e += 4) {
        for (let lane = 0; lane < 4 && e + lane < size; lane++) {
          const at: number[] = []
          let rest = e + lane
          for (const extent of [...extents].reverse()) {
            at.unshift(rest % extent)
            rest = Math.floor(rest / extent)
          }
          const expected = evaluateIndex(expression, at, () => 0)
          if (run(e, lane) !== expected) return false
          if (expected < emitted.value.low || expected > emitted.value.high) return false
        }
      }
      return true
    }),
    { numRuns: 2000, seed: 20 },
  )
})

const rowMajor = (extents: readonly number[]): IndexExpression => ({
  constant: 0,
  terms: extents.map((_, axis) => ({
    coefficient: extents.slice(axis + 1).reduce((x, y) => x * y, 1),
    atom: { kind: 'axis', axis },
  })),
})

test('a row-major address stays one step a lane, whatever the extents', () => {
  const { value, lines } = emit(rowMajor([5, 7, 3]), [5, 7, 3])

  expect(value).toMatchObject({ lanes: 'affine', base: 'e', stride: 1, multiple: 4 })
  expect(lines).toEqual(['ivec4 v0 = e + LANE;'])
})

test('the outer axis is shared by the lanes where the inner extent is a multiple of four', () => {
  const outer = emit(indexAxis(0), [6, 8])
  const inner = emit(indexAxis(1), [6, 8])

  expect(outer.value).toMatchObject({ lanes: 'affine', stride: 0 })
  expect(inner.value).toMatchObject({ lanes: 'affine', stride: 1, multiple: 4 })
})
