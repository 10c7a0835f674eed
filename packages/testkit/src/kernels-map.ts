// Fixtures of maps that differ in how they address: one to three stores, guards, broadcasts, reshaped and gathered reads.
import type { IndexExpression } from '@heddle/core'
import {
  addIndex,
  delinearize,
  indexAxis,
  indexConstant,
  indexValue,
  linearize,
  offsetIndex,
  quotientIndex,
  remainderIndex,
  scaleIndex,
} from '@heddle/core'
import { makeKernel, readBuffer, store, writeBuffer, writeCode } from './kernel-code.ts'
import type { KernelFixture } from './kernel-fixture.ts'
import { addressOf, kernelFixture } from './kernel-fixture.ts'
import type { Fill } from './random.ts'

const special: Fill = { kind: 'special' }
const i = indexAxis(0)
const j = indexAxis(1)

export const mapFixtures: readonly KernelFixture[] = [
  elementwise('map-elementwise', 1003),
  elementwise('map-one-element', 1),
  elementwise('map-no-elements', 0),
  scalar(),
  chain(),
  transposed(),
  broadcast(),
  threeStores(),
  padded(),
  nestedGuards(),
  strided(),
  spread(),
  reshaped(),
  gathered(),
  gatheredOrZero(),
  dividedData(),
  iota(),
]

/** `y = (a + b) * 0.5 - a` over contiguous arrays. */
function elementwise(name: string, size: number): KernelFixture {
  const buffers = [readBuffer('f32', size, 'a'), readBuffer('f32', size, 'b'), writeBuffer('f32', size, 'y')]
  const code = writeCode(buffers)
  const a = code.load(0, i)
  const sum = code.op('add', a, code.load(1, i))
  const y = code.op('sub', code.op('mul', sum, code.constant('f32', 0.5)), a)
  const stages = [{ kind: 'map', axes: [], code: code.nodes, stores: [store(2, i, y)] }] as const
  return kernelFixture(makeKernel({ name, extents: [size], rows: [0], buffers, stages }), {
    0: special,
    1: special,
  })
}

/** Quotients and remainders of data, which may be negative: floor division, not truncation. */
function dividedData(): KernelFixture {
  const size = 50
  const buffers = [readBuffer('f32', 12, 'x'), readBuffer('i32', size, 'at'), writeBuffer('f32', size, 'y')]
  const code = writeCode(buffers)
  const ranges = (): number => size
  const at = indexValue(code.load(1, i))
  const third = quotientIndex(at, 3, ranges)
  const rest = addIndex(remainderIndex(at, 3, ranges), indexConstant(4))
  const x = code.load(
    0,
    third,
    [
      { index: third, low: -3, high: 12 },
      { index: third, low: 0, high: 12 },
    ],
    -1,
  )
  const y = code.op('add', x, code.load(0, rest, [{ index: rest, low: 0, high: 12 }], -1))
  const stages = [{ kind: 'map', axes: [], code: code.nodes, stores: [store(2, i, y)] }] as const
  return kernelFixture(
    makeKernel({ name: 'map-divided-data', extents: [size], rows: [0], buffers, stages }),
    {
      1: { kind: 'within', low: -20, high: 40 },
    },
  )
}

/** Rank 0: no axes at all. */
function scalar(): KernelFixture {
  const buffers = [readBuffer('f32', 1, 'x'), writeBuffer('f32', 1, 'y')]
  const code = writeCode(buffers)
  const y = code.op('neg', code.load(0, indexConstant(0)))
  const stages = [
    { kind: 'map', axes: [], code: code.nodes, stores: [store(1, indexConstant(0), y)] },
  ] as const
  return kernelFixture(makeKernel({ name: 'map-scalar', extents: [], rows: [], buffers, stages }))
}

/** A long dependent chain whose values are used many times. */
function chain(): KernelFixture {
  const buffers = [readBuffer('f32', 37, 'x'), writeBuffer('f32', 37, 'y')]
  const code = writeCode(buffers)
  const x = code.load(0, i)
  let value = x
  for (let step = 0; step < 40; step++) {
    value = step % 2 === 0 ? code.op('mul', value, code.constant('f32', 0.75)) : code.op('add', value, value)
    if (step % 7 === 0) value = code.op('sub', value, x)
  }
  const stages = [{ kind: 'map', axes: [], code: code.nodes, stores: [store(1, i, value)] }] as const
  return kernelFixture(makeKernel({ name: 'map-chain', extents: [37], rows: [0], buffers, stages }))
}

/** `y[i, j] = x[i / 2, j / 2]` where j mod 2 is an entry of `at`, else `x[i / 2, j / 4]`: a pooled image read by the image. */
function spread(): KernelFixture {
  const extents = [6, 22]
  const ranges = (axis: number): number => extents[axis] ?? 1
  const buffers = [readBuffer('f32', 33, 'x'), readBuffer('i32', 6, 'at'), writeBuffer('f32', 132, 'y')]
  const code = writeCode(buffers)
  const from = (by: number): IndexExpression =>
    linearize([quotientIndex(i, 2, ranges), quotientIndex(j, by, ranges)], [3, 11], ranges)
  const isFirst = code.compare('eq', code.index(remainderIndex(j, 2, ranges)), code.load(1, i))
  const value = code.op('select', isFirst, code.load(0, from(2)), code.load(0, from(4)))
  const stages = [
    { kind: 'map', axes: [], code: code.nodes, stores: [store(2, addressOf([0, 1], extents), value)] },
  ] as const
  return kernelFixture(makeKernel({ name: 'map-spread', extents, rows: [0, 1], buffers, stages }), {
    1: { kind: 'within', low: 0, high: 2 },
  })
}

/** `y[i, j] = x[j, i]` */
function transposed(): KernelFixture {
  const extents = [13, 22]
  const buffers = [readBuffer('f32', 286, 'x'), writeBuffer('f32', 286, 'y')]
  const code = writeCode(buffers)
  const value = code.load(0, addressOf([1, 0], extents))
  const stores = [store(1, addressOf([0, 1], extents), value)]
  const stages = [{ kind: 'map', axes: [], code: code.nodes, stores }] as const
  return kernelFixture(makeKernel({ name: 'map-transposed', extents, rows: [0, 1], buffers, stages }), {
    0: special,
  })
}

/** `y[i, j] = x[i, j] * row[j] + column[i] + one[]` */
function broadcast(): KernelFixture {
  const extents = [9, 14]
  const buffers = [
    readBuffer('f32', 126, 'x'),
    readBuffer('f32', 14, 'row'),
    readBuffer('f32', 9, 'column'),
    readBuffer('f32', 1, 'one'),
    writeBuffer('f32', 126, 'y'),
  ]
  const code = writeCode(buffers)
  const at = addressOf([0, 1], extents)
  const scaled = code.op('mul', code.load(0, at), code.load(1, j))
  const shifted = code.op('add', scaled, code.load(2, i))
  const value = code.op('add', shifted, code.load(3, indexConstant(0)))
  const stages = [{ kind: 'map', axes: [], code: code.nodes, stores: [store(4, at, value)] }] as const
  return kernelFixture(makeKernel({ name: 'map-broadcast', extents, rows: [0, 1], buffers, stages }))
}

/** Momentum and update of one optimiser step, and whether the value grew. */
function threeStores(): KernelFixture {
  const size = 131
  const buffers = [
    readBuffer('f32', size, 'weight'),
    readBuffer('f32', size, 'gradient'),
    readBuffer('f32', size, 'momentum'),
    writeBuffer('f32', size, 'newMomentum'),
    writeBuffer('f32', size, 'newWeight'),
    writeBuffer('bool', size, 'grew'),
  ]
  const code = writeCode(buffers)
  const weight = code.load(0, i)
  const decayed = code.op('mul', code.load(2, i), code.constant('f32', Math.fround(0.9)))
  const momentum = code.op('add', decayed, code.load(1, i))
  const step = code.op('mul', momentum, code.constant('f32', Math.fround(0.01)))
  const updated = code.op('sub', weight, step)
  const stores = [
    store(3, i, momentum),
    store(4, i, updated),
    store(5, i, code.compare('lt', weight, updated)),
  ]
  const stages = [{ kind: 'map', axes: [], code: code.nodes, stores }] as const
  return kernelFixture(makeKernel({ name: 'map-three-stores', extents: [size], rows: [0], buffers, stages }))
}

/** Constant padding by one on the left and two on the right of both axes. */
function padded(): KernelFixture {
  const extents = [8, 10]
  const buffers = [readBuffer('f32', 5 * 7, 'x'), writeBuffer('f32', 80, 'y')]
  const code = writeCode(buffers)
  const [row, column] = [offsetIndex(i, -1), offsetIndex(j, -1)]
  const guards = [
    { index: row, low: 0, high: 5 },
    { index: column, low: 0, high: 7 },
  ]
  const value = code.load(0, linearize([row, column], [5, 7]), guards, -1.5)
  const stages = [
    { kind: 'map', axes: [], code: code.nodes, stores: [store(1, addressOf([0, 1], extents), value)] },
  ] as const
  return kernelFixture(makeKernel({ name: 'map-padded', extents, rows: [0, 1], buffers, stages }), {
    0: special,
  })
}

/** A concatenation of two arrays as a select between guarded reads, and the guard itself as a value. */
function nestedGuards(): KernelFixture {
  const buffers = [
    readBuffer('f32', 11, 'x'),
    readBuffer('f32', 6, 'y'),
    writeBuffer('f32', 17, 'both'),
    writeBuffer('bool', 17, 'first'),
  ]
  const code = writeCode(buffers)
  const inFirst = { index: i, low: 0, high: 11 }
  const second = offsetIndex(i, -11)
  const first = code.within(inFirst)
  const x = code.load(0, i, [inFirst])
  const y = code.load(1, second, [{ index: second, low: 0, high: 6 }], Number.NaN)
  const both = code.op('select', first, x, y)
  const stores = [store(2, i, both), store(3, i, first)]
  const stages = [{ kind: 'map', axes: [], code: code.nodes, stores }] as const
  return kernelFixture(makeKernel({ name: 'map-concat', extents: [17], rows: [0], buffers, stages }))
}

/** A reversed read and one with a step of three: `y[i] = x[3 i + 1] - x[29 - i]`. */
function strided(): KernelFixture {
  const buffers = [readBuffer('f32', 30, 'x'), writeBuffer('f32', 9, 'y')]
  const code = writeCode(buffers)
  const stepped = code.load(0, offsetIndex(scaleIndex(i, 3), 1))
  const flipped = code.load(0, offsetIndex(scaleIndex(i, -1), 29))
  const stages = [
    { kind: 'map', axes: [], code: code.nodes, stores: [store(1, i, code.op('sub', stepped, flipped))] },
  ] as const
  return kernelFixture(makeKernel({ name: 'map-strided', extents: [9], rows: [0], buffers, stages }))
}

/** A transpose read through a reshape that does not align: quotients and remainders in the address. */
function reshaped(): KernelFixture {
  const extents = [4, 9]
  const ranges = (axis: number): number => extents[axis]!
  const buffers = [readBuffer('f32', 36, 'x'), writeBuffer('f32', 36, 'y')]
  const code = writeCode(buffers)
  const [p, q] = delinearize(addressOf([0, 1], extents), [6, 6], ranges)
  const value = code.load(0, addIndex(scaleIndex(q!, 6), p!, ranges))
  const stages = [
    { kind: 'map', axes: [], code: code.nodes, stores: [store(1, addressOf([0, 1], extents), value)] },
  ] as const
  return kernelFixture(makeKernel({ name: 'map-reshaped', extents, rows: [0, 1], buffers, stages }))
}

/** `y[i, j] = table[clamp(ids[i], 0, 11), j]` */
function gathered(): KernelFixture {
  const extents = [7, 5]
  const buffers = [readBuffer('f32', 60, 'table'), readBuffer('i32', 7, 'ids'), writeBuffer('f32', 35, 'y')]
  const code = writeCode(buffers)
  const raised = code.op('maximum', code.load(1, i), code.constant('i32', 0))
  const id = code.op('minimum', raised, code.constant('i32', 11))
  const value = code.load(0, linearize([indexValue(id), j], [12, 5]))
  const stages = [
    { kind: 'map', axes: [], code: code.nodes, stores: [store(2, addressOf([0, 1], extents), value)] },
  ] as const
  return kernelFixture(makeKernel({ name: 'map-gathered', extents, rows: [0, 1], buffers, stages }), {
    1: { kind: 'within', low: -3, high: 15 },
  })
}

/** `y[i, j] = table[ids[i], j]`, 0 where the id is outside the table. */
function gatheredOrZero(): KernelFixture {
  const extents = [7, 5]
  const buffers = [readBuffer('f32', 60, 'table'), readBuffer('i32', 7, 'ids'), writeBuffer('f32', 35, 'y')]
  const code = writeCode(buffers)
  const id: IndexExpression = indexValue(code.load(1, i))
  const value = code.load(0, linearize([id, j], [12, 5]), [{ index: id, low: 0, high: 12 }])
  const stages = [
    { kind: 'map', axes: [], code: code.nodes, stores: [store(2, addressOf([0, 1], extents), value)] },
  ] as const
  return kernelFixture(makeKernel({ name: 'map-gathered-guarded', extents, rows: [0, 1], buffers, stages }), {
    1: special,
  })
}

/** Positions as values, and a one-hot array by comparing with them. */
function iota(): KernelFixture {
  const extents = [6, 4]
  const buffers = [
    readBuffer('i32', 6, 'labels'),
    writeBuffer('i32', 24, 'position'),
    writeBuffer('f32', 24, 'hot'),
  ]
  const code = writeCode(buffers)
  const at = addressOf([0, 1], extents)
  const hot = code.compare('eq', code.load(0, i), code.index(j))
  const stores = [
    store(1, at, code.index(offsetIndex(scaleIndex(at, 2), -3))),
    store(2, at, code.convert('cast', 'f32', hot)),
  ]
  const stages = [{ kind: 'map', axes: [], code: code.nodes, stores }] as const
  return kernelFixture(makeKernel({ name: 'map-iota', extents, rows: [0, 1], buffers, stages }), {
    0: { kind: 'within', low: 0, high: 4 },
  })
}
