import { kernelFixtures, makeKernel, readBuffer, store, writeBuffer, writeCode } from '@heddle/testkit'
import { describe, expect, test } from 'vitest'
import type { TypedArray } from '../dtype.ts'
import { indexAxis, indexConstant } from '../kernel/index-arithmetic.ts'
import type { Combine } from '../kernel/kernel.ts'
import { identityOf, runKernel } from './kernel.ts'

const i = indexAxis(0)

/** Runs a fixture on given contents of its read buffers; what it writes, by position. */
function runFixture(name: string, ...reads: readonly TypedArray[]): TypedArray[] {
  const { kernel, inputs } = kernelFixtures.find((fixture) => fixture.kernel.name === name)!
  const given = [...reads]
  const buffers = inputs(1).map((array, at) => {
    if (kernel.buffers[at]!.access === 'write') return array
    return given.shift() ?? array
  })
  runKernel(kernel, buffers)
  return buffers.filter((_, at) => kernel.buffers[at]!.access === 'write')
}

/** Reduces `data` to one element. */
function reduce(combine: Combine, lanes: 1 | 16, data: Float32Array): number {
  const positional = combine === 'argmax' || combine === 'argmin'
  const result = positional ? 'i32' : 'f32'
  const buffers = [readBuffer('f32', data.length, 'x'), writeBuffer(result, 1, 'y')]
  const inner = writeCode(buffers)
  const value = inner.load(0, i)
  const outer = writeCode(buffers)
  const y = outer.accumulated(result, 0)
  const stages = [
    {
      kind: 'reduce',
      axes: [0],
      lanes,
      code: inner.nodes,
      accumulators: [{ combine, dtype: result, value }],
    },
    { kind: 'map', axes: [], code: outer.nodes, stores: [store(1, indexConstant(0), y)] },
  ] as const
  const out = positional ? new Int32Array(1) : new Float32Array(1)
  runKernel(makeKernel({ name: combine, extents: [data.length], rows: [], buffers, stages }), [data, out])
  return Number(out[0])
}

const f32 = (...values: number[]) => new Float32Array(values)

describe('runKernel', () => {
  test('maps, rounding to f32 after each operation', () => {
    const big = f32(...new Array<number>(1003).fill(16777216))
    const one = f32(...new Array<number>(1003).fill(1))

    const [y] = runFixture('map-elementwise', big, one)

    expect(y![0]).toBe(16777216 * 0.5 - 16777216) // 2^24 + 1 rounds to 2^24
  })

  test('sums from left to right with one lane', () => {
    const data = f32(1, 1e8, -1e8, 1)

    expect(reduce('sum', 1, data)).toBe(1)
  })

  test('sums in sixteen lanes folded in halves', () => {
    const data = new Float32Array(18)
    data[0] = 1e8 // lane 0: 1e8 + 1 = 1e8
    data[16] = 1
    data[17] = 1
    data[8] = -1e8 // meets lane 0 in the first fold

    expect(reduce('sum', 16, data)).toBe(1)
    expect(reduce('sum', 1, data)).toBe(2)
  })

  test('keeps the sign of a sum of negative zeros, whatever the lanes', () => {
    expect(Object.is(reduce('sum', 1, f32(-0)), -0)).toBe(true)
    expect(Object.is(reduce('sum', 16, f32(-0, -0, -0)), -0)).toBe(true)
  })

  test('gives identities for reductions over nothing', () => {
    const combines: Combine[] = ['sum', 'product', 'min', 'max', 'argmax']

    expect(combines.map((combine) => reduce(combine, 16, f32()))).toEqual([0, 1, Infinity, -Infinity, 0])
    expect([identityOf('max', 'i32'), identityOf('min', 'u32'), identityOf('max', 'bool')]).toEqual([
      -(2 ** 31),
      2 ** 32 - 1,
      0,
    ])
  })

  test('lets NaN win every extreme, the first NaN every position', () => {
    const data = f32(3, Number.NaN, 9, Number.NaN)

    expect(reduce('max', 1, data)).toBeNaN()
    expect(reduce('min', 16, data)).toBeNaN()
    expect([reduce('argmax', 1, data), reduce('argmin', 1, data)]).toEqual([1, 1])
  })

  test('gives the first position of a tie, and orders -0 below 0 in extremes only', () => {
    expect(reduce('argmax', 1, f32(1, 5, 5, 2))).toBe(1)
    expect(reduce('argmin', 16, f32(0, -0))).toBe(0)
    expect(Object.is(reduce('min', 1, f32(0, -0)), -0)).toBe(true)
  })

  test('contracts in blocks, each summed on its own', () => {
    const { kernel } = kernelFixtures.find((fixture) => fixture.kernel.name === 'contract-dot')!
    const a = new Float32Array(100).fill(0)
    a[0] = 1e8
    a[31] = 1 // lost in the first block of 32
    a[32] = 1 // kept by the second
    a[33] = 1
    a[64] = -1e8
    const y = new Float32Array(1)

    runKernel(kernel, [a, new Float32Array(100).fill(1), y])

    expect(y[0]).toBe(Math.fround(Math.fround(1e8 + 2) - 1e8))
  })

  test('stores the identity of an empty contraction through the epilogue', () => {
    const [y] = runFixture('contract-empty-sum')

    expect([...y!]).toEqual(new Array(12).fill(0))
  })

  test('reads nothing where a guard fails', () => {
    const [y] = runFixture('map-padded', new Float32Array(35).fill(2))

    expect([...y!.slice(0, 12)]).toEqual([...new Array(11).fill(-1.5), 2])
  })

  test('scatters in row order, leaving out what is guarded away', () => {
    const x = new Float32Array(120)
    x.set([1e8, 0, 0, 1, 0, 0, -1e8, 0, 0])
    const ids = new Int32Array(40).fill(9)
    ids.set([2, 2, 2])
    const { kernel } = kernelFixtures.find((fixture) => fixture.kernel.name === 'scatter-rows')!
    const table = new Float32Array(15)

    runKernel(kernel, [x, ids, table])

    expect([...table]).toEqual(new Array(15).fill(0)) // (0 + 1e8 + 1) - 1e8 loses the 1
  })

  test('softmax rows sum to one', () => {
    const [y] = runFixture('row-softmax')

    for (let row = 0; row < 6; row++) {
      const values = [...y!.subarray(row * 50, row * 50 + 50)].map(Number)
      const sum = values.reduce((total, value) => total + value, 0)
      expect(Math.abs(sum - 1)).toBeLessThan(1e-5)
    }
  })

  test.each(kernelFixtures.map((fixture) => [fixture.kernel.name, fixture] as const))(
    'runs %s',
    (_, fixture) => {
      const buffers = fixture.inputs(3)
      const before = fixture.inputs(3)

      runKernel(fixture.kernel, buffers)

      for (const [at, { access }] of fixture.kernel.buffers.entries()) {
        if (access === 'read') expect(buffers[at]).toEqual(before[at])
      }
    },
  )
})
