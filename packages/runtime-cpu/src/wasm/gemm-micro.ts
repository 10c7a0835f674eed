// The inner kernel of matrix multiplication: a tile of C held in registers while k runs over one block. Its own function, so
// that the engine optimises it while the first multiplication is still running. Multiply and add are separate (no fused
// multiply-add): every element is summed from left to right and rounded twice a step, on every machine alike.
import type { FunctionBuilder, FunctionRef, Local } from './encoder.ts'
import type { Library } from './library.ts'

/** A tile of `rows` x `columns` with all distances in bytes, known while emitting. */
export interface MicroTile {
  readonly rows: number
  readonly columns: number
  readonly a: { readonly row: number; readonly k: number }
  /** Distance of k steps; four neighbouring columns lie together, and `ceil(columns / 4)` vectors may be read. */
  readonly b: { readonly k: number }
  readonly c: { readonly row: number }
}

/**
 * Rows and vectors of the best tile for at most `rows` rows: V8 has 15 vector registers for accumulators, one broadcast of A,
 * one vector of B and one product; beyond that it spills and halves the speed.
 */
export function tileColumns(rows: number): number {
  if (rows >= 4) return 8
  return rows === 3 ? 12 : rows === 2 ? 16 : 32
}

/** Parameters: a, b, c, end of b, and whether this is the first block (store) or a later one (add to C). */
export function microKernel(library: Library, tile: MicroTile): FunctionRef {
  const { rows, columns, a, b, c } = tile
  const key = `gemm ${rows}x${columns} a ${a.row} ${a.k} b ${b.k} c ${c.row}`
  return library.shared(key, ['i32', 'i32', 'i32', 'i32', 'i32'], [], (f) => writeMicroKernel(f, tile))
}

function writeMicroKernel(f: FunctionBuilder, { rows, columns, a, b, c }: MicroTile): void {
  const [pa, pb, pc, end, first] = [0, 1, 2, 3, 4] as const
  const vectors = Math.ceil(columns / 4)
  const zero = f.local('v128')
  const sums = Array.from({ length: rows }, () => Array.from({ length: vectors }, () => f.local('v128')))
  const broadcast = f.local('v128')
  const streamed = Array.from({ length: vectors }, () => f.local('v128'))

  // A sum starts from its first product: -0 is the value that changes no product when added.
  f.f32(-0).op('f32x4.splat').set(zero)
  for (const row of sums) for (const sum of row) f.get(zero).set(sum)

  const accumulate = (sum: Local, x: Local, y: Local): void =>
    void f.get(sum).get(x).get(y).op('f32x4.mul').op('f32x4.add').set(sum)
  f.loop()
  if (rows === 1) {
    f.get(pa).memory('v128.load32_splat', 0).set(broadcast)
    sums[0]?.forEach((sum, j) => {
      f.get(sum)
        .get(broadcast)
        .get(pb)
        .memory('v128.load', j * 16)
      f.op('f32x4.mul').op('f32x4.add').set(sum)
    })
  } else {
    streamed.forEach(
      (vector, j) =>
        void f
          .get(pb)
          .memory('v128.load', j * 16)
          .set(vector),
    )
    sums.forEach((row, i) => {
      f.get(pa)
        .memory('v128.load32_splat', i * a.row)
        .set(broadcast)
      row.forEach((sum, j) => {
        const vector = streamed[j]
        if (vector !== undefined) accumulate(sum, broadcast, vector)
      })
    })
  }
  f.get(pa).i32(a.k).op('i32.add').set(pa)
  f.get(pb).i32(b.k).op('i32.add').tee(pb).get(end).op('i32.lt_u').brIf(0).end()

  const each = (write: (sum: Local, at: number, lanes: number) => void): void =>
    sums.forEach((row, i) => {
      row.forEach((sum, j) => {
        write(sum, i * c.row + j * 16, Math.min(4, columns - j * 4))
      })
    })
  f.get(first).if()
  each((sum, at, lanes) => storeLanes(f, pc, at, lanes, sum))
  f.else()
  each((sum, at, lanes) => {
    loadLanes(f, pc, at, lanes, streamed[0] ?? broadcast)
    f.get(sum).op('f32x4.add').set(sum)
    storeLanes(f, pc, at, lanes, sum)
  })
  f.end()
}

/** Pushes a vector of the first `lanes` floats at an address; reads nothing beyond them. `temporary` may be overwritten. */
export function loadLanes(
  f: FunctionBuilder,
  address: Local,
  offset: number,
  lanes: number,
  temporary: Local,
): void {
  if (lanes === 4) f.get(address).memory('v128.load', offset)
  else if (lanes === 1) f.get(address).memory('v128.load32_zero', offset)
  else {
    f.get(address).memory('v128.load64_zero', offset)
    if (lanes === 2) return
    f.set(temporary).get(address).get(temporary)
    f.laneMemory('v128.load32_lane', offset + 8, 2)
  }
}

/** Stores the first `lanes` floats of a vector; writes nothing beyond them. */
export function storeLanes(
  f: FunctionBuilder,
  address: Local,
  offset: number,
  lanes: number,
  vector: Local,
): void {
  if (lanes === 4) {
    f.get(address).get(vector).memory('v128.store', offset)
    return
  }
  if (lanes >= 2) f.get(address).get(vector).laneMemory('v128.store64_lane', offset, 0)
  const last = lanes - 1
  if (lanes % 2 === 1)
    f.get(address)
      .get(vector)
      .laneMemory('v128.store32_lane', offset + last * 4, last)
}
