// Values made of nothing: fills, ramps, arrays written in the program. They take the builder of the program first, or a value
// to be like.

import type { Shape } from '../dim.ts'
import {
  type DType,
  dtypeNames,
  dtypes,
  readElement,
  type Scalar,
  type TypedArray,
  writeElement,
} from '../dtype.ts'
import type { HeddleError } from '../errors.ts'
import type { Builder } from '../ir/builder.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { resolveAxis } from './axes.ts'
import { flattenNested, type Nested } from './nested.ts'
import { asValue, constantOf, constantValue, errorHere, promote } from './operand.ts'

/** `value` everywhere, rounded to `dtype`. */
export const full: (b: Builder, dtype: DType, shape: Shape, value: number | bigint) => Value = traced(
  (b: Builder, dtype: DType, shape: Shape, value: number | bigint): Value =>
    constantValue('full', b, dtype, shape, value),
)

export const zeros: (b: Builder, dtype: DType, shape: Shape) => Value = traced(
  (b: Builder, dtype: DType, shape: Shape): Value => b.full({ dtype, shape, value: 0 }),
)

export const ones: (b: Builder, dtype: DType, shape: Shape) => Value = traced(
  (b: Builder, dtype: DType, shape: Shape): Value => b.full({ dtype, shape, value: 1 }),
)

/** `value` everywhere, in the dtype and shape of `x`. */
export const fullLike: (x: Value, value: number | bigint) => Value = traced(
  (x: Value, value: number | bigint): Value =>
    full(asValue('fullLike', x).builder, x.type.dtype, x.type.shape, value),
)

export const zerosLike: (x: Value) => Value = traced((x: Value): Value => fullLike(x, 0))
export const onesLike: (x: Value) => Value = traced((x: Value): Value => fullLike(x, 1))

/**
 * The identity matrix: 1 where row and column are equal, 0 elsewhere.
 *
 * @example
 * eye(b, 'i32', 2, 3) // gives [[1, 0, 0], [0, 1, 0]]
 */
export const eye: (b: Builder, dtype: DType, rows: number, columns?: number) => Value = traced(
  (b: Builder, dtype: DType, rows: number, columns: number = rows): Value => {
    const at = (axis: number): Value => b.iota({ dtype: 'i32', shape: [rows, columns], axis })
    return promote(b.eq(at(0), at(1)), dtype)
  },
)

type NumberDType = Exclude<DType, 'bool'>

export interface IotaOptions {
  readonly shape: Shape
  /** Default 0. */
  readonly axis?: number | undefined
  /** Default i32. */
  readonly dtype?: NumberDType | undefined
}

/**
 * Each element's position along an axis.
 *
 * @example
 * iota(b, { shape: [2, 3], axis: 1 }) // gives [[0, 1, 2], [0, 1, 2]]
 */
export const iota: (b: Builder, options: IotaOptions) => Value = traced(
  (b: Builder, { shape, axis = 0, dtype = 'i32' }: IotaOptions): Value =>
    positions(b, dtype, shape, resolveAxis('iota', axis, shape)),
)

/** In a dtype that is only stored, positions are counted in what it computes as. */
const positions = (b: Builder, dtype: NumberDType, shape: Shape, axis: number): Value => {
  const { computesAs } = dtypes[dtype]
  return promote(b.iota({ dtype: computesAs === 'bool' ? 'i32' : computesAs, shape, axis }), dtype)
}

export interface ArangeOptions {
  /** Default 0. */
  readonly start?: number | undefined
  /** End, exclusive. */
  readonly limit: number
  /** Default 1; may be negative. */
  readonly step?: number | undefined
  /** Default i32. */
  readonly dtype?: NumberDType | undefined
}

/**
 * `start + i * step` while it is before `limit`. Throws `ATTR_ARANGE`.
 *
 * @example
 * arange(b, { start: 1, limit: 7, step: 2 }) // gives [1, 3, 5]
 */
export const arange: (b: Builder, options: ArangeOptions) => Value = traced(
  (b: Builder, { start = 0, limit, step = 1, dtype = 'i32' }: ArangeOptions): Value => {
    const count = Math.max(0, Math.ceil((limit - start) / step))
    if (!Number.isFinite(count)) throw arangeRange(start, limit, step)
    const shape = [count]
    const constant = (value: number): Value => full(b, dtype, shape, value)
    let ramp = positions(b, dtype, shape, 0)
    if (step !== 1) ramp = b.mul(ramp, constant(step))
    return start === 0 ? ramp : b.add(ramp, constant(start))
  },
)

/**
 * An array written in the program: nested numbers, bigints or booleans, or a typed array (copied) with its shape.
 *
 * Dtypes: numbers f32, bigints i64, booleans bool, a typed array its own (a `Uint8Array` bool), unless `dtype` says otherwise.
 * A `Uint16Array` holds the bits of bf16. Throws `SHAPE_LITERAL_NESTED`, `ATTR_NUMBER_RANGE`.
 *
 * @example
 * literal(b, [[1, 2], [3, 4]]) // gives f32[2, 2]
 */
export const literal: (
  b: Builder,
  values: Nested | TypedArray,
  options?: { readonly dtype?: DType; readonly shape?: Shape },
) => Value = traced(
  (
    b: Builder,
    values: Nested | TypedArray,
    options: { readonly dtype?: DType; readonly shape?: Shape } = {},
  ): Value => {
    const isArray = ArrayBuffer.isView(values)
    const flat = isArray ? { shape: [values.length], items: values } : flattenNested(values)
    if ('problem' in flat) throw uneven(flat.problem)
    const dtype = options.dtype ?? dtypeOf(flat.items)
    const isBits = values instanceof Uint16Array
    const data = dtypes[dtype].allocate(flat.items.length)
    for (let at = 0; at < data.length; at++) {
      const item = isBits ? readElement('bf16', values, at) : flat.items[at]
      writeElement(dtype, data, at, elementOf(dtype, item ?? 0))
    }
    return b.literal({ dtype, shape: options.shape ?? flat.shape, data })
  },
)

/** An item as a value of the dtype; integers that do not fit are an error. */
function elementOf(dtype: DType, item: Scalar | boolean): Scalar {
  if (typeof item !== 'bigint') return constantOf('literal', dtype, Number(item))
  const isI64 = dtype === 'i64' && BigInt.asIntN(64, item) === item
  return isI64 ? item : constantOf('literal', dtype, item)
}

/** A byte array is of bools. */
function dtypeOf(items: TypedArray | readonly (number | bigint | boolean)[]): DType {
  if (items instanceof Uint8Array || typeof items[0] === 'boolean') return 'bool'
  if (typeof items[0] === 'bigint') return 'i64'
  const own = dtypeNames.find((dtype) => dtypes[dtype].allocate(0).constructor === items.constructor)
  return own ?? 'f32'
}

const arangeRange = (start: number, limit: number, step: number): HeddleError =>
  errorHere(
    'ATTR_ARANGE',
    `arange: from ${start} to ${limit} in steps of ${step} has no count; all three must be finite and the step not 0`,
    { start, limit, step },
  )

const uneven = (problem: string): HeddleError =>
  errorHere('SHAPE_LITERAL_NESTED', `literal: ${problem}`, { problem })
