// Values of the form a rewrite rule looks for, at random: over inputs of a given type, constants that are often special, attributes
// drawn small. Whether the rule's conditions hold is for the rule to say; whether attributes fit is for `infer`: both fail often,
// so callers draw many.
import type { Builder, OpName, Scalar, TensorType, Value } from '@heddle/core'
import {
  dtypes,
  HeddleError,
  opRecord,
  readElement,
  shapesEqual,
  sizeOf,
  variadic,
  writeElement,
} from '@heddle/core'
import { drawAttrs, drawValue } from './draw-attrs.ts'
import { fillArray, type Random } from './random.ts'

/** What is read of a pattern. */
export interface PatternForm {
  readonly ops: readonly OpName[] | undefined
  readonly operands: readonly PatternForm[] | undefined
  readonly name: string | undefined
}

interface Making {
  readonly b: Builder
  readonly random: Random
  /** Of the inputs, where nothing else is asked for. */
  readonly type: TensorType
  readonly named: Map<string, Value>
}

const constantFill = { kind: 'extreme' } as const

/** A value that has the form of a pattern, over inputs of `type`; `undefined` where what was drawn does not fit together. */
export function instanceOf(
  pattern: PatternForm,
  b: Builder,
  type: TensorType,
  random: Random,
): Value | undefined {
  try {
    return make({ b, random, type, named: new Map() }, pattern, undefined)
  } catch (error) {
    if (error instanceof HeddleError) return undefined
    throw error
  }
}

/** Recursive over the pattern, which people write: a few levels. */
function make(m: Making, { ops, operands, name }: PatternForm, wanted: TensorType | undefined): Value {
  const bound = name === undefined ? undefined : m.named.get(name)
  if (bound !== undefined) return bound
  const op = ops === undefined ? undefined : m.random.pick(ops)
  const value = op === undefined ? anything(m, wanted) : applied(m, op, operands, wanted)
  if (name !== undefined) m.named.set(name, value)
  return value
}

function applied(
  m: Making,
  op: OpName,
  operands: readonly PatternForm[] | undefined,
  wanted: TensorType | undefined,
): Value {
  const record = opRecord(op)
  if (op === 'full') return constant(m, wanted ?? m.type)
  if (op === 'literal') return literal(m, wanted ?? m.type)
  if (op === 'input') return inputOf(m, wanted ?? m.type)
  if (op === 'concat' && m.random.chance(0.2)) return cutAndJoined(m, wanted ?? m.type)
  const count = record.arity === variadic ? m.random.int(1, 4) : record.arity
  const patterns = operands ?? Array.from({ length: count }, () => anyPattern)
  const inputs = operandsOf(m, op, patterns, wanted)
  const attrs = drawAttrs(
    op,
    inputs.map((input) => input.type),
    m.random,
  )
  return m.b.make(op, inputs, attrs)
}

const anyPattern: PatternForm = { ops: undefined, operands: undefined, name: undefined }

/** Operands in which the most specific pattern decides the type, the others follow it. */
function operandsOf(
  m: Making,
  op: OpName,
  patterns: readonly PatternForm[],
  wanted: TensorType | undefined,
): readonly Value[] {
  const isElementwise = opRecord(op).kind === 'elementwise'
  const isTest = ['eq', 'ne', 'lt', 'le', 'cast', 'bitcast'].includes(op)
  const order = patterns.map((_, k) => k).sort((x, y) => weight(patterns[y]) - weight(patterns[x]))
  const made: Value[] = []
  let type = isElementwise && !isTest ? wanted : undefined
  for (const k of order) {
    const pattern = patterns[k] ?? anyPattern
    const isCondition = op === 'select' && k === 0
    const isIndices = (op === 'gather' || op === 'scatter') && k === 1
    const asked =
      isCondition && type !== undefined
        ? { dtype: 'bool' as const, shape: type.shape }
        : isIndices
          ? { dtype: 'i32' as const, shape: [2] }
          : isElementwise || op === 'concat'
            ? type
            : undefined
    const value = make(m, pattern, asked)
    made[k] = value
    if (isElementwise && !isCondition) type ??= value.type
    if (isCondition) type ??= { dtype: m.type.dtype, shape: value.type.shape }
    if (op === 'concat') type ??= value.type
  }
  return made
}

const weight = (pattern: PatternForm | undefined): number =>
  pattern?.ops === undefined ? 0 : pattern.ops.includes('full') ? 1 : 2

/** An input, or now and then what rules look for behind operands they do not name. */
function anything(m: Making, wanted: TensorType | undefined): Value {
  const type = wanted ?? m.type
  switch (m.random.int(0, 13)) {
    case 0:
      return constant(m, type)
    case 1:
      return literal(m, type)
    case 2:
      return m.b.select(
        inputOf(m, { dtype: 'bool', shape: type.shape }),
        constant(m, type),
        constant(m, type),
      )
    case 3:
      return m.b.abs(inputOf(m, type))
    case 4:
      return type.shape.length === 0 ? inputOf(m, type) : joined(m, type)
    case 5:
      return repeated(m, type)
    case 6:
    case 7:
      return chosen(m, type)
    default:
      return inputOf(m, type)
  }
}

/** Of two values of which one may be known not to be -0, by an op that may keep that or not. */
function chosen(m: Making, type: TensorType): Value {
  const part = (): Value => {
    const source = inputOf(m, type)
    return m.random.chance(0.5) ? m.b.abs(source) : m.random.chance(0.5) ? constant(m, type) : source
  }
  const op = m.random.pick(['minimum', 'minimum', 'maximum', 'maximum', 'add', 'mul', 'sub'] as const)
  return m.b[op](part(), part())
}

/** Now and then the same input twice. */
function inputOf(m: Making, { dtype, shape }: TensorType): Value {
  const name = `${m.random.pick(['x', 'y', 'z'])} ${dtype}[${shape.join()}]`
  return m.b.input({ name, dtype, shape })
}

function constant(m: Making, { dtype, shape }: TensorType): Value {
  const value = m.random.chance(0.4)
    ? dtypes[dtype].round(m.random.pick([0, 1, -1, -0, 2, 0.5]))
    : drawValue(dtype, m.random)
  return m.b.full({ dtype, shape, value })
}

function literal(m: Making, { dtype, shape }: TensorType): Value {
  const data = fillArray(dtype, sizeOf(shape), constantFill, m.random)
  const kind = m.random.int(0, 3)
  const first = readElement(dtype, data, 0) ?? 0
  const uniform = (): Scalar => first
  const zeros = (): Scalar => dtypes[dtype].round(m.random.pick([0, -0]))
  const draw = [uniform, zeros][kind]
  if (draw !== undefined) for (let at = 0; at < data.length; at++) writeElement(dtype, data, at, draw())
  return m.b.literal({ dtype, shape, data })
}

/** Boxes of one input that touch, mostly, joined again. */
function cutAndJoined(m: Making, { dtype, shape }: TensorType): Value {
  const whole = inputOf(m, { dtype, shape: [...shape, 5] })
  const axis = m.random.int(0, shape.length + 1)
  const end = whole.type.shape[axis] ?? 0
  const cuts = [0, 1, 2, 3].map(() => m.random.int(0, end + 1)).sort((x, y) => x - y)
  const parts = cuts.slice(1).map((limit, k) => {
    const at = (own: number, others: readonly number[]): number[] =>
      others.map((other, each) => (each === axis ? own : other))
    return m.b.slice(whole, {
      starts: at(
        cuts[k] ?? 0,
        whole.type.shape.map(() => 0),
      ),
      limits: at(limit, whole.type.shape),
      steps: whole.type.shape.map(() => 1),
    })
  })
  return m.b.concat(...parts, { axis })
}

function joined(m: Making, { dtype, shape }: TensorType): Value {
  const [first = 0, ...rest] = shape
  const cut = m.random.int(0, first + 1)
  const part = (dim: number): Value => inputOf(m, { dtype, shape: [dim, ...rest] })
  return m.b.concat(part(cut), part(first - cut), { axis: 0 })
}

function repeated(m: Making, { dtype, shape }: TensorType): Value {
  const narrow = shape.map((dim) => (m.random.chance(0.5) ? 1 : dim))
  const source = inputOf(m, { dtype, shape: narrow })
  return shapesEqual(narrow, shape) ? source : m.b.expand(source, { shape })
}
