// Every primitive scalar op as WebAssembly instructions on single values: f32 and f64 as themselves, i32, u32 and bool (0 or 1)
// as i32. Meanings are those of core's `kernel/scalar.ts`; nothing here traps.
import type { DType, MathFunction, PrimitiveScalarOp } from '@heddle/core'
import type { FunctionBuilder, FunctionRef } from '../encoder.ts'
import type { PlainInstruction, ValueType } from '../instructions.ts'
import type { Library } from '../library.ts'
import type { Graph, NodeId } from './graph.ts'
import { unsupported } from './unsupported.ts'

/** Functions of the host: the f64 math functions and the floating-point remainder. */
export type HostFunction = MathFunction | 'rem'

export interface EmitContext {
  readonly graph: Graph
  readonly library: Library
  readonly host: (name: HostFunction) => FunctionRef
}

export interface ScalarOperands {
  readonly context: EmitContext
  readonly op: PrimitiveScalarOp
  readonly dtype: DType
  /** dtype of the first operand. */
  readonly from: DType
  readonly args: readonly NodeId[]
}

/** What a value of a dtype is in a local. */
export const scalarType: Readonly<Record<DType, ValueType & ('i32' | 'i64' | 'f32' | 'f64')>> = {
  f32: 'f32',
  f64: 'f64',
  f16: 'f32',
  bf16: 'f32',
  i64: 'i64',
  i32: 'i32',
  i16: 'i32',
  i8: 'i32',
  u8: 'i32',
  u32: 'i32',
  bool: 'i32',
}

type Rule = (operands: ScalarOperands) => NodeId
type ByDType = Partial<Record<DType, PlainInstruction | Rule>>

export function argument(args: readonly NodeId[], at: number): NodeId {
  const arg = args[at]
  if (arg === undefined) throw new RangeError(`operand ${at} is missing`)
  return arg
}

/** A rule that picks by dtype: an instruction for all operands, or a rule of its own. */
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
const float = (what: 'neg' | 'abs' | 'floor' | 'ceil' | 'trunc' | 'nearest' | 'sqrt'): ByDType => ({
  f32: `f32.${what}`,
  f64: `f64.${what}`,
})
const rounding = (what: 'floor' | 'ceil' | 'trunc' | 'nearest'): Rule =>
  pick({ ...float(what), i32: same, u32: same, i64: same })
const integer = (what: PlainInstruction, bool?: PlainInstruction): ByDType => ({
  i32: what,
  u32: what,
  ...(bool === undefined ? {} : { bool }),
})
const compare = (what: 'lt' | 'le'): Rule =>
  pick(
    {
      f32: `f32.${what}`,
      f64: `f64.${what}`,
      i32: `i32.${what}_s`,
      u32: `i32.${what}_u`,
      bool: `i32.${what}_u`,
      i64: `i64.${what}_s`,
    },
    'operand',
  )
const equality = (what: 'eq' | 'ne'): Rule =>
  pick(
    {
      f32: `f32.${what}`,
      f64: `f64.${what}`,
      i32: `i32.${what}`,
      u32: `i32.${what}`,
      bool: `i32.${what}`,
      i64: `i64.${what}`,
    },
    'operand',
  )

/** A shared function of two integers. */
const helper =
  (key: string, write: (f: FunctionBuilder) => void, type: 'i32' | 'i64' = 'i32'): Rule =>
  ({ context, args }) =>
    context.graph.call(context.library.shared(key, [type, type], [type], write), type, args)

/** `y == 0 ? 0 : divide`, with nothing evaluated that could trap. */
const guardedDivision = (instruction: PlainInstruction) => (f: FunctionBuilder) => {
  f.get(1).op('i32.eqz').if('i32').i32(0).else()
  if (instruction === 'i32.div_s') {
    f.get(1).i32(-1).op('i32.eq').if('i32').i32(0).get(0).op('i32.sub').else()
    f.get(0).get(1).op('i32.div_s').end()
  } else f.get(0).get(1).op(instruction)
  f.end()
}

const guardedWide = (instruction: 'i64.div_s' | 'i64.rem_s') => (f: FunctionBuilder) => {
  f.get(1).op('i64.eqz').if('i64').i64(0n).else()
  if (instruction === 'i64.div_s') {
    f.get(1).i64(-1n).op('i64.eq').if('i64').i64(0n).get(0).op('i64.sub').else()
    f.get(0).get(1).op('i64.div_s').end()
  } else f.get(0).get(1).op(instruction)
  f.end()
}

const choose = (when: PlainInstruction): Rule =>
  helper(`choose ${when}`, (f) => f.get(0).get(1).get(0).get(1).op(when).op('select'))

/** The smaller or larger of two integers, for reductions too. */
export function integerExtreme(library: Library, which: 'min' | 'max', dtype: DType): FunctionRef {
  if (dtype === 'i64') return wideExtreme(library, which)
  const sign = dtype === 'i32' ? 's' : 'u'
  const when = which === 'min' ? (`i32.lt_${sign}` as const) : (`i32.gt_${sign}` as const)
  return library.shared(
    `choose ${when}`,
    ['i32', 'i32'],
    ['i32'],
    (f) => void f.get(0).get(1).get(0).get(1).op(when).op('select'),
  )
}

const wideExtreme = (library: Library, which: 'min' | 'max'): FunctionRef =>
  library.shared(
    `choose ${which} i64`,
    ['i64', 'i64'],
    ['i64'],
    (f) =>
      void f
        .get(0)
        .get(1)
        .get(0)
        .get(1)
        .op(which === 'min' ? 'i64.lt_s' : 'i64.gt_s')
        .op('select'),
  )
const extremeOfWide =
  (which: 'min' | 'max'): Rule =>
  ({ context: { graph, library }, args }) =>
    graph.call(wideExtreme(library, which), 'i64', args)

const hostRemainder: Rule = ({ context: { graph, host }, dtype, args }) => {
  if (dtype === 'f64') return graph.call(host('rem'), 'f64', args)
  const wide = args.map((arg) => graph.plain('f64.promote_f32', arg))
  return graph.plain('f32.demote_f64', graph.call(host('rem'), 'f64', wide))
}

const negateInteger: Rule = ({ context: { graph }, args }) =>
  graph.plain('i32.sub', graph.constant('i32', 0), argument(args, 0))

const absInteger: Rule = ({ context: { graph }, args }) => {
  const x = argument(args, 0)
  const sign = graph.plain('i32.shr_s', x, graph.constant('i32', 31))
  return graph.plain('i32.sub', graph.plain('i32.xor', x, sign), sign)
}

const negateWide: Rule = ({ context: { graph }, args }) =>
  graph.plain('i64.sub', graph.constant('i64', 0n), argument(args, 0))

const absWide: Rule = ({ context: { graph }, args }) => {
  const x = argument(args, 0)
  const sign = graph.plain('i64.shr_s', x, graph.constant('i64', 63n))
  return graph.plain('i64.sub', graph.plain('i64.xor', x, sign), sign)
}

const notWide: Rule = ({ context: { graph }, args }) =>
  graph.plain('i64.xor', argument(args, 0), graph.constant('i64', -1n))

const notInteger: Rule = ({ context: { graph }, args }) =>
  graph.plain('i32.xor', argument(args, 0), graph.constant('i32', -1))

const truth: Rule = ({ context: { graph }, from, args }) => {
  const type = scalarType[from]
  return graph.plain(`${type}.ne`, argument(args, 0), graph.constant(type, 0))
}

/** Of a value that is only stored: in a local it is what it computes as. */
const stored = { f16: same, bf16: same } as const
const storedInteger = { i16: same, i8: same, u8: same } as const
/** `stored.ts` rounds and wraps. */
const noCast: Rule = ({ op, dtype }) => {
  throw unsupported(op, dtype)
}

/** Conversions by result, then operand. */
const casts: Readonly<Record<DType, Rule>> = {
  f16: noCast,
  bf16: noCast,
  i64: pick(
    {
      f32: 'i64.trunc_sat_f32_s',
      f64: 'i64.trunc_sat_f64_s',
      i64: same,
      i32: 'i64.extend_i32_s',
      u32: 'i64.extend_i32_u',
      bool: 'i64.extend_i32_u',
    },
    'operand',
  ),
  i16: noCast,
  i8: noCast,
  u8: noCast,
  f32: pick(
    {
      f32: same,
      ...stored,
      f64: 'f32.demote_f64',
      i64: 'f32.convert_i64_s',
      i32: 'f32.convert_i32_s',
      u32: 'f32.convert_i32_u',
      bool: 'f32.convert_i32_u',
    },
    'operand',
  ),
  f64: pick(
    {
      f32: 'f64.promote_f32',
      f64: same,
      i64: 'f64.convert_i64_s',
      i32: 'f64.convert_i32_s',
      u32: 'f64.convert_i32_u',
      bool: 'f64.convert_i32_u',
    },
    'operand',
  ),
  i32: pick(
    {
      f32: 'i32.trunc_sat_f32_s',
      f64: 'i32.trunc_sat_f64_s',
      i64: 'i32.wrap_i64',
      i32: same,
      ...storedInteger,
      u32: same,
      bool: same,
    },
    'operand',
  ),
  u32: pick(
    {
      f32: 'i32.trunc_sat_f32_u',
      f64: 'i32.trunc_sat_f64_u',
      i64: 'i32.wrap_i64',
      i32: same,
      u32: same,
      bool: same,
    },
    'operand',
  ),
  bool: pick({ f32: truth, f64: truth, i64: truth, i32: truth, u32: truth, bool: same }, 'operand'),
}

const bitcast: Rule = ({ context: { graph }, op, dtype, from, args }) => {
  const x = argument(args, 0)
  if (dtype === from) return x
  if (dtype === 'f32' && (from === 'i32' || from === 'u32')) return graph.plain('f32.reinterpret_i32', x)
  if (from === 'f32' && (dtype === 'i32' || dtype === 'u32')) return graph.plain('i32.reinterpret_f32', x)
  if (dtype === 'f64' && from === 'i64') return graph.plain('f64.reinterpret_i64', x)
  if (dtype === 'i64' && from === 'f64') return graph.plain('i64.reinterpret_f64', x)
  if (scalarType[dtype] === 'i32' && scalarType[from] === 'i32') return x
  throw unsupported(op, from)
}

const scalarRules: Readonly<Record<PrimitiveScalarOp, Rule>> = {
  add: pick({ f32: 'f32.add', f64: 'f64.add', i64: 'i64.add', ...integer('i32.add', 'i32.or') }),
  sub: pick({ f32: 'f32.sub', f64: 'f64.sub', i64: 'i64.sub', ...integer('i32.sub') }),
  mul: pick({ f32: 'f32.mul', f64: 'f64.mul', i64: 'i64.mul', ...integer('i32.mul', 'i32.and') }),
  div: pick({
    f32: 'f32.div',
    f64: 'f64.div',
    i32: helper('divide i32', guardedDivision('i32.div_s')),
    u32: helper('divide u32', guardedDivision('i32.div_u')),
    i64: helper('divide i64', guardedWide('i64.div_s'), 'i64'),
  }),
  rem: pick({
    f32: hostRemainder,
    f64: hostRemainder,
    i32: helper('remainder i32', guardedDivision('i32.rem_s')),
    u32: helper('remainder u32', guardedDivision('i32.rem_u')),
    i64: helper('remainder i64', guardedWide('i64.rem_s'), 'i64'),
  }),
  minimum: pick({
    f32: 'f32.min',
    f64: 'f64.min',
    i32: choose('i32.lt_s'),
    u32: choose('i32.lt_u'),
    i64: extremeOfWide('min'),
    bool: 'i32.and',
  }),
  maximum: pick({
    f32: 'f32.max',
    f64: 'f64.max',
    i32: choose('i32.gt_s'),
    u32: choose('i32.gt_u'),
    i64: extremeOfWide('max'),
    bool: 'i32.or',
  }),
  neg: pick({ ...float('neg'), i32: negateInteger, u32: negateInteger, i64: negateWide }),
  abs: pick({ ...float('abs'), i32: absInteger, u32: same, i64: absWide }),
  floor: rounding('floor'),
  ceil: rounding('ceil'),
  trunc: rounding('trunc'),
  round: rounding('nearest'),
  sqrt: pick(float('sqrt')),
  lt: compare('lt'),
  le: compare('le'),
  eq: equality('eq'),
  ne: equality('ne'),
  and: pick({ ...integer('i32.and', 'i32.and'), i64: 'i64.and' }),
  or: pick({ ...integer('i32.or', 'i32.or'), i64: 'i64.or' }),
  xor: pick({ ...integer('i32.xor', 'i32.xor'), i64: 'i64.xor' }),
  not: pick({ i32: notInteger, u32: notInteger, i64: notWide, bool: 'i32.eqz' }),
  shl: pick({ ...integer('i32.shl'), i64: 'i64.shl' }),
  shr: pick({ i32: 'i32.shr_s', u32: 'i32.shr_u', i64: 'i64.shr_s' }),
  select: ({ context: { graph }, args }) =>
    graph.plain('select', argument(args, 1), argument(args, 2), argument(args, 0)),
  cast: (operands) => casts[operands.dtype](operands),
  bitcast,
}

export function emitScalarOp(operands: ScalarOperands): NodeId {
  return scalarRules[operands.op](operands)
}
