// Seeded numbers for fixtures: the same seed gives the same data in every runtime. Not for statistics, not for secrets.
import type { Bindings, DType, NdArray, TypedArray, Value } from '@heddle/core'
import { dtypes, postOrder, sizeOf, toNdArray, writeElement } from '@heddle/core'

/** A stream of numbers in [0, 1). */
export interface Random {
  (): number
  /** An integer with low <= n < high. */
  readonly int: (low: number, high: number) => number
  readonly pick: <T>(items: readonly T[]) => T
  readonly chance: (probability: number) => boolean
}

/** What fills a buffer. `special` mixes in NaN, infinities, signed zeros, subnormals and extreme integers. */
export type Fill =
  | { readonly kind: 'plain' }
  | { readonly kind: 'special' }
  /** Nothing but these. */
  | { readonly kind: 'extreme' }
  /** Few distinct values, so that extremes tie. */
  | { readonly kind: 'ties' }
  /** One value everywhere. */
  | { readonly kind: 'all'; readonly value: number }
  /** Integers with low <= n < high. */
  | { readonly kind: 'within'; readonly low: number; readonly high: number }

/** Mulberry32, a 32-bit counter with a mixing function. */
export function makeRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let bits = Math.imul(state ^ (state >>> 15), state | 1)
    bits = (bits + Math.imul(bits ^ (bits >>> 7), bits | 61)) ^ bits
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
  }
  const int = (low: number, high: number): number => low + Math.floor(next() * (high - low))
  const pick = <T>(items: readonly T[]): T => {
    const item = items[int(0, items.length)]
    if (item === undefined) throw new RangeError('pick: nothing to choose from')
    return item
  }
  return Object.assign(next, { int, pick, chance: (probability: number) => next() < probability })
}

const specialFloats = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  0,
  -0,
  1e-40,
  -1e-45,
  3.4e38,
  -3.4e38,
  0.5,
  1.5,
  2.5,
  -2.5,
  2147483648,
  -2147483904,
  16777217,
]
// The last ones have no zeros at either end: their products and conversions to f32 lose bits.
const specialInts = [
  0, 1, -1, 2, 31, 32, 2147483647, -2147483648, 65536, -65537, 1640531527, -1640531535, 123456789,
]

/** A new array of `size` elements filled as asked. */
export function fillArray(dtype: DType, size: number, fill: Fill, random: Random): TypedArray {
  const { allocate, round } = dtypes[dtype]
  const data = allocate(size)
  for (let at = 0; at < size; at++) writeElement(dtype, data, at, round(draw(dtype, fill, random)))
  return data
}

/** Data for every input that values are computed from. */
export function fillInputs(values: readonly Value[], fill: Fill, random: Random): Bindings {
  const bindings: Record<string, NdArray> = {}
  for (const node of postOrder(values)) {
    if (node.op !== 'input') continue
    const { name, dtype, shape } = (node as Value<'input'>).attrs
    bindings[name] = toNdArray(dtype, shape, fillArray(dtype, sizeOf(shape), fill, random))
  }
  return bindings
}

function draw(dtype: DType, fill: Fill, random: Random): number {
  const { kind } = dtypes[dtype]
  if (kind === 'bool') return random.int(0, 2)
  switch (fill.kind) {
    case 'all':
      return fill.value
    case 'within':
      return random.int(fill.low, fill.high)
    case 'ties':
      return random.int(-2, 3)
    case 'extreme':
      return random.pick(kind === 'float' ? specialFloats : specialInts)
    case 'special':
      if (random.chance(0.3)) return random.pick(kind === 'float' ? specialFloats : specialInts)
      return kind === 'float' ? random() * 8 - 4 : random.int(-1000, 1000)
    case 'plain':
      return kind === 'float' ? random() * 8 - 4 : random.int(-100, 100)
    default:
      return fill satisfies never
  }
}
