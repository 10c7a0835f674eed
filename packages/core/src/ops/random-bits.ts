// Counter-based random numbers: a pure function of a key and a position, equal on every runtime.
import { z } from 'zod'
import { formatShape, shapesEqual, sizeOf } from '../dim.ts'
import { HeddleError } from '../errors.ts'
import { zeros } from '../interpret/nd-array.ts'
import { defineOp, type OpDef, type ScalarEmitter } from '../ir/define.ts'
import { formatType, type TensorType } from '../ir/tensor-type.ts'
import { indexConstant, linearize } from '../kernel/index-arithmetic.ts'
import type { ValueId } from '../kernel/scalar.ts'
import type { ShapeAttrs } from './reshape.ts'
import { shapeSchema } from './support.ts'

// Rotation distances and parity constant of Threefry-2x32 with 20 rounds.
const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const
const parity = 0x1bd11bda
const rounds = 20

/**
 * 32 random bits per element: the first word of Threefry-2x32-20 of (row-major position, 0) under the key.
 *
 * Shapes: `key u32 [2]` → `u32 [shape…]`. The same key gives the same bits: split or count the key forward for others.
 * - C1 key is u32[2]. Throws `DTYPE_RANDOM_KEY`. C2 fewer than 2^32 elements.
 *
 * Source: Salmon et al., Parallel random numbers: as easy as 1, 2, 3 (SC 2011), section 3.3.
 */
export const randomBits: OpDef<1, ShapeAttrs> = defineOp('randomBits', {
  summary: '32 random bits per element, from a key',
  why: 'a hundred operations on integers that nothing computes a second time',
  kind: 'random',
  arity: 1,
  attrs: z.strictObject({ shape: shapeSchema }),
  infer: ([key], { shape }) => {
    if (key.dtype !== 'u32' || !shapesEqual(key.shape, [2])) throw randomKey(key)
    return { dtype: 'u32', shape }
  },
  evaluate: ([key], { shape }) => {
    const output = zeros('u32', shape)
    const [first, second] = [Number(key.data[0]), Number(key.data[1])]
    for (let at = 0; at < sizeOf(shape); at++) output.data[at] = threefry(first, second, at)
    return output
  },
  vjp: { notDifferentiable: 'the result is random bits' },
  lowering: {
    kind: 'pull',
    cost: 110,
    accesses: () => [0, 1].map((word) => ({ operand: 0, index: [indexConstant(word)], guards: [] })),
    scalar: ({ k, values: [first = 0, second = 0], at, attrs: { shape } }) =>
      emitThreefry(k, first, second, k.call('cast', 'u32', k.index(linearize(at, shape)))),
  },
  samples: [
    { inputs: [{ dtype: 'u32', shape: [2], low: 0, high: 1e6, integers: true }], attrs: { shape: [3, 5] } },
    { inputs: [{ dtype: 'u32', shape: [2], low: 0, high: 9, integers: true }], attrs: { shape: [] } },
    { inputs: [{ dtype: 'u32', shape: [2], low: 0, high: 9, integers: true }], attrs: { shape: [0] } },
  ],
  errorSamples: [{ inputs: [{ dtype: 'i32', shape: [2] }], attrs: { shape: [3] }, code: 'DTYPE_RANDOM_KEY' }],
})

/** First output word for counter (position, 0) under key (first, second). */
export function threefry(first: number, second: number, position: number): number {
  const keys = [first, second, (first ^ second ^ parity) >>> 0] as const
  let x = (position + keys[0]) >>> 0
  let y = keys[1] >>> 0
  for (let round = 0; round < rounds; round++) {
    const distance = rotations[round % 8] ?? 0
    x = (x + y) >>> 0
    y = (((y << distance) | (y >>> (32 - distance))) ^ x) >>> 0
    if (round % 4 === 3) {
      const injection = (round + 1) / 4
      x = (x + (keys[injection % 3] ?? 0)) >>> 0
      y = (y + (keys[(injection + 1) % 3] ?? 0) + injection) >>> 0
    }
  }
  return x
}

function emitThreefry(k: ScalarEmitter, first: ValueId, second: ValueId, position: ValueId): ValueId {
  const word = (value: number): ValueId => k.constant('u32', value)
  const u32 = (op: 'add' | 'xor' | 'or' | 'shl' | 'shr', x: ValueId, y: ValueId): ValueId =>
    k.call(op, 'u32', x, y)
  const keys = [first, second, u32('xor', u32('xor', first, second), word(parity))]
  const key = (index: number): ValueId => keys[index % 3] ?? first
  let x = u32('add', position, first)
  let y = second
  for (let round = 0; round < rounds; round++) {
    const distance = rotations[round % 8] ?? 0
    x = u32('add', x, y)
    y = u32('xor', u32('or', u32('shl', y, word(distance)), u32('shr', y, word(32 - distance))), x)
    if (round % 4 === 3) {
      const injection = (round + 1) / 4
      x = u32('add', x, key(injection))
      y = u32('add', y, u32('add', key(injection + 1), word(injection)))
    }
  }
  return x
}

const randomKey = (key: TensorType): HeddleError =>
  new HeddleError(
    'DTYPE_RANDOM_KEY',
    `randomBits: key is ${formatType(key)}; it must be u32${formatShape([2])}`,
    { details: { key, constraint: 'C1' } },
  )
