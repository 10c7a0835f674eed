// One row times a large matrix: y = x B streams B once, eight of its rows folded into y at a time, because tiles of columns
// would touch a new page with every step of k. Order: k from left to right, a block of k at a time, as everywhere.

import type { FunctionBuilder, FunctionRef, Local } from './encoder.ts'
import type { Library } from './library.ts'
import { countedLoop } from './loops.ts'

/** Strides in bytes; B is contiguous along n. */
export interface RowShape {
  readonly n: number
  readonly k: number
  readonly a: number
  readonly b: number
  readonly block: number
}

/** Rows of B in one pass over y, and columns of y that stay in cache meanwhile. */
const foldedRows = 8
const columnsInCache = 4096

export const rowScratchBytes = (shape: RowShape): number =>
  shape.k > shape.block ? Math.min(shape.n, columnsInCache) * 4 : 0

/** Writes into `f`, whose parameters start with the addresses of A, B, C and scratch memory. */
export function writeRowGemm(f: FunctionBuilder, library: Library, shape: RowShape): void {
  const { n, k, a, b, block } = shape
  const [pa, pb, pc, scratch] = [0, 1, 2, 3] as const
  const column = f.local('i32')
  const bytes = f.local('i32')
  const kStart = f.local('i32')
  const at = f.local('i32')
  const end = f.local('i32')
  const sums = f.local('i32')
  const fill = library.shared('fill with -0', ['i32', 'i32'], [], writeFill)
  const add = library.shared('add row', ['i32', 'i32', 'i32'], [], writeAdd)

  const foldRows = (rows: number): void => {
    f.get(pa).get(at).i32(a).op('i32.mul').op('i32.add')
    f.get(pb).get(at).i32(b).op('i32.mul').op('i32.add').get(column).op('i32.add')
    f.get(sums)
      .get(bytes)
      .call(foldFunction(library, rows, a, b))
    f.get(at).i32(rows).op('i32.add').set(at)
  }
  // Columns are counted in bytes here.
  const columnStep = columnsInCache * 4
  countedLoop(f, column, { start: 0, end: n * 4, step: columnStep }, () => {
    f.i32(n * 4)
      .get(column)
      .op('i32.sub')
      .tee(bytes)
      .i32(columnStep)
    f.get(bytes).i32(columnStep).op('i32.lt_u').op('select').set(bytes)
    countedLoop(f, kStart, { start: 0, end: k, step: block }, () => {
      f.get(kStart).i32(block).op('i32.add').tee(end).i32(k)
      f.get(end).i32(k).op('i32.lt_u').op('select').set(end)
      // Later blocks are summed apart, and then added.
      f.get(pc).get(column).op('i32.add')
      if (k > block) f.get(scratch).get(kStart).op('i32.eqz').op('select')
      f.tee(sums).get(bytes).call(fill)
      f.get(kStart).set(at)
      f.block().loop()
      f.get(at).i32(foldedRows).op('i32.add').get(end).op('i32.gt_u').brIf(1)
      foldRows(foldedRows)
      f.br(0).end().end()
      f.block().loop()
      f.get(at).get(end).op('i32.ge_u').brIf(1)
      foldRows(1)
      f.br(0).end().end()
      if (k > block) {
        f.get(kStart).if()
        f.get(pc).get(column).op('i32.add').get(scratch).get(bytes).call(add)
        f.end()
      }
    })
  })
}

/** Runs `vectors` four floats at a time and `single` for the rest; `at` counts bytes up to `bytes`. */
function overRow(f: FunctionBuilder, at: Local, bytes: Local, vectors: () => void, single: () => void): void {
  f.i32(0).set(at)
  for (const [width, body] of [
    [16, vectors],
    [4, single],
  ] as const) {
    f.block().loop()
    f.get(at).i32(width).op('i32.add').get(bytes).op('i32.gt_u').brIf(1)
    body()
    f.get(at).i32(width).op('i32.add').set(at).br(0).end().end()
  }
}

/** Parameters: address, bytes. */
function writeFill(f: FunctionBuilder): void {
  const at = f.local('i32')
  const store = (type: 'v128' | 'f32'): void => {
    f.get(0).get(at).op('i32.add').f32(-0)
    if (type === 'v128') f.op('f32x4.splat')
    f.memory(`${type}.store`, 0)
  }
  overRow(
    f,
    at,
    1,
    () => store('v128'),
    () => store('f32'),
  )
}

/** Parameters: the sum, what is added, bytes. */
function writeAdd(f: FunctionBuilder): void {
  const at = f.local('i32')
  const add = (type: 'v128' | 'f32'): void => {
    f.get(0).get(at).op('i32.add')
    for (const source of [0, 1]) f.get(source).get(at).op('i32.add').memory(`${type}.load`, 0)
    f.op(type === 'v128' ? 'f32x4.add' : 'f32.add').memory(`${type}.store`, 0)
  }
  overRow(
    f,
    at,
    2,
    () => add('v128'),
    () => add('f32'),
  )
}

/** Parameters: a, b, the sums, bytes of a row. */
function foldFunction(library: Library, rows: number, a: number, b: number): FunctionRef {
  return library.shared(`fold ${rows} a ${a} b ${b}`, ['i32', 'i32', 'i32', 'i32'], [], (f) => {
    const at = f.local('i32')
    const from = f.local('i32')
    const vectors = Array.from({ length: rows }, () => f.local('v128'))
    vectors.forEach(
      (vector, row) =>
        void f
          .get(0)
          .memory('v128.load32_splat', row * a)
          .set(vector),
    )
    const fold = (type: 'v128' | 'f32'): void => {
      f.get(1).get(at).op('i32.add').set(from)
      f.get(2).get(at).op('i32.add')
      f.get(2).get(at).op('i32.add').memory(`${type}.load`, 0)
      vectors.forEach((vector, row) => {
        f.get(vector)
        if (type === 'f32') f.lane('f32x4.extract_lane', 0)
        f.get(from).memory(`${type}.load`, row * b)
        f.op(type === 'v128' ? 'f32x4.mul' : 'f32.mul').op(type === 'v128' ? 'f32x4.add' : 'f32.add')
      })
      f.memory(`${type}.store`, 0)
    }
    overRow(
      f,
      at,
      3,
      () => fold('v128'),
      () => fold('f32'),
    )
  })
}
