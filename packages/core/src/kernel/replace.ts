// Whether a buffer a kernel writes may share memory with one it reads: every element must be read no later than the store to
// the same place. The answer "no" may be too careful; "yes" holds for any order of rows and of elements in a row's loops.
import { indexAxis, substituteAxes } from './index-arithmetic.ts'
import { equalIndex } from './index-order.ts'
import type { Kernel, MapStage } from './kernel.ts'

/** Both are positions in `kernel.buffers`. */
export function canReplace(kernel: Kernel, read: number, written: number): boolean {
  const from = kernel.buffers[read]
  const to = kernel.buffers[written]
  if (from === undefined || to === undefined) return false
  if (from.access !== 'read' || to.access !== 'write') return false
  if (from.dtype !== to.dtype || from.size !== to.size) return false
  const last = kernel.stages.at(-1)
  if (last?.kind !== 'map') return false
  const target = last.stores.find(({ buffer }) => buffer === written)
  if (target === undefined) return false

  for (const stage of kernel.stages) {
    const rename =
      stage === last ? undefined : matchAxes(kernel, stage.kind === 'reduce' ? stage.axes : [], last)
    for (const node of stage.code) {
      if (node.op !== 'load' || node.buffer !== read) continue
      // Reads of an earlier stage come before all stores of the row, and must not touch another row.
      if (stage.kind !== 'map' && stage.kind !== 'reduce') return false
      const index =
        rename === undefined
          ? node.index
          : substituteAxes(node.index, (axis) => indexAxis(rename.get(axis) ?? axis))
      if (!equalIndex(index, target.index)) return false
      if (stage !== last && rename === undefined) return false
    }
  }
  return true
}

/** Names the axes of a reduction as the map's, where both run over equal extents in the same order. */
function matchAxes(
  kernel: Kernel,
  axes: readonly number[],
  map: MapStage,
): ReadonlyMap<number, number> | undefined {
  if (axes.length !== map.axes.length) return undefined
  const rename = new Map<number, number>()
  for (const [position, axis] of axes.entries()) {
    const other = map.axes[position]!
    if (kernel.axes[axis]?.extent !== kernel.axes[other]?.extent) return undefined
    rename.set(axis, other)
  }
  return rename
}
