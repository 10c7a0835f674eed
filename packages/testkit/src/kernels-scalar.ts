// Fixtures of maps that differ in what they compute: every scalar op of every dtype, on special values.
import { indexAxis } from '@heddle/core'
import { makeKernel, readBuffer, store, writeBuffer, writeCode } from './kernel-code.ts'
import type { KernelFixture } from './kernel-fixture.ts'
import { kernelFixture } from './kernel-fixture.ts'
import type { Fill } from './random.ts'

const special: Fill = { kind: 'special' }
const i = indexAxis(0)

export const scalarFixtures: readonly KernelFixture[] = [
  integers(),
  unsigned(),
  bools(),
  casts(),
  doubles(),
  specialFloats(),
  mathematics(),
]

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
