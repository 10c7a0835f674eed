// Fixtures with reductions: every way to combine, one and sixteen lanes, several accumulators and stages, row kernels.
import type { Accumulator, Combine, DType, ReduceStage } from '@heddle/core'
import { indexAxis, indexConstant, offsetIndex } from '@heddle/core'
import { makeKernel, readBuffer, store, writeBuffer, writeCode } from './kernel-code.ts'
import type { KernelFixture } from './kernel-fixture.ts'
import { addressOf, kernelFixture } from './kernel-fixture.ts'
import type { Fill } from './random.ts'

const i = indexAxis(0)
const ties: Fill = { kind: 'ties' }
const special: Fill = { kind: 'special' }
/** A sum of these is one of them: it starts from its first value, not from +0. */
const negativeZeros: Fill = { kind: 'all', value: -0 }
/** An extreme that starts from 0 would be 0. */
const positive: Fill = { kind: 'within', low: 5, high: 90 }
const negative: Fill = { kind: 'within', low: -90, high: -5 }

export const reduceFixtures: readonly KernelFixture[] = [
  reduction('reduce-sum', 'sum', 'f32', [5, 100], 16),
  reduction('reduce-sum-sequential', 'sum', 'f32', [5, 100], 1),
  reduction('reduce-sum-short', 'sum', 'f32', [4, 7], 16),
  reduction('reduce-sum-one', 'sum', 'f32', [6, 1], 16),
  reduction('reduce-sum-empty', 'sum', 'f32', [6, 0], 16),
  reduction('reduce-sum-no-rows', 'sum', 'f32', [0, 5], 16),
  reduction('reduce-sum-seventeen', 'sum', 'f32', [3, 17], 16),
  reduction('reduce-sum-i32', 'sum', 'i32', [3, 50], 16, special),
  reduction('reduce-sum-f64', 'sum', 'f64', [3, 50], 16),
  reduction('reduce-product', 'product', 'f32', [3, 45], 16),
  reduction('reduce-product-empty', 'product', 'f32', [3, 0], 1),
  reduction('reduce-min', 'min', 'f32', [9, 33], 1, special),
  reduction('reduce-max', 'max', 'f32', [9, 33], 16, special),
  reduction('reduce-max-i32', 'max', 'i32', [3, 20], 1, special),
  reduction('reduce-min-u32', 'min', 'u32', [3, 20], 1, special),
  reduction('reduce-max-empty', 'max', 'i32', [3, 0], 1),
  reduction('reduce-argmax-ties', 'argmax', 'f32', [12, 21], 1, ties),
  reduction('reduce-argmin-ties', 'argmin', 'f32', [12, 21], 16, ties),
  reduction('reduce-argmax-special', 'argmax', 'f32', [12, 21], 1, special),
  reduction('reduce-argmin-special', 'argmin', 'f32', [12, 21], 1, special),
  reduction('reduce-argmax-i32', 'argmax', 'i32', [4, 30], 1, ties),
  reduction('reduce-sum-negative-zeros', 'sum', 'f32', [9, 35], 16, negativeZeros),
  reduction('reduce-sum-negative-zeros-short', 'sum', 'f32', [9, 3], 1, negativeZeros),
  reduction('reduce-min-positive', 'min', 'i32', [9, 35], 1, positive),
  reduction('reduce-max-negative', 'max', 'i32', [9, 35], 1, negative),
  reduction('reduce-max-negative-f32', 'max', 'f32', [9, 35], 16, negative),
  reduction('reduce-product-tail', 'product', 'f32', [1, 35], 16),
  reduction('reduce-argmin-positive', 'argmin', 'i32', [9, 35], 1, positive),
  reduction('reduce-argmax-one-row', 'argmax', 'f32', [1, 60_001], 1, ties),
  firstAxis(),
  everything(),
  twoAxes(),
  moments(),
  logSumExp(),
  rowStatistics(),
  softmax('row-softmax', [6, 50]),
  softmax('row-softmax-short', [5, 3]),
  softmax('row-softmax-empty', [4, 0]),
  layerNorm(),
  crossEntropyGradient(),
]

function reduce(
  axes: readonly number[],
  lanes: 1 | 16,
  code: ReduceStage['code'],
  ...accumulators: Accumulator[]
): ReduceStage {
  return { kind: 'reduce', axes, lanes, code, accumulators }
}

function reduction(
  name: string,
  combine: Combine,
  dtype: DType,
  extents: readonly [number, number],
  lanes: 1 | 16,
  fill: Fill = { kind: 'plain' },
): KernelFixture {
  const [rows, columns] = extents
  const result = combine === 'argmax' || combine === 'argmin' ? 'i32' : dtype
  const buffers = [readBuffer(dtype, rows * columns, 'x'), writeBuffer(result, rows, 'y')]
  const inner = writeCode(buffers)
  const value = inner.load(0, addressOf([0, 1], extents))
  const outer = writeCode(buffers)
  const y = outer.accumulated(result, 0)
  const stages = [
    reduce([1], lanes, inner.nodes, { combine, dtype: result, value }),
    { kind: 'map', axes: [], code: outer.nodes, stores: [store(1, i, y)] },
  ] as const
  return kernelFixture(makeKernel({ name, extents, rows: [0], buffers, stages }), { 0: fill })
}

/** A sum over the outer axis of the array: reads are strided. */
function firstAxis(): KernelFixture {
  const extents = [19, 40]
  const buffers = [readBuffer('f32', 760, 'x'), writeBuffer('f32', 19, 'y')]
  const inner = writeCode(buffers)
  const value = inner.load(0, addressOf([1, 0], extents))
  const outer = writeCode(buffers)
  const y = outer.accumulated('f32', 0)
  const stages = [
    reduce([1], 16, inner.nodes, { combine: 'sum', dtype: 'f32', value }),
    { kind: 'map', axes: [], code: outer.nodes, stores: [store(1, i, y)] },
  ] as const
  return kernelFixture(makeKernel({ name: 'reduce-first-axis', extents, rows: [0], buffers, stages }))
}

/** No rows: everything to one element, with a prologue. */
function everything(): KernelFixture {
  const extents = [1000]
  const buffers = [readBuffer('f32', 1000, 'x'), readBuffer('f32', 1000, 'y'), writeBuffer('f32', 1, 'mse')]
  const inner = writeCode(buffers)
  const difference = inner.op('sub', inner.load(0, i), inner.load(1, i))
  const value = inner.op('mul', difference, difference)
  const outer = writeCode(buffers)
  const mean = outer.op('mul', outer.accumulated('f32', 0), outer.constant('f32', Math.fround(0.001)))
  const stages = [
    reduce([0], 16, inner.nodes, { combine: 'sum', dtype: 'f32', value }),
    { kind: 'map', axes: [], code: outer.nodes, stores: [store(2, indexConstant(0), mean)] },
  ] as const
  return kernelFixture(makeKernel({ name: 'reduce-everything', extents, rows: [], buffers, stages }))
}

/** Reduces the outer and the inner of three axes, with an argmax whose position counts over both. */
function twoAxes(): KernelFixture {
  const extents = [5, 6, 9] // row, outer, inner; the array is [outer, row, inner]
  const buffers = [readBuffer('f32', 270, 'x'), writeBuffer('f32', 5, 'sum'), writeBuffer('i32', 5, 'first')]
  const inner = writeCode(buffers)
  const value = inner.load(0, addressOf([1, 0, 2], extents))
  const outer = writeCode(buffers)
  const stores = [store(1, i, outer.accumulated('f32', 0, 0)), store(2, i, outer.accumulated('i32', 0, 1))]
  const stages = [
    reduce(
      [1, 2],
      16,
      inner.nodes,
      { combine: 'sum', dtype: 'f32', value },
      { combine: 'argmax', dtype: 'i32', value },
    ),
    { kind: 'map', axes: [], code: outer.nodes, stores },
  ] as const
  return kernelFixture(makeKernel({ name: 'reduce-two-axes', extents, rows: [0], buffers, stages }), {
    0: ties,
  })
}

/** Several accumulators over one pass, stored with different dtypes. */
function moments(): KernelFixture {
  const extents = [8, 70]
  const buffers = [
    readBuffer('f32', 560, 'x'),
    writeBuffer('f32', 8, 'sum'),
    writeBuffer('f32', 8, 'squares'),
    writeBuffer('f32', 8, 'range'),
    writeBuffer('i32', 8, 'positive'),
  ]
  const inner = writeCode(buffers)
  const x = inner.load(0, addressOf([0, 1], extents))
  const square = inner.op('mul', x, x)
  const positive = inner.convert('cast', 'i32', inner.compare('lt', inner.constant('f32', 0), x))
  const outer = writeCode(buffers)
  const range = outer.op('sub', outer.accumulated('f32', 0, 2), outer.accumulated('f32', 0, 3))
  const stores = [
    store(1, i, outer.accumulated('f32', 0, 0)),
    store(2, i, outer.accumulated('f32', 0, 1)),
    store(3, i, range),
    store(4, i, outer.accumulated('i32', 0, 4)),
  ]
  const stages = [
    reduce(
      [1],
      16,
      inner.nodes,
      { combine: 'sum', dtype: 'f32', value: x },
      { combine: 'sum', dtype: 'f32', value: square },
      { combine: 'max', dtype: 'f32', value: x },
      { combine: 'min', dtype: 'f32', value: x },
      { combine: 'sum', dtype: 'i32', value: positive },
    ),
    { kind: 'map', axes: [], code: outer.nodes, stores },
  ] as const
  return kernelFixture(makeKernel({ name: 'reduce-moments', extents, rows: [0], buffers, stages }))
}

/** Two stages, the second of which reads the first: `log(sum(exp(x - max))) + max`. */
function logSumExp(): KernelFixture {
  const extents = [7, 30]
  const buffers = [readBuffer('f32', 210, 'x'), writeBuffer('f32', 7, 'y')]
  const at = addressOf([0, 1], extents)
  const first = writeCode(buffers)
  const x = first.load(0, at)
  const second = writeCode(buffers)
  const shifted = second.op('exp', second.op('sub', second.load(0, at), second.accumulated('f32', 0)))
  const outer = writeCode(buffers)
  const y = outer.op('add', outer.op('log', outer.accumulated('f32', 1)), outer.accumulated('f32', 0))
  const stages = [
    reduce([1], 1, first.nodes, { combine: 'max', dtype: 'f32', value: x }),
    reduce([1], 16, second.nodes, { combine: 'sum', dtype: 'f32', value: shifted }),
    { kind: 'map', axes: [], code: outer.nodes, stores: [store(1, i, y)] },
  ] as const
  return kernelFixture(makeKernel({ name: 'reduce-log-sum-exp', extents, rows: [0], buffers, stages }))
}

/** Stages over different axes: a sum over one, then one over another that uses it; a position as data. */
function rowStatistics(): KernelFixture {
  const extents = [4, 11, 6]
  const buffers = [readBuffer('f32', 44, 'x'), readBuffer('f32', 24, 'z'), writeBuffer('f32', 4, 'y')]
  const first = writeCode(buffers)
  const x = first.load(0, addressOf([0, 1], extents))
  const second = writeCode(buffers)
  const last = second.op('minimum', second.accumulated('i32', 0, 1), second.constant('i32', 5))
  const weight = second.op('add', second.load(1, addressOf([0, 2], extents)), second.accumulated('f32', 0, 0))
  const upTo = second.op(
    'select',
    second.compare('le', second.index(indexAxis(2)), last),
    weight,
    second.constant('f32', 0),
  )
  const outer = writeCode(buffers)
  const y = outer.op('sub', outer.accumulated('f32', 1), outer.accumulated('f32', 0))
  const stages = [
    reduce(
      [1],
      1,
      first.nodes,
      { combine: 'sum', dtype: 'f32', value: x },
      { combine: 'argmax', dtype: 'i32', value: x },
    ),
    reduce([2], 16, second.nodes, { combine: 'sum', dtype: 'f32', value: upTo }),
    { kind: 'map', axes: [], code: outer.nodes, stores: [store(2, i, y)] },
  ] as const
  return kernelFixture(makeKernel({ name: 'reduce-different-axes', extents, rows: [0], buffers, stages }))
}

/** `exp(x - max) / sum(exp(x - max))` along the last axis, in one kernel. */
function softmax(name: string, extents: readonly [number, number]): KernelFixture {
  const size = extents[0] * extents[1]
  const buffers = [readBuffer('f32', size, 'x'), writeBuffer('f32', size, 'y')]
  const at = addressOf([0, 1], extents)
  const first = writeCode(buffers)
  const x = first.load(0, at)
  const second = writeCode(buffers)
  const shifted = second.op('exp', second.op('sub', second.load(0, at), second.accumulated('f32', 0)))
  const outer = writeCode(buffers)
  const again = outer.op('exp', outer.op('sub', outer.load(0, at), outer.accumulated('f32', 0)))
  const y = outer.op('div', again, outer.accumulated('f32', 1))
  const stages = [
    reduce([1], 1, first.nodes, { combine: 'max', dtype: 'f32', value: x }),
    reduce([1], 16, second.nodes, { combine: 'sum', dtype: 'f32', value: shifted }),
    { kind: 'map', axes: [1], code: outer.nodes, stores: [store(1, at, y)] },
  ] as const
  return kernelFixture(makeKernel({ name, extents, rows: [0], buffers, stages }))
}

/** Mean and variance in one pass each, then scale and shift; also over rows that are not the leading axes. */
function layerNorm(): KernelFixture {
  const extents = [3, 24, 4] // batch, features, position; the array is [batch, features, position]
  const buffers = [
    readBuffer('f32', 288, 'x'),
    readBuffer('f32', 24, 'scale'),
    readBuffer('f32', 24, 'shift'),
    writeBuffer('f32', 288, 'y'),
    writeBuffer('bool', 288, 'above'),
  ]
  const at = addressOf([0, 1, 2], extents)
  const first = writeCode(buffers)
  const x = first.load(0, at)
  const second = writeCode(buffers)
  const inverse = Math.fround(1 / 24)
  const mean = second.op('mul', second.accumulated('f32', 0), second.constant('f32', inverse))
  const centred = second.op('sub', second.load(0, at), mean)
  const square = second.op('mul', centred, centred)
  const outer = writeCode(buffers)
  const meanAgain = outer.op('mul', outer.accumulated('f32', 0), outer.constant('f32', inverse))
  const variance = outer.op('mul', outer.accumulated('f32', 1), outer.constant('f32', inverse))
  const deviation = outer.op('sqrt', outer.op('add', variance, outer.constant('f32', Math.fround(1e-5))))
  const difference = outer.op('sub', outer.load(0, at), meanAgain)
  const scaled = outer.op('mul', outer.op('div', difference, deviation), outer.load(1, indexAxis(1)))
  const y = outer.op('add', scaled, outer.load(2, indexAxis(1)))
  const stores = [store(3, at, y), store(4, at, outer.compare('lt', meanAgain, outer.load(0, at)))]
  const stages = [
    reduce([1], 16, first.nodes, { combine: 'sum', dtype: 'f32', value: x }),
    reduce([1], 16, second.nodes, { combine: 'sum', dtype: 'f32', value: square }),
    { kind: 'map', axes: [1], code: outer.nodes, stores },
  ] as const
  return kernelFixture(makeKernel({ name: 'row-layer-norm', extents, rows: [0, 2], buffers, stages }))
}

/** Softmax minus one-hot, with the reduced axis read from an offset: guards inside a reduction. */
function crossEntropyGradient(): KernelFixture {
  const extents = [5, 12]
  const buffers = [
    readBuffer('f32', 50, 'logits'),
    readBuffer('i32', 5, 'labels'),
    writeBuffer('f32', 60, 'y'),
  ]
  const column = offsetIndex(indexAxis(1), -2)
  const guards = [{ index: column, low: 0, high: 10 }]
  const at = offsetIndex(addressOf([0, 1], [5, 10]), -2)
  const first = writeCode(buffers)
  const x = first.load(0, at, guards, Number.NEGATIVE_INFINITY)
  const second = writeCode(buffers)
  const lowered = second.op(
    'sub',
    second.load(0, at, guards, Number.NEGATIVE_INFINITY),
    second.accumulated('f32', 0),
  )
  const shifted = second.op('exp', lowered)
  const outer = writeCode(buffers)
  const raised = outer.op(
    'sub',
    outer.load(0, at, guards, Number.NEGATIVE_INFINITY),
    outer.accumulated('f32', 0),
  )
  const softmaxed = outer.op('div', outer.op('exp', raised), outer.accumulated('f32', 1))
  const hot = outer.op(
    'and',
    outer.compare('eq', outer.index(column), outer.load(1, i)),
    outer.within(...guards),
  )
  const y = outer.op('sub', softmaxed, outer.convert('cast', 'f32', hot))
  const stages = [
    reduce([1], 1, first.nodes, { combine: 'max', dtype: 'f32', value: x }),
    reduce([1], 16, second.nodes, { combine: 'sum', dtype: 'f32', value: shifted }),
    { kind: 'map', axes: [1], code: outer.nodes, stores: [store(2, addressOf([0, 1], extents), y)] },
  ] as const
  return kernelFixture(
    makeKernel({ name: 'row-cross-entropy-gradient', extents, rows: [0], buffers, stages }),
    {
      1: { kind: 'within', low: 0, high: 10 },
    },
  )
}
