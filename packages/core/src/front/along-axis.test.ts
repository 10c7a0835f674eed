// Positions outside an axis, which PyTorch refuses and programs cannot: they read NaN (0 for integers) and write nothing, in the
// middle of an array too, where a wrong position is still one of the array.
import { describe, expect, test } from 'vitest'
import { interpret } from '../interpret/graph.ts'
import { toNdArray } from '../interpret/nd-array.ts'
import { scatterAlongAxis, takeAlongAxis } from './along-axis.ts'
import { program } from './program.ts'

const x = toNdArray('f32', [3, 2], [1, 2, 3, 4, 5, 6])
const at = toNdArray('i32', [3, 2], [0, -1, 2, 1, 0, -7])

describe('positions outside the axis', () => {
  test('read NaN', () => {
    const graph = program('take', ({ input }) =>
      takeAlongAxis(input('x', 'f32', [3, 2]), input('at', 'i32', [3, 2]), { axis: 1 }),
    )

    const { outputs } = interpret(graph, { x, at })

    expect([...outputs['output']!.data]).toEqual([1, Number.NaN, Number.NaN, 4, 5, Number.NaN])
  })

  test('read 0 among integers', () => {
    const graph = program('take', ({ input }) =>
      takeAlongAxis(input('x', 'i32', [3, 2]), input('at', 'i32', [3, 2]), { axis: 1 }),
    )

    const { outputs } = interpret(graph, { x: toNdArray('i32', [3, 2], x.data), at })

    expect([...outputs['output']!.data]).toEqual([1, 0, 0, 4, 5, 0])
  })

  test('write nothing', () => {
    const graph = program('scatter', ({ input }) =>
      scatterAlongAxis(input('x', 'f32', [3, 2]), input('at', 'i32', [3, 2]), 9, { axis: 1 }),
    )

    const { outputs } = interpret(graph, { x, at })

    expect([...outputs['output']!.data]).toEqual([9, 2, 3, 9, 9, 6])
  })
})
