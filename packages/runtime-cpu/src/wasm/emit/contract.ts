// A contraction as matrix multiplications: a run of m axes and a run of n axes (the one along which the output is contiguous)
// make the matrix, all others are loops around it. The map stage that follows runs over each region of the result while it is still
// in cache, reading the sums from the output itself where it can, else from scratch memory.
import {
  type AxisId,
  type ContractStage,
  holdsAlways,
  type IndexExpression,
  isAffine,
  type Kernel,
  type KernelBuffer,
  type MapStage,
  type ScalarLoad,
  strideOf,
} from '@heddle/core'
import type { FunctionBuilder, Local } from '../encoder.ts'
import { emitGemm, type GemmRegion, type GemmShape, gemmStrategy, product } from '../gemm.ts'
import { countedLoop } from '../loops.ts'
import { chooseLanes } from './choose-lanes.ts'
import { mergeRun } from './collapse.ts'
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
  const linear = rowMajorIndex(kernel, kernel.rows)
  const inOutput = aliased ? undefined : outputForSums(kernel, operands.map, linear)
  const sumsInScratch = inOutput === undefined
  const sums = sumsInScratch ? kernel.buffers.length : inOutput.buffer
  const found = firstDefined(layoutsOf(kernel, operands), (layout) => {
    const epilogue = epilogueKernel(kernel, operands.map, layout, sumsInScratch ? undefined : inOutput.buffer)
    return epilogue === undefined ? undefined : { layout, epilogue }
  })
  if (found === undefined) return undefined
  const { layout, epilogue } = found
  const { shape, outer } = layout
  const [m, n] = [product(shape.m), product(shape.n)]
  const scratchBytes = Math.ceil(gemmStrategy(shape).scratchBytes / 64) * 64
  const gemmShape = sumsInScratch ? { ...shape, c: { row: n } } : shape
  const trivial = inOutput?.isWhole === true
  const gemm = emitGemm(context.library, gemmShape, {
    extraParameters: trivial ? 0 : kernel.buffers.length + outer.length,
    epilogue: trivial ? undefined : epilogueOf(context, epilogue, layout, sumsInScratch),
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
  const sumBytes = sumsInScratch ? m * n * 4 : 0
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
  /** Runs of neighbouring row axes. */
  readonly rowAxes: readonly AxisId[]
  readonly columnAxes: readonly AxisId[]
  /** All other row axes: loops around the multiplication. */
  readonly outer: readonly AxisId[]
}

/** An axis of this many columns or rows is a matrix on its own: joining it with others would only cost packing. */
const enoughColumns = 48
const enoughRows = 24

/** Ways to see the contraction as matrices, the best first. The last one has one axis each. */
function layoutsOf(kernel: Kernel, operands: Operands): readonly Layout[] {
  const { stage } = operands
  const last = kernel.rows.at(-1)
  const swapped = last !== undefined && stage.m.includes(last)
  if (last !== undefined && !swapped && !stage.n.includes(last)) return []
  // The columns must be contiguous in the output: if they are m's, the product is computed as (B' A')'.
  const [ofRows, ofColumns] = swapped ? [stage.n, stage.m] : [stage.m, stage.n]
  const extent = (axis: AxisId): number => kernel.axes[axis]?.extent ?? 1
  const size = (axes: readonly AxisId[]): number => product(axes.map(extent))

  const columns = runsOf(kernel.rows, ofColumns).at(-1) ?? []
  const runs = runsOf(kernel.rows, ofRows)
  const largest = (candidates: readonly (readonly AxisId[])[]): readonly AxisId[] =>
    candidates.reduce<readonly AxisId[]>((best, run) => (size(run) > size(best) ? run : best), [])
  const single = largest(ofRows.map((axis) => [axis]))
  const rows = size(single) >= enoughRows ? single : largest(runs)

  const layouts: Layout[] = []
  const wide = last === undefined || extent(last) >= enoughColumns
  if (!wide) layouts.push(layoutWith(kernel, operands, swapped, rows, columns))
  if (rows.length > 1) layouts.push(layoutWith(kernel, operands, swapped, rows, columns.slice(-1)))
  layouts.push(layoutWith(kernel, operands, swapped, single, columns.slice(-1)))
  return layouts
}

/** The longest runs of neighbours in `rows` that are all in `group`. */
function runsOf(rows: readonly AxisId[], group: readonly AxisId[]): readonly (readonly AxisId[])[] {
  const runs: AxisId[][] = []
  let isOpen = false
  for (const axis of rows) {
    if (!group.includes(axis)) isOpen = false
    else if (isOpen) runs.at(-1)?.push(axis)
    else {
      runs.push([axis])
      isOpen = true
    }
  }
  return runs
}

function layoutWith(
  kernel: Kernel,
  { stage, ...operands }: Operands,
  swapped: boolean,
  rowAxes: readonly AxisId[],
  columnAxes: readonly AxisId[],
): Layout {
  const [a, b] = swapped ? [operands.b, operands.a] : [operands.a, operands.b]
  const extents = (axes: readonly AxisId[]): number[] => axes.map((axis) => kernel.axes[axis]?.extent ?? 1)
  const strides = (index: IndexExpression, axes: readonly AxisId[]): number[] =>
    axes.map((axis) => strideOf(index, axis) ?? 0)
  const n = extents(columnAxes)
  const linear = rowMajorIndex(kernel, kernel.rows)
  return {
    a,
    b,
    rowAxes,
    columnAxes,
    outer: kernel.rows.filter((axis) => !rowAxes.includes(axis) && !columnAxes.includes(axis)),
    shape: {
      m: extents(rowAxes),
      n,
      k: extents(stage.k),
      a: { row: strides(a.index, rowAxes), k: strides(a.index, stage.k) },
      b: { column: strides(b.index, columnAxes), k: strides(b.index, stage.k) },
      c: { row: strides(linear, rowAxes).at(-1) ?? product(n) },
      block: stage.block,
    },
  }
}

/**
 * The map stage as a kernel of its own over the rows and columns of the matrix, each one axis, reading the sums from `output`
 * or from a further buffer; `undefined` if it tells the axes of a run apart.
 */
function epilogueKernel(
  kernel: Kernel,
  map: MapStage,
  { rowAxes, columnAxes, outer, shape }: Layout,
  output: number | undefined,
): Kernel | undefined {
  const matrixAxes = [...rowAxes, ...columnAxes]
  const sums: KernelBuffer = {
    dtype: 'f32',
    size: product(shape.m) * product(shape.n),
    access: 'read',
    label: 'sums',
  }
  const stage =
    output === undefined
      ? readSums(map, kernel.buffers.length, rowMajorIndex(kernel, matrixAxes))
      : readSums(map, output, rowMajorIndex(kernel, kernel.rows))
  const whole: Kernel = {
    ...kernel,
    name: `${kernel.name} epilogue`,
    rows: [...outer, ...matrixAxes],
    stages: [stage],
    buffers: output === undefined ? [...kernel.buffers, sums] : kernel.buffers,
  }
  const merged = mergeRun(whole, columnAxes)
  return merged === undefined ? undefined : mergeRun(merged, rowAxes)
}

function firstDefined<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item)
    if (found !== undefined) return found
  }
  return undefined
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
  { rowAxes, columnAxes, outer, shape }: Layout,
  sumsInScratch: boolean,
): (f: FunctionBuilder, region: GemmRegion) => void {
  const choice = chooseLanes(kernel)
  const n = product(shape.n)
  const [rowAxis, columnAxis] = [rowAxes.at(-1), columnAxes.at(-1)]
  const rows: RowLoop[] = outer.map((axis) => ({ kind: 'fixed', axis }))
  for (const axis of [rowAxis, columnAxis]) if (axis !== undefined) rows.push({ kind: 'range', axis })
  const emit = (rowLanes: RowLanes | undefined, name: string): RowsFunction =>
    emitRows(context, { kernel, name: `${kernel.name} ${name}`, rows, rowLanes, own: [] })
  const lanes = choice.rows === undefined ? undefined : { ...choice.rows, groups: n % 8 === 0 ? 2 : 1 }
  const vectors = lanes === undefined ? undefined : emit(lanes, 'vectors')
  const singles = lanes === undefined || n % 4 !== 0 ? emit(undefined, 'singles') : undefined
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
