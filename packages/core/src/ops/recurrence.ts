// First-order linear recurrences along an axis: what derivatives of running products are made of, and an op in its own right.
import { z } from 'zod'
import { extent } from '../dim.ts'
import { zeros } from '../interpret/nd-array.ts'
import { defineOp, type HostArgs, type HostExpansion, type OpDef } from '../ir/define.ts'
import type { Value } from '../ir/value.ts'
import { checkDType, checkSameType } from './pointwise.ts'
import { afterShift, beforeShift, doublings, forEachRow, refill, type Shift, shift } from './rows.ts'
import { checkAxis, dimAt } from './support.ts'

export interface RecurrenceAttrs {
  readonly axis: number
  /** From the end of the axis to its start. */
  readonly reverse: boolean
}

/**
 * `y[0] = b[0]`, `y[k] = a[k] y[k-1] + b[k]` along `axis`; `a[0]` has no influence.
 *
 * Shapes: `a [s…]`, `b [s…]` → `y [s…]`. Floats; kept.
 * - C1 a and b have one type. C2 `axis` is an axis of theirs.
 * Numerics: accumulates in float64, rounded once an element.
 */
export const recurrence: OpDef<2, RecurrenceAttrs> = defineOp('recurrence', {
  summary: 'y[k] = a[k] y[k-1] + b[k] along an axis, y[0] = b[0]',
  why: 'one pass in float64: what derivatives of running products are',
  kind: 'host',
  arity: 2,
  attrs: z.strictObject({ axis: z.int().nonnegative(), reverse: z.boolean() }),
  infer: ([a, b], { axis }) => {
    checkDType('recurrence', a, 'float')
    checkSameType('recurrence', [a, b]) // C1
    checkAxis('recurrence', axis, a.shape) // C2
    return a
  },
  evaluate: ([a, b], { axis, reverse }, type) => {
    const y = zeros(a.dtype, type.shape)
    forEachRow(a.shape, axis, (start, length, stride) => {
      const place = (k: number): number => start + (reverse ? length - 1 - k : k) * stride
      for (let k = 0; k < length; k++) {
        const carried = k === 0 ? 0 : Number(a.data[place(k)]) * Number(y.data[place(k - 1)])
        y.data[place(k)] = carried + Number(b.data[place(k)])
      }
    })
    return y
  },
  // g[k] = dy[k] + a[k+1] g[k+1]; db = g, da[k] = g[k] y[k-1].
  vjp: ({ b, inputs: [a], output, cotangent, attrs: { axis, reverse } }) => {
    const move: Shift = { axis, by: Math.min(1, extent(dimAt(a.type.shape, axis))), reverse }
    const next = shift(b, a, { ...move, reverse: !reverse }, 0)
    const g = b.recurrence(next, cotangent, { axis, reverse: !reverse })
    const da = b.mul(afterShift(b, g, move), beforeShift(b, output, move))
    return [refill(b, da, move, 0), g]
  },
  lowering: { kind: 'host', run, expansion: { covers: 'all sizes', build: composeByDoubling } },
  samples: [
    {
      inputs: [
        { dtype: 'f32', shape: [3, 5] },
        { dtype: 'f32', shape: [3, 5] },
      ],
      attrs: { axis: 1, reverse: false },
    },
    {
      inputs: [
        { dtype: 'f32', shape: [2, 4, 3], low: -1, high: 1 },
        { dtype: 'f32', shape: [2, 4, 3] },
      ],
      attrs: { axis: 1, reverse: true },
    },
    {
      inputs: [
        { dtype: 'f32', shape: [70], low: -0.9, high: 0.9 },
        { dtype: 'f32', shape: [70] },
      ],
      attrs: { axis: 0, reverse: false },
    },
    {
      inputs: [
        { dtype: 'f32', shape: [2, 0] },
        { dtype: 'f32', shape: [2, 0] },
      ],
      attrs: { axis: 1, reverse: false },
    },
  ],
  errorSamples: [
    {
      inputs: [
        { dtype: 'f32', shape: [2] },
        { dtype: 'f32', shape: [3] },
      ],
      attrs: { axis: 0, reverse: false },
      code: 'SHAPE_ELEMENTWISE',
    },
    {
      inputs: [
        { dtype: 'f32', shape: [2] },
        { dtype: 'f32', shape: [2] },
      ],
      attrs: { axis: 1, reverse: false },
      code: 'ATTR_AXIS_RANGE',
    },
    {
      inputs: [
        { dtype: 'i32', shape: [2] },
        { dtype: 'i32', shape: [2] },
      ],
      attrs: { axis: 0, reverse: false },
      code: 'DTYPE_OPERAND',
    },
  ],
})

function run({ inputs: [a, b], output, attrs, types: [type] }: HostArgs<RecurrenceAttrs>): void {
  if (a === undefined || b === undefined || type === undefined) return
  forEachRow(type.shape, attrs.axis, (start, length, stride) => {
    let place = attrs.reverse ? start + (length - 1) * stride : start
    const move = attrs.reverse ? -stride : stride
    let y = 0
    for (let k = 0; k < length; k++, place += move) {
      y = k === 0 ? Number(b[place]) : Number(a[place]) * y + Number(b[place])
      output[place] = y
    }
  })
}

/**
 * Steps are composed with those 1, 2, 4, … before them: `(a, b)` after `(a', b')` is `(a a', a b' + b)`. A step that reaches
 * back to the start carries nothing in, so its factor becomes 0.
 */
function composeByDoubling({
  b: builder,
  inputs: [factor, offset],
  attrs: { axis, reverse },
}: Parameters<HostExpansion<RecurrenceAttrs>['build']>[0]): Value | undefined {
  if (factor === undefined || offset === undefined) return undefined
  let [a, b] = [factor, offset]
  for (const by of doublings(extent(dimAt(a.type.shape, axis)))) {
    const move: Shift = { axis, by, reverse }
    const here = afterShift(builder, a, move)
    const carried = builder.mul(here, beforeShift(builder, b, move))
    b = builder.add(refill(builder, carried, move, 0), b)
    a = refill(builder, builder.mul(here, beforeShift(builder, a, move)), move, 0)
  }
  return b
}
