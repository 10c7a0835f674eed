// Which dtypes kernels compute in, and where values are rounded.
import {
  add,
  cast,
  type DType,
  type Graph,
  gather,
  hostCapabilities,
  interpret,
  mul,
  nodesOf,
  program,
  sum,
  toNdArray,
  transpose,
} from '@heddle/core'
import { expect, test } from 'vitest'
import { planFor } from '../compile.ts'
import { runPipeline } from '../pipeline.ts'
import { computesInStorage } from '../rewrite/storage.ts'
import { widenStorage } from './widen-storage.ts'

const chain = (dtype: DType): Graph =>
  program('chain', ({ input }) => {
    const x = input('x', dtype, [4])
    return { y: mul(add(x, x), 3) }
  })

test('afterwards nothing computes in a dtype that is only stored', () => {
  for (const dtype of ['f16', 'bf16', 'i16', 'i8', 'u8'] as const) {
    const graph = chain(dtype)
    expect(nodesOf(graph).some(computesInStorage)).toBe(true)
    expect(nodesOf(widenStorage(graph)).some(computesInStorage)).toBe(false)
  }
})

test('graphs without such dtypes, and ops that only move values, are left as they are', () => {
  const moves = program('moves', ({ input }) => ({
    y: transpose(gather(input('x', 'f16', [4, 3]), input('i', 'i32', [2])), { axes: [1, 0] }),
  }))
  const plain = chain('f32')

  expect(widenStorage(plain)).toBe(plain)
  expect(widenStorage(moves)).toBe(moves)
})

test('a sum of f16 is added up in f32 and rounded once', () => {
  const total = program('total', ({ input }) => ({ y: sum(input('x', 'f16', [4096])) }))
  const ones = toNdArray('f16', [4096], new Float16Array(4096).fill(1.0009765625))

  // In f16 the sum would stay at 2048.
  expect(interpret(total, { x: ones }).outputs['y']?.data[0]).toBe(4100)
})

test('integers wrap on the way back', () => {
  const product = program('product', ({ input }) => ({ y: mul(input('x', 'i8', [2]), 100) }))

  const { outputs } = interpret(product, { x: toNdArray('i8', [2], new Int8Array([2, -3])) })

  expect([...(outputs['y']?.data ?? [])]).toEqual([-56, -44])
})

test('a chain is one kernel; a cast that is only widened again is gone', () => {
  const { optimized } = runPipeline(
    program('wide', ({ input }) => ({ y: cast(cast(cast(input('x', 'i8', [4]), 'i32'), 'i8'), 'i32') })),
    hostCapabilities,
  )
  expect(nodesOf(optimized).filter(({ op }) => op === 'cast')).toHaveLength(1)
  expect(planFor(chain('f16'), hostCapabilities).kernels).toHaveLength(1)
})

test('positions beyond i32 read nothing: they do not wrap to a position inside', () => {
  const read = program('read', ({ input }) => ({
    y: gather(input('x', 'i32', [3]), input('at', 'i64', [4])),
  }))
  const x = toNdArray('i32', [3], new Int32Array([10, 20, 30]))
  const at = toNdArray('i64', [4], new BigInt64Array([1n, 2n ** 32n, -(2n ** 32n) + 1n, 2n ** 32n + 2n]))

  expect([...(interpret(read, { x, at }).outputs['y']?.data ?? [])]).toEqual([20, 0, 0, 0])
})
