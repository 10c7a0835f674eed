import {
  add,
  crossEntropy,
  type Graph,
  gather,
  oneHot,
  program,
  scatterAdd,
  takeAlongAxis,
} from '@heddle/core'
import { describe, expect, it } from 'vitest'
import { indexRanges } from './index-ranges.ts'

const rangeOf = (graph: Graph): number | undefined => indexRanges(graph).get('ids')

describe('ranges of positions', () => {
  it('are the extent that is gathered or scattered', () => {
    const gathering = program('gathering', ({ input }) => ({
      y: gather(input('table', 'f32', [7, 2]), input('ids', 'i32', [3])),
    }))
    const scattering = program('scattering', ({ input }) => ({
      y: scatterAdd(input('base', 'f32', [9]), input('ids', 'i32', [3]), input('updates', 'f32', [3])),
    }))

    expect(rangeOf(gathering)).toBe(7)
    expect(rangeOf(scattering)).toBe(9)
  })

  it('are the classes of one-hot and of labels', () => {
    const hot = program('hot', ({ input }) => ({ y: oneHot(input('ids', 'i32', [3]), { classes: 5 }) }))
    const labels = program('labels', ({ input }) => ({
      loss: crossEntropy(input('logits', 'f32', [3, 4]), input('ids', 'i32', [3])),
    }))

    expect(rangeOf(hot)).toBe(5)
    expect(rangeOf(labels)).toBe(4)
  })

  it('are the bound that positions along an axis are tested against', () => {
    const taking = program('taking', ({ input }) => ({
      y: takeAlongAxis(input('x', 'f32', [2, 6]), input('ids', 'i32', [2, 1]), { axis: 1 }),
    }))

    expect(rangeOf(taking)).toBe(6)
  })

  it('are the smallest where a position is used twice, and none where it is a number like others', () => {
    const twice = program('twice', ({ input }) => {
      const ids = input('ids', 'i32', [3])
      return { y: gather(input('x', 'f32', [7]), ids), z: gather(input('t', 'f32', [5]), ids) }
    })
    const plain = program('plain', ({ input }) => ({ y: add(input('ids', 'i32', [3]), 1) }))

    expect(rangeOf(twice)).toBe(5)
    expect(rangeOf(plain)).toBeUndefined()
  })
})
