// Constructors of the elementwise families: a row gives the fact, everything common to the family is said here.
// Operands of an elementwise op have one shape and, unless the op says otherwise, one dtype.
import { z } from 'zod'
import { formatShape, shapesEqual } from '../dim.ts'
import { type DType, dtypeNames, dtypes, isFloat, isInteger, type Scalar } from '../dtype.ts'
import { type ErrorCode, HeddleError, internalError } from '../errors.ts'
import { type NdArray, put, zeros } from '../interpret/nd-array.ts'
import {
  defineOp,
  type NoAttrs,
  type OpDef,
  type ScalarEmitter,
  type Tuple,
  type VjpArgs,
} from '../ir/define.ts'
import { formatType, type TensorType } from '../ir/tensor-type.ts'
import type { Value } from '../ir/value.ts'
import type { ScalarOp, ValueId } from '../kernel/scalar.ts'
import { samePlace } from './support.ts'

export const noAttrsSchema: z.ZodType<NoAttrs> = z.strictObject({})

/** Dtypes an op takes. */
export type DTypeClass = 'float' | 'numeric' | 'integer' | 'logical' | 'any'

const dtypeClasses: Readonly<
  Record<DTypeClass, { readonly has: (dtype: DType) => boolean; readonly words: string }>
> = {
  float: { has: isFloat, words: 'a float type' },
  numeric: { has: (dtype) => dtype !== 'bool', words: 'a number type (not bool)' },
  integer: { has: isInteger, words: 'an integer type' },
  logical: { has: (dtype) => !isFloat(dtype), words: 'bool or an integer type' },
  any: { has: () => true, words: 'any dtype' },
}

/** The dtypes of a class, in the order of the table: what samples of an op cover. */
export const dtypesOfClass = (family: DTypeClass): readonly DType[] =>
  dtypeNames.filter(dtypeClasses[family].has)

export function checkDType(op: string, type: TensorType, family: DTypeClass): void {
  if (!dtypeClasses[family].has(type.dtype)) throw wrongDType(op, type, family)
}

export function checkSameType(op: string, types: readonly TensorType[]): void {
  const [first, ...others] = types
  for (const other of others) {
    if (first === undefined) return
    if (!shapesEqual(first.shape, other.shape)) throw unequalShapes(op, first, other)
    checkSameDType(op, first, other)
  }
}

export function checkSameDType(op: string, x: TensorType, y: TensorType): void {
  if (x.dtype !== y.dtype) throw unequalDTypes(op, x, y)
}

/** How values behave in samples: an interval free of poles and kinks. */
export interface Domain {
  readonly low: number
  readonly high: number
}

type Vjp<N extends number> = OpDef<N, NoAttrs>['vjp'] &
  ((args: VjpArgs<N, NoAttrs>) => Tuple<Value | null, N>)
type Emit = (k: ScalarEmitter, values: readonly ValueId[], dtype: DType) => ValueId

interface Row<N extends number> {
  readonly summary: string
  readonly why: string
  /** The formula on float64 values. */
  readonly f: (...values: number[]) => number
  /** The formula on integers of up to 32 bits, where it is not `f` rounded. */
  readonly integer?: (...values: number[]) => number
  /** The scalar op of the same meaning, or code made of several. */
  readonly scalar: ScalarOp | Emit
  readonly cost?: number
  readonly domain?: Domain
  /** The result holds elements of the operand as they are. */
  readonly moves?: true
  readonly vjp: Vjp<N> | { readonly notDifferentiable: string }
}

interface FloatRow<N extends number> extends Row<N> {
  readonly takes: 'float'
}

interface IntegerRow<N extends number> extends Row<N> {
  readonly takes: Exclude<DTypeClass, 'float'>
  /** The formula on i64; wraps if it leaves it. */
  readonly wide: (...values: bigint[]) => Scalar
}

type PointwiseRow<N extends number> = FloatRow<N> | IntegerRow<N>

/** The derivative of one operand: `dx = dy * factor`. */
export const times =
  (factor: (args: VjpArgs<1, NoAttrs>) => Value) =>
  (args: VjpArgs<1, NoAttrs>): readonly [Value] => [args.b.mul(args.cotangent, factor(args))]

/** `y = f(x)` per element; dtype kept, or `bool` if `result` says so. */
export function unary(name: string, row: PointwiseRow<1>, result?: 'bool'): OpDef<1, NoAttrs> {
  return pointwise(name, 1, row, result)
}

/** `z = f(x, y)` per element. */
export function binary(name: string, row: PointwiseRow<2>, result?: 'bool'): OpDef<2, NoAttrs> {
  return pointwise(name, 2, row, result)
}

function pointwise<N extends 1 | 2>(
  name: string,
  arity: N,
  row: PointwiseRow<N>,
  result?: 'bool',
): OpDef<N, NoAttrs> {
  const { low, high } = row.domain ?? { low: -2, high: 2 }
  const sampleDTypes = dtypesOfClass(row.takes)
  const sample = (dtype: DType, shape: readonly number[]): OpDef<N, NoAttrs>['samples'][number] => ({
    inputs: Array.from({ length: arity }, () => ({
      dtype,
      shape,
      low,
      high,
      integers: !isFloat(dtype),
    })) as never,
    attrs: {},
  })
  return defineOp<N, NoAttrs>(name, {
    summary: row.summary,
    why: row.why,
    kind: 'elementwise',
    ...(row.moves === undefined ? {} : { moves: row.moves }),
    arity,
    attrs: noAttrsSchema,
    // C1 all operands have one type. C2 its dtype is one the op takes.
    infer: (inputs) => {
      const [x] = inputs as readonly TensorType[]
      if (x === undefined) throw wrongArity(name, arity)
      checkDType(name, x, row.takes)
      checkSameType(name, inputs as readonly TensorType[])
      return result === 'bool' && x.dtype !== 'bool' ? { dtype: 'bool', shape: x.shape } : x
    },
    evaluate: (inputs, _, type) => mapElements(inputs as readonly NdArray[], type, row),
    vjp: row.vjp,
    lowering: {
      kind: 'pull',
      cost: row.cost ?? 1,
      accesses: samePlace,
      scalar: ({ k, values, type }) => {
        if (typeof row.scalar !== 'string') return row.scalar(k, values, k.dtypeOf(values[0] ?? 0))
        return k.call(row.scalar, type.dtype, ...values)
      },
    },
    samples: [
      ...sampleDTypes.map((dtype) => sample(dtype, [2, 3])),
      sample(sampleDTypes[0] ?? 'f32', []),
      sample(sampleDTypes[0] ?? 'f32', [0, 2]),
      sample(sampleDTypes[0] ?? 'f32', [37]),
    ],
    errorSamples: [
      ...(arity === 2
        ? [
            {
              ...sample('f32', [2]),
              ...pair(sampleDTypes[0] ?? 'f32', [2, 3], [3, 2]),
              code: 'SHAPE_ELEMENTWISE' as ErrorCode,
            },
          ]
        : []),
      ...(row.takes === 'any'
        ? []
        : [{ ...sample(outsider(row.takes), [2]), code: 'DTYPE_OPERAND' as ErrorCode }]),
    ],
  })
}

const pair = (dtype: DType, x: readonly number[], y: readonly number[]): { readonly inputs: never } => ({
  inputs: [
    { dtype, shape: x },
    { dtype, shape: y },
  ] as never,
})

const outsider = (family: DTypeClass): DType =>
  dtypeNames.find((dtype) => !dtypeClasses[family].has(dtype)) ?? 'bool'

function mapElements<N extends number>(
  inputs: readonly NdArray[],
  type: TensorType,
  row: PointwiseRow<N>,
): NdArray {
  const output = zeros(type.dtype, type.shape)
  const [x, y] = inputs
  if (x === undefined) return output
  if (x.data instanceof BigInt64Array) return mapWide(x.data, y?.data, output, row)
  const f = isInteger(x.dtype) && row.integer !== undefined ? row.integer : row.f
  const round = isFloat(type.dtype) ? (value: number) => value : dtypes[type.dtype].round
  for (let at = 0; at < output.data.length; at++) {
    const [left, right] = [Number(x.data[at]), Number(y?.data[at] ?? 0)]
    put(output.data, at, round(y === undefined ? f(left) : f(left, right)))
  }
  return output
}

function mapWide<N extends number>(
  x: BigInt64Array,
  y: NdArray['data'] | undefined,
  output: NdArray,
  row: PointwiseRow<N>,
): NdArray {
  if (row.takes === 'float') throw internalError('evaluate', 'a float op was given i64')
  for (let at = 0; at < x.length; at++) {
    const left = x[at] ?? 0n
    put(output.data, at, y === undefined ? row.wide(left) : row.wide(left, BigInt(y[at] ?? 0n)))
  }
  return output
}

const wrongArity = (op: string, arity: number): HeddleError =>
  new HeddleError('GRAPH_ARITY', `${op}: takes ${arity} operands, got none`, { details: { op, arity } })

const wrongDType = (op: string, type: TensorType, family: DTypeClass): HeddleError =>
  new HeddleError(
    'DTYPE_OPERAND',
    `${op}: operand ${formatType(type)} is ${type.dtype}; ${op} takes ${dtypeClasses[family].words}. cast converts.`,
    { details: { op, dtype: type.dtype, takes: family } },
  )

const unequalShapes = (op: string, x: TensorType, y: TensorType): HeddleError =>
  new HeddleError(
    'SHAPE_ELEMENTWISE',
    `${op}: operands ${formatShape(x.shape)} and ${formatShape(y.shape)} differ in shape; they must be equal (expand one of them)`,
    { details: { op, left: x.shape, right: y.shape } },
  )

const unequalDTypes = (op: string, x: TensorType, y: TensorType): HeddleError =>
  new HeddleError(
    'DTYPE_ELEMENTWISE',
    `${op}: operands are ${x.dtype} and ${y.dtype}; they must be equal (cast one of them)`,
    { details: { op, left: x.dtype, right: y.dtype } },
  )
