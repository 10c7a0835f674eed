// What the emitter decides: which stages run four elements at a time, what is shared, what is refused.
import {
  addIndex,
  type Combine,
  HeddleError,
  indexAxis,
  indexConstant,
  type Kernel,
  offsetIndex,
  type Plan,
  quotientIndex,
  remainderIndex,
  scaleIndex,
} from '@heddle/core'
import {
  addressOf,
  kernelFixtures,
  makeKernel,
  planOfKernel,
  readBuffer,
  store,
  writeBuffer,
  writeCode,
} from '@heddle/testkit'
import { describe, expect, test } from 'vitest'
import { collapse } from './collapse.ts'
import type { KernelReport } from './kernel.ts'
import { emitModule } from './module.ts'
import { sameKernel } from './same-kernel.ts'

const planOf = (kernel: Kernel): Plan => planOfKernel({ kernel, inputs: () => [] }).plan
const reportOf = (kernel: Kernel): KernelReport => emitModule(planOf(kernel), { maxPages: 16 }).reports[0]!
const fixture = (name: string): Kernel => {
  const found = kernelFixtures.find(({ kernel }) => kernel.name === name)
  if (found === undefined) throw new RangeError(`there is no fixture ${name}`)
  return found.kernel
}

/** `y = tanh(x) + bias` over [rows, columns]. */
function biased(extents: readonly [number, number]): Kernel {
  const [rows, columns] = extents
  const at = addressOf([0, 1], extents)
  const buffers = [
    readBuffer('f32', rows * columns, 'x'),
    readBuffer('f32', columns, 'bias'),
    writeBuffer('f32', rows * columns, 'y'),
  ]
  const code = writeCode(buffers)
  const value = code.op('add', code.op('tanh', code.load(0, at)), code.load(1, indexAxis(1)))
  const stages = [{ kind: 'map', axes: [], code: code.nodes, stores: [store(2, at, value)] }] as const
  return makeKernel({ name: 'biased', extents, rows: [0, 1], buffers, stages })
}

/** Reduces one axis of [1024, 64] to a vector. */
function reduction(axis: 0 | 1, combine: Combine, lanes: 1 | 16): Kernel {
  const extents = [1024, 64]
  const kept = 1 - axis
  const dtype = combine === 'argmax' ? 'i32' : 'f32'
  const buffers = [readBuffer('f32', 1024 * 64, 'x'), writeBuffer(dtype, extents[kept]!, 'y')]
  const inner = writeCode(buffers)
  const value = inner.load(0, addressOf([0, 1], extents))
  const outer = writeCode(buffers)
  const result = outer.accumulated(dtype, 0)
  const stages = [
    { kind: 'reduce', axes: [axis], lanes, code: inner.nodes, accumulators: [{ combine, dtype, value }] },
    { kind: 'map', axes: [], code: outer.nodes, stores: [store(1, indexAxis(kept), result)] },
  ] as const
  return makeKernel({ name: 'reduction', extents, rows: [kept], buffers, stages })
}

describe('the emitter runs in vectors', () => {
  test('elementwise kernels with broadcast operands', () => {
    expect(reportOf(biased([10, 20])).vectorized).toEqual([true])
  })

  test('reductions of contiguous rows in the prescribed lanes', () => {
    expect(reportOf(reduction(1, 'sum', 16)).vectorized).toEqual([true, false])
    expect(reportOf(reduction(1, 'max', 1)).vectorized).toEqual([true, false])
  })

  test('reductions over the outer axis, neighbouring rows at once', () => {
    expect(reportOf(reduction(0, 'sum', 1)).vectorized).toEqual([true, true])
    expect(reportOf(reduction(0, 'argmax', 1)).vectorized).toEqual([true, true])
  })

  test('all stages of a softmax', () => {
    expect(reportOf(fixture('row-softmax')).vectorized).toEqual([true, true, true])
  })

  test('padded reads, a window of each vector being inside', () => {
    // The patches of a 3x3 window over a padded row: b[kx, x] = x[x + kx - 1].
    const extents = [3, 14]
    const column = addIndex(indexAxis(0), offsetIndex(indexAxis(1), -1))
    const buffers = [readBuffer('f32', 14, 'x'), writeBuffer('f32', 42, 'y')]
    const code = writeCode(buffers)
    const value = code.load(0, column, [{ index: column, low: 0, high: 14 }])
    const stores = [store(1, addressOf([0, 1], extents), value)]
    const stages = [{ kind: 'map', axes: [], code: code.nodes, stores }] as const
    expect(
      reportOf(makeKernel({ name: 'patches', extents, rows: [0, 1], buffers, stages })).vectorized,
    ).toEqual([true])
  })

  test('pooling windows, every second element at once', () => {
    const extents = [5, 8, 2]
    const place = addIndex(scaleIndex(indexAxis(0), 16), addIndex(scaleIndex(indexAxis(1), 2), indexAxis(2)))
    const buffers = [readBuffer('f32', 80, 'x'), writeBuffer('f32', 40, 'y')]
    const inner = writeCode(buffers)
    const value = inner.load(0, place)
    const outer = writeCode(buffers)
    const stages = [
      {
        kind: 'reduce',
        axes: [2],
        lanes: 1,
        code: inner.nodes,
        accumulators: [{ combine: 'max', dtype: 'f32', value }],
      },
      {
        kind: 'map',
        axes: [],
        code: outer.nodes,
        stores: [store(1, addressOf([0, 1], extents), outer.accumulated('f32', 0))],
      },
    ] as const
    const kernel = makeKernel({ name: 'pool', extents, rows: [0, 1], buffers, stages })
    expect(reportOf(kernel).vectorized).toEqual([true, true])
  })

  test('images that read pooled ones, each element twice or four times', () => {
    expect(reportOf(fixture('map-spread')).vectorized).toEqual([true])
  })

  test('contractions as matrix multiplication, with any layout of operands', () => {
    const names = ['matmul', 'transposed-a', 'transposed-b', 'transposed-both', 'batch', 'bias-relu', 'dot']
    for (const name of names)
      expect(reportOf(fixture(`contract-${name}`)).matrixMultiplication, name).toBe(true)
  })

  test('but not a sequential sum of a row, and not f64', () => {
    expect(reportOf(reduction(1, 'sum', 1)).vectorized).toEqual([false, false])
    expect(reportOf(fixture('map-doubles')).vectorized).toEqual([false])
    expect(reportOf(fixture('contract-f64')).matrixMultiplication).toBe(false)
  })
})

describe('collapse', () => {
  test('joins axes that are one long axis in memory', () => {
    const extents = [4, 1, 5, 6]
    const at = addressOf([0, 1, 2, 3], extents)
    const buffers = [readBuffer('f32', 120, 'x'), writeBuffer('f32', 120, 'y')]
    const code = writeCode(buffers)
    const value = code.op('neg', code.load(0, at))
    const stages = [{ kind: 'map', axes: [], code: code.nodes, stores: [store(1, at, value)] }] as const
    const short = collapse(makeKernel({ name: 'neg', extents, rows: [0, 1, 2, 3], buffers, stages }))

    expect(short.rows.map((axis) => short.axes[axis]!.extent)).toEqual([120])
  })

  test('keeps axes that a broadcast operand tells apart', () => {
    const short = collapse(biased([4, 5]))
    expect(short.rows.map((axis) => short.axes[axis]!.extent)).toEqual([4, 5])
  })

  test('keeps the axes of a reduction apart from rows', () => {
    const short = collapse(reduction(1, 'sum', 16))
    expect(short.rows.length).toBe(1)
    expect(short.stages[0]).toMatchObject({ axes: [1] })
  })

  test('looks into quotients and remainders', () => {
    const extents = [4, 6]
    const linear = addressOf([0, 1], extents)
    const ranges = (axis: number): number => extents[axis]!
    const buffers = [readBuffer('f32', 24, 'x'), writeBuffer('f32', 24, 'y')]
    const code = writeCode(buffers)
    // The transpose of [8, 3], addressed through one linear index.
    const at = scaleIndex(remainderIndex(linear, 8, ranges), 3)
    const whole = { constant: 0, terms: [...at.terms, ...quotientIndex(linear, 8, ranges).terms] }
    const value = code.load(0, whole)
    const stages = [{ kind: 'map', axes: [], code: code.nodes, stores: [store(1, linear, value)] }] as const
    const short = collapse(makeKernel({ name: 'turn', extents, rows: [0, 1], buffers, stages }))

    expect(short.rows.map((axis) => short.axes[axis]!.extent)).toEqual([24])
  })
})

describe('modules', () => {
  test('hold equal kernels once, whatever they are called', () => {
    const once = planOf(biased([10, 20]))
    const [kernel] = once.kernels
    const renamed = { ...kernel!, name: 'other', origin: { ops: ['x'], locations: [], reasons: [] } }
    const again = once.steps.map((step) => (step.kind === 'kernel' ? { ...step, kernel: 1 } : step))
    const twice: Plan = { ...once, kernels: [kernel!, renamed], steps: [...once.steps, ...again] }

    const [single, double] = [once, twice].map((plan) => emitModule(plan, { maxPages: 16 }).bytes.length)

    expect(sameKernel(kernel!, renamed)).toBe(true)
    expect(double! - single!).toBeLessThan(60)
  })

  test('tell constants 0 and -0 apart', () => {
    const constant = (value: number): Kernel => {
      const buffers = [writeBuffer('f32', 1, 'y')]
      const code = writeCode(buffers)
      const stores = [store(0, indexConstant(0), code.constant('f32', value))]
      const stages = [{ kind: 'map', axes: [], code: code.nodes, stores }] as const
      return makeKernel({ name: 'constant', extents: [], rows: [], buffers, stages })
    }
    expect(sameKernel(constant(0), constant(-0))).toBe(false)
    expect(sameKernel(constant(Number.NaN), constant(Number.NaN))).toBe(true)
  })

  test('cut long plans into several functions', () => {
    const plan = planOf(biased([4, 4]))
    const long: Plan = { ...plan, steps: Array.from({ length: 1100 }, () => plan.steps[0]!) }
    expect(emitModule(long, { maxPages: 16 }).entries.length).toBe(3)
  })

  test('refuse what no instruction can do, naming kernel, op and dtype', () => {
    const buffers = [readBuffer('bool', 4, 'x'), writeBuffer('bool', 4, 'y')]
    const code = writeCode(buffers)
    const value = code.op('neg', code.load(0, indexAxis(0)))
    const stages = [
      { kind: 'map', axes: [], code: code.nodes, stores: [store(1, indexAxis(0), value)] },
    ] as const
    const kernel = makeKernel({ name: 'negate', extents: [4], rows: [0], buffers, stages })
    const emit = () => emitModule(planOf(kernel), { maxPages: 16 })

    expect(emit).toThrow(HeddleError)
    expect(emit).toThrow('BACKEND_UNSUPPORTED: kernel negate: neg: has dtype bool')
  })
})
