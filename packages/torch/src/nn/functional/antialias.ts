// Images resized as Pillow does: going down, each element of the result weighs all elements that a window as wide as the step
// covers, so none is skipped. Axis by axis, with positions and weights made when it is recorded.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'

export type AntialiasMode = 'bilinear' | 'bicubic'

export interface Antialiasing {
  readonly mode: AntialiasMode
  readonly outputSize: readonly number[]
  /** How far elements of the result are apart on each axis, in elements of the image. */
  readonly steps: readonly number[]
}

/** Half the width of each filter, and the filter. */
const filters: Readonly<Record<AntialiasMode, readonly [number, (x: number) => number]>> = {
  bilinear: [1, (x) => Math.max(0, 1 - Math.abs(x))],
  bicubic: [2, (x) => cubic(Math.abs(x))],
}

/** Keys' cubic convolution with a = -0.5. */
function cubic(x: number): number {
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0
}

interface Taps {
  readonly count: number
  readonly positions: Int32Array
  readonly weights: Float64Array
}

/** Bounds of windows are computed in `round`'s dtype, whose rounding decides what is covered. */
function tapsOf(
  extent: number,
  out: number,
  step: number,
  mode: AntialiasMode,
  round: (x: number) => number,
): Taps {
  const [half, filter] = filters[mode]
  const scale = round(step)
  const stretch = Math.max(scale, 1)
  const reach = round(half * stretch)
  const windows = Array.from({ length: out }, (_, k) => {
    const centre = round(scale * (k + 0.5))
    const first = Math.max(Math.trunc(round(round(centre - reach) + 0.5)), 0)
    const end = Math.min(Math.trunc(round(round(centre + reach) + 0.5)), extent)
    const found = Array.from({ length: end - first }, (__, j) => filter((first + j - centre + 0.5) / stretch))
    const total = found.reduce((sum, weight) => sum + weight, 0)
    return { first, weights: found.map((weight) => (total === 0 ? weight : weight / total)) }
  })
  const count = Math.max(1, ...windows.map(({ weights }) => weights.length))
  const positions = new Int32Array(out * count)
  const weights = new Float64Array(out * count)
  windows.forEach((window, k) => {
    for (let j = 0; j < count; j++) {
      positions[k * count + j] = Math.min(window.first + j, extent - 1)
      weights[k * count + j] = window.weights[j] ?? 0
    }
  })
  return { count, positions, weights }
}

/** `[N, C, H, W]` in another size; the last axis first, as PyTorch goes. */
export function antialiased(x: Value, { mode, outputSize, steps }: Antialiasing): Value {
  const { dtype, shape } = x.type
  const computed = core.dtypes[dtype].computesAs
  let result = core.cast(x, computed)
  for (const axis of [3, 2]) {
    const [extent = 1, out = 1, step = 1] = [shape[axis], outputSize[axis - 2], steps[axis - 2]]
    const { round } = core.dtypes[computed]
    const { count, positions, weights } = tapsOf(extent, out, step, mode, round)
    const places = core.literal(x.builder, positions, { shape: [out, count] })
    const behind = shape.slice(axis + 1).map(() => 1)
    const factors = core.literal(x.builder, weights, { dtype: computed, shape: [out, count, ...behind] })
    result = core.sum(core.mul(core.gather(result, places, { axis }), factors), { axis: axis + 1 })
  }
  return core.cast(result, dtype)
}
