// One function that runs stages of a kernel over a range of rows: row loops, and inside them one piece after the other, each
// a loop nest of its own. Pieces are collected first and written last, because only then is it known which values are
// needed at which loop level. Levels: row loops 1 to R, then a block of levels per piece.
import { type AxisId, internalError, type Kernel, type ScalarCode } from '@heddle/core'
import type { FunctionBuilder, FunctionRef, Local } from '../encoder.ts'
import { type Bound, countedLoop } from '../loops.ts'
import { type Graph, type Level, type NodeId, valueGraph } from './graph.ts'
import { type Lowering, lowering } from './lower.ts'
import type { EmitContext } from './scalar-ops.ts'
import { type Root, type Schedule, schedule } from './schedule.ts'

/** A row axis: its counter is a parameter, or it loops between two parameters, or between two constants. */
export type RowLoop =
  | { readonly kind: 'fixed'; readonly axis: AxisId }
  | { readonly kind: 'range'; readonly axis: AxisId }
  | { readonly kind: 'full'; readonly axis: AxisId; readonly start: number; readonly end: number }

/** Neighbouring rows computed at once: four to a vector, `groups` vectors an iteration. */
export interface RowLanes {
  readonly axis: AxisId
  readonly groups: number
}

/** A loop of a piece over an axis of its stage. */
export interface PieceLoop {
  readonly axis: AxisId
  readonly start: number
  readonly end: number
  readonly step: number
}

export interface Piece {
  /** Everything the body pushes, at the innermost level. */
  readonly roots: readonly NodeId[]
  readonly before?: (() => void) | undefined
  readonly body: (values: Schedule) => void
  readonly after?: (() => void) | undefined
}

/** A piece being made: lower its values, then add it. */
export interface OpenPiece {
  readonly lowering: Lowering
  /** The local that counts a loop of this piece. */
  counter(axis: AxisId): Local
  add(piece: Piece): void
}

export interface ProgramBuilder {
  readonly f: FunctionBuilder
  readonly context: EmitContext
  readonly graph: Graph
  readonly kernel: Kernel
  readonly rowLanes: RowLanes | undefined
  /** `fixed` gives axes a value instead of a loop. */
  open(
    loops: readonly PieceLoop[],
    code: ScalarCode,
    ownLanes: AxisId | undefined,
    fixed?: ReadonlyMap<AxisId, number>,
  ): OpenPiece
  /** The level at which what the pieces so far leave in locals can be read. */
  levelAfter(): Level
  setAccumulated(stage: number, accumulator: number, groups: readonly NodeId[]): void
  /** Bytes of scratch memory of this function; gives their offset. */
  reserveScratch(bytes: number): number
  pushScratch(): void
  write(): void
  scratchBytes(): number
}

export interface ProgramShape {
  readonly kernel: Kernel
  readonly name: string
  readonly rows: readonly RowLoop[]
  readonly rowLanes: RowLanes | undefined
}

const levelsPerPiece = 64

export const rowParameters = (rows: readonly RowLoop[]): number =>
  rows.reduce((count, { kind }) => count + (kind === 'fixed' ? 1 : kind === 'range' ? 2 : 0), 0)

/** Parameters: the addresses of the kernel's buffers, then those of the row loops. */
export function programBuilder(
  context: Omit<EmitContext, 'graph'>,
  shape: ProgramShape,
): ProgramBuilder & FunctionRef {
  const { kernel, rowLanes } = shape
  const graph = valueGraph()
  const buffers = kernel.buffers.length
  const parameters = Array.from({ length: buffers + rowParameters(shape.rows) }, () => 'i32' as const)
  const f = context.library.module.function(shape.name, parameters)
  const emit: EmitContext = { ...context, graph }
  const pointers = kernel.buffers.map((_, buffer) => graph.local('i32', buffer, 0))

  const rowCounters = new Map<AxisId, NodeId>()
  const rowLoops: { start: Bound; end: Bound; step: number; counter: Local }[] = []
  let parameter = buffers
  for (const row of shape.rows) {
    if (row.kind === 'fixed') {
      rowCounters.set(row.axis, graph.local('i32', parameter++, 0))
      continue
    }
    const counter = f.local('i32')
    const bounds =
      row.kind === 'full'
        ? { start: row.start, end: row.end }
        : { start: { local: parameter++ }, end: { local: parameter++ } }
    const step = rowLanes?.axis === row.axis ? 4 * rowLanes.groups : 1
    rowLoops.push({ ...bounds, step, counter })
    rowCounters.set(row.axis, graph.local('i32', counter, rowLoops.length))
  }
  const rowLevel = rowLoops.length
  const pieces: { piece: Piece; loops: readonly PieceLoop[]; counters: readonly Local[] }[] = []
  const baseOf = (piece: number): Level => rowLevel + piece * levelsPerPiece
  const results = new Map<string, readonly NodeId[]>()
  let scratchBytes = 0
  let scratchLocal: Local | undefined

  const required = <T>(value: T | undefined, what: string): T => {
    if (value === undefined) throw internalError('wasm program', `${what} of ${kernel.name} is not there`)
    return value
  }

  const open = (
    loops: readonly PieceLoop[],
    code: ScalarCode,
    ownLanes: AxisId | undefined,
    fixed: ReadonlyMap<AxisId, number> = new Map(),
  ): OpenPiece => {
    const base = baseOf(pieces.length)
    const counters = loops.map(() => f.local('i32'))
    const nodes = new Map(rowCounters)
    for (const [axis, value] of fixed) nodes.set(axis, graph.constant('i32', value))
    loops.forEach(({ axis }, depth) => {
      nodes.set(axis, graph.local('i32', required(counters[depth], 'counter'), base + depth + 1))
    })
    return {
      lowering: lowering({
        context: emit,
        kernel,
        code,
        laneAxis: ownLanes ?? rowLanes?.axis,
        counter: (axis) => required(nodes.get(axis), `axis ${axis}`),
        pointer: (buffer) => required(pointers[buffer], `buffer ${buffer}`),
        accumulated: (stage, accumulator, offset) =>
          required(results.get(`${stage} ${accumulator}`)?.[offset >> 2], `accumulator ${accumulator}`),
        accumulatedVaries: rowLanes !== undefined,
      }),
      counter: (axis) =>
        required(counters[loops.findIndex((loop) => loop.axis === axis)], `counter of axis ${axis}`),
      add: (piece) => void pieces.push({ piece, loops, counters }),
    }
  }

  const write = (): void => {
    const roots: Root[] = pieces.flatMap(({ piece, loops }, at) =>
      piece.roots.map((node) => ({ node, level: baseOf(at) + loops.length })),
    )
    const values = schedule(f, graph, roots)
    if (scratchBytes > 0) {
      scratchLocal = f.local('i32')
      f.getGlobal().set(scratchLocal)
    }
    if (rowLevel > 0) values.enter(0)
    const writeRows = (depth: number): void => {
      const loop = rowLoops[depth]
      if (loop === undefined) {
        pieces.forEach((_, at) => {
          writePiece(values, at)
        })
        return
      }
      countedLoop(f, loop.counter, loop, () => {
        if (depth + 1 < rowLevel) values.enter(depth + 1)
        writeRows(depth + 1)
      })
    }
    writeRows(0)
  }

  const writePiece = (values: Schedule, at: number): void => {
    const { piece, loops, counters } = required(pieces[at], `piece ${at}`)
    values.enter(baseOf(at))
    piece.before?.()
    const writeLoops = (depth: number): void => {
      const loop = loops[depth]
      if (loop === undefined) {
        piece.body(values)
        return
      }
      countedLoop(f, required(counters[depth], 'counter'), loop, () => {
        values.enter(baseOf(at) + depth + 1)
        writeLoops(depth + 1)
      })
    }
    writeLoops(0)
    piece.after?.()
  }

  return {
    name: f.name,
    index: f.index,
    f,
    context: emit,
    graph,
    kernel,
    rowLanes,
    open,
    levelAfter: () => baseOf(pieces.length),
    setAccumulated: (stage, accumulator, groups) => void results.set(`${stage} ${accumulator}`, groups),
    reserveScratch(bytes) {
      const offset = scratchBytes
      scratchBytes += bytes
      return offset
    },
    pushScratch: () => void f.get(required(scratchLocal, 'scratch')),
    write,
    scratchBytes: () => scratchBytes,
  }
}
