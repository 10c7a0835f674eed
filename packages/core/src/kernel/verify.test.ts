import {
  addressOf,
  contraction,
  kernelFixtures,
  makeKernel,
  readBuffer,
  store,
  writeBuffer,
  writeCode,
} from '@heddle/testkit'
import { describe, expect, test } from 'vitest'
import { HeddleError } from '../errors.ts'
import {
  indexAxis,
  indexConstant,
  indexValue,
  offsetIndex,
  quotientIndex,
  scaleIndex,
} from './index-arithmetic.ts'
import type { Guard, IndexExpression } from './index-expression.ts'
import type { Kernel, MapStage, ReduceStage, ScalarNode, Stage } from './kernel.ts'
import { verifyKernel } from './verify.ts'

const i = indexAxis(0)

/** Copies 6 elements: `y[i] = x[i]`. */
function copy(): Kernel {
  const buffers = [readBuffer('f32', 6, 'x'), writeBuffer('f32', 6, 'y')]
  const code = writeCode(buffers)
  const x = code.load(0, i)
  const stages = [{ kind: 'map', axes: [], code: code.nodes, stores: [store(1, i, x)] }] as const
  return makeKernel({ name: 'copy', extents: [6], rows: [0], buffers, stages })
}

/** The same with an array of i32 beside it. */
function withIds(): Kernel {
  return { ...copy(), buffers: [...copy().buffers, readBuffer('i32', 6, 'ids')] }
}

/** Row sums of a [4, 6] array. */
function rowSum(): Kernel {
  const buffers = [readBuffer('f32', 24, 'x'), writeBuffer('f32', 4, 'y')]
  const inner = writeCode(buffers)
  const value = inner.load(0, addressOf([0, 1], [4, 6]))
  const outer = writeCode(buffers)
  const sum = outer.accumulated('f32', 0)
  const reduce: ReduceStage = {
    kind: 'reduce',
    axes: [1],
    lanes: 16,
    code: inner.nodes,
    accumulators: [{ combine: 'sum', dtype: 'f32', value }],
  }
  const stages: Stage[] = [reduce, { kind: 'map', axes: [], code: outer.nodes, stores: [store(1, i, sum)] }]
  return makeKernel({ name: 'row-sum', extents: [4, 6], rows: [0], buffers, stages })
}

const matmul = (): Kernel =>
  contraction({
    name: 'matmul',
    extents: [3, 4, 5],
    batch: [],
    m: [0],
    n: [1],
    k: [2],
    a: [0, 2],
    b: [2, 1],
    rows: [0, 1],
    block: 16,
  }).kernel

function withStage(kernel: Kernel, position: number, change: Partial<Stage>): Kernel {
  const stages = kernel.stages.map((stage, at) =>
    at === position ? ({ ...stage, ...change } as Stage) : stage,
  )
  return { ...kernel, stages }
}

function withCode(kernel: Kernel, ...code: readonly ScalarNode[]): Kernel {
  const value = code.length - 1
  return withStage(kernel, 0, { code, stores: [store(1, i, value)] } as Partial<MapStage>)
}

function load(index: IndexExpression, guards: readonly Guard[] = []): ScalarNode {
  return { op: 'load', dtype: 'f32', buffer: 0, index, guards, otherwise: 0 }
}

function constraintOf(kernel: Kernel): unknown {
  try {
    verifyKernel(kernel)
    return undefined
  } catch (error) {
    if (!(error instanceof HeddleError) || error.code !== 'LOWER_KERNEL_INVALID') throw error
    return error.details['constraint']
  }
}

describe('verifyKernel', () => {
  test.each(kernelFixtures.map(({ kernel }) => [kernel.name, kernel] as const))('accepts %s', (_, kernel) => {
    expect(() => verifyKernel(kernel)).not.toThrow()
  })

  test('says which kernel, stage and value is wrong, and the constraint', () => {
    expect(() => verifyKernel(withCode(copy(), load(scaleIndex(i, 2))))).toThrow(
      'LOWER_KERNEL_INVALID: kernel copy: stage 0 (map), value 0: address in x is 6 at position [3]; it must be in 0 .. 5 (K7)',
    )
  })

  const one: ScalarNode = { op: 'const', dtype: 'f32', value: 1 }
  const id: ScalarNode = { op: 'index', dtype: 'i32', index: i }
  const guard: Guard = { index: i, low: 0, high: 3 }
  const cases: readonly (readonly [string, string, Kernel])[] = [
    ['K1', 'a negative extent', { ...copy(), axes: [{ extent: -1, label: 'i0' }] }],
    ['K1', 'a fractional extent', { ...copy(), axes: [{ extent: 1.5, label: 'i0' }] }],
    ['K1', 'a row axis twice', { ...copy(), rows: [0, 0] }],
    ['K1', 'a row axis that does not exist', { ...copy(), rows: [3] }],
    [
      'K2',
      'a fractional size',
      { ...copy(), buffers: [readBuffer('f32', 6.5, 'x'), writeBuffer('f32', 6, 'y')] },
    ],
    [
      'K2',
      'no written buffer',
      { ...copy(), buffers: [readBuffer('f32', 6, 'x'), readBuffer('f32', 6, 'y')] },
    ],
    ['K3', 'no stages', { ...copy(), stages: [] }],
    ['K3', 'a reduction without a map', { ...rowSum(), stages: rowSum().stages.slice(0, 1) }],
    ['K3', 'two maps', { ...copy(), stages: [...copy().stages, ...copy().stages] }],
    ['K4', 'an inner axis that is a row', withStage(rowSum(), 0, { axes: [0] })],
    ['K4', 'an inner axis twice', withStage(rowSum(), 0, { axes: [1, 1] })],
    ['K4', 'a contraction whose roles miss a row', withStage(matmul(), 0, { n: [] } as Partial<Stage>)],
    ['K5', 'an operand that comes later', withCode(copy(), { op: 'neg', dtype: 'f32', args: [1] }, one)],
    ['K5', 'too few operands', withCode(copy(), one, { op: 'add', dtype: 'f32', args: [0] })],
    ['K5', 'operands of two dtypes', withCode(copy(), one, id, { op: 'add', dtype: 'f32', args: [0, 1] })],
    ['K5', 'bits of a float', withCode(copy(), one, { op: 'and', dtype: 'f32', args: [0, 0] })],
    ['K5', 'a comparison that is not bool', withCode(copy(), one, { op: 'lt', dtype: 'f32', args: [0, 0] })],
    ['K5', 'a constant that is not rounded', withCode(copy(), { op: 'const', dtype: 'f32', value: 0.1 })],
    [
      'K5',
      'a store of a value that does not exist',
      withStage(copy(), 0, { stores: [store(1, i, 9)] } as Partial<Stage>),
    ],
    [
      'K6',
      'an axis out of scope',
      withStage(rowSum(), 1, { code: [{ op: 'index', dtype: 'i32', index: indexAxis(1) }] }),
    ],
    ['K6', 'a float as an index', withCode(copy(), one, load(indexValue(0)))],
    [
      'K6',
      'a term with coefficient 0',
      withCode(copy(), load({ constant: 0, terms: [{ coefficient: 0, atom: { kind: 'axis', axis: 0 } }] })),
    ],
    ['K6', 'a repeated term', withCode(copy(), load({ constant: 0, terms: [...i.terms, ...i.terms] }))],
    [
      'K6',
      'a guard that may wrap',
      withCode(
        withIds(),
        { op: 'load', dtype: 'i32', buffer: 2, index: i, guards: [], otherwise: 0 },
        load(i, [{ index: scaleIndex(indexValue(0), 2), low: 0, high: 6 }]),
      ),
    ],
    [
      'K7',
      'a load from a written buffer',
      withCode(copy(), { op: 'load', dtype: 'f32', buffer: 1, index: i, guards: [], otherwise: 0 }),
    ],
    [
      'K7',
      'a load of another dtype',
      withCode(copy(), { op: 'load', dtype: 'i32', buffer: 0, index: i, guards: [], otherwise: 0 }),
    ],
    ['K7', 'an address below the buffer', withCode(copy(), load(offsetIndex(i, -1)))],
    ['K7', 'a guard that is too weak', withCode(copy(), load(offsetIndex(i, -1), [guard]))],
    [
      'K7',
      'an unbounded index from data',
      withCode(
        withIds(),
        { op: 'load', dtype: 'i32', buffer: 2, index: i, guards: [], otherwise: 0 },
        load(indexValue(0)),
      ),
    ],
    [
      'K8',
      'an accumulator that does not exist',
      withStage(rowSum(), 1, { code: [{ op: 'accumulated', dtype: 'f32', stage: 0, accumulator: 1 }] }),
    ],
    [
      'K8',
      'an accumulator of a later stage',
      withStage(rowSum(), 0, { code: [{ op: 'accumulated', dtype: 'f32', stage: 1, accumulator: 0 }] }),
    ],
    [
      'K8',
      'an accumulator of another dtype',
      withStage(rowSum(), 1, { code: [{ op: 'accumulated', dtype: 'f64', stage: 0, accumulator: 0 }] }),
    ],
    [
      'K9',
      'an argmax that gives floats',
      withStage(rowSum(), 0, {
        accumulators: [{ combine: 'argmax', dtype: 'f32', value: 0 }],
      } as Partial<Stage>),
    ],
    ['K9', 'three lanes', withStage(rowSum(), 0, { lanes: 3 as 1 })],
    ['K10', 'a store to a read buffer', withStage(copy(), 0, { stores: [store(0, i, 0)] } as Partial<Stage>)],
    [
      'K10',
      'two stores to one buffer',
      withStage(copy(), 0, { stores: [store(1, i, 0), store(1, i, 0)] } as Partial<Stage>),
    ],
    ['K10', 'no store to a written buffer', withStage(copy(), 0, { stores: [] } as Partial<Stage>)],
    ['K10', 'a store of another dtype', withStage(copy(), 0, { code: [id] })],
    [
      'K10',
      'stores that collide',
      withStage(copy(), 0, { stores: [store(1, indexConstant(0), 0)] } as Partial<Stage>),
    ],
    [
      'K10',
      'stores that miss elements',
      { ...copy(), buffers: [readBuffer('f32', 6, 'x'), writeBuffer('f32', 7, 'y')] },
    ],
    ['K11', 'a block of zero', withStage(matmul(), 0, { block: 0 } as Partial<Stage>)],
    [
      'K11',
      'an operand that depends on the other side',
      withStage(matmul(), 0, { a: 1, b: 0 } as Partial<Stage>),
    ],
  ]

  test.each(cases)('%s: rejects %s', (constraint, _, kernel) => {
    expect(constraintOf(kernel)).toBe(constraint)
  })

  test('K12: rejects a scatter that may leave its buffer', () => {
    const { kernel } = kernelFixtures.find((fixture) => fixture.kernel.name === 'scatter-rows')!

    expect(constraintOf(withStage(kernel, 0, { guards: [] } as Partial<Stage>))).toBe('K12')
  })

  test('accepts an address bounded by a guard on a quotient', () => {
    const divided = quotientIndex(i, 2, () => 6)
    const guards = [{ index: divided, low: 1, high: 3 }]

    expect(constraintOf(withCode(copy(), load(offsetIndex(i, -2), guards)))).toBeUndefined()
    expect(constraintOf(withCode(copy(), load(offsetIndex(i, -3), guards)))).toBe('K7')
  })

  test('accepts anything inside loops that never run', () => {
    const kernel = withCode(copy(), load(offsetIndex(i, 100)))

    const empty = {
      ...kernel,
      axes: [{ extent: 0, label: 'i0' }],
      buffers: [readBuffer('f32', 0, 'x'), writeBuffer('f32', 0, 'y')],
    }

    expect(constraintOf(empty)).toBeUndefined()
  })

  test('finds an escape in an index space too large to enumerate when the last position shows it', () => {
    const size = 1 << 20
    const buffers = [readBuffer('f32', size, 'x'), writeBuffer('f32', size, 'y')]
    const off = offsetIndex(i, 1)
    const kernel = {
      ...withCode(copy(), load(off, [{ index: off, low: 0, high: size + 1 }])),
      buffers,
      axes: [{ extent: size, label: 'i0' }],
    }

    expect(constraintOf(kernel)).toBe('K7')
  })
})
