// Ops without operands: inputs, constants and index ramps.
import { z } from 'zod'
import { formatShape, type Shape, sizeOf } from '../dim.ts'
import {
  type ComputeDType,
  computeDTypes,
  type DType,
  dtypeNames,
  dtypes,
  isFloat,
  isValueOf,
  type TypedArray,
  writeElement,
} from '../dtype.ts'
import { HeddleError, internalError } from '../errors.ts'
import { put, tabulate, toNdArray, zeros } from '../interpret/nd-array.ts'
import { defineOp, type OpDef } from '../ir/define.ts'
import { checkAxis, shapeSchema } from './support.ts'

const dtypeSchema: z.ZodType<DType> = z.enum(dtypeNames as [DType, ...DType[]])

export interface InputAttrs {
  readonly name: string
  readonly dtype: DType
  readonly shape: Shape
}

/** A value handed in from outside: a feed or a state of the graph. */
export const input: OpDef<0, InputAttrs> = defineOp('input', {
  summary: 'value given when the program runs',
  why: 'what a program is given',
  kind: 'input',
  arity: 0,
  attrs: z.strictObject({ name: z.string().min(1), dtype: dtypeSchema, shape: shapeSchema }),
  infer: (_, { dtype, shape }) => ({ dtype, shape }),
  evaluate: (_, { name }) => {
    throw internalError('interpreter', `input '${name}' was evaluated instead of bound`)
  },
  vjp: () => [],
  lowering: { kind: 'leaf' },
  samples: [],
  errorSamples: [],
})

export interface FullAttrs {
  readonly dtype: DType
  readonly shape: Shape
  readonly value: number
}

/** Every element is `value`, which must be a value of `dtype` (NaN, ±Infinity and -0 are kept; of i64 a safe integer). */
export const full: OpDef<0, FullAttrs> = defineOp('full', {
  summary: 'the same constant everywhere',
  why: 'made inside every kernel that reads it, never an array',
  kind: 'constant',
  arity: 0,
  attrs: z.strictObject({
    dtype: dtypeSchema,
    shape: shapeSchema,
    value: z.custom<number>((value) => typeof value === 'number'),
  }),
  // C1 value is representable in dtype.
  infer: (_, { dtype, shape, value }) => {
    if (!isValueOf(dtype, value)) throw fullValue(dtype, value)
    return { dtype, shape }
  },
  evaluate: (_, { dtype, shape, value }) => {
    const result = zeros(dtype, shape)
    for (let at = 0; at < result.data.length; at++) put(result.data, at, value)
    return result
  },
  vjp: () => [],
  lowering: {
    kind: 'pull',
    cost: 0,
    accesses: () => [],
    scalar: ({ k, attrs }) => k.constant(attrs.dtype, attrs.value),
  },
  samples: [
    ...dtypeNames.map((dtype) => ({
      inputs: [] as const,
      attrs: { dtype, shape: [2, 3], value: isFloat(dtype) ? 1.5 : 1 },
    })),
    { inputs: [], attrs: { dtype: 'i32', shape: [], value: -7 } },
    { inputs: [], attrs: { dtype: 'i64', shape: [], value: -(2 ** 40) } },
    { inputs: [], attrs: { dtype: 'f32', shape: [0, 2], value: -0 } },
  ],
  errorSamples: [
    { inputs: [], attrs: { dtype: 'i32', shape: [2], value: 0.5 }, code: 'ATTR_FULL_VALUE' },
    { inputs: [], attrs: { dtype: 'u8', shape: [2], value: 256 }, code: 'ATTR_FULL_VALUE' },
    { inputs: [], attrs: { dtype: 'i64', shape: [2], value: 2 ** 53 }, code: 'ATTR_FULL_VALUE' },
  ],
})

export interface LiteralAttrs {
  readonly dtype: DType
  readonly shape: Shape
  /** Row-major values, of the dtype's own array type (of bf16 their bits). */
  readonly data: TypedArray
}

/** A constant array. The data must not be changed afterwards. */
export const literal: OpDef<0, LiteralAttrs> = defineOp('literal', {
  summary: 'a constant array',
  why: 'data',
  kind: 'constant',
  arity: 0,
  attrs: z.strictObject({
    dtype: dtypeSchema,
    shape: shapeSchema,
    data: z.custom<TypedArray>(ArrayBuffer.isView),
  }),
  // C1 data is the dtype's array type and has as many elements as the shape.
  infer: (_, { dtype, shape, data }) => {
    if (data.constructor !== dtypes[dtype].allocate(0).constructor || data.length !== sizeOf(shape)) {
      throw literalData(dtype, shape, data)
    }
    return { dtype, shape }
  },
  evaluate: (_, { dtype, shape, data }) => toNdArray(dtype, shape, data),
  vjp: () => [],
  lowering: { kind: 'leaf' },
  samples: [
    { inputs: [], attrs: { dtype: 'f32', shape: [2, 2], data: new Float32Array([1, -0, Number.NaN, 4]) } },
    ...dtypeNames.map((dtype) => ({
      inputs: [] as const,
      attrs: { dtype, shape: [2], data: sampleData(dtype) },
    })),
  ],
  errorSamples: [
    {
      inputs: [],
      attrs: { dtype: 'f32', shape: [3], data: new Float32Array(2) },
      code: 'SHAPE_LITERAL_DATA',
    },
  ],
})

function sampleData(dtype: DType): TypedArray {
  const data = dtypes[dtype].allocate(2)
  writeElement(
    dtype,
    data,
    1,
    dtypes[dtype].highest === Number.POSITIVE_INFINITY ? 1.5 : dtypes[dtype].highest,
  )
  return data
}

/** Dtypes positions may have: numbers that are computed with. */
export type IotaDType = Exclude<ComputeDType, 'bool'>
const iotaDTypes = computeDTypes.filter((dtype): dtype is IotaDType => dtype !== 'bool')

export interface IotaAttrs {
  readonly dtype: IotaDType
  readonly shape: Shape
  readonly axis: number
}

/** `y[i…] = i[axis]`: positions along an axis. */
export const iota: OpDef<0, IotaAttrs> = defineOp('iota', {
  summary: 'position along an axis',
  why: 'made of the index, never an array',
  kind: 'constant',
  arity: 0,
  attrs: z.strictObject({
    dtype: z.enum(iotaDTypes as [IotaDType, ...IotaDType[]]),
    shape: shapeSchema,
    axis: z.int().nonnegative(),
  }),
  // C1 axis is an axis of shape.
  infer: (_, { dtype, shape, axis }) => {
    checkAxis('iota', axis, shape)
    return { dtype, shape }
  },
  evaluate: (_, { dtype, shape, axis }) => tabulate(dtype, shape, (at) => at[axis] ?? 0),
  vjp: () => [],
  lowering: {
    kind: 'pull',
    cost: 1,
    accesses: () => [],
    scalar: ({ k, at, attrs: { dtype, axis } }) => {
      const position = k.index(at[axis] ?? { constant: 0, terms: [] })
      return dtype === 'i32' ? position : k.call('cast', dtype, position)
    },
  },
  samples: [
    { inputs: [], attrs: { dtype: 'i32', shape: [2, 3], axis: 1 } },
    ...iotaDTypes.map((dtype) => ({ inputs: [] as const, attrs: { dtype, shape: [3, 2], axis: 0 } })),
  ],
  errorSamples: [{ inputs: [], attrs: { dtype: 'i32', shape: [2], axis: 1 }, code: 'ATTR_AXIS_RANGE' }],
})

const fullValue = (dtype: DType, value: number): HeddleError =>
  new HeddleError(
    'ATTR_FULL_VALUE',
    `full: ${value} is not a value of ${dtype}; round it to the dtype first`,
    {
      details: { dtype, value, constraint: 'C1' },
    },
  )

const literalData = (dtype: DType, shape: Shape, data: TypedArray): HeddleError =>
  new HeddleError(
    'SHAPE_LITERAL_DATA',
    `literal: data is a ${data.constructor.name} of ${data.length} elements, but ${dtype}${formatShape(shape)} needs a ${dtypes[dtype].allocate(0).constructor.name} of ${sizeOf(shape)}`,
    { details: { dtype, shape, length: data.length, constraint: 'C1' } },
  )
