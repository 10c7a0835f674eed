// Labelled images as bytes: what travels between reading, training and reporting. Knows neither files nor devices.
import { side } from './model.ts'
import { shuffled } from './shuffle.ts'

export const pixelsPerImage = side * side

export interface Digits {
  readonly count: number
  /** Grey levels 0 … 255, 784 an image, row by row. */
  readonly pixels: Uint8Array
  /** 0 … 9. */
  readonly labels: Uint8Array
}

export interface DigitSplit {
  readonly training: Digits
  readonly heldOut: Digits
}

export const imageAt = ({ pixels }: Digits, at: number): Uint8Array =>
  pixels.subarray(at * pixelsPerImage, (at + 1) * pixelsPerImage)

export function selectDigits(digits: Digits, indices: ArrayLike<number>): Digits {
  const count = indices.length
  const pixels = new Uint8Array(count * pixelsPerImage)
  const labels = new Uint8Array(count)
  for (let at = 0; at < count; at++) {
    const from = indices[at] ?? 0
    pixels.set(imageAt(digits, from), at * pixelsPerImage)
    labels[at] = digits.labels[from] ?? 0
  }
  return { count, pixels, labels }
}

/**
 * A plain split: all images are shuffled with the seed, the last `heldOut` of them are kept from training. Classes are not
 * balanced; with 2,000 of 10,000 each has between 150 and 250.
 */
export function splitDigits(digits: Digits, heldOut: number, seed: number): DigitSplit {
  const order = shuffled(digits.count, seed, 'digits.split')
  const boundary = digits.count - heldOut
  return {
    training: selectDigits(digits, order.subarray(0, boundary)),
    heldOut: selectDigits(digits, order.subarray(boundary)),
  }
}

/** The arrays a program is fed with, filled anew for each batch. */
export interface BatchBuffers {
  /** 0 … 1. */
  readonly x: Float32Array
  readonly y: Int32Array
}

export const createBatch = (batch: number): BatchBuffers => ({
  x: new Float32Array(batch * pixelsPerImage),
  y: new Int32Array(batch),
})

/** Images `order[start]`, `order[start + 1]`, … as many as fit. Past the end the last image is repeated. */
export function fillBatch({ x, y }: BatchBuffers, digits: Digits, order: Uint32Array, start: number): void {
  for (let row = 0; row < y.length; row++) {
    const from = order[Math.min(start + row, order.length - 1)] ?? 0
    const image = imageAt(digits, from)
    for (let pixel = 0; pixel < pixelsPerImage; pixel++) {
      x[row * pixelsPerImage + pixel] = (image[pixel] ?? 0) / 255
    }
    y[row] = digits.labels[from] ?? 0
  }
}
