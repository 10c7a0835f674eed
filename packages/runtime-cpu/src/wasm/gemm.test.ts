import { describe, expect, test } from 'vitest'
import { moduleBuilder } from './encoder.ts'
import { emitGemm, type GemmShape, gemmStrategy } from './gemm.ts'
import { library } from './library.ts'

const product = (extents: readonly number[]): number => extents.reduce((size, extent) => size * extent, 1)
const { fround } = Math

/** Offset of position `k` of several k axes. */
function offsetOf(extents: readonly number[], strides: readonly number[], position: number): number {
  let rest = position
  let offset = 0
  for (let axis = extents.length - 1; axis >= 0; axis--) {
    offset += (rest % extents[axis]!) * strides[axis]!
    rest = Math.floor(rest / extents[axis]!)
  }
  return offset
}

/** The order of ContractStage, written down naively. */
function reference(shape: GemmShape, a: Float32Array, a0: number, b: Float32Array, b0: number): Float32Array {
  const { block } = shape
  const [m, n, k] = [shape.m, shape.n, shape.k].map(product) as [number, number, number]
  const c = new Float32Array((m - 1) * shape.c.row + n)
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let total = 0
      for (let from = 0; from < k; from += block) {
        let sum = 0
        for (let p = from; p < Math.min(k, from + block); p++) {
          const x = a[a0 + offsetOf(shape.m, shape.a.row, i) + offsetOf(shape.k, shape.a.k, p)]!
          const y = b[b0 + offsetOf(shape.n, shape.b.column, j) + offsetOf(shape.k, shape.b.k, p)]!
          sum = p === from ? fround(x * y) : fround(sum + fround(x * y))
        }
        total = from === 0 ? sum : fround(total + sum)
      }
      c[i * shape.c.row + j] = total
    }
  }
  return c
}

function run(shape: GemmShape): { actual: Float32Array; expected: Float32Array } {
  const module = moduleBuilder({ maxPages: 4096 })
  module.exportFunction('gemm', emitGemm(library(module), shape, { extraParameters: 0 }))
  const span = (strides: readonly (readonly [number, number])[]) => ({
    low: strides.reduce((sum, [extent, stride]) => sum + Math.min(0, (extent - 1) * stride), 0),
    high: strides.reduce((sum, [extent, stride]) => sum + Math.max(0, (extent - 1) * stride), 0),
  })
  const [m, n] = [product(shape.m), product(shape.n)]
  const pairs = (extents: readonly number[], strides: readonly number[]) =>
    extents.map((extent, axis) => [extent, strides[axis]!] as const)
  const spanA = span([...pairs(shape.m, shape.a.row), ...pairs(shape.k, shape.a.k)])
  const spanB = span([...pairs(shape.n, shape.b.column), ...pairs(shape.k, shape.b.k)])
  const sizes = [spanA.high - spanA.low + 1, spanB.high - spanB.low + 1, (m - 1) * shape.c.row + n]
  const starts: number[] = []
  let at = 1024
  for (const size of sizes) {
    starts.push(at)
    at += Math.ceil((size * 4 + 64) / 64) * 64
  }
  const pages = Math.ceil((at + gemmStrategy(shape).scratchBytes) / 65536) + 1
  const memory = new WebAssembly.Memory({ initial: pages, maximum: 4096 })
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.finish()), { env: { memory } })
  const [a, b, c] = starts.map((start, which) => new Float32Array(memory.buffer, start, sizes[which]))
  a!.set(a!.map((_, i) => ((i * 7919) % 1013) / 1013 - 0.5))
  b!.set(b!.map((_, i) => ((i * 104729) % 1009) / 1009 - 0.5))
  c!.fill(Number.NaN)
  const gemm = exports['gemm'] as (...args: number[]) => void
  gemm(starts[0]! - spanA.low * 4, starts[1]! - spanB.low * 4, starts[2]!, at)
  const expected = reference(shape, a!, -spanA.low, b!, -spanB.low)
  if (shape.c.row > n) {
    for (let i = 0; i + 1 < m; i++) expected.fill(Number.NaN, i * shape.c.row + n, (i + 1) * shape.c.row)
  }
  return { actual: new Float32Array(c!), expected }
}

/** Row-major operands, either of them transposed. */
const dense = (
  m: number,
  k: number,
  n: number,
  flags: { ta?: boolean; tb?: boolean; block?: number } = {},
) => ({
  m: [m],
  n: [n],
  k: [k],
  a: flags.ta === true ? { row: [1], k: [m] } : { row: [k], k: [1] },
  b: flags.tb === true ? { column: [k], k: [1] } : { column: [1], k: [n] },
  c: { row: n },
  block: flags.block ?? 256,
})

const check = (shape: GemmShape): void => {
  const { actual, expected } = run(shape)
  const wrong = expected.findIndex((value, at) => !Object.is(value, actual[at]))
  expect(
    wrong,
    `first wrong element of ${JSON.stringify(shape)}: ${actual[wrong]} for ${expected[wrong]}`,
  ).toBe(-1)
}

describe('gemm is bit-identical to the order of ContractStage', () => {
  test('for every small m and n', () => {
    for (let m = 1; m <= 12; m++) {
      for (const n of [1, 2, 3, 4, 5, 7, 8, 9, 11, 12, 13, 16, 17, 31, 32, 33, 67]) {
        check(dense(m, 5, n))
      }
    }
  })

  test('for every k around the vector and the block', () => {
    for (const k of [1, 2, 3, 4, 5, 7, 8, 9, 255, 256, 257, 511, 512, 520]) {
      for (const flags of [{}, { ta: true }, { tb: true }, { ta: true, tb: true }])
        check(dense(7, k, 21, flags))
    }
  })

  test('with transposed operands and packing of both', () => {
    for (const [m, k, n] of [
      [67, 300, 131],
      [260, 40, 70],
      [48, 520, 130],
      [5, 300, 1030],
    ] as const) {
      for (const flags of [{}, { ta: true }, { tb: true }, { ta: true, tb: true }])
        check(dense(m, k, n, flags))
    }
  })

  test('with more columns than one block, and a narrow last one', () => {
    check(dense(6, 9, 2048 + 3))
    check(dense(7, 70, 2 * 2048 + 12))
    check(dense(7, 70, 2048 + 8, { tb: true }))
  })

  test('for one row times a large matrix, streamed', () => {
    for (const [k, n] of [
      [256, 256],
      [300, 301],
      [1031, 67],
      [9, 9000],
      [520, 4099],
    ] as const) {
      check(dense(1, k, n))
      check({ ...dense(1, k, n), a: { row: [1], k: [3] }, b: { column: [1], k: [n + 5] } })
    }
  })

  test('with several k axes, flipped strides and spread rows of C', () => {
    check({
      m: [9],
      n: [20],
      k: [3, 8],
      a: { row: [8], k: [90, 1] },
      b: { column: [8], k: [200, 1] },
      c: { row: 20 },
      block: 16,
    })
    check({
      m: [9],
      n: [21],
      k: [3, 7, 5],
      a: { row: [35], k: [1, 3, 700] },
      b: { column: [-2], k: [100, -3, 1] },
      c: { row: 30 },
      block: 16,
    })
    check({
      m: [11],
      n: [10],
      k: [40],
      a: { row: [-40], k: [1] },
      b: { column: [1], k: [-10] },
      c: { row: 10 },
      block: 256,
    })
    check({
      m: [11],
      n: [10],
      k: [],
      a: { row: [1], k: [] },
      b: { column: [1], k: [] },
      c: { row: 10 },
      block: 256,
    })
    check({
      m: [4],
      n: [9],
      k: [12],
      a: { row: [0], k: [1] },
      b: { column: [0], k: [1] },
      c: { row: 9 },
      block: 5,
    })
  })

  test('with several m and n axes: the windows of a convolution and its derivative', () => {
    const image = { k: [3, 3, 3], b: { column: [14, 1], k: [196, 14, 1] }, c: { row: 144 }, block: 16 }
    check({ ...image, m: [10], n: [12, 12], a: { row: [27], k: [9, 3, 1] } })
    check({ ...image, m: [10], n: [11, 11], a: { row: [27], k: [9, 3, 1] } })
    check({
      m: [2, 4],
      n: [3, 3, 3],
      k: [2, 7, 5],
      a: { row: [70, 35], k: [400, 5, 1] },
      b: { column: [63, 7, 1], k: [189, 7, 1] },
      c: { row: 27 },
      block: 32,
    })
  })

  test('keeps the sign of a zero product', () => {
    const module = moduleBuilder({ maxPages: 16 })
    const shape = dense(1, 1, 1)
    module.exportFunction('gemm', emitGemm(library(module), shape, { extraParameters: 0 }))
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 16 })
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.finish()), { env: { memory } })
    const floats = new Float32Array(memory.buffer)
    floats.set([-1, 0, 5])
    ;(exports['gemm'] as (...args: number[]) => void)(0, 4, 8, 64)
    expect(floats[2]).toBe(-0)
  })
})

test('gemm hands every finished region to the epilogue exactly once', () => {
  const shape = dense(101, 300, 900)
  const module = moduleBuilder({ maxPages: 4096 })
  const log = module.importFunction('log', ['i32', 'i32', 'i32', 'i32', 'i32'], 'i32')
  const gemm = emitGemm(library(module), shape, {
    extraParameters: 1,
    epilogue: (f, { rowStart, rowEnd, columnStart, columnEnd }) =>
      void f.get(rowStart).get(rowEnd).get(columnStart).get(columnEnd).get(4).call(log).op('drop'),
  })
  module.exportFunction('gemm', gemm)
  const memory = new WebAssembly.Memory({ initial: 64, maximum: 4096 })
  const seen = new Uint8Array(101 * 900)
  const record = (r0: number, r1: number, c0: number, c1: number, extra: number): number => {
    expect(extra).toBe(77)
    for (let r = r0; r < r1; r++) for (let c = c0; c < c1; c++) seen[r * 900 + c]!++
    return 0
  }
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.finish()), {
    env: { memory, log: record },
  })

  ;(exports['gemm'] as (...args: number[]) => void)(0, 200_000, 1_600_000, 2_400_000, 77)

  expect(seen.every((count) => count === 1)).toBe(true)
})
