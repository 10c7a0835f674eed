// The random matrices of `torch.nn.init` that are more than independent numbers.
import { type DType, dtypes, type TypedArray } from '@heddle/core'
import { notImplemented } from './errors.ts'
import type { Generator } from './generator.ts'
import { fillPermutation } from './integers.ts'
import { fillNormal } from './normal.ts'
import { loadFrom, storeInto } from './storing.ts'

/**
 * As `sparse_`: a rows × columns matrix of normal numbers, and in each column ⌈sparsity · rows⌉ zeros, at the beginning of a
 * permutation. Dtypes: floats.
 */
export function fillSparse(
  generator: Generator,
  dtype: DType,
  data: TypedArray,
  rows: number,
  sparsity: number,
  std = 0.01,
): void {
  fillNormal(generator, dtype, data, 0, std)
  const store = storeInto(dtype, data)
  const columns = rows === 0 ? 0 : data.length / rows
  const zeros = Math.ceil(sparsity * rows)
  const order = new Int32Array(rows)
  for (let column = 0; column < columns; column++) {
    fillPermutation(generator, 'i32', order)
    for (const row of order.subarray(0, zeros)) store(row * columns + column, 0)
  }
}

/**
 * As `orthogonal_`: a rows × columns matrix with orthonormal columns (rows, if it is wide) times `gain`: Q of the QR decomposition
 * of normal numbers, with the signs that make the diagonal of R positive. Dtypes: f32, f64.
 * Numerics: computed in double, so it is nearer to the exact matrix than LAPACK's in single precision, from which it differs by
 * some units in the last place: those depend on the LAPACK that PyTorch was built with.
 */
export function fillOrthogonal(
  generator: Generator,
  dtype: DType,
  data: TypedArray,
  rows: number,
  gain = 1,
): void {
  if (dtype !== 'f32' && dtype !== 'f64') throw notImplemented('geqrf_cpu', dtype)
  if (data.length === 0) return
  fillNormal(generator, dtype, data)
  const columns = data.length / rows
  const isWide = rows < columns
  const { round } = dtypes[dtype]
  const [load, store] = [loadFrom(dtype, data), storeInto(dtype, data)]
  const offset = (vector: number, at: number): number =>
    isWide ? vector * columns + at : at * columns + vector
  const [count, size] = [Math.min(rows, columns), Math.max(rows, columns)]
  const vectors = Array.from({ length: count }, (_, vector) =>
    Float64Array.from({ length: size }, (_, at) => load(offset(vector, at))),
  )
  orthonormalize(vectors)
  vectors.forEach((vector, k) => {
    vector.forEach((value, at) => {
      store(offset(k, at), round(value) * round(gain))
    })
  })
}

/** Gram and Schmidt, each vector twice: once is not enough where it loses most of its length. */
function orthonormalize(vectors: readonly Float64Array[]): void {
  vectors.forEach((vector, k) => {
    for (let pass = 0; pass < 2; pass++) {
      for (const before of vectors.slice(0, k)) subtract(vector, before, dot(vector, before))
    }
    const length = Math.sqrt(dot(vector, vector))
    for (let at = 0; at < vector.length; at++) vector[at] = (vector[at] as number) / length
  })
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let at = 0; at < a.length; at++) sum += (a[at] as number) * (b[at] as number)
  return sum
}

function subtract(from: Float64Array, vector: Float64Array, factor: number): void {
  for (let at = 0; at < from.length; at++) from[at] = (from[at] as number) - factor * (vector[at] as number)
}
