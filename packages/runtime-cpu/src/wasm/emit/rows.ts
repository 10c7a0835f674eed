// Runs the stages of a kernel over its rows: one function per way of computing them (vectors of rows, single rows), and calls
// to it over chunks of rows, short enough that the engine can switch to optimised code between two calls.
import { type AxisId, type Kernel, strideOf } from '@heddle/core'
import type { FunctionBuilder, FunctionRef, Local } from '../encoder.ts'
import { countedLoop } from '../loops.ts'
import type { LaneChoice } from './choose-lanes.ts'
import { addPlainContract } from './contract-plain.ts'
import { addMap, addScatter } from './map.ts'
import { type ProgramBuilder, programBuilder, type RowLanes, type RowLoop } from './program.ts'
import { addReduce } from './reduce.ts'
import type { EmitContext } from './scalar-ops.ts'

/** Elements of work in one call. */
const chunkWork = 16384

/** A function that runs a part of a kernel's rows, and its scratch memory. */
export interface RowsFunction {
  readonly ref: FunctionRef
  readonly scratchBytes: number
}

export interface RowsShape {
  readonly kernel: Kernel
  readonly name: string
  readonly rows: readonly RowLoop[]
  readonly rowLanes: RowLanes | undefined
  readonly own: readonly boolean[]
}

export function emitRows(context: Omit<EmitContext, 'graph'>, shape: RowsShape): RowsFunction {
  const program = programBuilder(context, shape)
  shape.kernel.stages.forEach((_, at) => {
    addStage(program, at, shape.own[at] === true)
  })
  program.write()
  return { ref: program, scratchBytes: program.scratchBytes() }
}

function addStage(program: ProgramBuilder, at: number, ownLanes: boolean): void {
  const stage = program.kernel.stages[at]
  if (stage === undefined) return
  switch (stage.kind) {
    case 'reduce':
      addReduce(program, stage, { at, ownLanes })
      break
    case 'contract':
      addPlainContract(program, stage, at)
      break
    case 'map':
      addMap(program, stage, ownLanes)
      break
    case 'scatter':
      addScatter(program, stage)
      break
    default:
      stage satisfies never
  }
}

/** A part of the innermost row axis, and how it is computed. */
export interface RowPart {
  readonly start: number
  readonly end: number
  readonly rowLanes: RowLanes | undefined
}

/** Whole iterations of the widest form first, then single vectors, then single rows. */
export function rowParts(kernel: Kernel, choice: LaneChoice): readonly RowPart[] {
  const axis = kernel.rows.at(-1)
  const end = axis === undefined ? 1 : extentOf(kernel, axis)
  if (choice.rows === undefined) return [{ start: 0, end, rowLanes: undefined }]
  const { axis: laneAxis, groups } = choice.rows
  const parts: RowPart[] = []
  let start = 0
  for (const width of groups > 1 ? [groups, 1] : [1]) {
    const cut = end - ((end - start) % (4 * width))
    if (cut > start) parts.push({ start, end: cut, rowLanes: { axis: laneAxis, groups: width } })
    start = cut
  }
  if (start < end) parts.push({ start, end, rowLanes: undefined })
  return parts
}

const extentOf = (kernel: Kernel, axis: AxisId): number => kernel.axes[axis]?.extent ?? 0

/** The kernel as one function of its buffers' addresses. Rows run in row-major order if there is only one part. */
export function emitRowKernel(
  context: Omit<EmitContext, 'graph'>,
  kernel: Kernel,
  choice: LaneChoice,
): RowsFunction {
  const crossed = choice.rows === undefined ? crossedAxis(kernel) : undefined
  const parts = rowParts(kernel, choice).map((part) => ({
    part,
    split: crossed === undefined ? splitRows(kernel, part) : splitCrossed(kernel, crossed),
  }))
  const [only] = parts
  if (parts.length === 1 && only !== undefined && only.split.chunk === undefined) {
    const { part, split } = only
    return emitRows(context, {
      kernel,
      name: kernel.name,
      rows: split.rows,
      rowLanes: part.rowLanes,
      own: choice.own,
    })
  }
  const functions = parts.map(({ part, split }, at) =>
    emitRows(context, {
      kernel,
      name: `${kernel.name} part ${at}`,
      rows: split.rows,
      rowLanes: part.rowLanes,
      own: part.rowLanes === undefined ? choice.own : [],
    }),
  )
  const parameters = kernel.buffers.map(() => 'i32' as const)
  const f = context.library.module.function(kernel.name, parameters)
  parts.forEach(({ split }, at) => {
    const target = functions[at]
    if (target !== undefined) callInChunks(f, kernel, split, target.ref)
  })
  return { ref: f, scratchBytes: Math.max(...functions.map(({ scratchBytes }) => scratchBytes)) }
}

interface Split {
  readonly rows: readonly RowLoop[]
  /** Axes before the one that is cut. */
  readonly outer: readonly AxisId[]
  /** The range to be cut, and rows a chunk; `undefined` where one call is short enough. */
  readonly chunk: { readonly start: number; readonly end: number; readonly size: number } | undefined
}

function splitRows(kernel: Kernel, part: RowPart): Split {
  const last = kernel.rows.length - 1
  const ranges = kernel.rows.map((axis, at) =>
    at === last
      ? { axis, start: part.start, end: part.end }
      : { axis, start: 0, end: extentOf(kernel, axis) },
  )
  const rowWork = kernel.stages.reduce((work, stage) => {
    const axes = stage.kind === 'contract' ? stage.k : stage.axes
    return work + axes.reduce((size, axis) => size * extentOf(kernel, axis), 1)
  }, 0)
  const full = ranges.map((range) => ({ kind: 'full' as const, ...range }))
  let work = ranges.reduce((size, { start, end }) => size * (end - start), Math.max(1, rowWork))
  if (work <= 2 * chunkWork || ranges.length === 0) return { rows: full, outer: [], chunk: undefined }
  for (const [at, { axis, start, end }] of ranges.entries()) {
    work /= end - start
    if (work > chunkWork && at < last) continue
    const step = part.rowLanes?.axis === axis ? part.rowLanes.groups * 4 : 1
    const size = Math.max(1, Math.floor(chunkWork / (work * step))) * step
    const outer = ranges.slice(0, at).map((range) => range.axis)
    const rows: RowLoop[] = [
      ...outer.map((fixed) => ({ kind: 'fixed' as const, axis: fixed })),
      { kind: 'range', axis },
      ...full.slice(at + 1),
    ]
    return { rows, outer, chunk: { start, end, size } }
  }
  return { rows: full, outer: [], chunk: undefined }
}

/** Rows of a crossed axis in one pass over the innermost axis: as many as fit the ways of a cache set. */
const crossedRows = 8

/**
 * A row axis along which an operand is contiguous while it is not along the innermost one, as in a transposed copy. Read in
 * row-major order, such an operand uses one element of every cache line it fetches.
 */
function crossedAxis(kernel: Kernel): AxisId | undefined {
  const inner = kernel.rows.at(-1)
  if (inner === undefined || kernel.stages.some((stage) => stage.kind !== 'map')) return undefined
  for (const node of kernel.stages.flatMap(({ code }) => code)) {
    if (node.op !== 'load' || Math.abs(strideOf(node.index, inner) ?? 0) < 16) continue
    const axis = kernel.rows.find((other) => other !== inner && strideOf(node.index, other) === 1)
    if (axis !== undefined && extentOf(kernel, axis) >= crossedRows) return axis
  }
  return undefined
}

/** The crossed axis innermost, a few rows at a time. */
function splitCrossed(kernel: Kernel, crossed: AxisId): Split {
  const inner = kernel.rows.at(-1)
  const outer = kernel.rows.filter((axis) => axis !== crossed && axis !== inner)
  const rows: RowLoop[] = outer.map((axis) => ({ kind: 'fixed', axis }))
  if (inner !== undefined) rows.push({ kind: 'full', axis: inner, start: 0, end: extentOf(kernel, inner) })
  rows.push({ kind: 'range', axis: crossed })
  return { rows, outer, chunk: { start: 0, end: extentOf(kernel, crossed), size: crossedRows } }
}

function callInChunks(f: FunctionBuilder, kernel: Kernel, split: Split, target: FunctionRef): void {
  const { chunk, outer } = split
  const pushBuffers = (): void => kernel.buffers.forEach((_, buffer) => void f.get(buffer))
  if (chunk === undefined) {
    pushBuffers()
    f.call(target)
    return
  }
  const counters: Local[] = outer.map(() => f.local('i32'))
  const from = f.local('i32')
  const to = f.local('i32')
  const writeLoops = (depth: number): void => {
    const axis = outer[depth]
    const counter = counters[depth]
    if (axis !== undefined && counter !== undefined) {
      countedLoop(f, counter, { start: 0, end: extentOf(kernel, axis), step: 1 }, () => writeLoops(depth + 1))
      return
    }
    countedLoop(f, from, { start: chunk.start, end: chunk.end, step: chunk.size }, () => {
      f.get(from).i32(chunk.size).op('i32.add').tee(to).i32(chunk.end)
      f.get(to).i32(chunk.end).op('i32.lt_u').op('select').set(to)
      pushBuffers()
      for (const counter of counters) f.get(counter)
      f.get(from).get(to).call(target)
    })
  }
  writeLoops(0)
}
