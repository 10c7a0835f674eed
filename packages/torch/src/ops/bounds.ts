// Elements held between bounds: numbers, or tensors that are broadcast.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { argumentError, type TorchError } from '../errors.ts'
import type { Operand } from './operation.ts'
import { type Pointwise, pointwise } from './pointwise.ts'
import { inCommon, ordered } from './promotion.ts'
import type { Argument } from './run.ts'

type Bounds = { min?: Argument | null; max?: Argument | null }
type Bound = 'min' | 'max'
interface Given {
  readonly bounds: readonly Bound[]
}

const isNumber = (operand: unknown): boolean => typeof operand === 'number'

/** Held between `min` and `max`, either of which may be left out; `max` where they are the wrong way round. */
export const clamp: Pointwise<Bounds, ['min', 'max']> = pointwise<Bounds, ['min', 'max'], Given>(
  {
    name: 'clamp',
    node: ([, ...bounds]) => (bounds.every(isNumber) ? 'ClampBackward1' : 'ClampBackward0'),
    build: (operands, { bounds }) => held(operands, bounds),
  },
  ['min', 'max'],
  [],
  ({ min, max }) => {
    if (min == null && max == null) throw noBounds()
    const given = { min, max }
    const bounds = (['min', 'max'] as const).filter((bound) => given[bound] != null)
    return { operands: bounds.map((bound) => given[bound] as Argument), options: { bounds } }
  },
)
export const clip: typeof clamp = clamp

const held = (operands: readonly Operand[], bounds: readonly Bound[]): Value =>
  inCommon(operands, (x, ...limits) => {
    const limitOf = (bound: Bound): Operand | undefined => limits[bounds.indexOf(bound)]
    return core.clamp(ordered(x) as Value, { low: limitOf('min'), high: limitOf('max') })
  })

type Least = { min: Argument }
type Most = { max: Argument }

/** At least `min`. */
export const clampMin: Pointwise<Least, ['min']> = pointwise(
  {
    name: 'clamp_min',
    node: ([, min]) => (isNumber(min) ? 'ClampMinBackward0' : 'ClampMinBackward1'),
    build: (operands) => held(operands, ['min']),
  },
  ['min'],
  [],
  ({ min }: Least) => ({ operands: [min] }),
)
/** At most `max`. */
export const clampMax: Pointwise<Most, ['max']> = pointwise(
  {
    name: 'clamp_max',
    node: ([, max]) => (isNumber(max) ? 'ClampMaxBackward0' : 'ClampMaxBackward1'),
    build: (operands) => held(operands, ['max']),
  },
  ['max'],
  [],
  ({ max }: Most) => ({ operands: [max] }),
)

const noBounds = (): TorchError =>
  argumentError("torch.clamp: At least one of 'min' or 'max' must not be None")
