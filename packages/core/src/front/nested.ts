// Arrays as people write them: numbers in rows of equal length. Read into row-major order, and back.

import { formatShape, type Shape, sizeOf } from '../dim.ts'

/** Numbers in rows: `[[1, 2], [3, 4]]`; a bare number has rank 0. Of i64 they may be bigints. */
export type Nested = number | bigint | boolean | readonly Nested[]

export interface FlatItems {
  readonly shape: Shape
  readonly items: readonly (number | bigint | boolean)[]
}

/** Row-major items of nested arrays, or what is wrong with them, in words. */
export function flattenNested(values: Nested): FlatItems | { readonly problem: string } {
  const shape: number[] = []
  for (let first: Nested | undefined = values; isList(first); first = first[0]) shape.push(first.length)
  let level: readonly Nested[] = [values]
  for (const [axis, dim] of shape.entries()) {
    const next: Nested[] = []
    for (const row of level) {
      if (!isList(row) || row.length !== dim) return unevenRow(shape, axis, row)
      for (const item of row) next.push(item)
    }
    level = next
  }
  const items: (number | bigint | boolean)[] = []
  for (const item of level) {
    if (typeof item !== 'number' && typeof item !== 'bigint' && typeof item !== 'boolean')
      return notNumber(shape, item)
    items.push(item)
  }
  return { shape, items }
}

/** Nested arrays whose items are `element(position)`, positions in row-major order. */
export function nest(shape: Shape, element: (position: number) => Nested): Nested {
  let level = Array.from({ length: sizeOf(shape) }, (_, position) => element(position))
  if (shape.length === 0) return level[0] ?? []
  for (let axis = shape.length - 1; axis > 0; axis--) {
    const dim = shape[axis] ?? 1
    const items = level
    const rows = sizeOf(shape.slice(0, axis))
    level = Array.from({ length: rows }, (_, row): Nested => items.slice(row * dim, (row + 1) * dim))
  }
  return level
}

const isList = (values: Nested | undefined): values is readonly Nested[] => Array.isArray(values)

const describeItem = (item: unknown): string =>
  Array.isArray(item) ? `a row of ${item.length}` : `the item ${String(item)}`

const unevenRow = (shape: Shape, axis: number, row: Nested): { readonly problem: string } => ({
  problem: `axis ${axis} of ${formatShape(shape)} has rows of ${shape[axis]}, and one that is ${describeItem(row)}; rows must be equally long`,
})

const notNumber = (shape: Shape, item: unknown): { readonly problem: string } => ({
  problem: `rows are ${formatShape(shape)}, but inside is ${describeItem(item)}; there must be a number`,
})
