// Light augmentation as part of the program: every image is moved by a few whole pixels, drawn from a key, so that every runtime
// moves it alike. What comes in from outside is 0, the grey level of paper.
import { add, cast, gather, iota, mul, pad, randomBits, rem, reshape, take, type Value } from '@heddle/core'

/**
 * Images moved by -most … most pixels along both axes, each by its own distance.
 *
 * Shapes: `x [N, 1, H, W]`, `key u32[2]` → as x.
 */
export function randomlyShifted(x: Value, key: Value, most: number): Value {
  const [n = 0, , height = 0, width = 0] = x.type.shape
  const [tall, wide] = [height + 2 * most, width + 2 * most]
  const shape = [n, 1, height, width]
  const along = (axis: number): Value => iota(x.builder, { shape, axis })

  // Where an image starts in its padded self: 0 … 2 most.
  const starts = cast(rem(randomBits(key, [2, n, 1, 1, 1]), 2 * most + 1), 'i32')
  const row = add(along(2), take(starts, { axis: 0, index: 0 }))
  const column = add(along(3), take(starts, { axis: 0, index: 1 }))
  const place = add(add(mul(along(0), tall * wide), mul(row, wide)), column)

  const padded = pad(x, { low: [0, 0, most, most], high: [0, 0, most, most] })
  return gather(reshape(padded, [n * tall * wide]), place)
}
