// Inclusive scans along an axis: running sums, products, log-sums of exponentials, and positions of running extremes. Floats
// accumulate in float64 and are rounded once an element (PyTorch's CPU kernels do the same); integers wrap.
import { z } from 'zod'
import { extent, type Shape } from '../dim.ts'
import {
  computes,
  type DType,
  isFloat,
  type NumberArray,
  type Scalar,
  scalarOf,
  type TypedArray,
  writeElement,
} from '../dtype.ts'
import { put, zeros } from '../interpret/nd-array.ts'
import { applyScalar } from '../interpret/scalar.ts'
import type { Builder } from '../ir/builder.ts'
import { defineOp, type HostArgs, type HostExpansion, type OpDef } from '../ir/define.ts'
import type { TensorType } from '../ir/tensor-type.ts'
import type { Value } from '../ir/value.ts'
import { hostMath } from '../kernel/math/host.ts'
import { checkDType } from './pointwise.ts'
import { afterShift, beforeShift, doublings, forEachRow, type Shift, shift } from './rows.ts'
import { checkAxis, dimAt, fullLike, isNan } from './support.ts'

export interface CumulateAttrs {
  readonly axis: number
  /** How an element joins those before it. `logsumexp`: `log(e^x + e^y)`. */
  readonly combine: 'sum' | 'product' | 'logsumexp'
  /** From the end of the axis to its start. */
  readonly reverse: boolean
}

type Combine = (total: number, value: number) => number

/** `log(e^x + e^y)` without overflow; what both are, where they are one infinity. */
function logAddExp(x: number, y: number): number {
  if (x === y && !Number.isFinite(x)) return x
  const largest = Math.max(x, y)
  return largest + hostMath.log1p(hostMath.exp(Math.min(x, y) - largest, 0), 0)
}

interface CombineRow {
  readonly start: number
  readonly f: Combine
  /** The same in integers, as a scalar op that wraps. */
  readonly integer: 'add' | 'mul' | undefined
}

const combines: Readonly<Record<CumulateAttrs['combine'], CombineRow>> = {
  sum: { start: 0, f: (total, value) => total + value, integer: 'add' },
  product: { start: 1, f: (total, value) => total * value, integer: 'mul' },
  logsumexp: { start: Number.NEGATIVE_INFINITY, f: logAddExp, integer: undefined },
}

/** Where totals start and how one is stepped in a dtype; floats are rounded only where they are stored. */
function stepsOf(
  combine: CumulateAttrs['combine'],
  dtype: DType,
): { readonly start: Scalar; readonly step: (total: Scalar, value: Scalar) => Scalar } {
  const { start, f, integer } = combines[combine]
  if (isFloat(dtype) || integer === undefined)
    return { start, step: (total, value) => f(Number(total), Number(value)) }
  return {
    start: scalarOf(dtype, start),
    step: (total, value) => applyScalar(integer, dtype, dtype, [total, value]),
  }
}

/**
 * `y[…, k, …] = x[…, 0, …] ∘ … ∘ x[…, k, …]` along `axis`, where ∘ is the sum, the product or `log(e^x + e^y)`.
 *
 * Shapes: `x [s…]` → `y [s…]`. Numbers (`logsumexp`: floats); dtype kept.
 * - C1 `axis` is an axis of x. C2 the dtype is one `combine` takes.
 * Numerics: floats accumulate in float64.
 */
export const cumulate: OpDef<1, CumulateAttrs> = defineOp('cumulate', {
  summary: 'running sum, product or log-sum of exponentials along an axis',
  why: 'one pass in float64; by doubling it is log n passes',
  kind: 'host',
  arity: 1,
  attrs: z.strictObject({
    axis: z.int().nonnegative(),
    combine: z.enum(['sum', 'product', 'logsumexp']),
    reverse: z.boolean(),
  }),
  infer: ([x], { axis, combine }) => {
    checkDType('cumulate', x, combine === 'logsumexp' ? 'float' : 'numeric')
    checkAxis('cumulate', axis, x.shape)
    return x
  },
  evaluate: ([x], { axis, combine, reverse }, type) => {
    const result = zeros(x.dtype, type.shape)
    const { start: initial, step } = stepsOf(combine, x.dtype)
    forEachRow(x.shape, axis, (start, length, stride) => {
      const places = Array.from({ length }, (_, k) => start + (reverse ? length - 1 - k : k) * stride)
      places.reduce<Scalar>((total, place) => {
        const next = step(total, x.data[place] ?? 0)
        put(result.data, place, next)
        return next
      }, initial)
    })
    return result
  },
  vjp: ({ b, inputs: [x], output, cotangent, attrs }) => [cotangentOf(b, x, output, cotangent, attrs)],
  lowering: { kind: 'host', run, expansion: { covers: 'all sizes', build: combineByDoubling } },
  samples: [
    ...(['sum', 'product', 'logsumexp'] as const).flatMap((combine) => [
      {
        inputs: [{ dtype: 'f32', shape: [3, 5], low: 0.5, high: 1.5 }],
        attrs: { axis: 1, combine, reverse: false },
      } as const,
      {
        inputs: [{ dtype: 'f32', shape: [2, 4, 3], low: 0.5, high: 1.5 }],
        attrs: { axis: 1, combine, reverse: true },
      } as const,
      { inputs: [{ dtype: 'f32', shape: [2, 0] }], attrs: { axis: 1, combine, reverse: false } } as const,
    ]),
    {
      inputs: [{ dtype: 'f32', shape: [70], low: 0.5, high: 1.5 }],
      attrs: { axis: 0, combine: 'sum', reverse: false },
    },
    {
      inputs: [{ dtype: 'i32', shape: [40], low: -3, high: 3, integers: true }],
      attrs: { axis: 0, combine: 'sum', reverse: false },
    },
    {
      inputs: [{ dtype: 'i32', shape: [40], low: 1, high: 9, integers: true }],
      attrs: { axis: 0, combine: 'product', reverse: true },
    },
    {
      inputs: [{ dtype: 'u32', shape: [2, 9], low: 1, high: 7, integers: true }],
      attrs: { axis: 1, combine: 'product', reverse: false },
    },
  ],
  errorSamples: [
    {
      inputs: [{ dtype: 'f32', shape: [2] }],
      attrs: { axis: 1, combine: 'sum', reverse: false },
      code: 'ATTR_AXIS_RANGE',
    },
    {
      inputs: [{ dtype: 'bool', shape: [2] }],
      attrs: { axis: 0, combine: 'sum', reverse: false },
      code: 'DTYPE_OPERAND',
    },
    {
      inputs: [{ dtype: 'i32', shape: [2] }],
      attrs: { axis: 0, combine: 'logsumexp', reverse: false },
      code: 'DTYPE_OPERAND',
    },
  ],
})

function run({ inputs: [x], output, attrs, types: [type] }: HostArgs<CumulateAttrs>): void {
  if (x === undefined || type === undefined) return
  if (
    isFloat(type.dtype) &&
    computes(type.dtype) &&
    !(x instanceof BigInt64Array) &&
    !(output instanceof BigInt64Array)
  )
    runFloats(x, output, attrs, type.shape)
  else runIntegers(x, output, attrs, type)
}

/** Floats that are computed with lie in arrays of their own: no element is converted. */
function runFloats(
  x: NumberArray,
  output: NumberArray,
  { axis, combine, reverse }: CumulateAttrs,
  shape: Shape,
): void {
  const { start: initial, f } = combines[combine]
  forEachRow(shape, axis, (start, length, stride) => {
    let total = initial
    let place = reverse ? start + (length - 1) * stride : start
    const move = reverse ? -stride : stride
    for (let k = 0; k < length; k++, place += move) {
      total = f(total, x[place] ?? 0)
      output[place] = total
    }
  })
}

function runIntegers(
  x: TypedArray,
  output: TypedArray,
  { axis, combine, reverse }: CumulateAttrs,
  { dtype, shape }: TensorType,
): void {
  const { start: initial, step } = stepsOf(combine, dtype)
  forEachRow(shape, axis, (start, length, stride) => {
    let total = initial
    let place = reverse ? start + (length - 1) * stride : start
    const move = reverse ? -stride : stride
    for (let k = 0; k < length; k++, place += move) {
      total = step(total, x[place] ?? 0)
      writeElement(dtype, output, place, total)
    }
  })
}

/**
 * Sums: the running sum of dy from the other end. Products: dx[k] = P[k] Q[k], where P[k] is the product of the elements before
 * k and Q[k] = dy[k] + x[k+1] Q[k+1] comes from the other end; nothing is divided, so zeros are exact, at every order.
 * Log-sums: dx[k] = e^(x[k] - y[k]) G[k], where G[k] = dy[k] + e^(y[k] - y[k+1]) G[k+1]; no exponent is positive.
 */
function cotangentOf(b: Builder, x: Value, y: Value, dy: Value, attrs: CumulateAttrs): Value {
  const { axis, combine, reverse } = attrs
  const back = { axis, by: 1, reverse: !reverse }
  switch (combine) {
    case 'sum':
      return b.cumulate(dy, { axis, combine, reverse: !reverse })
    case 'product': {
      const following = b.recurrence(shift(b, x, back, 0), dy, { axis, reverse: !reverse })
      return b.mul(shift(b, y, { axis, by: 1, reverse }, 1), following)
    }
    case 'logsumexp': {
      const decay = b.exp(b.sub(y, shift(b, y, back, 0)))
      const following = b.recurrence(decay, dy, { axis, reverse: !reverse })
      return b.mul(b.exp(b.sub(x, y)), following)
    }
    default:
      return combine satisfies never
  }
}

/** Combines every element with the one 1, 2, 4, … before it. */
function combineByDoubling({
  b,
  inputs: [x],
  attrs: { axis, combine, reverse },
}: Parameters<HostExpansion<CumulateAttrs>['build']>[0]): Value | undefined {
  let y = x
  if (y === undefined) return undefined
  const { start } = combines[combine]
  for (const by of doublings(extent(dimAt(y.type.shape, axis)))) {
    const before = shift(b, y, { axis, by, reverse }, start)
    if (combine === 'sum') y = b.add(before, y)
    else y = combine === 'product' ? b.mul(before, y) : addExponentials(b, before, y)
  }
  return y
}

function addExponentials(b: Builder, x: Value, y: Value): Value {
  const largest = b.maximum(x, y)
  const isOneInfinity = b.and(b.eq(x, y), b.eq(b.abs(x), fullLike(b, x, Number.POSITIVE_INFINITY)))
  const rest = b.log1p(b.exp(b.sub(b.minimum(x, y), largest)))
  return b.select(isOneInfinity, x, b.add(largest, rest))
}

export interface CumulatePositionAttrs {
  readonly axis: number
  readonly combine: 'max' | 'min'
}

/**
 * `y[…, k, …]`: the position along `axis` of the largest (smallest) of `x[…, 0, …]` to `x[…, k, …]`: the last of ties, and from
 * the first NaN on the last NaN.
 *
 * Shapes: `x [s…]` → `y i32 [s…]`. Numbers. C1 `axis` is an axis of x.
 *
 * Source: what PyTorch's `cummax` and `cummin` return.
 */
export const cumulatePosition: OpDef<1, CumulatePositionAttrs> = defineOp('cumulatePosition', {
  summary: 'i32 positions of the running largest or smallest along an axis; the last of ties, and of NaNs',
  why: 'one pass; by doubling it is log n passes',
  kind: 'host',
  arity: 1,
  attrs: z.strictObject({ axis: z.int().nonnegative(), combine: z.enum(['max', 'min']) }),
  infer: ([x], { axis }) => {
    checkDType('cumulatePosition', x, 'numeric')
    checkAxis('cumulatePosition', axis, x.shape)
    return { dtype: 'i32', shape: x.shape }
  },
  evaluate: ([x], { axis, combine }, type) => {
    const result = zeros('i32', type.shape)
    forEachRow(x.shape, axis, (start, length, stride) => {
      let best = 0
      for (let k = 0; k < length; k++) {
        const [value = 0, most = 0] = [x.data[start + k * stride], x.data[start + best * stride]]
        const isAsGood = combine === 'max' ? value >= most : value <= most
        if (Number.isNaN(value) || isAsGood) best = k
        result.data[start + k * stride] = best
      }
    })
    return result
  },
  vjp: { notDifferentiable: 'the result is a position' },
  lowering: {
    kind: 'host',
    run: runPosition,
    expansion: { covers: 'all sizes', build: positionsByDoubling },
  },
  samples: [
    { inputs: [{ dtype: 'f32', shape: [3, 5] }], attrs: { axis: 1, combine: 'max' } },
    { inputs: [{ dtype: 'f32', shape: [2, 4, 3] }], attrs: { axis: 1, combine: 'min' } },
    {
      inputs: [{ dtype: 'i32', shape: [70], low: -3, high: 3, integers: true }],
      attrs: { axis: 0, combine: 'max' },
    },
    { inputs: [{ dtype: 'f32', shape: [2, 0] }], attrs: { axis: 1, combine: 'min' } },
  ],
  errorSamples: [
    {
      inputs: [{ dtype: 'f32', shape: [2] }],
      attrs: { axis: 1, combine: 'max' },
      code: 'ATTR_AXIS_RANGE',
    },
    { inputs: [{ dtype: 'bool', shape: [2] }], attrs: { axis: 0, combine: 'max' }, code: 'DTYPE_OPERAND' },
  ],
})

function runPosition({
  inputs: [x],
  output,
  attrs: { axis, combine },
  types: [type],
}: HostArgs<CumulatePositionAttrs>): void {
  if (x === undefined || type === undefined) return
  const isMax = combine === 'max'
  forEachRow(type.shape, axis, (start, length, stride) => {
    let best = 0
    let most = x[start] ?? 0
    for (let k = 0; k < length; k++) {
      const value = x[start + k * stride] ?? 0
      if (Number.isNaN(value) || (isMax ? value >= most : value <= most)) {
        best = k
        most = value
      }
      output[start + k * stride] = best
    }
  })
}

/** Every element meets the best of the 1, 2, 4, … elements before it. */
function positionsByDoubling({
  b,
  inputs: [x],
  attrs: { axis, combine },
  type,
}: Parameters<HostExpansion<CumulatePositionAttrs>['build']>[0]): Value | undefined {
  let most = x
  if (most === undefined) return undefined
  let positions = b.iota({ dtype: 'i32', shape: type.shape, axis })
  for (const by of doublings(extent(dimAt(type.shape, axis)))) {
    const move: Shift = { axis, by, reverse: false }
    const [before, here] = [beforeShift(b, most, move), afterShift(b, most, move)]
    const isAsGood = combine === 'max' ? b.le(before, here) : b.le(here, before)
    const stays = isFloat(most.type.dtype) ? b.or(isAsGood, isNan(b, here)) : isAsGood
    const choose = (values: Value): Value => {
      const chosen = b.select(stays, afterShift(b, values, move), beforeShift(b, values, move))
      return b.concat(head(b, values, axis, by), chosen, { axis })
    }
    const next = choose(most)
    positions = choose(positions)
    most = next
  }
  return positions
}

/** The first `count` elements of each row: nothing is as far before them. */
function head(b: Builder, x: Value, axis: number, count: number): Value {
  const length = extent(dimAt(x.type.shape, axis))
  return beforeShift(b, x, { axis, by: length - count, reverse: false })
}
