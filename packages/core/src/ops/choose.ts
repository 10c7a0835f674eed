// Ops that choose or reinterpret values: select by a condition, convert between dtypes, keep the bits.
import { z } from 'zod'
import { shapesEqual } from '../dim.ts'
import { type DType, dtypeNames, dtypes, isFloat } from '../dtype.ts'
import { HeddleError } from '../errors.ts'
import { zeros } from '../interpret/nd-array.ts'
import { castScalar } from '../interpret/scalar.ts'
import { defineOp, type NoAttrs, type OpDef } from '../ir/define.ts'
import { formatType, type TensorType } from '../ir/tensor-type.ts'
import { checkSameType, noAttrsSchema } from './pointwise.ts'
import { fullLike, samePlace } from './support.ts'

/** `z = condition ? x : y` per element. NaN in the branch not chosen does not matter. */
export const select: OpDef<3, NoAttrs> = defineOp('select', {
  summary: 'x where the condition holds, y elsewhere',
  kind: 'elementwise',
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
      output.data[at] = (condition.data[at] === 1 ? x.data[at] : y.data[at]) ?? 0
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
 * integers wrap between each other; to f32 rounds to nearest.
 */
export const cast: OpDef<1, DTypeAttrs> = defineOp('cast', {
  summary: 'converts to another dtype',
  kind: 'elementwise',
  arity: 1,
  attrs: dtypeAttrs,
  infer: ([x], { dtype }) => (x.dtype === dtype ? x : { dtype, shape: x.shape }),
  evaluate: ([x], { dtype }, type) => {
    const output = zeros(dtype, type.shape)
    for (let at = 0; at < output.data.length; at++)
      output.data[at] = castScalar(x.data[at] ?? 0, x.dtype, dtype)
    return output
  },
  vjp: ({ b, inputs: [x], cotangent }) => [
    isFloat(x.type.dtype) ? b.cast(cotangent, { dtype: x.type.dtype }) : null,
  ],
  lowering: {
    kind: 'pull',
    cost: 1,
    accesses: samePlace,
    scalar: ({ k, values: [x = 0], type }) =>
      k.dtypeOf(x) === type.dtype ? x : k.call('cast', type.dtype, x),
  },
  samples: [
    { inputs: [{ dtype: 'f32', shape: [5], low: -3, high: 3 }], attrs: { dtype: 'i32' } },
    { inputs: [{ dtype: 'f32', shape: [5], low: 0, high: 3 }], attrs: { dtype: 'u32' } },
    { inputs: [{ dtype: 'i32', shape: [2, 3], low: -4, high: 4 }], attrs: { dtype: 'f32' } },
    { inputs: [{ dtype: 'u32', shape: [3], low: 0, high: 9 }], attrs: { dtype: 'f32' } },
    { inputs: [{ dtype: 'i32', shape: [3], low: -4, high: 4 }], attrs: { dtype: 'u32' } },
    { inputs: [{ dtype: 'bool', shape: [4] }], attrs: { dtype: 'f32' } },
    { inputs: [{ dtype: 'bool', shape: [4] }], attrs: { dtype: 'i32' } },
    { inputs: [{ dtype: 'f32', shape: [4] }], attrs: { dtype: 'bool' } },
    { inputs: [{ dtype: 'f32', shape: [] }], attrs: { dtype: 'f32' } },
  ],
  errorSamples: [],
})

/** The same bits read as another dtype of the same width. */
export const bitcast: OpDef<1, DTypeAttrs> = defineOp('bitcast', {
  summary: 'the same bits as another dtype',
  kind: 'elementwise',
  arity: 1,
  attrs: dtypeAttrs,
  // C1 both dtypes are 4 bytes wide.
  infer: ([x], { dtype }) => {
    if (dtypes[x.dtype].bytes !== 4 || dtypes[dtype].bytes !== 4) throw bitcastWidth(x.dtype, dtype)
    return { dtype, shape: x.shape }
  },
  evaluate: ([x], { dtype }, type) => {
    const from = dtypes[x.dtype].allocate(x.data.length)
    from.set(x.data)
    const output = zeros(dtype, type.shape)
    output.data.set(dtypes[dtype].view(from.buffer, 0, from.length))
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
    `bitcast: ${from} has ${dtypes[from].bytes} bytes, ${to} has ${dtypes[to].bytes}; both must have 4. cast converts values.`,
    { details: { from, to, constraint: 'C1' } },
  )
