// Values that are easily lost on the way through a graphics device: literals, special floats, ends of integer ranges, and
// the mathematical functions, of which GLSL's own may be wrong by thousands of ulps.
import {
  applyScalar,
  bitcastScalar,
  castScalar,
  type DType,
  dtypeNames,
  dtypes,
  isFloat,
  type MathFunction,
  mathFunctions,
  readElement,
  scalarOf,
  scalarTypes,
  type TypedArray,
  writeElement,
} from '@heddle/core'
import {
  type CodeWriter,
  makeKernel,
  planOfKernel,
  readBuffer,
  store,
  writeBuffer,
  writeCode,
} from '@heddle/testkit'
import { afterAll, expect, test } from 'vitest'
import { webgl } from './index.ts'

const backend = webgl({ debug: true })
afterAll(() => backend.dispose())

const axis0 = { constant: 0, terms: [{ coefficient: 1, atom: { kind: 'axis', axis: 0 } }] } as const

/** Runs `y[i] = body(x[i])` on the device. */
function mapOnDevice(
  data: readonly TypedArray[],
  sources: readonly DType[],
  result: DType,
  body: (code: CodeWriter, values: readonly number[]) => number,
): TypedArray {
  const size = data[0]!.length
  const reads = sources.map((dtype, at) => readBuffer(dtype, size, `x${at}`))
  const buffers = [...reads, writeBuffer(result, size, 'y')]
  const code = writeCode(buffers)
  const loads = reads.map((_, at) => code.load(at, axis0))
  const stores = [store(reads.length, axis0, body(code, loads))]
  const stages = [{ kind: 'map', axes: [], code: code.nodes, stores }] as const
  const kernel = makeKernel({ name: 'map', extents: [size], rows: [0], buffers, stages })
  const { plan } = planOfKernel({ kernel, inputs: () => [...data] })
  const executable = backend.prepareSync(plan)
  const inputs = sources.map((dtype) => backend.allocate(dtype, size))
  const output = backend.allocate(result, size)
  for (const [at, buffer] of inputs.entries()) backend.write(buffer, data[at]!)
  executable.run(inputs, [output])
  const seen = backend.readSync(output)
  executable.dispose()
  for (const buffer of [...inputs, output]) backend.free(buffer)
  return seen
}

const bitsOf = (values: TypedArray): number[] => [...new Uint32Array(values.slice().buffer)]

const awkward = new Float32Array([
  0,
  -0,
  Number.NaN,
  Infinity,
  -Infinity,
  2 ** -149,
  -(2 ** -130),
  3.4028234663852886e38,
  0.1,
  -1e-7,
  16777217,
])

test('moves keep every bit of a float, subnormals and signed zeros included', () => {
  const seen = mapOnDevice([awkward], ['f32'], 'f32', (_, [x]) => x!)

  expect(bitsOf(seen)).toEqual(bitsOf(awkward))
})

test('float literals arrive exactly', () => {
  const literals = [...awkward, 1 / 3, -2.5e-38, 123456.789, 8388609, -7, 1e21].map(Math.fround)
  const which = Int32Array.from(literals.keys())

  const seen = mapOnDevice([which], ['i32'], 'f32', (code, [index]) => {
    let value = code.constant('f32', 42)
    for (const [at, literal] of literals.entries()) {
      const isHere = code.compare('eq', index!, code.constant('i32', at))
      value = code.op('select', isHere, code.constant('f32', literal), value)
    }
    return value
  })

  expect(bitsOf(seen)).toEqual(bitsOf(Float32Array.from(literals)))
})

test('integer literals arrive exactly at both ends of their ranges', () => {
  const literals = [-2147483648, 2147483647, -1, 0, 2147483648, 4294967295]
  const which = Int32Array.from(literals.keys())

  const seen = mapOnDevice([which], ['i32'], 'u32', (code, [index]) => {
    let value = code.constant('u32', 7)
    for (const [at, literal] of literals.entries()) {
      const isHere = code.compare('eq', index!, code.constant('i32', at))
      const constant =
        literal < 0
          ? code.convert('bitcast', 'u32', code.constant('i32', literal))
          : code.constant('u32', literal)
      value = code.op('select', isHere, constant, value)
    }
    return value
  })

  expect([...seen]).toEqual([2147483648, 2147483647, 4294967295, 0, 2147483648, 4294967295])
})

const pairs = (values: readonly number[]): [number[], number[]] => [
  values.flatMap((x) => values.map(() => x)),
  values.flatMap(() => [...values]),
]

test('minimum, maximum and comparisons follow the rules for NaN and signed zeros', () => {
  const [a, b] = pairs([0, -0, Number.NaN, Infinity, -Infinity, 1, -1.5, 3e38])
  const data = [Float32Array.from(a), Float32Array.from(b)]
  for (const op of ['minimum', 'maximum'] as const) {
    const seen = mapOnDevice(data, ['f32', 'f32'], 'f32', (code, [x, y]) => code.op(op, x!, y!))
    expect([...seen]).toEqual(a.map((x, at) => applyScalar(op, 'f32', 'f32', [x, b[at]!])))
  }

  const seen = mapOnDevice(data, ['f32', 'f32'], 'i32', (code, [x, y]) => {
    const tests = (['lt', 'le', 'eq', 'ne'] as const).map((op) =>
      code.convert('cast', 'i32', code.compare(op, x!, y!)),
    )
    const isNumber = code.convert('cast', 'i32', code.compare('eq', x!, x!))
    return [...tests, isNumber].reduce((sum, next) => code.op('add', code.op('add', sum, sum), next))
  })

  const expected = a.map((x, at) => {
    const tests = [x < b[at]!, x <= b[at]!, x === b[at]!, x !== b[at]!, !Number.isNaN(x)]
    return tests.reduce((sum, holds) => 2 * sum + Number(holds), 0)
  })
  expect([...seen]).toEqual(expected)
})

test('integer division and remainder are total', () => {
  const [a, b] = pairs([0, 1, -1, 7, -7, 3, -3, 2147483647, -2147483648])
  const data = [Int32Array.from(a), Int32Array.from(b)]
  for (const op of ['div', 'rem'] as const) {
    const seen = mapOnDevice(data, ['i32', 'i32'], 'i32', (code, [x, y]) => code.op(op, x!, y!))

    expect([...seen]).toEqual(a.map((x, at) => Number(applyScalar(op, 'i32', 'i32', [x, b[at]!])) + 0))
  }
})

test('the remainder of floats is exact', () => {
  const [a, b] = pairs([1, -1, 0.1, 3.7, 1e30, 7e-30, 1e-37, -2.5, 16777215, Infinity, Number.NaN, 0])
  const x32 = Float32Array.from(a)
  const y32 = Float32Array.from(b)

  const seen = mapOnDevice([x32, y32], ['f32', 'f32'], 'f32', (code, [x, y]) => code.op('rem', x!, y!))

  expect([...seen].map((value) => Number(value) + 0)).toEqual(a.map((_, at) => (x32[at]! % y32[at]!) + 0))
})

test('large integers round to the nearest float, ties to even', () => {
  const values = [16777217, 16777219, 2147483647, 2147483583, 4294967295, 4294967167, 2147483777, 3000000001]
  const uints = Uint32Array.from(values)
  const ints = Int32Array.from(uints)

  const fromUints = mapOnDevice([uints], ['u32'], 'f32', (code, [x]) => code.convert('cast', 'f32', x!))
  const fromInts = mapOnDevice([ints], ['i32'], 'f32', (code, [x]) => code.convert('cast', 'f32', x!))

  expect([...fromUints]).toEqual([...Float32Array.from(uints)])
  expect([...fromInts]).toEqual([...Float32Array.from(ints)])
})

/** Ulps a device may differ from the shared expansion: contracted multiply-adds and divisions not rounded to nearest. */
const MATH_ULPS = 4

for (const op of Object.keys(mathFunctions) as MathFunction[]) {
  test(`${op}: agrees with the shared expansion`, () => {
    const grid = Array.from({ length: 200 }, (_, at) => (at - 100) * 0.37 + 0.011)
    const small = [1e-30, -1e-30, 1e-4, -1e-4, 0.5, 0.9999, 1.0001, 30, 88, -87, 1e10, -1e10]
    const x = Float32Array.from([...grid, ...small, 0, -0, Infinity, -Infinity, Number.NaN])
    const y = x.map((_, at) => [2, 0.5, -1, 3, 0, 2.5, -0.25][at % 7]!)
    const isBinary = scalarTypes[op].arity === 2
    const data = isBinary ? [x, y] : [x]

    const seen = mapOnDevice(
      data,
      data.map(() => 'f32'),
      'f32',
      (code, values) => code.op(op, ...values),
    )

    const wrong: string[] = []
    for (const [at, value] of x.entries()) {
      const expected = Number(applyScalar(op, 'f32', 'f32', isBinary ? [value, y[at]!] : [value]))
      const found = Number(seen[at])
      const ulp = Math.max(2 ** -126, 2 ** (Math.floor(Math.log2(Math.abs(expected))) - 23))
      const isClose = Math.abs(found - expected) <= MATH_ULPS * ulp
      if (!isClose && !Object.is(found + 0, expected + 0))
        wrong.push(`${op}(${value}): ${seen[at]}, not ${expected}`)
    }
    expect(wrong).toEqual([])
  })
}

test('every pair of casts gives the values of the scalar definition', () => {
  const fractions = [
    0,
    -0,
    0.5,
    -1.5,
    65519.9,
    65520,
    -65504,
    2 ** -24,
    2 ** -25,
    1.0009765625,
    1.00390625,
    3.0117,
    300.7,
  ]
  const floats = [...fractions, Number.NaN, Infinity, -Infinity, 3e38, 2147483648, -3e9, 70000, 1e-40]
  const integers = [
    0, 1, -1, 127, 128, 255, 256, -129, 32767, 32768, 65535, -40000, 2147483647, -2147483648, 16777217,
  ]
  const held = dtypeNames.filter((dtype) => dtype !== 'f64')
  for (const from of held) {
    const values = (isFloat(from) ? floats : integers).map((value) => {
      const rounded = dtypes[from].round(value)
      return isFloat(from) && Math.abs(rounded) < 2 ** -126 ? 0 * rounded : rounded
    })
    const data = dtypes[from].allocate(values.length)
    for (const [at, value] of values.entries()) writeElement(from, data, at, value)
    for (const to of held) {
      const seen = mapOnDevice([data], [from], to, (code, [x]) => code.convert('cast', to, x!))
      for (const [at, value] of values.entries()) {
        const expected = castScalar(scalarOf(from, value), from, to)
        // i64 ends with i32 here
        const kept = to === 'i64' && isFloat(from) ? castScalar(value, from, 'i32') : expected
        expect([from, to, value, Number(readElement(to, seen, at))]).toEqual([
          from,
          to,
          value,
          Number(to === 'i64' ? BigInt.asIntN(32, BigInt(kept)) : kept),
        ])
      }
    }
  }
})

test('bits of sixteen and eight survive the way to floats and back', () => {
  const all = Int16Array.from({ length: 65536 }, (_, at) => at - 32768)
  for (const dtype of ['f16', 'bf16'] as const) {
    const floats = mapOnDevice([all], ['i16'], dtype, (code, [x]) => code.convert('bitcast', dtype, x!))
    const back = mapOnDevice([floats], [dtype], 'i16', (code, [x]) => code.convert('bitcast', 'i16', x!))
    for (const [at, bits] of all.entries()) {
      const value = Number(bitcastScalar(bits, 'i16', dtype))
      if (!Object.is(readElement(dtype, floats, at), value))
        expect([dtype, bits, readElement(dtype, floats, at)]).toEqual([dtype, bits, value])
      if (!Number.isNaN(value) && back[at] !== bits)
        expect([dtype, bits, back[at]]).toEqual([dtype, bits, bits])
    }
  }
})
