// Every value of the sixteen-bit floats, decoded, encoded and rounded to, against a definition that works digit by digit; the
// ends of all integers; casts between all pairs at the values where they differ.
import { describe, expect, test } from 'vitest'
import {
  bf16FromBits,
  bf16ToBits,
  type DType,
  dtypeNames,
  dtypes,
  holds,
  isFloat,
  isInteger,
  readElement,
  type Scalar,
  scalarOf,
  writeElement,
} from './dtype.ts'
import { bitcastScalar, castScalar, evaluateScalarFunction, nearestF32 } from './interpret/scalar.ts'
import { storedFloats } from './kernel/math/stored-floats.ts'

/** Bits of the exponent and of the fraction. */
const formats = { f16: [5, 10], bf16: [8, 7] } as const

/** The value of bits by the definition of IEEE 754, section 3.4. */
function slowValue(dtype: 'f16' | 'bf16', bits: number): number {
  const [exponentBits, fractionBits] = formats[dtype]
  const sign = bits >> 15 === 1 ? -1 : 1
  const exponent = (bits >> fractionBits) & (2 ** exponentBits - 1)
  const fraction = bits & (2 ** fractionBits - 1)
  const bias = 2 ** (exponentBits - 1) - 1
  if (exponent === 2 ** exponentBits - 1) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  if (exponent === 0) return sign * fraction * 2 ** (1 - bias - fractionBits)
  return sign * (1 + fraction / 2 ** fractionBits) * 2 ** (exponent - bias)
}

const all = Array.from({ length: 65536 }, (_, bits) => bits)
const asFloat = (bits: number): number => new Float32Array(new Uint32Array([bits]).buffer)[0] ?? 0
const asBits = (value: number): number => new Uint32Array(new Float32Array([value]).buffer)[0] ?? 0

describe.each(['f16', 'bf16'] as const)('%s, all 65,536 values', (dtype) => {
  const { round, allocate, view } = dtypes[dtype]
  const stored = (bits: number): number => {
    const data = new Uint16Array([bits])
    return Number(readElement(dtype, view(data.buffer, 0, 1), 0))
  }

  test('decode as the definition says', () => {
    expect(all.filter((bits) => !Object.is(stored(bits), slowValue(dtype, bits)))).toEqual([])
  })

  test('encode back to their bits; any NaN to one NaN', () => {
    const data = allocate(1)
    const wrong = all.filter((bits) => {
      const value = slowValue(dtype, bits)
      writeElement(dtype, data, 0, value)
      const found = new Uint16Array(data.buffer)[0] ?? 0
      return Number.isNaN(value) ? !Number.isNaN(stored(found)) : found !== bits
    })
    expect(wrong).toEqual([])
  })

  test('are what rounding leaves as it is', () => {
    expect(all.filter((bits) => !Object.is(round(slowValue(dtype, bits)), slowValue(dtype, bits)))).toEqual(
      [],
    )
  })

  test('round to the nearest: the middle between neighbours to the even one, by one f32 more or less to the nearer', () => {
    const wrong: number[] = []
    const [, fractionBits] = formats[dtype]
    for (let bits = 0; bits < 0x7fff; bits++) {
      const [low, high] = [slowValue(dtype, bits), slowValue(dtype, bits + 1)]
      if (!Number.isFinite(low)) break
      // Beyond the largest the next value would be a power of two.
      const above = Number.isFinite(high) ? high : low + (low - slowValue(dtype, bits - 1))
      const middle = (low + above) / 2
      if (Math.fround(middle) !== middle) continue
      const even = bits % 2 === 0 ? low : high
      const [before, after] = [-1, 1].map((step) => asFloat(asBits(middle) + step))
      const cases: readonly (readonly [number, number])[] = [
        [middle, even],
        [before ?? 0, low],
        [after ?? 0, high],
      ]
      for (const [value, expected] of cases) {
        if (!Object.is(round(value), expected) || !Object.is(round(-value), -expected)) wrong.push(bits)
      }
    }
    expect(fractionBits).toBeGreaterThan(0)
    expect(wrong).toEqual([])
  })

  test('the scalar functions of runtimes give the same bits', () => {
    const { round: rounding, fromBits, toBits } = storedFloats[dtype]
    const wrong = all.filter((bits) => {
      const value = slowValue(dtype, bits)
      const decoded = evaluateScalarFunction(fromBits, [asFloat(bits)])
      const encoded = asBits(evaluateScalarFunction(toBits, [value]))
      const isSame = Number.isNaN(value) ? Number.isNaN(slowValue(dtype, encoded)) : encoded === bits
      return (
        !Object.is(decoded, value) || !isSame || !Object.is(evaluateScalarFunction(rounding, [value]), value)
      )
    })
    expect(wrong).toEqual([])
  })

  test('the scalar rounding agrees at f32 values of every exponent, at ties and beside them', () => {
    const { round: rounding } = storedFloats[dtype]
    const wrong: number[] = []
    for (let exponent = 0; exponent < 256; exponent++) {
      for (const fraction of [
        0, 1, 0xfff, 0x1000, 0x1001, 0x2fff, 0x3000, 0x7fff, 0x8000, 0x8001, 0x18000, 0x7fffff,
      ]) {
        for (const sign of [0, 0x80000000]) {
          const value = asFloat((sign + exponent * 2 ** 23 + fraction) >>> 0)
          if (!Object.is(evaluateScalarFunction(rounding, [value]), round(value))) wrong.push(value)
        }
      }
    }
    expect(wrong).toEqual([])
  })
})

test('f64 is rounded to f16 and bf16 by way of f32, as PyTorch does', () => {
  expect(dtypes.f16.round(1 + 2 ** -11 + 2 ** -30)).toBe(1)
  expect(dtypes.bf16.round(1 + 2 ** -8 + 2 ** -40)).toBe(1)
  expect([65519.996, 65520].map(dtypes.f16.round)).toEqual([65504, Number.POSITIVE_INFINITY])
  expect(bf16ToBits(Number.NaN)).toBe(0x7fc0)
  expect(bf16FromBits(0xff80)).toBe(Number.NEGATIVE_INFINITY)
})

test('integers wrap at their ends', () => {
  for (const dtype of dtypeNames.filter(isInteger)) {
    const { lowest, highest } = dtypes[dtype]
    const [low, high] = [BigInt(lowest), BigInt(highest)]
    const beyond = (value: bigint): Scalar => castScalar(BigInt.asIntN(64, value), 'i64', dtype)
    expect([beyond(high + 1n), beyond(low - 1n)]).toEqual([lowest, highest])
  }
})

test('an i64 becomes the nearest f32 at once, not by way of the nearest f64', () => {
  const cases = [
    2n ** 62n + 2n ** 38n + 1n,
    -(2n ** 62n) - 2n ** 38n - 1n,
    2n ** 60n + 2n ** 36n,
    2n ** 53n + 1n,
  ]
  expect(cases.map(nearestF32)).toEqual([2 ** 62 + 2 ** 39, -(2 ** 62) - 2 ** 39, 2 ** 60, 2 ** 53])
})

describe('casts', () => {
  const at = (from: DType, to: DType, value: Scalar): Scalar => castScalar(value, from, to)

  test('floats to integers truncate, saturate in what is computed, and then wrap; NaN is 0', () => {
    expect([300, -1.5, 256.7].map((value) => at('f32', 'u8', value))).toEqual([44, 255, 0])
    expect([300, -129.9, Number.NaN, 3e9].map((value) => at('f32', 'i8', value))).toEqual([44, 127, 0, -1])
    expect([3.9, -3.9, 1e20, -1e20, Number.NaN].map((value) => at('f64', 'i64', value))).toEqual([
      3n,
      -3n,
      2n ** 63n - 1n,
      -(2n ** 63n),
      0n,
    ])
  })

  test('to bool asks whether it is not 0', () => {
    expect([0n, 2n ** 32n].map((value) => at('i64', 'bool', value))).toEqual([0, 1])
    expect([Number.NaN, 0.25, -0].map((value) => at('f16', 'bool', value))).toEqual([1, 1, 0])
  })

  test('what a dtype holds comes back from it unchanged', () => {
    for (const from of dtypeNames) {
      for (const to of dtypeNames.filter((dtype) => holds(dtype, from))) {
        const ends = isFloat(from)
          ? [0, -0, 1, dtypes[from].round(0.1)]
          : [dtypes[from].lowest, dtypes[from].highest]
        for (const value of ends) expect(at(to, from, at(from, to, value)), `${from} ${to}`).toBe(value)
      }
    }
  })

  test('bits are kept between dtypes of equal width', () => {
    expect(bitcastScalar(-1, 'i16', 'f16')).toBeNaN()
    expect(bitcastScalar(1.5, 'bf16', 'i16')).toBe(0x3fc0)
    expect(bitcastScalar(1, 'f64', 'i64')).toBe(0x3ffn << 52n)
    expect(bitcastScalar(-1, 'i8', 'u8')).toBe(255)
  })
})

test('numbers stand for values of every dtype', () => {
  expect(dtypeNames.map((dtype) => scalarOf(dtype, 1))).toEqual(
    dtypeNames.map((dtype) => (dtype === 'i64' ? 1n : 1)),
  )
})
