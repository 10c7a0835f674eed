// A contraction as matrix multiplications: one axis of m and one of n (the one along which the output is contiguous) make the
// matrix, all others are loops around it. The map stage that follows runs over each region of the result while it is still
// in cache, reading the sums from the output itself where it can, else from scratch memory.
import {
  type AxisId,
  type ContractStage,
  holdsAlways,
  type IndexExpression,
  isAffine,
  type Kernel,
  type MapStage,
  type ScalarLoad,
  strideOf,
} from '@heddle/core'
import type { FunctionBuilder, Local } from '../encoder.ts'
import { emitGemm, type GemmRegion, type GemmShape, gemmStrategy } from '../gemm.ts'
import { countedLoop } from '../loops.ts'
import { chooseLanes } from './choose-lanes.ts'
import type { RowLanes, RowLoop } from './program.ts'
import { emitRows, type RowsFunction } from './rows.ts'
import type { EmitContext } from './scalar-ops.ts'

export interface ContractOptions {
  /** Whether the memory of an output may be that of an input: then sums must not be kept in it. */
  readonly aliased: boolean
}

interface Operands {
  readonly stage: ContractStage
  readonly map: MapStage
  readonly a: ScalarLoad
  readonly b: ScalarLoad
}

/** The kernel's function, or `undefined` where the contraction is not a matrix multiplication. */
export function emitContract(
  context: Omit<EmitContext, 'graph'>,
  kernel: Kernel,
  { aliased }: ContractOptions,
): RowsFunction | undefined {
  const operands = operandsOf(kernel)
  if (operands === undefined) return undefined
  const layout = layoutOf(kernel, operands)
  if (layout === undefined) return undefined
  const { shape, rowAxis, columnAxis, outer } = layout
  const linear = rowMajorIndex(kernel, kernel.rows)
  const inOutput = aliased ? undefined : outputForSums(kernel, operands.map, linear)
  const sumsInScratch = inOutput === undefined
  const scratchBytes = Math.ceil(gemmStrategy(shape).scratchBytes / 64) * 64
  const sums = sumsInScratch ? kernel.buffers.length : inOutput.buffer
  const gemmShape = sumsInScratch ? { ...shape, c: { row: shape.n } } : shape

  const matrixAxes = [rowAxis, columnAxis].filter((axis) => axis !== undefined)
  const epilogueKernel: Kernel = {
    ...kernel,
    name: `${kernel.name} epilogue`,
    rows: [...outer, ...matrixAxes],
    stages: [readSums(operands.map, sums, sumsInScratch ? rowMajorIndex(kernel, matrixAxes) : linear)],
    buffers: sumsInScratch
      ? [...kernel.buffers, { dtype: 'f32', size: shape.m * shape.n, access: 'read', label: 'sums' }]
      : kernel.buffers,
  }
  const trivial = inOutput?.isWhole === true
  const gemm = emitGemm(context.library, gemmShape, {
    extraParameters: trivial ? 0 : kernel.buffers.length + outer.length,
    epilogue: trivial ? undefined : epilogueOf(context, epilogueKernel, layout, sumsInScratch),
  })

  const f = context.library.module.function(
    kernel.name,
    kernel.buffers.map(() => 'i32' as const),
  )
  const counters = outer.map(() => f.local('i32'))
  const strideBytes = (index: IndexExpression, axis: AxisId): number => (strideOf(index, axis) ?? 0) * 4
  const pushPointer = (buffer: Local, index: IndexExpression): void => {
    f.get(buffer)
    if (index.constant !== 0) f.i32(index.constant * 4).op('i32.add')
    outer.forEach((axis, depth) => {
      const stride = strideBytes(index, axis)
      if (stride !== 0)
        f.get(counters[depth] ?? 0)
          .i32(stride)
          .op('i32.mul')
          .op('i32.add')
    })
  }
  const writeLoops = (depth: number): void => {
    const axis = outer[depth]
    const counter = counters[depth]
    if (axis !== undefined && counter !== undefined) {
      const end = kernel.axes[axis]?.extent ?? 0
      countedLoop(f, counter, { start: 0, end, step: 1 }, () => writeLoops(depth + 1))
      return
    }
    pushPointer(layout.a.buffer, layout.a.index)
    pushPointer(layout.b.buffer, layout.b.index)
    if (sumsInScratch) f.getGlobal().i32(scratchBytes).op('i32.add')
    else pushPointer(sums, linear)
    f.getGlobal()
    if (!trivial) {
      kernel.buffers.forEach((_, buffer) => void f.get(buffer))
      for (const each of counters) f.get(each)
    }
    f.call(gemm)
  }
  writeLoops(0)
  const sumBytes = sumsInScratch ? shape.m * shape.n * 4 : 0
  return { ref: f, scratchBytes: scratchBytes + sumBytes }
}

/** Both operands must be plain loads of f32 at affine, unguarded places. */
function operandsOf(kernel: Kernel): Operands | undefined {
  const [stage, map] = kernel.stages
  if (kernel.stages.length !== 2 || stage?.kind !== 'contract' || map?.kind !== 'map') return undefined
  if (stage.dtype !== 'f32' || map.axes.length > 0) return undefined
  if (stage.k.some((axis) => kernel.axes[axis]?.extent === 0)) return undefined
  const load = (id: number): ScalarLoad | undefined => {
    const node = stage.code[id]
    if (node?.op !== 'load' || node.dtype !== 'f32' || !isAffine(node.index)) return undefined
    const free = node.guards.every((guard) => holdsAlways(guard, (axis) => kernel.axes[axis]?.extent ?? 0))
    return free ? node : undefined
  }
  const a = load(stage.a)
  const b = load(stage.b)
  return a === undefined || b === undefined ? undefined : { stage, map, a, b }
}

interface Layout {
  readonly shape: GemmShape
  readonly a: ScalarLoad
  readonly b: ScalarLoad
  readonly rowAxis: AxisId | undefined
  readonly columnAxis: AxisId | undefined
  /** All other row axes: loops around the multiplication. */
  readonly outer: readonly AxisId[]
}

function layoutOf(kernel: Kernel, operands: Operands): Layout | undefined {
  const { stage } = operands
  const columnAxis = kernel.rows.at(-1)
  const swapped = columnAxis !== undefined && stage.m.includes(columnAxis)
  if (columnAxis !== undefined && !swapped && !stage.n.includes(columnAxis)) return undefined
  // The columns must be contiguous in the output: if they are m's, the product is computed as (B' A')'.
  const [a, b] = swapped ? [operands.b, operands.a] : [operands.a, operands.b]
  const extent = (axis: AxisId | undefined): number =>
    axis === undefined ? 1 : (kernel.axes[axis]?.extent ?? 1)
  const rowAxis = (swapped ? stage.n : stage.m).reduce<AxisId | undefined>(
    (best, axis) => (best === undefined || extent(axis) > extent(best) ? axis : best),
    undefined,
  )
  const linear = rowMajorIndex(kernel, kernel.rows)
  const stride = (index: IndexExpression, axis: AxisId | undefined): number =>
    axis === undefined ? 0 : (strideOf(index, axis) ?? 0)
  const n = extent(columnAxis)
  return {
    a,
    b,
    rowAxis,
    columnAxis,
    outer: kernel.rows.filter((axis) => axis !== rowAxis && axis !== columnAxis),
    shape: {
      m: extent(rowAxis),
      n,
      k: stage.k.map(extent),
      a: { row: stride(a.index, rowAxis), k: stage.k.map((axis) => stride(a.index, axis)) },
      b: {
        column: columnAxis === undefined ? 1 : stride(b.index, columnAxis),
        k: stage.k.map((axis) => stride(b.index, axis)),
      },
      c: { row: rowAxis === undefined ? n : stride(linear, rowAxis) },
      block: stage.block,
    },
  }
}

/** Row-major position in an array with these axes. */
function rowMajorIndex(kernel: Kernel, axes: readonly AxisId[]): IndexExpression {
  let stride = 1
  const terms: IndexExpression['terms'][number][] = []
  for (const axis of axes.toReversed()) {
    terms.push({ coefficient: stride, atom: { kind: 'axis', axis } })
    stride *= kernel.axes[axis]?.extent ?? 1
  }
  return { constant: 0, terms }
}

/** An f32 output that has a place for every sum; `isWhole` if the sums themselves are all the kernel stores. */
function outputForSums(
  kernel: Kernel,
  { stores, code }: MapStage,
  linear: IndexExpression,
): { readonly buffer: number; readonly isWhole: boolean } | undefined {
  const fits = stores.find(
    ({ buffer, index }) =>
      kernel.buffers[buffer]?.dtype === 'f32' &&
      index.constant === 0 &&
      isAffine(index) &&
      index.terms.length === linear.terms.length &&
      linear.terms.every(
        ({ coefficient, atom }) => atom.kind === 'axis' && strideOf(index, atom.axis) === coefficient,
      ),
  )
  if (fits === undefined) return undefined
  return { buffer: fits.buffer, isWhole: stores.length === 1 && code[fits.value]?.op === 'accumulated' }
}

/** The map stage with the sums read from a buffer. */
function readSums(map: MapStage, buffer: number, index: IndexExpression): MapStage {
  const load: ScalarLoad = { op: 'load', dtype: 'f32', buffer, index, guards: [], otherwise: 0 }
  return { ...map, code: map.code.map((node) => (node.op === 'accumulated' ? load : node)) }
}

/** Emits the functions of the epilogue and gives what calls them for a region. */
function epilogueOf(
  context: Omit<EmitContext, 'graph'>,
  kernel: Kernel,
  { rowAxis, columnAxis, outer, shape }: Layout,
  sumsInScratch: boolean,
): (f: FunctionBuilder, region: GemmRegion) => void {
  const choice = chooseLanes(kernel)
  const rows: RowLoop[] = outer.map((axis) => ({ kind: 'fixed', axis }))
  for (const axis of [rowAxis, columnAxis]) if (axis !== undefined) rows.push({ kind: 'range', axis })
  const emit = (rowLanes: RowLanes | undefined, name: string): RowsFunction =>
    emitRows(context, { kernel, name: `${kernel.name} ${name}`, rows, rowLanes, own: [] })
  const lanes = choice.rows === undefined ? undefined : { ...choice.rows, groups: shape.n % 8 === 0 ? 2 : 1 }
  const vectors = lanes === undefined ? undefined : emit(lanes, 'vectors')
  const singles = lanes === undefined || shape.n % 4 !== 0 ? emit(undefined, 'singles') : undefined
  const buffers = sumsInScratch ? kernel.buffers.length - 1 : kernel.buffers.length

  return (f, region) => {
    const call = ({ ref }: RowsFunction, from: Local, to: Local): void => {
      for (let buffer = 0; buffer < buffers; buffer++) f.get(4 + buffer)
      if (sumsInScratch) f.get(2)
      outer.forEach((_, at) => void f.get(4 + buffers + at))
      if (rowAxis !== undefined) f.get(region.rowStart).get(region.rowEnd)
      if (columnAxis !== undefined) f.get(from).get(to)
      f.call(ref)
    }
    if (vectors === undefined) {
      if (singles !== undefined) call(singles, region.columnStart, region.columnEnd)
      return
    }
    // Blocks of columns start at multiples of four; only the last one may end between.
    const cut = f.local('i32')
    f.get(region.columnEnd).i32(-4).op('i32.and').set(cut)
    f.get(region.columnStart).get(cut).op('i32.lt_u').if()
    call(vectors, region.columnStart, cut)
    f.end()
    if (singles !== undefined) {
      f.get(cut).get(region.columnEnd).op('i32.lt_u').if()
      call(singles, cut, region.columnEnd)
      f.end()
    }
    f.release(cut)
  }
}
