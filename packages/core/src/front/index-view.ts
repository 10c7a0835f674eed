// The basic part of an index: positions, ranges and new axes are a slice and a reshape. Reading is that; writing lays the new
// elements over the old ones by a padded mask. Both are index arithmetic.

import type { Shape } from '../dim.ts'
import type { Value } from '../ir/value.ts'
import type { KnownPositions, ResolvedItem } from './index-items.ts'
import { promote } from './operand.ts'

/** Positions that are data, on an axis of the view. */
export interface AxisPositions {
  readonly axis: number
  readonly positions: KnownPositions | Value
}

export interface IndexView {
  readonly starts: readonly number[]
  readonly limits: readonly number[]
  readonly steps: readonly number[]
  /** Shape of the slice. */
  readonly box: Shape
  /** The slice without the axes of known positions, with the added ones. */
  readonly shape: Shape
  /** Positions of rank 0 that are data; these axes of the view go first, from the last to the first. */
  readonly single: readonly { readonly axis: number; readonly position: Value }[]
  /** Positions by axis of what is then left. */
  readonly several: readonly AxisPositions[]
  /** Masks that are data, with the first of their axes of what is then left. */
  readonly masks: readonly { readonly axis: number; readonly mask: Value }[]
}

export function viewOf(items: readonly ResolvedItem[], x: Shape): IndexView {
  const [starts, limits, steps]: [number[], number[], number[]] = [[], [], []]
  const shape: number[] = []
  const single: { axis: number; position: Value }[] = []
  const several: AxisPositions[] = []
  const masks: { axis: number; mask: Value }[] = []
  const range = (start: number, limit: number, step: number): number => {
    starts.push(start)
    limits.push(limit)
    steps.push(step)
    return Math.ceil((limit - start) / step)
  }
  const whole = (): number => range(0, x[starts.length] ?? 0, 1)
  for (const item of items) {
    const left = shape.length - single.length
    switch (item.kind) {
      case 'range':
        shape.push(range(item.start, item.limit, item.step))
        break
      case 'added':
        shape.push(1)
        break
      case 'position':
        if (typeof item.position === 'number') range(item.position, item.position + 1, 1)
        else {
          single.push({ axis: shape.length, position: item.position })
          shape.push(whole())
        }
        break
      case 'positions':
        several.push({ axis: left, positions: item.positions })
        shape.push(item.isAdded ? 1 : whole())
        break
      case 'mask':
        masks.push({ axis: left, mask: item.mask })
        for (const _ of item.mask.type.shape) shape.push(whole())
        break
      default:
        item satisfies never
    }
  }
  const box = starts.map((start, k) => Math.ceil(((limits[k] ?? 0) - start) / (steps[k] ?? 1)))
  return { starts, limits, steps, box, shape, single, several, masks }
}

export function readView(x: Value, { starts, limits, steps, shape }: IndexView): Value {
  return x.builder.reshape(x.builder.slice(x, { starts, limits, steps }), { shape })
}

/** `x` with `part`, of the shape of the view, in the place of the view. */
export function writeView(x: Value, view: IndexView, part: Value): Value {
  const b = x.builder
  const { shape } = x.type
  const { starts: low, box, steps } = view
  const boxed = b.reshape(part, { shape: box })
  const isWhole = shape.every((dim, axis) => low[axis] === 0 && box[axis] === dim)
  if (isWhole) return boxed
  const covered = box.map((dim, axis) => (dim === 0 ? 0 : (dim - 1) * (steps[axis] ?? 1) + 1))
  const high = shape.map((dim, axis) => dim - (low[axis] ?? 0) - (covered[axis] ?? 0))
  const around = { low, high, interior: steps.map((step) => step - 1), value: 0 }
  const mask = b.pad(b.full({ dtype: 'bool', shape: box, value: 1 }), around)
  return b.select(mask, b.pad(promote(boxed, x.type.dtype), around), x)
}
