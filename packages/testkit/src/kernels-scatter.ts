// Fixtures of scatters: repeated and guarded places, floats whose order of addition shows, integers, bools, every combination.
import { indexAxis, indexValue, linearize, offsetIndex, type ScatterCombine, scaleIndex } from '@heddle/core'
import { makeKernel, readBuffer, writeBuffer, writeCode } from './kernel-code.ts'
import type { KernelFixture } from './kernel-fixture.ts'
import { addressOf, kernelFixture } from './kernel-fixture.ts'

const i = indexAxis(0)
const j = indexAxis(1)

export const scatterFixtures: readonly KernelFixture[] = [
  scatterRows(),
  scatterGuarded(),
  scatterIntegers(),
  ...(['assign', 'multiply', 'minimum', 'maximum'] as const).map(scatterCombined),
  scatterBools(),
]

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
      combine: 'add',
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
  const stages = [
    { kind: 'scatter', combine: 'add', axes: [], code: code.nodes, buffer: 1, index, guards, value },
  ] as const
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
    { kind: 'scatter', combine: 'add', axes: [], code: code.nodes, buffer: 1, index: bin, guards, value },
  ] as const
  return kernelFixture(
    makeKernel({ name: 'scatter-histogram', extents: [100], rows: [0], buffers, stages }),
    {
      0: { kind: 'within', low: 0, high: 8 },
    },
  )
}

/** `y[i, ids[j]]` meets several updates, NaN, infinities and both zeros among them; some go nowhere. */
function scatterCombined(combine: ScatterCombine): KernelFixture {
  const extents = [3, 40]
  const buffers = [readBuffer('f32', 120, 'x'), readBuffer('i32', 40, 'ids'), writeBuffer('f32', 27, 'y')]
  const code = writeCode(buffers)
  const id = indexValue(code.load(1, j))
  const value = code.load(0, addressOf([0, 1], extents))
  const index = linearize([i, id], [3, 9])
  const guards = [{ index: id, low: 0, high: 9 }]
  const stages = [
    { kind: 'scatter', combine, axes: [], code: code.nodes, buffer: 2, index, guards, value },
  ] as const
  return kernelFixture(makeKernel({ name: `scatter-${combine}`, extents, rows: [0, 1], buffers, stages }), {
    1: { kind: 'within', low: -1, high: 10 },
  })
}

/** Bools are assigned; the last stays. */
function scatterBools(): KernelFixture {
  const buffers = [readBuffer('bool', 30, 'x'), readBuffer('i32', 30, 'ids'), writeBuffer('bool', 7, 'y')]
  const code = writeCode(buffers)
  const id = indexValue(code.load(1, i))
  const value = code.load(0, i)
  const guards = [{ index: id, low: 0, high: 7 }]
  const stages = [
    { kind: 'scatter', combine: 'assign', axes: [], code: code.nodes, buffer: 2, index: id, guards, value },
  ] as const
  return kernelFixture(makeKernel({ name: 'scatter-bools', extents: [30], rows: [0], buffers, stages }), {
    1: { kind: 'within', low: 0, high: 7 },
  })
}
