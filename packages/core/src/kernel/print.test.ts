import {
  contractFixtures,
  kernelFixtures,
  makeKernel,
  readBuffer,
  store,
  writeBuffer,
  writeCode,
} from '@heddle/testkit'
import { describe, expect, test } from 'vitest'
import { isValueOf } from '../dtype.ts'
import { indexAxis } from './index-arithmetic.ts'
import type { Kernel } from './kernel.ts'
import { printKernel } from './print.ts'
import { printConstant } from './print-code.ts'

function fixture(name: string): Kernel {
  const found = kernelFixtures.find(({ kernel }) => kernel.name === name)
  if (found === undefined) throw new Error(`no fixture ${name}`)
  return found.kernel
}

const i = indexAxis(0)

describe('printKernel', () => {
  test('shows loops, stages and values', () => {
    expect(printKernel(fixture('row-softmax'))).toMatchInlineSnapshot(`
      "kernel row-softmax
        reads  x: f32[300]
        writes y: f32[300]
        for i0 in 0..6
          for r1 in 0..50
            @0 max= x[50 * i0 + r1]
          for r1 in 0..50  # 16 lanes
            @1 sum= exp(x[50 * i0 + r1] - @0)
          for r1 in 0..50
            y[50 * i0 + r1] = exp(x[50 * i0 + r1] - @0) / @1
      "
    `)
  })

  test('gives a value that is used twice a name', () => {
    expect(printKernel(fixture('map-elementwise'))).toMatchInlineSnapshot(`
      "kernel map-elementwise
        reads  a: f32[1003]
        reads  b: f32[1003]
        writes y: f32[1003]
        for i0 in 0..1003
          %0 = a[i0]
          y[i0] = (%0 + b[i0]) * 0.5 - %0
      "
    `)
  })

  test('shows guards, other values and data-dependent indices', () => {
    expect(printKernel(fixture('map-padded'))).toMatchInlineSnapshot(`
      "kernel map-padded
        reads  x: f32[35]
        writes y: f32[80]
        for i0 in 0..8, i1 in 0..10
          y[10 * i0 + i1] = (x[7 * i0 + i1 - 8] if 0 <= i0 - 1 < 5 and 0 <= i1 - 1 < 7 else -1.5)
      "
    `)
    expect(printKernel(fixture('map-gathered'))).toMatchInlineSnapshot(`
      "kernel map-gathered
        reads  table: f32[60]
        reads  ids: i32[7]
        writes y: f32[35]
        for i0 in 0..7, i1 in 0..5
          %0 = minimum(maximum(ids[i0], 0), 11)
          y[5 * i0 + i1] = table[i1 + 5 * %0]
      "
    `)
    expect(printKernel(fixture('scatter-rows'))).toMatchInlineSnapshot(`
      "kernel scatter-rows
        reads  x: f32[120]
        reads  ids: i32[40]
        writes table: f32[15]
        for i0 in 0..40, i1 in 0..3
          %0 = ids[i0]
          table[i1 + 3 * %0] += x[3 * i0 + i1] if 0 <= %0 < 5
      "
    `)
  })

  test('shows quotients and remainders', () => {
    expect(printKernel(fixture('map-reshaped'))).toMatchInlineSnapshot(`
      "kernel map-reshaped
        reads  x: f32[36]
        writes y: f32[36]
        for i0 in 0..4, i1 in 0..9
          y[9 * i0 + i1] = x[i0 + ((3 * i0 + i1) / 6) + 6 * ((3 * i0 + i1) % 6)]
      "
    `)
  })

  test('shows the roles and the blocks of a contraction', () => {
    expect(printKernel(fixture('contract-bias-relu'))).toMatchInlineSnapshot(`
      "kernel contract-bias-relu
        reads  a: f32[558]
        reads  b: f32[372]
        reads  extra0: f32[12]
        writes y: f32[216]
        for i0 in 0..18, i1 in 0..12
          for r2 in 0..31  # m i0, n i1, blocks of 16
            @0 sum= (a[31 * i0 + r2]) * (b[i1 + 12 * r2])
          y[12 * i0 + i1] = maximum(@0 + extra0[i1], 0.0)
      "
    `)
  })

  test('names the accumulators of a stage with several', () => {
    expect(printKernel(fixture('reduce-two-axes'))).toMatchInlineSnapshot(`
      "kernel reduce-two-axes
        reads  x: f32[270]
        writes sum: f32[5]
        writes first: i32[5]
        for i0 in 0..5
          for r1 in 0..6, r2 in 0..9  # 16 lanes
            %0 = x[9 * i0 + 45 * r1 + r2]
            @0.0 sum= %0
            @0.1 argmax= %0
          sum[i0] = @0.0
          first[i0] = @0.1
      "
    `)
  })

  test('puts parentheses where precedence asks for them and nowhere else', () => {
    const buffers = [readBuffer('f32', 4, 'x'), writeBuffer('f32', 4, 'y'), writeBuffer('f32', 4, 'z')]
    const code = writeCode(buffers)
    const load = () => code.load(0, i)
    const y = code.op(
      'sub',
      load(),
      code.op('sub', load(), code.op('mul', code.op('add', load(), load()), load())),
    )
    const z = code.op('neg', code.op('div', code.op('neg', load()), code.op('mul', load(), load())))
    const stages = [
      { kind: 'map', axes: [], code: code.nodes, stores: [store(1, i, y), store(2, i, z)] },
    ] as const
    const kernel = makeKernel({ name: 'parentheses', extents: [4], rows: [0], buffers, stages })

    const lines = printKernel(kernel)
      .split('\n')
      .map((line) => line.trim())

    expect(lines).toContain('y[i0] = x[i0] - (x[i0] - (x[i0] + x[i0]) * x[i0])')
    expect(lines).toContain('z[i0] = -(-x[i0] / (x[i0] * x[i0]))')
  })

  test('cuts long expressions into lines', () => {
    const longest = Math.max(
      ...kernelFixtures.flatMap(({ kernel }) => printKernel(kernel).split('\n')).map((line) => line.length),
    )

    expect(longest).toBeLessThanOrEqual(140)
  })

  test('prints a chain of 100,000 operations with the default stack', () => {
    const buffers = [readBuffer('f32', 4, 'x'), writeBuffer('f32', 4, 'y')]
    const code = writeCode(buffers)
    let value = code.load(0, i)
    for (let step = 0; step < 100_000; step++) value = code.op('sqrt', value)
    const stages = [{ kind: 'map', axes: [], code: code.nodes, stores: [store(1, i, value)] }] as const

    const text = printKernel(makeKernel({ name: 'deep', extents: [4], rows: [0], buffers, stages }))

    expect(text.split('\n').length).toBeGreaterThan(5000)
  })

  test('tells buffers of one label apart', () => {
    const buffers = [readBuffer('f32', 4, 'x'), readBuffer('f32', 4, 'x'), writeBuffer('f32', 4, 'y')]
    const code = writeCode(buffers)
    const sum = code.op('add', code.load(0, i), code.load(1, i))
    const stages = [{ kind: 'map', axes: [], code: code.nodes, stores: [store(2, i, sum)] }] as const

    const text = printKernel(makeKernel({ name: 'twins', extents: [4], rows: [0], buffers, stages }))

    expect(text).toContain("y[i0] = x[i0] + x'2[i0]")
  })

  test('leaves out why nothing when nothing is known, and says why otherwise', () => {
    const kernel = contractFixtures[0]!.kernel
    const explained = {
      ...kernel,
      origin: { ...kernel.origin, reasons: ['FUSED_EPILOGUE: add has one user'] },
    }

    expect(printKernel(explained)).toContain('  # FUSED_EPILOGUE: add has one user')
  })
})

describe('printConstant', () => {
  test('writes special values so that they can be told apart', () => {
    const texts = [
      0,
      -0,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      1,
      -2.5,
      Math.fround(0.1),
      1e30,
    ].map((value) => printConstant('f32', Math.fround(value)))

    expect(texts).toEqual(['0.0', '-0.0', 'nan', 'inf', '-inf', '1.0', '-2.5', '0.1', '1e+30'])
    expect([printConstant('i32', -3), printConstant('bool', 1), printConstant('f64', 0.1)]).toEqual([
      '-3',
      'true',
      '0.1',
    ])
  })

  test('is exact for f32: the text rounds to the value', () => {
    for (let bits = 1; bits < 2 ** 31; bits += 7_654_321) {
      const value = new Float32Array(new Uint32Array([bits]).buffer)[0]!
      if (!Number.isFinite(value)) continue
      expect(isValueOf('f32', value)).toBe(true)
      expect(Math.fround(Number(printConstant('f32', value)))).toBe(value)
    }
  })
})
