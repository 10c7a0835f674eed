// Operands of the kind functions: values, and numbers that take the dtype and shape of the values beside them. Promotion and
// broadcasting happen here, so that the IR below needs neither. All errors point at the user's line.
import { formatShape, type Shape, shapesEqual } from '../dim.ts'
import { type DType, dtypes, holds, isFloat, isValueOf, writeElement } from '../dtype.ts'
import { type ErrorCode, type ErrorContext, HeddleError } from '../errors.ts'
import type { Builder } from '../ir/builder.ts'
import { meet } from '../ir/open-region.ts'
import { currentProvenance, locationOf } from '../ir/provenance.ts'
import { formatType, type TensorType } from '../ir/tensor-type.ts'
import type { Value } from '../ir/value.ts'

/** What the functions of many operands take: at least one of them must be a value. */
export type Operand = Value | number

/** A coded error at the line being traced. */
export const errorHere = (
  code: ErrorCode,
  message: string,
  details: NonNullable<ErrorContext['details']>,
): HeddleError => new HeddleError(code, message, { details, location: locationOf(currentProvenance()) })

export function isValue(candidate: unknown): candidate is Value {
  return (
    typeof candidate === 'object' &&
    candidate !== null &&
    'builder' in candidate &&
    'op' in candidate &&
    'type' in candidate
  )
}

/** The operand itself, which must be a value. */
export function asValue(op: string, operand: unknown, position = 0): Value {
  if (!isValue(operand)) throw notAnOperand(op, position, operand, 'a value')
  return operand
}

/** A number as a value of `dtype` holds it: `Math.fround` of it for f32. Integers that do not fit are an error. */
export function constantOf(op: string, dtype: DType, value: number | bigint): number {
  const number = Number(value)
  const rounded = dtypes[dtype].round(number)
  if (isFloat(dtype)) return rounded
  if (!isValueOf(dtype, number + 0)) throw numberRange(op, dtype, value)
  return rounded + 0
}

/** A number everywhere: a constant; where no number can stand for it (a large i64), one element repeated. */
export function constantValue(
  op: string,
  b: Builder,
  dtype: DType,
  shape: Shape,
  value: number | bigint,
): Value {
  const isWide = dtype === 'i64' && typeof value === 'bigint' && !Number.isSafeInteger(Number(value))
  if (!isWide) return b.full({ dtype, shape, value: constantOf(op, dtype, value) })
  if (BigInt.asIntN(64, value) !== value) throw numberRange(op, dtype, value)
  const data = dtypes[dtype].allocate(1)
  writeElement(dtype, data, 0, value)
  return broadcastTo(b.literal({ dtype, shape: [], data }), shape)
}

const categories = { bool: 0, int: 1, uint: 1, float: 2 } as const
const categoryOf = (dtype: DType): number => categories[dtypes[dtype].kind]

/** The dtype in which two meet; `undefined` where no rule says so: u32 with another integer. */
function meetIn(x: DType, y: DType): DType | undefined {
  if (categoryOf(x) !== categoryOf(y)) return categoryOf(x) > categoryOf(y) ? x : y
  if (x !== y && !isFloat(x) && (x === 'u32' || y === 'u32')) return undefined
  if (holds(x, y)) return x
  if (holds(y, x)) return y
  // f16 with bf16, u8 with i8: the narrowest that holds both.
  return isFloat(x) ? 'f32' : 'i16'
}

/**
 * The dtype in which operands meet, by PyTorch's rules. Operands have three priorities: values with axes, values without,
 * numbers. Those of one priority meet in the narrowest dtype that holds both (u8 with i8 in i16, f16 with bf16 in f32), an
 * integer with a float in the float, bools in anything. A lower priority matters only if its category is higher: bool, then
 * integers, then floats. A fraction (or NaN or an infinity) counts as f32, a whole number as i32. Numbers alone are f32. Throws `DTYPE_MIXED` for u32 with another integer, which PyTorch has no rule for.
 */
export function commonDType(op: string, operands: readonly (Typed | number)[]): DType {
  const byPriority: (DType | undefined)[] = [undefined, undefined, undefined]
  for (const operand of operands) {
    const dtype = typeof operand === 'number' ? numberDType(operand) : operand.type.dtype
    const priority = typeof operand === 'number' ? 2 : operand.type.shape.length > 0 ? 0 : 1
    const before = byPriority[priority]
    const after = before === undefined ? dtype : meetIn(before, dtype)
    if (after === undefined) throw mixedIntegers(op, operands)
    byPriority[priority] = after
  }
  const [axes, scalars, numbers] = byPriority
  if (axes === undefined && scalars === undefined) return 'f32'
  return overrule(axes, overrule(scalars, numbers)) ?? 'f32'
}

/** Anything of a dtype and shape. */
interface Typed {
  readonly type: TensorType
}

const numberDType = (value: number): DType => (Number.isInteger(value) ? 'i32' : 'f32')

const overrule = (higher: DType | undefined, lower: DType | undefined): DType | undefined => {
  if (higher === undefined || lower === undefined) return higher ?? lower
  return categoryOf(lower) > categoryOf(higher) ? lower : higher
}

/** `x` in another dtype; the same node if it is in it already. */
export const promote = (x: Value, dtype: DType): Value =>
  x.type.dtype === dtype ? x : x.builder.cast(x, { dtype })

/**
 * The shape all shapes broadcast to: aligned at their last axes, where extents must be equal or 1. Throws `SHAPE_BROADCAST`.
 */
export function broadcastShapes(op: string, shapes: readonly Shape[]): Shape {
  const [first = [], ...others] = shapes
  let result = first
  for (const shape of others) result = broadcastPair(op, result, shape)
  return result
}

function broadcastPair(op: string, x: Shape, y: Shape): Shape {
  if (shapesEqual(x, y)) return x
  const rank = Math.max(x.length, y.length)
  return Array.from({ length: rank }, (_, axis) => {
    const left = x[x.length - rank + axis] ?? 1
    const right = y[y.length - rank + axis] ?? 1
    if (left !== right && left !== 1 && right !== 1) throw broadcastError(op, x, y, axis - rank, left, right)
    return left === 1 ? right : left
  })
}

/** `x` repeated along missing leading axes and axes of extent 1. The shape must be one `broadcastShapes` gave. */
export function broadcastTo(x: Value, shape: Shape): Value {
  const from = x.type.shape
  if (shapesEqual(from, shape)) return x
  const b = x.builder
  const missing = new Array<number>(shape.length - from.length).fill(1)
  const ranked = missing.length === 0 ? x : b.reshape(x, { shape: [...missing, ...from] })
  return shapesEqual(ranked.type.shape, shape) ? ranked : b.expand(ranked, { shape })
}

/** Whether `broadcastTo` takes `from` to `shape`. */
export function canBroadcast(from: Shape, shape: Shape): boolean {
  const missing = shape.length - from.length
  return missing >= 0 && from.every((dim, axis) => dim === 1 || dim === shape[axis + missing])
}

/** The builder of the first value among operands; checks that each is a value or a number of one graph. */
export function builderOf(op: string, operands: readonly Operand[]): Builder {
  let builder: Builder | undefined
  operands.forEach((operand, position) => {
    if (typeof operand === 'number') return
    const value = asValueOrNumber(op, operand, position)
    if (builder !== undefined && !meet(builder, value.builder)) throw otherGraph(op, position)
    builder = value.builder
  })
  if (builder === undefined) throw noValue(op, operands)
  return builder
}

/** The builder of operands all of which must be values. */
export function graphOf(op: string, values: readonly Value[]): Builder {
  values.forEach((value, position) => {
    asValue(op, value, position)
  })
  return builderOf(op, values)
}

/** All operands as values of one dtype and one shape. */
export function align(op: string, operands: readonly Operand[], dtype?: DType): readonly Value[] {
  const b = builderOf(op, operands)
  return alignTo(op, b, operands, dtype ?? commonDType(op, operands), shapeOf(op, operands))
}

/** The shape operands broadcast to. */
export const shapeOf = (op: string, operands: readonly Operand[]): Shape =>
  broadcastShapes(
    op,
    operands.flatMap((operand) => (typeof operand === 'number' ? [] : [operand.type.shape])),
  )

export function alignTo(
  op: string,
  b: Builder,
  operands: readonly Operand[],
  dtype: DType,
  shape: Shape,
): readonly Value[] {
  return operands.map((operand) =>
    typeof operand === 'number'
      ? constantValue(op, b, dtype, shape, operand)
      : broadcastTo(promote(operand, dtype), shape),
  )
}

function asValueOrNumber(op: string, operand: unknown, position: number): Value {
  if (!isValue(operand)) throw notAnOperand(op, position, operand, 'a value or a number')
  return operand
}

export function describe(candidate: unknown): string {
  if (candidate === null || typeof candidate !== 'object') return String(candidate)
  if (isValue(candidate)) return formatType(candidate.type)
  if (candidate instanceof Promise) return 'a promise'
  return Array.isArray(candidate)
    ? `an array of ${candidate.length} items`
    : `a ${candidate.constructor?.name}`
}

const notAnOperand = (op: string, position: number, operand: unknown, wanted: string): HeddleError =>
  errorHere(
    'GRAPH_OPERAND',
    `${op}: operand ${position} is ${describe(operand)}; it must be ${wanted} (literal makes a value of an array)`,
    { op, position },
  )

const noValue = (op: string, operands: readonly Operand[]): HeddleError =>
  errorHere(
    'GRAPH_OPERAND',
    `${op}: operands ${operands.join(' and ')} are numbers; at least one must be a value of a graph`,
    { op },
  )

const otherGraph = (op: string, position: number): HeddleError =>
  errorHere(
    'GRAPH_FOREIGN_VALUE',
    `${op}: operand ${position} is a value of another graph; all operands must be values of one program (what a body of scan, cond or whileLoop computes leaves it only as a result)`,
    { op, operand: position },
  )

const numberRange = (op: string, dtype: DType, value: number | bigint): HeddleError =>
  errorHere('ATTR_NUMBER_RANGE', `${op}: ${value} is not a value of ${dtype}; cast the other operand first`, {
    op,
    dtype,
    value,
  })

function mixedIntegers(op: string, operands: readonly (Typed | number)[]): HeddleError {
  const types = operands.map((operand) => (typeof operand === 'number' ? 'number' : formatType(operand.type)))
  return errorHere(
    'DTYPE_MIXED',
    `${op}: operands are ${types.join(' and ')}; u32 does not mix with other integers. cast(x, 'i32') converts one of them.`,
    { op, types },
  )
}

const broadcastError = (
  op: string,
  x: Shape,
  y: Shape,
  axis: number,
  left: number,
  right: number,
): HeddleError =>
  errorHere(
    'SHAPE_BROADCAST',
    `${op}: shapes ${formatShape(x)} and ${formatShape(y)} do not fit at axis ${axis}: ${left} against ${right}; extents must be equal or 1`,
    { op, left: x, right: y, axis, extents: [left, right] },
  )
