// A contract stage and its epilogue as JavaScript: both operands are packed in panels of four, the library's matrix product
// runs over them in the order of `ContractStage`, and the epilogue reads its sums. Operands are evaluated once an element.
// Large products go in chunks of rows, so that the packed rows stay small.
import type {
  AxisId,
  ContractStage,
  IndexExpression,
  Kernel,
  MapStage,
  ScalarCode,
  ValueId,
} from '@heddle/core'
import {
  addIndex,
  indexAxis,
  linearize,
  quotientIndex,
  remainderIndex,
  scaleIndex,
  strideOf,
} from '@heddle/core'
import type { CodeContext } from './code.ts'
import { emitCode } from './code.ts'
import { placeIndex } from './index-text.ts'
import { emitMapBody } from './map.ts'
import type { Nest } from './nest.ts'
import { axisName } from './nest.ts'
import { atom } from './text.ts'

/** Elements of packed rows a chunk may have. */
const chunkElements = 1 << 18

/** Rows or columns of the product: their axes and the operand that holds them. */
interface Side {
  readonly axes: readonly AxisId[]
  readonly value: ValueId
  readonly size: number
}

/** A range of the first axis of the rows, and what that takes off row numbers. */
interface Chunk {
  readonly axis: AxisId | undefined
  readonly from: string
  readonly to: string
  /** Number of the first row. */
  readonly firstRow: string
  readonly rows: string
}

export function emitContract(
  nest: Nest,
  stage: ContractStage,
  epilogue: MapStage,
  context: CodeContext,
): void {
  const { kernel } = nest
  const sizeOf = (axes: readonly AxisId[]): number =>
    axes.reduce((size, axis) => size * kernel.axes[axis]!.extent, 1)
  const k = sizeOf(stage.k)
  const m: Side = { axes: stage.m, value: stage.a, size: sizeOf(stage.m) }
  const n: Side = { axes: stage.n, value: stage.b, size: sizeOf(stage.n) }
  // A product with one column is done as one with one row: four columns go at a time.
  const [rows, columns] = n.size === 1 && m.size > 1 ? [n, m] : [m, n]
  const first = rows.axes.find((axis) => kernel.axes[axis]!.extent > 1)
  const extent = first === undefined ? 1 : kernel.axes[first]!.extent
  const rest = rows.size / extent
  const step = Math.min(extent, Math.max(4, Math.floor(chunkElements / Math.max(rest * k, 1) / 4) * 4))
  const array = stage.dtype === 'f32' ? 'Float32Array' : 'Float64Array'
  const allocate = (name: string, elements: number): string =>
    nest.bind(0, `scratch('${name}_${stage.dtype}', ${array}, ${elements})`)
  const A = allocate('rows', padded(step * rest) * k)
  const B = allocate('columns', padded(columns.size) * k)
  const C = allocate('product', step * rest * columns.size)

  nest.openAxes(stage.batch)
  const batchDepth = nest.depth
  emitPacking(nest, stage, columns, k, B, undefined, context)
  const chunk = openChunk(nest, first, extent, step, rest)
  emitPacking(nest, stage, rows, k, A, chunk, context)
  nest.line(`gemm_${stage.dtype}(${A}, ${B}, ${C}, ${chunk.rows}, ${columns.size}, ${k}, ${stage.block});`)
  emitEpilogue(nest, stage, epilogue, rows, columns, C, chunk, context)
  nest.closeTo(batchDepth)
  nest.closeTo(0)
}

function padded(count: number): number {
  return Math.ceil(count / 4) * 4
}

/** Opens the loop over chunks, if there are several. */
function openChunk(nest: Nest, axis: AxisId | undefined, extent: number, step: number, rest: number): Chunk {
  if (axis === undefined || step >= extent) {
    return { axis, from: '0', to: `${extent}`, firstRow: '0', rows: `${extent * rest}` }
  }
  const from = nest.fresh('c')
  nest.open(`for (let ${from} = 0; ${from} < ${extent}; ${from} += ${step})`)
  const to = nest.bind(nest.depth, `min(${from} + ${step}, ${extent})`)
  const firstRow = nest.bind(nest.depth, `${from} * ${rest}`)
  const rows = nest.bind(nest.depth, `(${to} - ${from}) * ${rest}`)
  return { axis, from, to, firstRow, rows }
}

/** Opens loops over axes, of which one may be cut to a chunk. */
function openCut(nest: Nest, axes: readonly AxisId[], chunk: Chunk | undefined): void {
  for (const axis of axes) {
    if (chunk === undefined || axis !== chunk.axis) {
      nest.openAxes([axis])
    } else {
      const name = axisName(axis)
      nest.open(`for (let ${name} = ${chunk.from}; ${name} < ${chunk.to}; ${name}++)`, axis)
    }
  }
}

/** Evaluates an operand over its rows (or columns) and k into panels. */
function emitPacking(
  nest: Nest,
  stage: ContractStage,
  side: Side,
  k: number,
  array: string,
  chunk: Chunk | undefined,
  context: CodeContext,
): void {
  if (k === 0) return
  const { depth, kernel } = nest
  const ranges = (axis: AxisId): number => kernel.axes[axis]!.extent
  const row = linearizeAxes(kernel, side.axes)
  const panel = scaleIndex(quotientIndex(row, 4, ranges), 4 * k)
  const inPanel = addIndex(
    scaleIndex(linearizeAxes(kernel, stage.k), 4),
    remainderIndex(row, 4, ranges),
    ranges,
  )
  openCut(nest, packingOrder(kernel, stage, side), chunk)
  const emitted = emitCode(nest, stage.code, { values: [side.value] }, context)
  const placed = placeIndex(nest, addIndex(panel, inPanel, ranges), emitted.reader)
  const offset =
    chunk === undefined || chunk.firstRow === '0' ? '' : ` - ${firstElement(nest, chunk, depth, k)}`
  nest.line(`${array}[${placed.text}${offset}] = ${emitted.value(side.value).text};`)
  nest.closeTo(depth)
}

/** Chunks start at multiples of four rows, so that the panels of a chunk are whole. */
function firstElement(nest: Nest, chunk: Chunk, depth: number, k: number): string {
  return nest.bind(depth, `${chunk.firstRow} * ${k}`)
}

/** Loops in the order in which the operand lies in memory, where it is a plain load. */
function packingOrder(kernel: Kernel, stage: ContractStage, side: Side): readonly AxisId[] {
  const axes = [...side.axes, ...stage.k]
  const index = loadIndex(stage.code, side.value)
  if (index === undefined) return axes
  const strides = axes.map((axis) => (kernel.axes[axis]!.extent === 1 ? 0 : strideOf(index, axis)))
  if (strides.some((stride) => stride === undefined)) return axes
  const order = axes.map((axis, at) => ({ axis, stride: Math.abs(strides[at] ?? 0), at }))
  // Broadcast axes (stride 0) stay where they are best: outside.
  order.sort((x, y) => (y.stride || Infinity) - (x.stride || Infinity) || x.at - y.at)
  return order.map(({ axis }) => axis)
}

function loadIndex(code: ScalarCode, value: ValueId): IndexExpression | undefined {
  const node = code[value]
  return node?.op === 'load' ? node.index : undefined
}

function emitEpilogue(
  nest: Nest,
  stage: ContractStage,
  epilogue: MapStage,
  rows: Side,
  columns: Side,
  array: string,
  chunk: Chunk,
  context: CodeContext,
): void {
  const { depth, kernel } = nest
  const ranges = (axis: AxisId): number => kernel.axes[axis]!.extent
  const row = scaleIndex(linearizeAxes(kernel, rows.axes), columns.size)
  const index = addIndex(row, linearizeAxes(kernel, columns.axes), ranges)
  openCut(
    nest,
    kernel.rows.filter((axis) => !stage.batch.includes(axis)),
    chunk,
  )
  const placed = placeIndex(nest, index, () => ({ ...atom('0'), depth: 0 }))
  const offset = chunk.firstRow === '0' ? '' : ` - ${nest.bind(depth, `${chunk.firstRow} * ${columns.size}`)}`
  const sum = nest.bind(nest.depth, `${array}[${placed.text}${offset}]`)
  const accumulated = { ...atom(sum), depth: nest.depth }
  emitMapBody(nest, epilogue, { ...context, accumulated: () => accumulated })
  nest.closeTo(depth)
}

function linearizeAxes(kernel: Kernel, axes: readonly AxisId[]): IndexExpression {
  return linearize(
    axes.map(indexAxis),
    axes.map((axis) => kernel.axes[axis]!.extent),
  )
}
