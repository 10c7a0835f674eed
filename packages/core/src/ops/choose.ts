// Ops that choose or reinterpret values: select by a condition, convert between dtypes, keep the bits.
import { z } from 'zod'
import { shapesEqual } from '../dim.ts'
import { type DType, dtypeNames, dtypes, isFloat } from '../dtype.ts'
import { HeddleError } from '../errors.ts'
import { put, zeros } from '../interpret/nd-array.ts'
import { bitcastScalar, castScalar } from '../interpret/scalar.ts'
import { defineOp, type NoAttrs, type OpDef } from '../ir/define.ts'
import { formatType, type TensorType } from '../ir/tensor-type.ts'
import type { ValueId } from '../kernel/scalar.ts'
import { checkSameType, noAttrsSchema } from './pointwise.ts'
import { fullLike, samePlace } from './support.ts'

/** `z = condition ? x : y` per element. NaN in the branch not chosen does not matter. */
export const select: OpDef<3, NoAttrs> = defineOp('select', {
  summary: 'x where the condition holds, y elsewhere',
  why: 'one instruction; what is not chosen has no influence, NaN or not',
  kind: 'elementwise',
  moves: true,
  arity: 3,
  attrs: noAttrsSchema,
  // C1 condition is bool of the shape of x. C2 x and y have one type.
  infer: ([condition, x, y]) => {
    if (condition.dtype !== 'bool' || !shapesEqual(condition.shape, x.shape))
      throw selectCondition(condition, x)
    checkSameType('select', [x, y])
    return x
  },
  evaluate: ([condition, x, y], _, type) => {
    const output = zeros(type.dtype, type.shape)
    for (let at = 0; at < output.data.length; at++) {
      put(output.data, at, (condition.data[at] === 1 ? x.data[at] : y.data[at]) ?? 0)
    }
    return output
  },
  vjp: ({ b, inputs: [condition], cotangent }) => {
    const zero = fullLike(b, cotangent, 0)
    return [null, b.select(condition, cotangent, zero), b.select(condition, zero, cotangent)]
  },
  lowering: {
    kind: 'pull',
    cost: 1,
    accesses: samePlace,
    scalar: ({ k, values, type }) => k.call('select', type.dtype, ...values),
  },
  samples: (['f32', 'i32', 'bool'] as const).map((dtype) => ({
    inputs: [
      { dtype: 'bool', shape: [2, 3] },
      { dtype, shape: [2, 3] },
      { dtype, shape: [2, 3] },
    ],
    attrs: {},
  })),
  errorSamples: [
    {
      inputs: [
        { dtype: 'i32', shape: [2] },
        { dtype: 'f32', shape: [2] },
        { dtype: 'f32', shape: [2] },
      ],
      attrs: {},
      code: 'DTYPE_SELECT_CONDITION',
    },
  ],
})

export interface DTypeAttrs {
  readonly dtype: DType
}
const dtypeAttrs: z.ZodType<DTypeAttrs> = z.strictObject({ dtype: z.enum(dtypeNames as [DType, ...DType[]]) })

/**
 * Converts values. Float to integer truncates towards zero and saturates, NaN becomes 0; to bool: whether it is not 0;
 * integers wrap between each other; to a float rounds to nearest even, to f16 and bf16 by way of f32. What is only stored
 * goes by way of what it computes as: the float 300 is the i32 300, and that the i8 44.
 */
export const cast: OpDef<1, DTypeAttrs> = defineOp('cast', {
  summary: 'converts to another dtype',
  why: 'one instruction, or the rounding of a stored dtype',
  kind: 'elementwise',
  moves: true,
  arity: 1,
  attrs: dtypeAttrs,
  infer: ([x], { dtype }) => (x.dtype === dtype ? x : { dtype, shape: x.shape }),
  evaluate: ([x], { dtype }, type) => {
    if (x.dtype === dtype) return x
    const output = zeros(dtype, type.shape)
    for (let at = 0; at < output.data.length; at++)
      put(output.data, at, castScalar(x.data[at] ?? 0, x.dtype, dtype))
    return output
  },
  vjp: ({ b, inputs: [x], cotangent }) => [
    isFloat(x.type.dtype) ? b.cast(cotangent, { dtype: x.type.dtype }) : null,
  ],
  lowering: {
    kind: 'pull',
    cost: 1,
    accesses: samePlace,
    scalar: ({ k, values: [x = 0], type }) => {
      // Kernels convert between a stored dtype and what it computes as, and between those.
      const convert = (value: ValueId, dtype: DType): ValueId =>
        k.dtypeOf(value) === dtype ? value : k.call('cast', dtype, value)
      if (k.dtypeOf(x) === type.dtype) return x
      const wide = convert(x, dtypes[k.dtypeOf(x)].computesAs)
      return convert(convert(wide, dtypes[type.dtype].computesAs), type.dtype)
    },
  },
  samples: [
    ...dtypeNames.flatMap((from) =>
      dtypeNames.map((dtype) => ({
        inputs: [{ dtype: from, shape: [5], ...castSpan(from, dtype) }] as const,
        attrs: { dtype },
      })),
    ),
    { inputs: [{ dtype: 'f32', shape: [] }], attrs: { dtype: 'f32' } },
  ],
  errorSamples: [],
})

/** Where values to cast lie: not below 0 if an unsigned dtype is on either side. */
function castSpan(from: DType, to: DType): { readonly low: number; readonly high: number } {
  const isUnsigned = dtypes[from].kind === 'uint' || (isFloat(from) && dtypes[to].kind === 'uint')
  return { low: isUnsigned ? 0 : -3, high: 3 }
}

/** The same bits read as another dtype of the same width. */
export const bitcast: OpDef<1, DTypeAttrs> = defineOp('bitcast', {
  summary: 'the same bits as another dtype',
  why: 'reads bits, which no arithmetic does',
  kind: 'elementwise',
  moves: true,
  arity: 1,
  attrs: dtypeAttrs,
  // C1 both dtypes have one width; bool has bits of its own.
  infer: ([x], { dtype }) => {
    const isEqual = dtypes[x.dtype].bytes === dtypes[dtype].bytes
    const isBool = x.dtype === 'bool' || dtype === 'bool'
    if (!isEqual || (isBool && x.dtype !== dtype)) throw bitcastWidth(x.dtype, dtype)
    return { dtype, shape: x.shape }
  },
  evaluate: ([x], { dtype }, type) => {
    const output = zeros(dtype, type.shape)
    for (let at = 0; at < output.data.length; at++) {
      const value = x.data[at] ?? 0
      const element = typeof value === 'bigint' ? value : dtypes[x.dtype].round(value)
      put(output.data, at, bitcastScalar(element, x.dtype, dtype))
    }
    return output
  },
  vjp: { notDifferentiable: 'it reads bits, not a number' },
  lowering: {
    kind: 'pull',
    cost: 1,
    accesses: samePlace,
    scalar: ({ k, values: [x = 0], type }) =>
      k.dtypeOf(x) === type.dtype ? x : k.call('bitcast', type.dtype, x),
  },
  samples: [
    { inputs: [{ dtype: 'f32', shape: [4] }], attrs: { dtype: 'i32' } },
    { inputs: [{ dtype: 'f32', shape: [4] }], attrs: { dtype: 'u32' } },
    { inputs: [{ dtype: 'i32', shape: [3], low: 1065353216, high: 1077936128 }], attrs: { dtype: 'f32' } },
  ],
  errorSamples: [
    { inputs: [{ dtype: 'f32', shape: [2] }], attrs: { dtype: 'f64' }, code: 'DTYPE_BITCAST_WIDTH' },
  ],
})

const selectCondition = (condition: TensorType, x: TensorType): HeddleError =>
  new HeddleError(
    'DTYPE_SELECT_CONDITION',
    `select: condition is ${formatType(condition)}; it must be bool of the shape of the values, which are ${formatType(x)}`,
    { details: { condition, x, constraint: 'C1' } },
  )

const bitcastWidth = (from: DType, to: DType): HeddleError =>
  new HeddleError(
    'DTYPE_BITCAST_WIDTH',
    `bitcast: ${from} has ${dtypes[from].bytes} bytes, ${to} has ${dtypes[to].bytes}; both must have as many, and neither may be bool. cast converts values.`,
    { details: { from, to, constraint: 'C1' } },
  )
