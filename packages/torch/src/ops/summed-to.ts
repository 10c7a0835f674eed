// Cotangents of operands that were broadcast.
import type { Value } from '@heddle/core'
import * as core from '@heddle/core'

/** The sum over what was broadcast from a shape. */
export function summedTo(x: Value, shape: readonly number[]): Value {
  const missing = x.type.shape.length - shape.length
  const axes = x.type.shape.flatMap((extent, axis) =>
    axis < missing || (shape[axis - missing] === 1 && extent !== 1) ? [axis] : [],
  )
  return axes.length === 0 ? x : core.reshape(core.sum(x, { axes }), shape)
}
