// Attributes of any op for operands of given types, at random and small, so that edges come up often: no axes, all axes, empty
// boxes, windows as long as the axis. Most draws are valid; `infer` decides. Ops without a row here take those of their samples.
import type { OpName, OpTable, Shape, TensorType, Value } from '@heddle/core'
import { dtypeNames, dtypes, opRecord, readElement, sizeOf } from '@heddle/core'
import { fillArray, type Random } from './random.ts'

type Attrs = Value['attrs']
type Draw = (operands: readonly TensorType[], random: Random) => object

const range = (count: number): number[] => Array.from({ length: count }, (_, k) => k)
const shapeOf = ([x]: readonly TensorType[]): Shape => x?.shape ?? []
const some = (random: Random, axes: readonly number[], share = 0.5): number[] =>
  axes.filter(() => random.chance(share))
const anAxis: Draw = (operands, random) => ({ axis: random.int(0, Math.max(1, shapeOf(operands).length)) })
const axesOf: Draw = (operands, random) => ({ axes: some(random, range(shapeOf(operands).length)) })

function shuffled(count: number, random: Random): number[] {
  const rest = range(count)
  return range(count).map(() => rest.splice(random.int(0, rest.length), 1)[0] ?? 0)
}

/** A shape of as many elements: axes split, joined, of extent 1 added or removed. */
function reshaped(shape: Shape, random: Random): Shape {
  const size = sizeOf(shape)
  const kind = random.int(0, 4)
  if (kind === 0) return shape
  if (kind === 1) return [size]
  if (kind === 2) {
    const wide = shape.filter((dim) => dim !== 1 || random.chance(0.5))
    const at = random.int(0, wide.length + 1)
    return [...wide.slice(0, at), 1, ...wide.slice(at)]
  }
  if (size === 0) return random.chance(0.5) ? [0, 3] : [2, 0]
  const divisors = range(size + 1).filter((k) => k > 0 && size % k === 0)
  const first = random.pick(divisors)
  const second = random.pick(divisors.filter((k) => (size / first) % k === 0))
  return [first, second, size / first / second]
}

function slice(operands: readonly TensorType[], random: Random): OpAttrs<'slice'> {
  const shape = shapeOf(operands)
  const starts = shape.map((dim) => (random.chance(0.4) ? 0 : random.int(0, dim + 1)))
  const limits = shape.map((dim, axis) => (random.chance(0.4) ? dim : random.int(starts[axis] ?? 0, dim + 1)))
  return { starts, limits, steps: shape.map(() => (random.chance(0.6) ? 1 : random.int(1, 4))) }
}

function pad(operands: readonly TensorType[], random: Random): OpAttrs<'pad'> {
  const [x] = operands
  const amounts = (most: number): number[] =>
    shapeOf(operands).map(() => (random.chance(0.5) ? 0 : random.int(0, most + 1)))
  const value = x === undefined ? 0 : drawValue(x.dtype, random)
  return { low: amounts(2), high: amounts(2), interior: random.chance(0.6) ? amounts(0) : amounts(2), value }
}

/** A number of a dtype that matters to arithmetic in it. */
export function drawValue(dtype: TensorType['dtype'], random: Random): number {
  return Number(readElement(dtype, fillArray(dtype, 1, { kind: 'extreme' }, random), 0))
}

/** Windows along up to two axes that fit. */
function windowsOf(shape: Shape, random: Random): OpAttrs<'windows'> {
  const axes = some(
    random,
    range(shape.length).filter((axis) => (shape[axis] ?? 0) > 0),
  ).slice(0, 2)
  const dilations = axes.map(() => (random.chance(0.6) ? 1 : 2))
  const sizes = axes.map((axis, k) => {
    const most = Math.floor(((shape[axis] ?? 1) - 1) / (dilations[k] ?? 1)) + 1
    return random.int(1, most + 1)
  })
  const strides = sizes.map((size) => (random.chance(0.4) ? size : random.int(1, 4)))
  return { axes, sizes, strides, dilations }
}

/** For windows that some shape has: the first axes count windows, the last are the windows. */
function foldWindows(operands: readonly TensorType[], random: Random): OpAttrs<'foldWindows'> {
  const shape = shapeOf(operands)
  const slid = random.int(0, Math.floor(shape.length / 2) + 1)
  const rank = shape.length - slid
  const axes = shuffled(rank, random)
    .slice(0, slid)
    .sort((x, y) => x - y)
  const sizes = shape.slice(rank)
  const dilations = sizes.map(() => (random.chance(0.7) ? 1 : 2))
  const strides = sizes.map((size) => (random.chance(0.5) ? Math.max(1, size) : random.int(1, 4)))
  const whole = shape.slice(0, rank).map((count, axis) => {
    const k = axes.indexOf(axis)
    if (k < 0) return count
    const span = ((sizes[k] ?? 1) - 1) * (dilations[k] ?? 1) + 1
    return Math.max(0, (count - 1) * (strides[k] ?? 1) + span + random.int(0, strides[k] ?? 1))
  })
  return { axes, sizes, strides, dilations, shape: whole }
}

/** Pairs axes of equal extent, some as batch, some contracted. */
function dot([x, y]: readonly TensorType[], random: Random): OpAttrs<'dot'> {
  const free = range(y?.shape.length ?? 0)
  const attrs = { leftBatch: [], rightBatch: [], leftContract: [], rightContract: [] }
  const { leftBatch, rightBatch, leftContract, rightContract }: Record<string, number[]> = attrs
  for (const axis of shuffled(x?.shape.length ?? 0, random)) {
    const partner = free.find((each) => y?.shape[each] === x?.shape[axis])
    if (partner === undefined || random.chance(0.3)) continue
    free.splice(free.indexOf(partner), 1)
    const batch = random.chance(0.4)
    ;(batch ? leftBatch : leftContract)?.push(axis)
    ;(batch ? rightBatch : rightContract)?.push(partner)
  }
  return attrs
}

type OpAttrs<K extends OpName> = OpTable[K] extends {
  readonly samples: readonly { readonly attrs: infer A }[]
}
  ? A
  : never

const draws: Partial<Readonly<Record<OpName, Draw>>> = {
  permute: (operands, random) => ({ perm: shuffled(shapeOf(operands).length, random) }),
  reshape: (operands, random) => ({ shape: reshaped(shapeOf(operands), random) }),
  expand: (operands, random) => ({
    shape: shapeOf(operands).map((dim) => (dim === 1 && random.chance(0.6) ? random.int(0, 4) : dim)),
  }),
  slice,
  pad,
  flip: axesOf,
  concat: anAxis,
  reduceSum: axesOf,
  reduceMax: axesOf,
  reduceMin: axesOf,
  reduceProduct: axesOf,
  argMax: anAxis,
  argMin: anAxis,
  gather: anAxis,
  dot,
  windows: (operands, random) => windowsOf(shapeOf(operands), random),
  foldWindows,
  cast: (_, random) => ({ dtype: random.pick(dtypeNames) }),
  bitcast: ([x], random) => ({
    dtype: random.pick(dtypeNames.filter((each) => dtypes[each].bytes === dtypes[x?.dtype ?? 'f32'].bytes)),
  }),
}

export function drawAttrs(op: OpName, operands: readonly TensorType[], random: Random): Attrs {
  const draw = draws[op]
  if (draw !== undefined) return draw(operands, random) as Attrs
  const { samples } = opRecord(op)
  return (samples.length === 0 ? {} : random.pick(samples).attrs) as Attrs
}
