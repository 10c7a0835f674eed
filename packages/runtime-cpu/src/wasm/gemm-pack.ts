// Packing for matrix multiplication: copies a panel of an operand, `columns` wide and one block of k long, so that the inner
// kernel reads it in order. It also turns any strides (transposed, flipped, several k axes) into the one packed form.
import type { FunctionBuilder, FunctionRef, Local } from './encoder.ts'
import type { Library } from './library.ts'

/** One of the axes that together make k, outermost first. The stride is the operand's, in bytes. */
export interface PackAxis {
  readonly extent: number
  readonly stride: number
}

export interface PackShape {
  /** Columns copied, and floats of a packed row: what is beyond the columns becomes zero. */
  readonly columns: number
  readonly width: number
  /** Distance of two columns in the source, in bytes. */
  readonly column: number
  readonly k: readonly PackAxis[]
}

/** Parameters: source (column 0, k = 0), destination, first k, end of k (beyond the first). */
export function packPanel(library: Library, shape: PackShape): FunctionRef {
  const axes = shape.k.map(({ extent, stride }) => `${extent}:${stride}`).join(' ')
  const key = `pack ${shape.columns}/${shape.width} by ${shape.column} over ${axes}`
  return library.shared(key, ['i32', 'i32', 'i32', 'i32'], [], (f) => writePack(f, shape))
}

const [source, destination, k, end] = [0, 1, 2, 3] as const

function writePack(f: FunctionBuilder, shape: PackShape): void {
  const inner = shape.k.at(-1)
  const fourInRow = shape.k.length <= 1 || (inner !== undefined && inner.extent % 4 === 0)
  const transposes = inner?.stride === 4 && shape.column !== 4 && shape.columns >= 2 && fourInRow
  const at = f.local('i32')
  if (transposes) {
    f.block().loop()
    f.get(k).i32(4).op('i32.add').get(end).op('i32.gt_u').brIf(1)
    pushAddress(f, shape.k)
    f.set(at)
    writeTransposed(f, shape, at)
    advance(f, shape, 4)
    f.br(0).end().end()
  }
  f.block().loop()
  f.get(k).get(end).op('i32.ge_u').brIf(1)
  pushAddress(f, shape.k)
  f.set(at)
  writeRow(f, shape, at)
  advance(f, shape, 1)
  f.br(0).end().end()
}

/**
 * Several neighbouring panels of an operand that is contiguous along its columns. Parameters as for `packPanel`; the panels
 * lie one behind the other.
 */
export function packPanels(
  library: Library,
  shape: { readonly panels: number; readonly width: number; readonly k: readonly PackAxis[] },
): FunctionRef {
  const { panels, width, k: axes } = shape
  const key = `pack ${panels} of ${width} over ${axes.map(({ extent, stride }) => `${extent}:${stride}`).join(' ')}`
  return library.shared(key, ['i32', 'i32', 'i32', 'i32'], [], (f) => {
    const at = f.local('i32')
    const targets = Array.from({ length: panels }, () => f.local('i32'))
    targets.forEach((target, panel) => {
      f.get(destination).get(end).get(k).op('i32.sub')
      f.i32(panel * width * 4)
        .op('i32.mul')
        .op('i32.add')
        .set(target)
    })
    f.loop()
    pushAddress(f, axes)
    f.set(at)
    targets.forEach((target, panel) => {
      for (let column = 0; column < width; column += 4) {
        f.get(target)
          .get(at)
          .memory('v128.load', (panel * width + column) * 4)
        f.memory('v128.store', column * 4)
      }
      f.get(target)
        .i32(width * 4)
        .op('i32.add')
        .set(target)
    })
    f.get(k).i32(1).op('i32.add').tee(k).get(end).op('i32.lt_u').brIf(0).end()
  })
}

export interface GatherShape {
  readonly columns: number
  readonly width: number
  /** The axes that together make the columns. */
  readonly column: readonly PackAxis[]
  readonly k: readonly PackAxis[]
}

/**
 * A panel whose columns run over several axes, such as the windows of a convolution. Parameters: source (column 0, k = 0),
 * destination, first k, end of k, first column, which is a multiple of four.
 */
export function packGathered(library: Library, shape: GatherShape): FunctionRef {
  const list = (axes: readonly PackAxis[]): string =>
    axes.map((axis) => `${axis.extent}:${axis.stride}`).join(' ')
  const key = `gather ${shape.columns}/${shape.width} by ${list(shape.column)} over ${list(shape.k)}`
  return library.shared(key, ['i32', 'i32', 'i32', 'i32', 'i32'], [], (f) => writeGather(f, shape))
}

function writeGather(f: FunctionBuilder, { columns, width, column, k: axes }: GatherShape): void {
  const first = 4
  const inner = column.at(-1)
  // Runs of four columns that never cross the end of the innermost axis.
  const runs = inner?.stride === 4 && inner.extent % 4 === 0 && columns % 4 === 0
  const step = runs ? 4 : 1
  const pointers = Array.from({ length: columns / step }, () => f.local('i32'))
  const position = f.local('i32')
  pointers.forEach((pointer, at) => {
    f.get(first)
      .i32(at * step)
      .op('i32.add')
      .set(position)
    f.get(source)
    addPosition(f, position, column)
    f.set(pointer)
  })
  const offset = f.local('i32')
  f.loop()
  f.i32(0)
  addPosition(f, k, axes)
  f.set(offset)
  const type = runs ? 'v128' : 'f32'
  pointers.forEach((pointer, at) => {
    f.get(destination).get(pointer).get(offset).op('i32.add').memory(`${type}.load`, 0)
    f.memory(`${type}.store`, at * step * 4)
  })
  for (let at = columns; at < width; at++)
    f.get(destination)
      .f32(0)
      .memory('f32.store', at * 4)
  f.get(destination)
    .i32(width * 4)
    .op('i32.add')
    .set(destination)
  f.get(k).i32(1).op('i32.add').tee(k).get(end).op('i32.lt_u').brIf(0).end()
}

function advance(f: FunctionBuilder, shape: PackShape, rows: number): void {
  f.get(k).i32(rows).op('i32.add').set(k)
  f.get(destination)
    .i32(rows * shape.width * 4)
    .op('i32.add')
    .set(destination)
}

/** Pushes the source address of position `k`. */
function pushAddress(f: FunctionBuilder, axes: readonly PackAxis[]): void {
  f.get(source)
  addPosition(f, k, axes)
}

/** Adds to the pushed address what position `at` of some axes is away from position 0. */
function addPosition(f: FunctionBuilder, at: Local, axes: readonly PackAxis[]): void {
  let inside = 1
  for (let axis = axes.length - 1; axis >= 0; axis--) {
    const { extent, stride } = axes[axis] ?? { extent: 1, stride: 0 }
    f.get(at)
    if (inside > 1) f.i32(inside).op('i32.div_u')
    if (axis > 0) f.i32(extent).op('i32.rem_u')
    f.i32(stride).op('i32.mul').op('i32.add')
    inside *= extent
  }
}

/** Pushes the address of a column, and returns the offset still to be added. */
function pushColumn(f: FunctionBuilder, shape: PackShape, at: Local, column: number): number {
  const offset = column * shape.column
  f.get(at)
  if (offset >= 0) return offset
  f.i32(offset).op('i32.add')
  return 0
}

/** One packed row. */
function writeRow(f: FunctionBuilder, shape: PackShape, at: Local): void {
  const vectors = shape.column === 4 ? shape.columns >> 2 : 0
  for (let j = 0; j < vectors; j++) {
    f.get(destination)
      .get(at)
      .memory('v128.load', j * 16)
      .memory('v128.store', j * 16)
  }
  for (let column = vectors * 4; column < shape.width; column++) {
    f.get(destination)
    if (column < shape.columns) f.memory('f32.load', pushColumn(f, shape, at, column))
    else f.f32(0)
    f.memory('f32.store', column * 4)
  }
}

const low = [0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23]
const high = low.map((byte) => byte + 8)
const firstHalves = [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]
const secondHalves = firstHalves.map((byte) => byte + 8)

/** Four packed rows: columns lie along k in the source and are turned in registers, four at a time. */
function writeTransposed(f: FunctionBuilder, shape: PackShape, at: Local): void {
  const columns = Array.from({ length: 4 }, () => f.local('v128'))
  const halves = Array.from({ length: 4 }, () => f.local('v128'))
  const [c0 = 0, c1 = 0, c2 = 0, c3 = 0] = columns
  const [low01 = 0, high01 = 0, low23 = 0, high23 = 0] = halves
  for (let group = 0; group < shape.width; group += 4) {
    const lanes = Math.min(4, shape.width - group)
    columns.forEach((local, j) => {
      if (group + j < shape.columns) f.memory('v128.load', pushColumn(f, shape, at, group + j))
      else f.i32(0).op('i32x4.splat')
      f.set(local)
    })
    f.get(c0).get(c1).shuffle(low).set(low01).get(c0).get(c1).shuffle(high).set(high01)
    f.get(c2).get(c3).shuffle(low).set(low23).get(c2).get(c3).shuffle(high).set(high23)
    const rows = [
      [low01, low23, firstHalves],
      [low01, low23, secondHalves],
      [high01, high23, firstHalves],
      [high01, high23, secondHalves],
    ] as const
    rows.forEach(([x, y, halvesOf], row) => {
      const to = (row * shape.width + group) * 4
      if (lanes === 4) {
        f.get(destination).get(x).get(y).shuffle(halvesOf).memory('v128.store', to)
        return
      }
      f.get(x).get(y).shuffle(halvesOf).set(c0)
      for (let lane = 0; lane < lanes; lane++) {
        f.get(destination)
          .get(c0)
          .laneMemory('v128.store32_lane', to + lane * 4, lane)
      }
    })
  }
}
