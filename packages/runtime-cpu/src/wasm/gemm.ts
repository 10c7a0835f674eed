// Matrix multiplication C[m, n] = Σk A[m, k] B[k, n] for static shapes and any strides: loops over blocks that keep a packed
// panel of B and a tile of A in cache around the inner kernel. The order of every sum is ContractStage's: k in blocks,
// each from left to right, blocks added from left to right; tiling over m and n never changes it.

import type { FunctionBuilder, FunctionRef, Local } from './encoder.ts'
import { type MicroTile, microKernel, tileColumns } from './gemm-micro.ts'
import { type PackAxis, packGathered, packPanel, packPanels } from './gemm-pack.ts'
import { type RowShape, rowScratchBytes, writeRowGemm } from './gemm-row.ts'
import type { Library } from './library.ts'
import { clippedStep, countedLoop } from './loops.ts'

/** All strides in elements. C has stride 1 along n; its rows lie `c.row` apart. Every extent is at least 1. */
export interface GemmShape {
  /** Extents of the axes that make up m, n and k, outermost first; none for 1. */
  readonly m: readonly number[]
  readonly n: readonly number[]
  readonly k: readonly number[]
  readonly a: { readonly row: readonly number[]; readonly k: readonly number[] }
  readonly b: { readonly column: readonly number[]; readonly k: readonly number[] }
  readonly c: { readonly row: number }
  readonly block: number
}

/** The finished part of C that an epilogue may work on: rows and columns from first to end. */
export interface GemmRegion {
  readonly rowStart: Local
  readonly rowEnd: Local
  readonly columnStart: Local
  readonly columnEnd: Local
}

export interface GemmOptions {
  /** Further i32 parameters of the function, after a, b, c and scratch: what the epilogue needs. */
  readonly extraParameters: number
  /** Emits what is done with a region of C as soon as its sums are complete. */
  readonly epilogue?: ((f: FunctionBuilder, region: GemmRegion) => void) | undefined
}

/** Columns of B per outermost block, the height of a block of rows, and the elements of C one epilogue call gets at most. */
const columnBlock = 2048
const rowBlock = 192
const regionElements = 65536
/** Panels of contiguous B that are packed in one pass: together as wide as two cache lines. */
const neighbours = 4

/** Which operands are packed, and how the rows are cut. Decided from the shape alone. */
export interface GemmStrategy {
  readonly tile: { readonly columns: number }
  /** Row segments: every tile of a segment has the same height, so there are no remainder rows. */
  readonly segments: readonly { readonly start: number; readonly end: number; readonly height: number }[]
  readonly packA: boolean
  readonly packB: boolean
  /** Columns beyond the last full tile; packed alone when they are no whole vectors. */
  readonly tail: number
  readonly packTail: boolean
  readonly blockRows: number
  readonly blockColumns: number
  /** Whether the one row there is is computed by streaming B. */
  readonly row: RowShape | undefined
  /** Bytes of scratch memory, and where the packed A starts in it. */
  readonly scratchBytes: number
  readonly packedA: number
}

export const product = (extents: readonly number[]): number =>
  extents.reduce((size, extent) => size * extent, 1)

/** The axes of both operands with strides in bytes; those an operand runs through without a gap are one. */
interface OperandAxes {
  readonly rowsOfA: readonly PackAxis[]
  readonly kOfA: readonly PackAxis[]
  readonly columnsOfB: readonly PackAxis[]
  readonly kOfB: readonly PackAxis[]
}

const operandAxes = ({ m, n, k, a, b }: GemmShape): OperandAxes => ({
  rowsOfA: mergedAxes(m, a.row),
  kOfA: mergedAxes(k, a.k),
  columnsOfB: mergedAxes(n, b.column),
  kOfB: mergedAxes(k, b.k),
})

function mergedAxes(extents: readonly number[], strides: readonly number[]): readonly PackAxis[] {
  const merged: PackAxis[] = []
  extents.forEach((extent, axis) => {
    const stride = (strides[axis] ?? 0) * 4
    const last = merged.at(-1)
    if (last !== undefined && last.stride === stride * extent) {
      merged[merged.length - 1] = { extent: last.extent * extent, stride }
    } else merged.push({ extent, stride })
  })
  return merged
}

export function gemmStrategy(shape: GemmShape): GemmStrategy {
  const m = product(shape.m)
  const n = product(shape.n)
  const k = product(shape.k)
  const tiles = Math.ceil(m / 5)
  const height = Math.ceil(m / tiles)
  const columns = tileColumns(height)
  const tall = height === m / tiles ? tiles : m - tiles * (height - 1)
  const cut = tall * height
  const segments = [{ start: 0, end: cut, height }]
  if (cut < m) segments.push({ start: cut, end: m, height: height - 1 })

  const { rowsOfA, kOfA, columnsOfB, kOfB } = operandAxes(shape)
  const contiguous = columnsOfB.length <= 1 && (columnsOfB[0]?.stride ?? 4) === 4
  const innerA = kOfA.at(-1)?.stride ?? 0
  const innerB = kOfB.at(-1)?.stride ?? 0
  const straight = kOfA.length <= 1 && rowsOfA.length <= 1 && innerA >= 0 && (rowsOfA[0]?.stride ?? 0) >= 0
  const blockColumns = Math.min(n, columnBlock - (columnBlock % columns))
  // Broadcast loads read A where it lies, unless its k steps are so far apart that they fall into the same cache sets.
  const packA = !straight || (innerA >= 1024 && n >= 4 * columns)
  const packB = kOfB.length > 1 || innerB <= 0 || !contiguous || (k * n >= 256 * 1024 && m >= 4)
  const tail = n % columns
  const packTail = tail > 0 && (packB || tail % 4 > 0)
  const wanted = Math.min(rowBlock, Math.max(height, Math.floor(regionElements / blockColumns)))
  const blockRows = Math.max(1, Math.floor(wanted / height)) * height
  const blockK = Math.min(shape.block, k)
  const panelBytes = blockK * 4
  const packedColumns = packB ? Math.ceil(blockColumns / columns) * columns : packTail ? columns : 0
  const packedA = packedColumns * panelBytes
  const streams = m === 1 && straight && contiguous && kOfB.length === 1 && innerB > 0
  const row = streams && k * n >= 65536 ? { n, k, a: innerA, b: innerB, block: shape.block } : undefined
  return {
    row,
    tile: { columns },
    segments,
    packA,
    packB,
    tail,
    packTail,
    blockRows,
    blockColumns,
    packedA,
    scratchBytes:
      row !== undefined ? rowScratchBytes(row) : packedA + (packA ? (blockRows + height) * panelBytes : 0),
  }
}

/**
 * The function that multiplies: parameters are the addresses of A, B, C and of scratch memory, then the extra ones. Functions
 * without an epilogue are shared.
 */
export function emitGemm(library: Library, shape: GemmShape, options: GemmOptions): FunctionRef {
  const parameters = Array.from({ length: 4 + options.extraParameters }, () => 'i32' as const)
  if (options.epilogue === undefined) {
    const { a, b, c } = shape
    const extents = [shape.m, shape.n, shape.k].map((axes) => axes.join('*')).join(' x ')
    const strides = [a.row, a.k, b.column, b.k].map((axes) => axes.join(' ')).join(', ')
    const key = `gemm ${extents} by ${shape.block}, ${strides}, ${c.row} +${options.extraParameters}`
    return library.shared(key, parameters, [], (f) => writeGemm(f, library, shape, options))
  }
  const f = library.module.function(`gemm ${product(shape.m)}x${product(shape.n)} with epilogue`, parameters)
  writeGemm(f, library, shape, options)
  return f
}

function writeGemm(f: FunctionBuilder, library: Library, shape: GemmShape, options: GemmOptions): void {
  const { c, block } = shape
  const n = product(shape.n)
  const strategy = gemmStrategy(shape)
  const { packA, packB, packTail, tail, blockRows, blockColumns } = strategy
  if (strategy.row !== undefined) {
    writeRowGemm(f, library, strategy.row)
    writeWholeEpilogue(f, shape, options)
    return
  }
  const width = strategy.tile.columns
  const k = product(shape.k)
  const tailWidth = Math.ceil(tail / 4) * 4
  const [pa, pb, pc, scratch] = [0, 1, 2, 3] as const
  const column = f.local('i32')
  const columns = f.local('i32')
  const columnEnd = f.local('i32')
  const fullEnd = f.local('i32')
  const kStart = f.local('i32')
  const kSize = f.local('i32')
  const kEnd = f.local('i32')
  const row = f.local('i32')
  const rows = f.local('i32')
  const rowEnd = f.local('i32')
  const tileRow = f.local('i32')
  const tileColumn = f.local('i32')
  const tileA = f.local('i32')
  const tileB = f.local('i32')
  const packed = f.local('i32')
  const { rowsOfA, kOfA, columnsOfB, kOfB } = operandAxes(shape)
  const rowOfA = rowsOfA.at(-1)?.stride ?? 0
  const innerA = kOfA.at(-1)?.stride ?? 0
  const innerB = kOfB.at(-1)?.stride ?? 0

  /** Pushes `base + at * stride` (+ kStart * kStride). */
  const pushAddress = (base: Local, at: Local, stride: number, kStride: number): void => {
    f.get(base).get(at).i32(stride).op('i32.mul').op('i32.add')
    if (k > block && kStride !== 0) f.get(kStart).i32(kStride).op('i32.mul').op('i32.add')
  }

  /** Packs a panel of an operand from `first` on, and moves `packed` behind it. */
  const packOne = (
    base: Local,
    first: Local,
    along: readonly PackAxis[],
    over: readonly PackAxis[],
    size: { readonly columns: number; readonly width: number },
  ): void => {
    const several = along.length > 1
    if (several) f.get(base)
    else pushAddress(base, first, along[0]?.stride ?? 4, 0)
    f.get(packed).get(kStart).get(kEnd)
    if (several) f.get(first).call(packGathered(library, { ...size, column: along, k: over }))
    else f.call(packPanel(library, { ...size, column: along[0]?.stride ?? 4, k: over }))
    advancePacked(size.width)
  }

  const advancePacked = (floats: number): void => {
    f.get(packed).get(kSize)
    f.i32(floats * 4)
      .op('i32.mul')
      .op('i32.add')
      .set(packed)
  }

  /** Packs one panel of B. */
  const packPanelOfB = (columnsOf: number, widthOf: number): void =>
    packOne(pb, tileColumn, columnsOfB, kOfB, { columns: columnsOf, width: widthOf })

  /** All tiles of one panel of B over the rows of the present block. */
  const panel = (height: number, columnsOf: number, widthOf: number, isPacked: boolean): void => {
    const tile: MicroTile = {
      rows: height,
      columns: columnsOf,
      a: packA ? { row: 4, k: height * 4 } : { row: rowOfA, k: innerA },
      b: { k: isPacked ? widthOf * 4 : innerB },
      c: { row: c.row * 4 },
    }
    if (isPacked && !packB) f.get(scratch).set(tileB)
    else if (!isPacked) {
      pushAddress(pb, tileColumn, 4, innerB)
      f.set(tileB)
    }
    if (packA) f.get(scratch).i32(strategy.packedA).op('i32.add').set(tileA)
    countedLoop(f, tileRow, { start: { local: row }, end: { local: rowEnd }, step: height }, () => {
      if (packA) f.get(tileA)
      else pushAddress(pa, tileRow, rowOfA, innerA)
      f.get(tileB)
      pushAddress(pc, tileRow, c.row * 4, 0)
      f.get(tileColumn).i32(4).op('i32.mul').op('i32.add')
      f.get(tileB).get(kSize).i32(tile.b.k).op('i32.mul').op('i32.add')
      f.get(kStart).op('i32.eqz').call(microKernel(library, tile))
      if (packA) {
        f.get(tileA)
          .get(kSize)
          .i32(height * 4)
          .op('i32.mul')
          .op('i32.add')
          .set(tileA)
      }
    })
    if (isPacked && packB) {
      f.get(tileB)
        .get(kSize)
        .i32(widthOf * 4)
        .op('i32.mul')
        .op('i32.add')
        .set(tileB)
    }
  }

  /** Runs `full` for every full tile of columns of the present block of columns, and `rest` for the tail at the very end. */
  const overPanels = (full: () => void, rest: () => void): void => {
    if (n >= width) {
      f.get(column).set(tileColumn)
      f.block()
      if (n % blockColumns > 0 && n % blockColumns < width)
        f.get(tileColumn).get(fullEnd).op('i32.ge_u').brIf(0)
      countedLoop(f, tileColumn, { start: { local: column }, end: { local: fullEnd }, step: width }, full)
      f.end()
    }
    if (tail === 0) return
    if (n > blockColumns) f.get(columnEnd).i32(n).op('i32.eq').if()
    f.get(fullEnd).set(tileColumn)
    rest()
    if (n > blockColumns) f.end()
  }

  /** Repeats `body` for `panels` tiles at a time while they fit before the last full column. */
  const whilePanelsFit = (panels: number, body: () => void): void => {
    f.block().loop()
    f.get(tileColumn)
      .i32(panels * width)
      .op('i32.add')
      .get(fullEnd)
      .op('i32.gt_u')
      .brIf(1)
    body()
    f.get(tileColumn)
      .i32(panels * width)
      .op('i32.add')
      .set(tileColumn)
      .br(0)
      .end()
      .end()
  }

  /** Packs the present block of B: neighbouring panels together where rows are contiguous, so that whole lines are read. */
  const packColumns = (): void => {
    if (packB && n >= width) {
      f.get(column).set(tileColumn)
      if (columnsOfB.length <= 1 && (columnsOfB[0]?.stride ?? 4) === 4)
        whilePanelsFit(neighbours, packNeighbours)
      whilePanelsFit(1, () => packPanelOfB(width, width))
    }
    if (!packTail) return
    if (n > blockColumns) f.get(columnEnd).i32(n).op('i32.eq').if()
    f.get(fullEnd).set(tileColumn)
    packPanelOfB(tail, tailWidth)
    if (n > blockColumns) f.end()
  }

  const packNeighbours = (): void => {
    const pack = packPanels(library, { panels: neighbours, width, k: kOfB })
    pushAddress(pb, tileColumn, 4, 0)
    f.get(packed).get(kStart).get(kEnd).call(pack)
    advancePacked(neighbours * width)
  }

  countedLoop(f, column, { start: 0, end: n, step: blockColumns }, () => {
    clippedStep(f, columns, { step: blockColumns, total: n, at: column })
    f.get(column).get(columns).op('i32.add').set(columnEnd)
    f.get(columnEnd).get(columns).i32(width).op('i32.rem_u').op('i32.sub').set(fullEnd)
    countedLoop(f, kStart, { start: 0, end: k, step: block }, () => {
      clippedStep(f, kSize, { step: block, total: k, at: kStart })
      f.get(kStart).get(kSize).op('i32.add').set(kEnd)
      f.get(scratch).set(packed)
      packColumns()
      for (const { start, end, height } of strategy.segments) {
        const step = Math.max(1, Math.floor(blockRows / height)) * height
        countedLoop(f, row, { start, end, step }, () => {
          clippedStep(f, rows, { step, total: end, at: row })
          f.get(row).get(rows).op('i32.add').set(rowEnd)
          if (packA) writePackA(height)
          f.get(scratch).set(tileB)
          overPanels(
            () => panel(height, width, width, packB),
            () => panel(height, tail, tailWidth, packTail),
          )
          if (options.epilogue !== undefined) {
            f.get(kEnd).i32(k).op('i32.eq').if()
            options.epilogue(f, { rowStart: row, rowEnd, columnStart: column, columnEnd })
            f.end()
          }
        })
      }
    })
  })

  function writePackA(height: number): void {
    f.get(scratch).i32(strategy.packedA).op('i32.add').set(packed)
    countedLoop(f, tileRow, { start: { local: row }, end: { local: rowEnd }, step: height }, () => {
      packOne(pa, tileRow, rowsOfA, kOfA, { columns: height, width: height })
    })
  }
}

/** One region: everything. */
function writeWholeEpilogue(f: FunctionBuilder, shape: GemmShape, { epilogue }: GemmOptions): void {
  if (epilogue === undefined) return
  const bound = (value: number): Local => {
    const local = f.local('i32')
    f.i32(value).set(local)
    return local
  }
  const [rowStart, rowEnd, columnStart, columnEnd] = [
    bound(0),
    bound(product(shape.m)),
    bound(0),
    bound(product(shape.n)),
  ]
  epilogue(f, { rowStart, rowEnd, columnStart, columnEnd })
}
