// Padding: constants, or elements of the image itself.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { operation } from '../../ops/operation.ts'
import { run } from '../../ops/run.ts'
import { type Fn, functional as fn } from '../../ops/signature.ts'
import * as errors from './errors.ts'

export type PadMode = 'constant' | 'reflect' | 'replicate' | 'circular'

interface Options {
  readonly pad: readonly number[]
  readonly mode: PadMode
  readonly value: number
}

const nodes: Readonly<Record<PadMode, (axes: number) => string>> = {
  constant: () => 'ConstantPadNdBackward0',
  reflect: (axes) => `ReflectionPad${axes}DBackward0`,
  replicate: (axes) => `ReplicationPad${axes}DBackward0`,
  circular: () => 'CopySlices',
}

const padded = operation<Options>({
  name: 'pad',
  node: (_, { pad: { length }, mode }) => nodes[mode](length / 2),
  build: ([x], { pad, mode, value }) => {
    const operand = x as Value
    const { shape } = operand.type
    if (pad.length % 2 !== 0) throw errors.padOdd()
    if (pad.length > 2 * shape.length) throw errors.padLong()
    if (mode !== 'constant') checkMode(mode, pad, shape)
    // Pairs are for the last axis first.
    const amounts = (side: 0 | 1): readonly number[] =>
      shape.map((_, axis) => pad[2 * (shape.length - 1 - axis) + side] ?? 0)
    return core.pad(operand, { low: amounts(0), high: amounts(1), mode, value })
  },
})

/** One to three axes, of an image or a batch of them. */
function checkMode(mode: PadMode, pad: readonly number[], shape: readonly number[]): void {
  const axes = pad.length / 2
  const rank = shape.length
  if (axes > 3 || (rank !== axes + 1 && rank !== axes + 2)) throw errors.padRank()
  if (mode === 'circular' && rank !== axes + 2) throw errors.padCircularCount(2 * (rank - 2), pad.length)
  for (let k = 0; k < axes; k++) {
    const dim = rank - 1 - k
    const extent = shape[dim] ?? 0
    const [low = 0, high = 0] = pad.slice(2 * k, 2 * k + 2)
    if (mode === 'reflect' && (low >= extent || high >= extent))
      throw errors.padReflect([low, high], dim, shape)
    if (mode === 'circular' && (low > extent || high > extent)) throw errors.padWraps()
  }
}

type Pad = { pad: readonly number[]; mode?: PadMode; value?: number | null }
/** Adds elements before and after: pairs for the last axis, for the one before it, and so on; negative ones cut off. */
export const pad: Fn<Pad, ['pad', 'mode', 'value']> = fn(
  'pad',
  ['pad', 'mode', 'value'],
  [],
  (self, { pad: amounts, mode = 'constant', value = null }) => {
    if (!(mode in nodes)) throw errors.padMode(mode)
    if (mode !== 'constant' && value !== null && value !== 0) throw errors.padValue(mode)
    return run(padded, [self], { pad: amounts, mode, value: value ?? 0 })
  },
)
