// Whether an element is the extreme of its row: derivatives of maxima ask `x = max(x)`. Both sides have errors, but the same
// ones, so the answer is uncertain only where another element of the row comes as near.
import type { NdArray, Value } from '@heddle/core'
import { forEachIndex } from '@heddle/core'
import type { BoundRule } from './bounds.ts'

/** Axes over which one operand of a comparison is the extreme of the other, seen through reshapes and expansions. */
function extremeAxes([x, y]: readonly Value[]): readonly number[] | undefined {
  let value = y
  while (value?.op === 'reshape' || value?.op === 'expand') value = value.inputs[0]
  const isExtreme = value?.op === 'reduceMax' || value?.op === 'reduceMin'
  if (value === undefined || !isExtreme || value.inputs[0] !== x) return undefined
  return 'axes' in value.attrs ? value.attrs.axes : undefined
}

/** `general`, but certain where it doubts one element of a row only: some element is the extreme, so it is that one. */
export const equality =
  (general: BoundRule): BoundRule =>
  (args) => {
    const bound = general(args)
    const axes = extremeAxes(args.node.inputs) ?? extremeAxes([...args.node.inputs].reverse())
    if (axes === undefined) return bound
    const row = rowsOf(args.value, axes)
    const doubts = new Map<number, number>()
    bound.forEach((error, at) => {
      if (error > 0) doubts.set(row[at] ?? 0, (doubts.get(row[at] ?? 0) ?? 0) + 1)
    })
    return bound.map((error, at) => (doubts.get(row[at] ?? 0) === 1 ? 0 : error))
  }

/** For each element the number of its row: its position along the axes that are kept. */
function rowsOf({ shape }: NdArray, axes: readonly number[]): readonly number[] {
  const rows: number[] = []
  forEachIndex(shape, (index) => {
    let row = 0
    index.forEach((position, axis) => {
      if (!axes.includes(axis)) row = row * (shape[axis] ?? 1) + position
    })
    rows.push(row)
  })
  return rows
}
