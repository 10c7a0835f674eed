// Fixtures of scatters: repeated and guarded places, floats whose order of addition shows, integers.
import { indexAxis, indexValue, linearize, offsetIndex, scaleIndex } from '@heddle/core'
import { makeKernel, readBuffer, writeBuffer, writeCode } from './kernel-code.ts'
import type { KernelFixture } from './kernel-fixture.ts'
import { addressOf, kernelFixture } from './kernel-fixture.ts'

const i = indexAxis(0)
const j = indexAxis(1)

export const scatterFixtures: readonly KernelFixture[] = [scatterRows(), scatterGuarded(), scatterIntegers()]

/** `table[ids[i], j] += x[i, j]`, with repeated ids: the order of additions shows. */
function scatterRows(): KernelFixture {
  const extents = [40, 3]
  const buffers = [readBuffer('f32', 120, 'x'), readBuffer('i32', 40, 'ids'), writeBuffer('f32', 15, 'table')]
  const code = writeCode(buffers)
  const id = indexValue(code.load(1, i))
  const value = code.load(0, addressOf([0, 1], extents))
  const guards = [{ index: id, low: 0, high: 5 }]
  const stages = [
    {
      kind: 'scatter',
      axes: [],
      code: code.nodes,
      buffer: 2,
      index: linearize([id, j], [5, 3]),
      guards,
      value,
    },
  ] as const
  return kernelFixture(makeKernel({ name: 'scatter-rows', extents, rows: [0, 1], buffers, stages }), {
    1: { kind: 'within', low: -1, high: 6 },
  })
}

/** Adds into every other element, from an expression. */
function scatterGuarded(): KernelFixture {
  const buffers = [readBuffer('f32', 20, 'x'), writeBuffer('f32', 30, 'y')]
  const code = writeCode(buffers)
  const value = code.op('mul', code.load(0, i), code.constant('f32', 3))
  const index = offsetIndex(scaleIndex(i, 2), -4)
  const guards = [{ index, low: 0, high: 30 }]
  const stages = [{ kind: 'scatter', axes: [], code: code.nodes, buffer: 1, index, guards, value }] as const
  return kernelFixture(makeKernel({ name: 'scatter-guarded', extents: [20], rows: [0], buffers, stages }))
}

/** A histogram. */
function scatterIntegers(): KernelFixture {
  const buffers = [readBuffer('i32', 100, 'bins'), writeBuffer('i32', 8, 'counts')]
  const code = writeCode(buffers)
  const bin = indexValue(code.load(0, i))
  const value = code.constant('i32', 1)
  const guards = [{ index: bin, low: 0, high: 8 }]
  const stages = [
    { kind: 'scatter', axes: [], code: code.nodes, buffer: 1, index: bin, guards, value },
  ] as const
  return kernelFixture(
    makeKernel({ name: 'scatter-histogram', extents: [100], rows: [0], buffers, stages }),
    {
      0: { kind: 'within', low: 0, high: 8 },
    },
  )
}
