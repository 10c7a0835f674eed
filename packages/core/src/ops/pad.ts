// Surrounds an array, and spreads its elements apart, with a constant.
import { z } from 'zod'
import { addDims, dimEqual, formatShape, multiplyDims, type Shape } from '../dim.ts'
import { isValueOf } from '../dtype.ts'
import { HeddleError } from '../errors.ts'
import { read, tabulate } from '../interpret/nd-array.ts'
import { defineOp, type OpDef } from '../ir/define.ts'
import { offsetIndex, quotientIndex, remainderIndex } from '../kernel/index-arithmetic.ts'
import type { Guard } from '../kernel/index-expression.ts'
import { axesSchema, checkPerAxis, dimAt } from './support.ts'

export interface PadAttrs {
  /** Elements added before, per axis. */
  readonly low: readonly number[]
  /** Elements added after, per axis. */
  readonly high: readonly number[]
  /** Elements added between neighbours, per axis. */
  readonly interior: readonly number[]
  /** What is added; a value of the operand's dtype. */
  readonly value: number
}

/**
 * `y[low + i * (interior + 1) …] = x[i…]`, `value` elsewhere.
 *
 * Shapes: `x [s…]` → `y [low + max(0, s + (s - 1) * interior) + high …]`. Any dtype; kept.
 * - C1 one entry per axis. Throws `ATTR_PER_AXIS`.
 * - C2 no entry is negative (slice cuts). Throws `ATTR_PAD_RANGE`.
 */
export const pad: OpDef<1, PadAttrs> = defineOp('pad', {
  summary: 'surrounds and spreads with a constant',
  why: 'index arithmetic with a guard',
  kind: 'view',
  arity: 1,
  attrs: z.strictObject({
    low: axesSchema,
    high: axesSchema,
    interior: axesSchema,
    value: z.custom<number>((value) => typeof value === 'number'),
  }),
  infer: ([x], { low, high, interior, value }) => {
    for (const [name, entries] of Object.entries({ low, high, interior })) {
      checkPerAxis('pad', name, entries, x.shape)
      if (entries.some((entry) => !Number.isInteger(entry) || entry < 0))
        throw padRange(name, entries, x.shape)
    }
    if (!isValueOf(x.dtype, value)) throw padValue(x.dtype, value)
    const shape = x.shape.map((dim, axis) => {
      const inner = dimEqual(dim, 0)
        ? 0
        : addDims(multiplyDims(addDims(dim, -1), (interior[axis] ?? 0) + 1), 1)
      return addDims(addDims(low[axis] ?? 0, inner), high[axis] ?? 0)
    })
    return { dtype: x.dtype, shape }
  },
  evaluate: ([x], { low, interior, value }, type) =>
    tabulate(x.dtype, type.shape, (at) => {
      const source = at.map((i, axis) => (i - (low[axis] ?? 0)) / ((interior[axis] ?? 0) + 1))
      const inside = source.every((i, axis) => Number.isInteger(i) && i >= 0 && i < dimAt(x.shape, axis))
      return inside ? read(x, source) : value
    }),
  vjp: ({ b, inputs: [x], cotangent, attrs: { low, interior } }) => {
    const steps = interior.map((gap) => gap + 1)
    const limits = x.type.shape.map(
      (dim, axis) => (low[axis] ?? 0) + (dim === 0 ? 0 : (dim - 1) * (steps[axis] ?? 1) + 1),
    )
    return [b.slice(cotangent, { starts: low, limits, steps })]
  },
  lowering: {
    kind: 'pull',
    cost: 1,
    accesses: ({ at, attrs: { low, high, interior }, inputs: [x], ranges }) => {
      const guards: Guard[] = []
      const index = at.map((position, axis) => {
        const dim = dimAt(x?.shape ?? [], axis)
        const step = (interior[axis] ?? 0) + 1
        if ((low[axis] ?? 0) === 0 && (high[axis] ?? 0) === 0 && step === 1) return position
        const shifted = offsetIndex(position, -(low[axis] ?? 0))
        guards.push({ index: shifted, low: 0, high: dim === 0 ? 0 : (dim - 1) * step + 1 })
        if (step === 1) return shifted
        guards.push({ index: remainderIndex(shifted, step, ranges), low: 0, high: 1 })
        return quotientIndex(shifted, step, ranges)
      })
      return [{ operand: 0, index, guards }]
    },
    scalar: ({ k, values: [x = 0], accesses, attrs, type }) => {
      const guards = accesses[0]?.guards ?? []
      if (guards.length === 0) return x
      return k.call('select', type.dtype, k.within(guards), x, k.constant(type.dtype, attrs.value))
    },
  },
  samples: [
    { inputs: [{ dtype: 'f32', shape: [3] }], attrs: { low: [1], high: [2], interior: [0], value: 0 } },
    {
      inputs: [{ dtype: 'f32', shape: [2, 3] }],
      attrs: { low: [0, 1], high: [1, 0], interior: [0, 0], value: -1 },
    },
    {
      inputs: [{ dtype: 'f32', shape: [3, 2] }],
      attrs: { low: [1, 0], high: [0, 2], interior: [1, 2], value: 0 },
    },
    { inputs: [{ dtype: 'i32', shape: [2] }], attrs: { low: [0], high: [0], interior: [0], value: 7 } },
    {
      inputs: [{ dtype: 'f32', shape: [0, 2] }],
      attrs: { low: [1, 0], high: [1, 0], interior: [0, 0], value: 3 },
    },
    { inputs: [{ dtype: 'f32', shape: [] }], attrs: { low: [], high: [], interior: [], value: 0 } },
  ],
  errorSamples: [
    {
      inputs: [{ dtype: 'f32', shape: [3] }],
      attrs: { low: [-1], high: [0], interior: [0], value: 0 },
      code: 'ATTR_PAD_RANGE',
    },
    {
      inputs: [{ dtype: 'f32', shape: [3] }],
      attrs: { low: [], high: [0], interior: [0], value: 0 },
      code: 'ATTR_PER_AXIS',
    },
    {
      inputs: [{ dtype: 'i32', shape: [3] }],
      attrs: { low: [1], high: [0], interior: [0], value: 0.5 },
      code: 'ATTR_PAD_VALUE',
    },
  ],
})

const padRange = (attribute: string, entries: readonly number[], shape: Shape): HeddleError =>
  new HeddleError(
    'ATTR_PAD_RANGE',
    `pad: ${attribute} ${formatShape(entries)} for operand ${formatShape(shape)}; entries must be whole and not negative (slice cuts)`,
    { details: { attribute, entries, shape, constraint: 'C2' } },
  )

const padValue = (dtype: string, value: number): HeddleError =>
  new HeddleError('ATTR_PAD_VALUE', `pad: value ${value} is not a value of the operand's dtype ${dtype}`, {
    details: { dtype, value },
  })
