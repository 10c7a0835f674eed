// Fixtures without reductions: elementwise maps of one to three stores, guards, reshaped and gathered reads, scatters.
import type { IndexExpression } from '@heddle/core'
import {
  addIndex,
  delinearize,
  indexAxis,
  indexConstant,
  indexValue,
  linearize,
  offsetIndex,
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
  reshaped(),
  gathered(),
  gatheredOrZero(),
  iota(),
  integers(),
  unsigned(),
  bools(),
  casts(),
  doubles(),
  specialFloats(),
  mathematics(),
]

export const scatterFixtures: readonly KernelFixture[] = [scatterRows(), scatterGuarded(), scatterIntegers()]

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

/** Every operation on i32, one store each would be too many: they are folded together by xor and sub. */
function integers(): KernelFixture {
  return arithmetic('map-integers', 'i32')
}

function unsigned(): KernelFixture {
  return arithmetic('map-unsigned', 'u32')
}

function arithmetic(name: string, dtype: 'i32' | 'u32'): KernelFixture {
  const size = 64
  const buffers = [
    readBuffer(dtype, size, 'a'),
    readBuffer(dtype, size, 'b'),
    writeBuffer(dtype, size, 'arithmetic'),
    writeBuffer(dtype, size, 'bits'),
    writeBuffer('bool', size, 'order'),
  ]
  const code = writeCode(buffers)
  const a = code.load(0, i)
  const b = code.load(1, i)
  let value = code.op('mul', a, b)
  for (const op of ['add', 'sub', 'div', 'rem', 'minimum', 'maximum'] as const) {
    value = code.op('xor', code.op('mul', value, code.constant(dtype, 31)), code.op(op, a, b))
  }
  value = code.op('sub', value, code.op('neg', a))
  value = code.op('add', value, code.op('abs', b))
  let bits = code.op('not', a)
  for (const op of ['and', 'or', 'xor', 'shl', 'shr'] as const) {
    bits = code.op('add', code.op('mul', bits, code.constant(dtype, 17)), code.op(op, a, b))
  }
  const ordered = code.op(
    'or',
    code.op('and', code.compare('lt', a, b), code.compare('ne', a, b)),
    code.op('not', code.compare('le', b, a)),
  )
  const stores = [store(2, i, value), store(3, i, bits), store(4, i, ordered)]
  const stages = [{ kind: 'map', axes: [], code: code.nodes, stores }] as const
  return kernelFixture(makeKernel({ name, extents: [size], rows: [0], buffers, stages }), {
    0: special,
    1: special,
  })
}

function bools(): KernelFixture {
  const size = 40
  const buffers = [
    readBuffer('bool', size, 'a'),
    readBuffer('bool', size, 'b'),
    writeBuffer('bool', size, 'y'),
    writeBuffer('i32', size, 'n'),
  ]
  const code = writeCode(buffers)
  const [a, b] = [code.load(0, i), code.load(1, i)]
  const y = code.op('xor', code.op('or', code.op('not', a), b), code.op('and', a, code.compare('eq', a, b)))
  const n = code.op('select', y, code.convert('cast', 'i32', a), code.constant('i32', -7))
  const stores = [store(2, i, y), store(3, i, n)]
  const stages = [{ kind: 'map', axes: [], code: code.nodes, stores }] as const
  return kernelFixture(makeKernel({ name: 'map-bools', extents: [size], rows: [0], buffers, stages }))
}

/** Saturating casts of f32, exact ones back, and a bit pattern. */
function casts(): KernelFixture {
  const size = 96
  const buffers = [
    readBuffer('f32', size, 'x'),
    writeBuffer('i32', size, 'i'),
    writeBuffer('u32', size, 'u'),
    writeBuffer('f32', size, 'back'),
    writeBuffer('bool', size, 'truth'),
  ]
  const code = writeCode(buffers)
  const x = code.load(0, i)
  const signed = code.convert('cast', 'i32', x)
  const unsignedValue = code.convert('cast', 'u32', x)
  const masked = code.op('and', code.convert('bitcast', 'i32', x), code.constant('i32', -65536))
  const rounded = code.convert('bitcast', 'f32', masked)
  const back = code.op('sub', code.convert('cast', 'f32', unsignedValue), rounded)
  const stores = [
    store(1, i, signed),
    store(2, i, unsignedValue),
    store(3, i, code.op('add', back, code.convert('cast', 'f32', signed))),
    store(4, i, code.convert('cast', 'bool', x)),
  ]
  const stages = [{ kind: 'map', axes: [], code: code.nodes, stores }] as const
  return kernelFixture(makeKernel({ name: 'map-casts', extents: [size], rows: [0], buffers, stages }), {
    0: special,
  })
}

/** f64 with the functions of the host, and narrowing to f32. */
function doubles(): KernelFixture {
  const size = 33
  const buffers = [
    readBuffer('f64', size, 'x'),
    readBuffer('f32', size, 'z'),
    writeBuffer('f64', size, 'y'),
    writeBuffer('f32', size, 'narrow'),
  ]
  const code = writeCode(buffers)
  const x = code.load(0, i)
  const wide = code.convert('cast', 'f64', code.load(1, i))
  const y = code.op(
    'add',
    code.op('mul', x, code.constant('f64', 0.1)),
    code.op('sqrt', code.op('abs', wide)),
  )
  const stores = [store(2, i, y), store(3, i, code.convert('cast', 'f32', y))]
  const stages = [{ kind: 'map', axes: [], code: code.nodes, stores }] as const
  return kernelFixture(makeKernel({ name: 'map-doubles', extents: [size], rows: [0], buffers, stages }), {
    0: special,
    1: special,
  })
}

/** Rounding, signs, extremes and division on special values. */
function specialFloats(): KernelFixture {
  const size = 160
  const buffers = [
    readBuffer('f32', size, 'a'),
    readBuffer('f32', size, 'b'),
    writeBuffer('f32', size, 'rounded'),
    writeBuffer('f32', size, 'extremes'),
    writeBuffer('f32', size, 'divided'),
  ]
  const code = writeCode(buffers)
  const [a, b] = [code.load(0, i), code.load(1, i)]
  const less = code.compare('lt', a, b)
  const rounded = code.op(
    'select',
    less,
    code.op('round', code.op('maximum', a, code.op('trunc', b))),
    code.op('minimum', code.op('floor', a), code.op('ceil', b)),
  )
  const extremes = code.op('maximum', code.op('minimum', a, code.op('neg', b)), code.op('abs', b))
  const divided = code.op('add', code.op('div', a, b), code.op('sqrt', code.op('rem', a, b)))
  const stores = [store(2, i, rounded), store(3, i, extremes), store(4, i, divided)]
  const stages = [{ kind: 'map', axes: [], code: code.nodes, stores }] as const
  return kernelFixture(
    makeKernel({ name: 'map-special-floats', extents: [size], rows: [0], buffers, stages }),
    {
      0: special,
      1: special,
    },
  )
}

/** The f32 expansions of the math functions. */
function mathematics(): KernelFixture {
  const size = 70
  const buffers = [
    readBuffer('f32', size, 'x'),
    readBuffer('f32', size, 'y'),
    writeBuffer('f32', size, 'smooth'),
    writeBuffer('f32', size, 'trigonometric'),
    writeBuffer('f32', size, 'power'),
  ]
  const code = writeCode(buffers)
  const [x, y] = [code.load(0, i), code.load(1, i)]
  const smooth = code.op('mul', code.op('exp', code.op('tanh', x)), code.op('erf', code.op('expm1', y)))
  const trigonometric = code.op(
    'add',
    code.op('sin', x),
    code.op('mul', code.op('cos', y), code.op('tan', x)),
  )
  const power = code.op(
    'add',
    code.op('pow', code.op('abs', x), y),
    code.op('log', code.op('log1p', code.op('abs', y))),
  )
  const stores = [store(2, i, smooth), store(3, i, trigonometric), store(4, i, power)]
  const stages = [{ kind: 'map', axes: [], code: code.nodes, stores }] as const
  return kernelFixture(makeKernel({ name: 'map-mathematics', extents: [size], rows: [0], buffers, stages }), {
    0: special,
  })
}

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
