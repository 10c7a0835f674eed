// The orthogonal factor of a matrix, by reflections as LAPACK chooses them, in double: it rounds less than LAPACK does in single.

/**
 * Orthonormal columns that span those of a matrix of `rows` by `columns`, no more columns than rows, with the signs that make the
 * diagonal of the other factor positive. Both stand column after column.
 *
 * Source: Householder's reflections, LAPACK's conventions (xGEQR2, xORG2R).
 */
export function orthonormalColumns(matrix: Float64Array, rows: number, columns: number): Float64Array {
  const a = matrix.slice()
  const scales = new Float64Array(columns)
  const signs = new Float64Array(columns)
  for (let k = 0; k < columns; k++) {
    const { scale, diagonal } = reflection(a.subarray(k * rows + k, (k + 1) * rows))
    scales[k] = scale
    signs[k] = Math.sign(diagonal)
    for (let j = k + 1; j < columns; j++) reflect(a, k, j, rows, scale)
  }
  for (let k = columns - 1; k >= 0; k--) {
    const scale = scales[k] ?? 0
    for (let j = k + 1; j < columns; j++) reflect(a, k, j, rows, scale)
    const column = a.subarray(k * rows, (k + 1) * rows)
    column.fill(0, 0, k)
    column[k] = 1 - scale
    for (let i = k + 1; i < rows; i++) column[i] = -scale * (column[i] ?? 0)
  }
  for (let k = 0; k < columns; k++) {
    const sign = signs[k] ?? 0
    for (let i = k * rows; i < (k + 1) * rows; i++) a[i] = (a[i] ?? 0) * sign
  }
  return a
}

/** The reflection `I - scale v vᵀ` that leaves only the first element; v, whose first element is 1, takes the place of the others. */
function reflection(x: Float64Array): { readonly scale: number; readonly diagonal: number } {
  const [first = 0] = x
  let rest = 0
  for (let i = 1; i < x.length; i++) rest += (x[i] ?? 0) ** 2
  if (rest === 0) return { scale: 0, diagonal: first }
  const diagonal = (first < 0 ? 1 : -1) * Math.sqrt(first * first + rest)
  for (let i = 1; i < x.length; i++) x[i] = (x[i] ?? 0) / (first - diagonal)
  return { scale: (diagonal - first) / diagonal, diagonal }
}

/** Applies the reflection that stands in column k, from its row k on, to column j. */
function reflect(a: Float64Array, k: number, j: number, rows: number, scale: number): void {
  const [from, to] = [k * rows, j * rows]
  let product = a[to + k] ?? 0
  for (let i = k + 1; i < rows; i++) product += (a[from + i] ?? 0) * (a[to + i] ?? 0)
  product *= scale
  a[to + k] = (a[to + k] ?? 0) - product
  for (let i = k + 1; i < rows; i++) a[to + i] = (a[to + i] ?? 0) - product * (a[from + i] ?? 0)
}
