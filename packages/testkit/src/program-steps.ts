// Steps of random programs: each takes what is there, chooses operands and attributes by given numbers, and makes one value.
// Whatever the numbers, the result is valid: operands are brought to the type a step needs. Smaller numbers, simpler choices.
import type { Builder, DType, OpName, Shape, TensorType, Value } from '@heddle/core'
import {
  dtypes,
  isFloat,
  layerNorm,
  logSumExp,
  opNames,
  opRecord,
  shapesEqual,
  sizeOf,
  softmax,
} from '@heddle/core'

/** Numbers to choose by, and the values there are. */
export interface Chooser {
  readonly b: Builder
  readonly values: readonly Value[]
  /** A number with 0 <= n < limit. */
  readonly below: (limit: number) => number
  /** Those that casts and samples may have. */
  readonly dtypes: readonly DType[]
}

/** Makes a value, or nothing if there is nothing fitting. */
export type Step = (c: Chooser) => Value | undefined

const pick = <T>(c: Chooser, items: readonly T[]): T | undefined => items[c.below(items.length)]
/** A value, one of the last ones for small numbers. */
export const anyValue = (c: Chooser): Value | undefined =>
  c.values[c.values.length - 1 - c.below(c.values.length)]
export const floatValue = (c: Chooser): Value | undefined => {
  const floats = c.values.filter(({ type }) => isFloat(type.dtype))
  return floats[floats.length - 1 - c.below(floats.length)]
}
const range = (count: number): number[] => Array.from({ length: count }, (_, k) => k)
export const constant = (b: Builder, like: Value, value: number): Value =>
  b.full({ ...like.type, value: dtypes[like.type.dtype].round(value) })

/** `value` brought to a type: converted, and if the sizes differ, one element repeated. */
export function fit(b: Builder, value: Value, { dtype, shape }: TensorType): Value {
  const converted = value.type.dtype === dtype ? value : b.cast(value, { dtype })
  const from = value.type.shape
  if (shapesEqual(from, shape)) return converted
  if (sizeOf(from) === sizeOf(shape)) return b.reshape(converted, { shape })
  if (sizeOf(from) === 0) return b.full({ dtype, shape, value: dtypes[dtype].round(1) })
  const element = b.slice(converted, {
    starts: from.map((dim) => dim - 1),
    limits: from,
    steps: from.map(() => 1),
  })
  return b.expand(b.reshape(element, { shape: shape.map(() => 1) }), { shape })
}

const elementwise = (arity: number): readonly OpName[] =>
  opNames.filter((op) => opRecord(op).kind === 'elementwise' && opRecord(op).arity === arity)
const unaryOps = elementwise(1).filter((op) => op !== 'cast' && op !== 'bitcast')
const binaryOps = elementwise(2)

/** Ops whose results explode or have poles: their operand is brought into an interval first, mostly. */
const needsPositive: ReadonlySet<OpName> = new Set([
  'log',
  'sqrt',
  'rsqrt',
  'reciprocal',
  'log1p',
  'div',
  'rem',
  'pow',
])
const needsSmall: ReadonlySet<OpName> = new Set(['exp', 'expm1', 'tan', 'pow'])

function tame(c: Chooser, op: OpName, x: Value): Value {
  if (!isFloat(x.type.dtype) || c.below(8) === 7) return x
  const small = needsSmall.has(op) ? c.b.tanh(x) : x
  return needsPositive.has(op) ? c.b.add(c.b.abs(small), constant(c.b, x, 0.5)) : small
}

/** The op on these operands, if it takes their dtypes. */
function tryMake(c: Chooser, op: OpName, operands: readonly Value[]): Value | undefined {
  try {
    opRecord(op).infer(
      operands.map(({ type }) => type),
      {},
    )
  } catch {
    return undefined
  }
  return c.b.make(op, operands, {})
}

const unary: Step = (c) => {
  const op = pick(c, unaryOps)
  const x = anyValue(c)
  return op && x && tryMake(c, op, [tame(c, op, x)])
}

const binary: Step = (c) => {
  const op = pick(c, binaryOps)
  const x = anyValue(c)
  const y = anyValue(c)
  if (op === undefined || x === undefined || y === undefined) return undefined
  return tryMake(c, op, [op === 'pow' ? tame(c, op, x) : x, tame(c, op, fit(c.b, y, x.type))])
}

const select: Step = (c) => {
  const [condition, x, y] = [anyValue(c), anyValue(c), anyValue(c)]
  if (condition === undefined || x === undefined || y === undefined) return undefined
  const mask = fit(c.b, condition, { dtype: 'bool', shape: x.type.shape })
  return c.b.select(mask, x, fit(c.b, y, x.type))
}

const cast: Step = (c) => {
  const x = anyValue(c)
  const dtype = pick(c, c.dtypes)
  return x && dtype && c.b.cast(x, { dtype })
}

const reshape: Step = (c) => {
  const x = anyValue(c)
  if (x === undefined) return undefined
  const { shape } = x.type
  const axis = c.below(shape.length + 1)
  const dim = shape[axis] ?? 1
  const divisors = range(dim)
    .map((k) => k + 1)
    .filter((k) => dim % k === 0)
  const factor = pick(c, divisors) ?? 1
  const variants: readonly Shape[] = [
    [sizeOf(shape)],
    [...shape.slice(0, axis), 1, ...shape.slice(axis)],
    [...shape.slice(0, axis), ...(dim === 0 ? [0] : [factor, dim / factor]), ...shape.slice(axis + 1)],
    shape.filter((each) => each !== 1),
    [...shape].reverse(),
  ]
  return c.b.reshape(x, { shape: pick(c, variants) ?? shape })
}

const permute: Step = (c) => {
  const x = anyValue(c)
  if (x === undefined) return undefined
  const rest = range(x.type.shape.length)
  const perm = x.type.shape.map(() => rest.splice(rest.length - 1 - c.below(rest.length), 1)[0] ?? 0)
  return c.b.permute(x, { perm })
}

const expand: Step = (c) => {
  const x = anyValue(c)
  if (x === undefined) return undefined
  const { shape } = x.type
  const axis = c.below(shape.length + 1)
  const kept = [...shape.slice(0, axis), 1, ...shape.slice(axis)]
  const wide = kept.map((dim, each) => (each === axis ? c.below(4) + 1 : dim))
  return c.b.expand(c.b.reshape(x, { shape: kept }), { shape: wide })
}

const slice: Step = (c) => {
  const x = anyValue(c)
  if (x === undefined) return undefined
  const { shape } = x.type
  const starts = shape.map((dim) => c.below(dim + 1))
  const limits = shape.map((dim, axis) => dim - c.below(dim - (starts[axis] ?? 0) + 1))
  return c.b.slice(x, { starts, limits, steps: shape.map(() => c.below(3) + 1) })
}

const pad: Step = (c) => {
  const x = anyValue(c)
  if (x === undefined) return undefined
  const amounts = (most: number): number[] => x.type.shape.map(() => c.below(most))
  const value = dtypes[x.type.dtype].round(pick(c, [0, 1, -2]) ?? 0)
  return c.b.pad(x, { low: amounts(3), high: amounts(3), interior: amounts(2), value })
}

const axesOf = (c: Chooser, { type }: Value): number[] =>
  range(type.shape.length).filter(() => c.below(2) === 0)

const flip: Step = (c) => {
  const x = anyValue(c)
  return x && c.b.flip(x, { axes: axesOf(c, x) })
}

const concat: Step = (c) => {
  const x = anyValue(c)
  const y = anyValue(c)
  if (x === undefined || y === undefined || x.type.shape.length === 0) return undefined
  const axis = c.below(x.type.shape.length)
  const shape = x.type.shape.map((dim, each) => (each === axis ? c.below(3) : dim))
  const other = fit(c.b, y, { dtype: x.type.dtype, shape })
  return c.b.concat(...(c.below(2) === 0 ? [x, other] : [other, x, other]), { axis })
}

/** Attributes of windows that fit into a shape, along up to two axes. */
function windowsOf(c: Chooser, shape: Shape) {
  const axes = range(shape.length)
    .filter((axis) => (shape[axis] ?? 0) > 0 && c.below(2) === 0)
    .slice(0, 2)
  const dilations = axes.map(() => c.below(2) + 1)
  const sizes = axes.map((axis, k) =>
    Math.min(3, Math.floor(((shape[axis] ?? 1) - 1) / (dilations[k] ?? 1)) + 1),
  )
  return {
    axes,
    sizes: sizes.map((size) => c.below(size) + 1),
    strides: axes.map(() => c.below(2) + 1),
    dilations,
  }
}

const windows: Step = (c) => {
  const x = anyValue(c)
  return x && c.b.windows(x, windowsOf(c, x.type.shape))
}

/** Windows of one value, put together again from another. */
const foldWindows: Step = (c) => {
  const [x, y] = [floatValue(c), anyValue(c)]
  if (x === undefined || y === undefined) return undefined
  const attrs = windowsOf(c, x.type.shape)
  const cut = c.b.windows(x, attrs)
  return c.b.foldWindows(c.b.mul(cut, fit(c.b, y, cut.type)), { ...attrs, shape: x.type.shape })
}

const reduce: Step = (c) => {
  const x = anyValue(c)
  const op = pick(c, ['reduceSum', 'reduceMax', 'reduceMin', 'reduceProduct'] as const)
  if (x === undefined || op === undefined) return undefined
  const number = x.type.dtype === 'bool' ? c.b.cast(x, { dtype: 'f32' }) : x
  const axes = axesOf(c, number)
  const isEmpty = axes.some((axis) => x.type.shape[axis] === 0)
  return c.b[isEmpty ? 'reduceSum' : op](number, { axes })
}

const position: Step = (c) => {
  const x = anyValue(c)
  if (x === undefined || x.type.shape.length === 0 || x.type.dtype === 'bool') return undefined
  const axis = c.below(x.type.shape.length)
  return x.type.shape[axis] === 0 ? undefined : c.b[c.below(2) === 0 ? 'argMax' : 'argMin'](x, { axis })
}

const dot: Step = (c) => {
  const [x, y] = [floatValue(c), anyValue(c)]
  if (x === undefined || y === undefined || x.type.shape.length === 0) return undefined
  const { dtype, shape } = x.type
  const contract = c.below(shape.length)
  const batch = shape.length > 1 && c.below(2) === 1 ? (contract + 1) % shape.length : undefined
  const free = c.below(4) + 1
  const other = [shape[contract] ?? 1, free, ...(batch === undefined ? [] : [shape[batch] ?? 1])]
  return c.b.dot(x, fit(c.b, y, { dtype, shape: other }), {
    leftBatch: batch === undefined ? [] : [batch],
    rightBatch: batch === undefined ? [] : [2],
    leftContract: [contract],
    rightContract: [0],
  })
}

/** Positions inside the axis or one outside, from any value or from a ramp. */
function indicesFor(c: Chooser, extent: number): Value | undefined {
  const from = anyValue(c)
  if (from === undefined) return undefined
  const integers = from.type.dtype === 'i32' ? from : c.b.cast(from, { dtype: 'i32' })
  const low = c.below(4) === 3 ? -1 : 0
  const wrapped = c.b.rem(integers, constant(c.b, integers, Math.max(1, extent)))
  return c.b.add(c.b.abs(wrapped), constant(c.b, integers, low))
}

/** Positions on `axis`, for each place of the first axis now and then. */
function positionsFor(
  c: Chooser,
  shape: Shape,
  axis: number,
): [Value, { axis: number; batch?: number }] | undefined {
  const indices = indicesFor(c, shape[axis] ?? 1)
  if (indices === undefined) return undefined
  if (axis === 0 || c.below(2) === 0) return [indices, { axis }]
  const own = [shape[0] ?? 1, c.below(3) + 1]
  return [fit(c.b, indices, { dtype: 'i32', shape: own }), { axis, batch: 1 }]
}

const gather: Step = (c) => {
  const x = anyValue(c)
  if (x === undefined || x.type.shape.length === 0) return undefined
  const found = positionsFor(c, x.type.shape, c.below(x.type.shape.length))
  if (found === undefined) return undefined
  const [indices, where] = found
  return c.b.gather(x, indices, where)
}

const scatterCombines = ['add', 'add', 'assign', 'multiply', 'minimum', 'maximum'] as const

const scatter: Step = (c) => {
  const [base, y] = [anyValue(c), anyValue(c)]
  if (base === undefined || y === undefined || base.type.shape.length === 0) return undefined
  const { dtype, shape } = base.type
  const found = positionsFor(c, shape, c.below(shape.length))
  if (found === undefined) return undefined
  const [indices, where] = found
  const { axis, batch = 0 } = where
  const updates = [...shape.slice(0, axis), ...indices.type.shape.slice(batch), ...shape.slice(axis + 1)]
  if (sizeOf(updates) > 600) return undefined
  const combine = dtype === 'bool' ? 'assign' : (scatterCombines[c.below(scatterCombines.length)] ?? 'add')
  return c.b.scatter(base, indices, fit(c.b, y, { dtype, shape: updates }), { ...where, combine })
}

const leaf: Step = (c) => {
  const shape = range(c.below(3) + 1).map(() => c.below(4) + 1)
  const kind = c.below(3)
  if (kind === 0) return c.b.iota({ dtype: 'i32', shape, axis: c.below(shape.length) })
  if (kind === 1) {
    const data = Float32Array.from({ length: sizeOf(shape) }, () => (c.below(9) - 4) / 2)
    return c.b.literal({ dtype: 'f32', shape, data })
  }
  const key = fit(c.b, c.b.iota({ dtype: 'i32', shape: [2], axis: 0 }), { dtype: 'u32', shape: [2] })
  return c.b.randomBits(key, { shape })
}

/** What is reduced and used again, row by row. */
const rows: Step = (c) => {
  const x = floatValue(c)
  if (x === undefined || x.type.shape.length === 0 || sizeOf(x.type.shape) === 0) return undefined
  const axis = c.below(x.type.shape.length)
  if (c.below(3) === 2) return layerNorm(x, { axes: [x.type.shape.length - 1] })
  return c.below(2) === 0 ? softmax(x, { axis }) : c.b.sub(x, expandRow(c, x, axis))
}

function expandRow(c: Chooser, x: Value, axis: number): Value {
  return c.b.expand(logSumExp(x, { axis, keepDims: true }), { shape: x.type.shape })
}

/** Steps written for what is special about an op; those named more than once come more often. */
export const writtenSteps: readonly Step[] = [
  binary,
  unary,
  binary,
  unary,
  select,
  reshape,
  permute,
  expand,
  reduce,
  reduce,
  slice,
  pad,
  flip,
  concat,
  cast,
  dot,
  windows,
  foldWindows,
  position,
  gather,
  scatter,
  rows,
  leaf,
]
