// Every primitive scalar op on four values at once: f32 as f32x4, i32 and u32 as i32x4, bool as a mask of all ones or zeros.
// Ops without a SIMD form go lane by lane through the scalar table. f64, i64 and what is only stored have no vector form here.
import type { ComputeDType, DType, PrimitiveScalarOp } from '@heddle/core'
import { computes, internalError } from '@heddle/core'
import type { PlainInstruction } from '../instructions.ts'
import type { NodeId } from './graph.ts'
import { argument, type EmitContext, emitScalarOp } from './scalar-ops.ts'
import { unsupported } from './unsupported.ts'

/** dtypes that are computed with four to a vector. */
export type LaneDType = Exclude<ComputeDType, 'f64' | 'i64'>
export const isLaneDType = (dtype: DType): dtype is LaneDType =>
  computes(dtype) && dtype !== 'f64' && dtype !== 'i64'

export interface VectorOperands {
  readonly context: EmitContext
  readonly op: PrimitiveScalarOp
  readonly dtype: LaneDType
  readonly from: LaneDType
  readonly args: readonly NodeId[]
  /** The single value of an operand that is equal in all lanes. */
  readonly uniform: (at: number) => NodeId | undefined
}

type Rule = (operands: VectorOperands) => NodeId
type ByDType = Partial<Record<LaneDType, PlainInstruction | Rule>>

const pick =
  (table: ByDType, by: 'result' | 'operand' = 'result'): Rule =>
  (operands) => {
    const dtype = by === 'result' ? operands.dtype : operands.from
    const entry = table[dtype]
    if (entry === undefined) throw unsupported(operands.op, dtype)
    if (typeof entry === 'function') return entry(operands)
    return operands.context.graph.plain(entry, ...operands.args)
  }

const same: Rule = ({ args }) => argument(args, 0)

/** Four equal lanes. */
export function splat({ graph }: EmitContext, dtype: LaneDType, scalar: NodeId): NodeId {
  if (dtype === 'f32') return graph.plain('f32x4.splat', scalar)
  if (dtype !== 'bool') return graph.plain('i32x4.splat', scalar)
  const mask = graph.plain('i32.sub', graph.constant('i32', 0), scalar)
  return graph.plain('i32x4.splat', mask)
}

/** One lane as a single value. */
export function extractLane({ graph }: EmitContext, dtype: LaneDType, vector: NodeId, lane: number): NodeId {
  if (dtype === 'f32') return graph.lane('f32x4.extract_lane', lane, vector)
  const bits = graph.lane('i32x4.extract_lane', lane, vector)
  return dtype === 'bool' ? graph.plain('i32.and', bits, graph.constant('i32', 1)) : bits
}

/** A vector of four single values. */
export function packLanes(context: EmitContext, dtype: LaneDType, scalars: readonly NodeId[]): NodeId {
  const { graph } = context
  const kind = dtype === 'f32' ? 'f32x4' : 'i32x4'
  let packed = graph.plain(`${kind}.splat`, argument(scalars, 0))
  for (let lane = 1; lane < 4; lane++) {
    packed = graph.lane(`${kind}.replace_lane`, lane, packed, argument(scalars, lane))
  }
  return dtype === 'bool' ? graph.plain('i32x4.neg', packed) : packed
}

const laneByLane: Rule = ({ context, op, dtype, from, args }) => {
  const lanes = [0, 1, 2, 3].map((lane) => {
    const scalars = args.map((arg) => extractLane(context, op === 'select' ? dtype : from, arg, lane))
    return emitScalarOp({ context, op, dtype, from, args: scalars })
  })
  return packLanes(context, dtype, lanes)
}

const integer = (what: PlainInstruction, bool?: PlainInstruction): ByDType => ({
  i32: what,
  u32: what,
  ...(bool === undefined ? {} : { bool }),
})
const rounding = (what: PlainInstruction): Rule => pick({ f32: what, i32: same, u32: same })

/** Vector shifts take one count for all lanes. */
const shift =
  (instruction: PlainInstruction): Rule =>
  (operands) => {
    const count = operands.uniform(1)
    if (count === undefined) return laneByLane(operands)
    return operands.context.graph.plain(instruction, argument(operands.args, 0), count)
  }

const notEqualZero =
  (instruction: 'f32x4.ne' | 'i32x4.ne'): Rule =>
  ({ context: { graph }, args }) => {
    const zero = graph.plain('i32x4.splat', graph.constant('i32', 0))
    return graph.plain(instruction, argument(args, 0), zero)
  }

const oneWhere =
  (dtype: 'f32' | 'i32'): Rule =>
  ({ context, args }) => {
    const one = splat(context, dtype, context.graph.constant(dtype, 1))
    return context.graph.plain('v128.and', argument(args, 0), one)
  }

const casts: Readonly<Record<LaneDType, Rule>> = {
  f32: pick(
    { f32: same, i32: 'f32x4.convert_i32x4_s', u32: 'f32x4.convert_i32x4_u', bool: oneWhere('f32') },
    'operand',
  ),
  i32: pick({ f32: 'i32x4.trunc_sat_f32x4_s', i32: same, u32: same, bool: oneWhere('i32') }, 'operand'),
  u32: pick({ f32: 'i32x4.trunc_sat_f32x4_u', i32: same, u32: same, bool: oneWhere('i32') }, 'operand'),
  bool: pick(
    {
      f32: notEqualZero('f32x4.ne'),
      i32: notEqualZero('i32x4.ne'),
      u32: notEqualZero('i32x4.ne'),
      bool: same,
    },
    'operand',
  ),
}

/** The number in all lanes, if it is known. */
function splatConstant({ graph }: EmitContext, id: NodeId): number | undefined {
  const node = graph.node(id)
  return node.kind === 'plain' && node.name === 'f32x4.splat'
    ? graph.constantOf(argument(node.args, 0))
    : undefined
}

/**
 * `maximum` and `minimum` with a constant through pmax and pmin, which cost nothing where max and min cost several
 * instructions: with the constant second they keep NaN, and only the sign of zero needs care.
 */
const floatExtreme =
  (which: 'max' | 'min'): Rule =>
  ({ context, args }) => {
    const { graph } = context
    for (const [x, bound] of [args, [...args].reverse()]) {
      if (x === undefined || bound === undefined) continue
      const value = splatConstant(context, bound)
      if (value === undefined || Number.isNaN(value)) continue
      if (value !== 0) return graph.plain(`f32x4.p${which}`, x, bound)
      // -0 + 0 is 0, and nothing else changes.
      if (which === 'max' && Object.is(value, 0)) {
        return graph.plain('f32x4.add', graph.plain('f32x4.pmax', x, bound), bound)
      }
    }
    return graph.plain(`f32x4.${which}`, ...args)
  }

/** `x < y ? y : x` is what pmax computes, `x < y ? x : y` is pmin with its operands exchanged. */
const select: Rule = ({ context: { graph }, args }) => {
  const [mask = -1, whenTrue = -1, whenFalse = -1] = args
  const compare = graph.node(mask)
  if (compare.kind === 'plain' && compare.name === 'f32x4.lt') {
    const [x, y] = compare.args
    if (x === whenFalse && y === whenTrue) return graph.plain('f32x4.pmax', whenFalse, whenTrue)
    if (x === whenTrue && y === whenFalse) return graph.plain('f32x4.pmin', whenFalse, whenTrue)
  }
  return graph.plain('v128.bitselect', whenTrue, whenFalse, mask)
}

const swapped =
  (instruction: PlainInstruction): Rule =>
  ({ context: { graph }, args }) =>
    graph.plain(instruction, argument(args, 1), argument(args, 0))

const vectorRules: Readonly<Record<PrimitiveScalarOp, Rule>> = {
  add: pick({ f32: 'f32x4.add', ...integer('i32x4.add', 'v128.or') }),
  sub: pick({ f32: 'f32x4.sub', ...integer('i32x4.sub') }),
  mul: pick({ f32: 'f32x4.mul', ...integer('i32x4.mul', 'v128.and') }),
  div: pick({ f32: 'f32x4.div', i32: laneByLane, u32: laneByLane }),
  rem: pick({ f32: laneByLane, i32: laneByLane, u32: laneByLane }),
  minimum: pick({ f32: floatExtreme('min'), i32: 'i32x4.min_s', u32: 'i32x4.min_u', bool: 'v128.and' }),
  maximum: pick({ f32: floatExtreme('max'), i32: 'i32x4.max_s', u32: 'i32x4.max_u', bool: 'v128.or' }),
  neg: pick({ f32: 'f32x4.neg', ...integer('i32x4.neg') }),
  abs: pick({ f32: 'f32x4.abs', i32: 'i32x4.abs', u32: same }),
  floor: rounding('f32x4.floor'),
  ceil: rounding('f32x4.ceil'),
  trunc: rounding('f32x4.trunc'),
  round: rounding('f32x4.nearest'),
  sqrt: pick({ f32: 'f32x4.sqrt' }),
  lt: pick(
    { f32: 'f32x4.lt', i32: 'i32x4.lt_s', u32: 'i32x4.lt_u', bool: swapped('v128.andnot') },
    'operand',
  ),
  // Masks are 0 or 2^32 - 1, so that false <= true unsigned.
  le: pick({ f32: 'f32x4.le', i32: 'i32x4.le_s', u32: 'i32x4.le_u', bool: 'i32x4.le_u' }, 'operand'),
  eq: pick({ f32: 'f32x4.eq', ...integer('i32x4.eq', 'i32x4.eq') }, 'operand'),
  ne: pick({ f32: 'f32x4.ne', ...integer('i32x4.ne', 'v128.xor') }, 'operand'),
  and: pick(integer('v128.and', 'v128.and')),
  or: pick(integer('v128.or', 'v128.or')),
  xor: pick(integer('v128.xor', 'v128.xor')),
  not: pick(integer('v128.not', 'v128.not')),
  shl: pick({ i32: shift('i32x4.shl'), u32: shift('i32x4.shl') }),
  shr: pick({ i32: shift('i32x4.shr_s'), u32: shift('i32x4.shr_u') }),
  select,
  cast: (operands) => casts[operands.dtype](operands),
  bitcast: ({ op, dtype, from, args }) => {
    if (dtype !== from && (dtype === 'bool' || from === 'bool')) throw unsupported(op, from)
    return argument(args, 0)
  },
}

export function emitVectorOp(operands: VectorOperands): NodeId {
  if (operands.args.length === 0) throw internalError('wasm simd', `${operands.op} has no operands`)
  return vectorRules[operands.op](operands)
}
