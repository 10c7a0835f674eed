// Values and gradients beside PyTorch's are golden data (tests/golden); here are errors, and what is built.
import { describe, expect, test } from 'vitest'
import { createBuilder } from '../ir/builder.ts'
import { postOrder } from '../ir/traverse.ts'
import type { Value } from '../ir/value.ts'
import { errorOf } from '../testdata/error-of.ts'
import { opsOf } from '../testdata/ops-of.ts'
import { valuesOf } from '../testdata/values-of.ts'
import { arange, literal } from './constants.ts'
import { einsum } from './einsum.ts'
import { reshape } from './shape.ts'

const b = createBuilder()
const array = (...shape: number[]): Value =>
  reshape(arange(b, { limit: shape.reduce((size, dim) => size * dim, 1), dtype: 'f32' }), shape)

describe('einsum', () => {
  test.for<[string, number[][], number[], number[]]>([
    [
      'ij,jk->ik',
      [
        [1, 2],
        [2, 2],
      ],
      [1, 2],
      [2, 3],
    ],
    [
      'ij,jk',
      [
        [1, 2],
        [2, 2],
      ],
      [1, 2],
      [2, 3],
    ],
    [
      ' i j , j k -> k i ',
      [
        [1, 2],
        [2, 2],
      ],
      [2, 1],
      [2, 3],
    ],
    ['ba', [[2, 3]], [3, 2], [0, 3, 1, 4, 2, 5]],
    ['ii', [[3, 3]], [], [12]],
    ['iii->i', [[2, 2, 2]], [2], [0, 7]],
    ['...i->...', [[2, 2, 2]], [2, 2], [1, 5, 9, 13]],
    ['...ij->ij', [[2, 1, 2]], [1, 2], [2, 4]],
    ['i...,...->i...', [[2, 1], [3]], [2, 3], [0, 0, 0, 0, 1, 2]],
    ['aB', [[2, 1]], [1, 2], [0, 1]],
    [
      'ij,ij->j',
      [
        [2, 2],
        [1, 2],
      ],
      [2],
      [0, 4],
    ],
    [
      'ij,jk->ik',
      [
        [2, 0],
        [0, 1],
      ],
      [2, 1],
      [0, 0],
    ],
    [',->', [[], []], [], [0]],
  ])('%s of %j is %j', ([equation, shapes, shape, values]) => {
    const y = einsum(
      equation,
      shapes.map((each) => array(...each)),
    )

    expect(y.type.shape).toEqual(shape)
    expect(valuesOf(y)).toEqual(values)
  })

  test('a batched product is one dot and a movement', () => {
    const y = einsum('bhqd,bhkd->bhqk', [array(2, 3, 4, 5), array(2, 3, 6, 5)])

    expect(opsOf(y).filter((op) => op === 'dot')).toHaveLength(1)
    expect(y.op).toBe('dot')
  })

  test('products that sum nothing are no contraction', () => {
    expect(opsOf(einsum('i,j,k->ijk', [array(2), array(3), array(4)]))).not.toContain('dot')
  })

  test('joins first what stays smallest', () => {
    // x y has 10 000 elements, y z has 10.
    const y = einsum('ij,jk,kl->il', [array(100, 1), array(1, 100), array(100, 10)])

    const sizes = postOrder([y]).filter(({ op }) => op === 'dot' || op === 'mul')
    expect(sizes.map(({ type }) => type.shape)).toEqual([
      [1, 10],
      [100, 10],
    ])
  })

  test('integers are contracted exactly', () => {
    const x = literal(b, [[2 ** 20, 3]], { dtype: 'i32' })
    const y = literal(b, [[2 ** 12], [5]], { dtype: 'i32' })

    expect(einsum('ij,jk->ik', [x, y]).type.dtype).toBe('i32')
    expect(valuesOf(einsum('ij,jk->ik', [x, y]))).toEqual([15])
  })

  test.for([
    ['i1,j->i', 1, '"1" is not a letter'],
    ['i.j,j', 1, '"." is not a letter'],
    ['...i...,j', 4, '... twice'],
    ['ij,jk->ik->', 9, '"-" is not a letter'],
    ['ij,jk->ikz', 9, '"z" of the result is in no operand'],
    ['ij,jk->iki', 9, '"i" is in the result twice'],
  ] as const)('C1: %s is pointed at in place %i', ([equation, position, words]) => {
    const error = errorOf(() => einsum(equation, [array(2, 2), array(2, 2)]))

    expect(error.code).toBe('ATTR_EINSUM')
    expect(error.message).toContain(words)
    expect(error.details['position']).toBe(position)
    expect(error.message).toContain(`\n    ${equation}\n    ${' '.repeat(position)}^`)
  })

  test.for<[string, number[][], number | undefined, string]>([
    ['ij,jk', [[2, 2]], undefined, '2 terms, 1 operands'],
    ['ij,jk', [[2, 2], [2]], 3, 'operand 1 is [2] with 1 axes, its term names 2'],
    ['i...j,j', [[2], [2]], 0, 'names 2 or more'],
    [
      'ij,jk',
      [
        [2, 3],
        [4, 2],
      ],
      3,
      'extent 4 in operand 1 and 3 elsewhere',
    ],
    ['ii', [[1, 2]], 1, 'extent 2 in operand 0 and 1 elsewhere'],
    ['...i,...', [[2, 1], [3]], 5, '"..." has extent 3 in operand 1 and 2 elsewhere'],
  ])('C2: %s of %j', ([equation, shapes, position, words]) => {
    const error = errorOf(() =>
      einsum(
        equation,
        shapes.map((each) => array(...each)),
      ),
    )

    expect(error.code).toBe('SHAPE_EINSUM')
    expect(error.message).toContain(words)
    expect(error.details['position']).toBe(position)
  })
})
