import { describe, expect, test } from 'vitest'
import { createBatch, fillBatch, imageAt, pixelsPerImage, selectDigits, splitDigits } from './digits.ts'
import { loadDigits } from './load-digits.ts'

const digits = loadDigits()
const contentOf = (all: typeof digits, at: number): string => Buffer.from(imageAt(all, at)).toString('latin1')
const contents = (all: typeof digits): ReadonlySet<string> =>
  new Set(Array.from({ length: all.count }, (_, at) => contentOf(all, at)))

describe('loading digits', () => {
  test('gives the first 10,000 training images of MNIST, with the known count of each class', () => {
    const counts = new Array<number>(10).fill(0)
    for (const label of digits.labels) counts[label]! += 1

    expect(digits.count).toBe(10_000)
    expect(digits.pixels.length).toBe(10_000 * 784)
    expect(counts).toEqual([1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978])
  })

  test('uses the whole range of grey levels in every class, and every image has ink', () => {
    for (let digit = 0; digit < 10; digit++) {
      const from = digits.labels.indexOf(digit) * pixelsPerImage
      const to = (digits.labels.lastIndexOf(digit) + 1) * pixelsPerImage
      const levels = new Set(digits.pixels.subarray(from, to))
      expect(levels.has(0) && levels.has(254), `class ${digit}`).toBe(true)
      expect(levels.size, `class ${digit}`).toBeGreaterThan(200)
    }
    const blank = Array.from({ length: digits.count }, (_, at) => imageAt(digits, at)).filter(
      (image) => Math.max(...image) < 128,
    )
    expect(blank).toEqual([])
  })
})

describe('splitting digits', () => {
  const { training, heldOut } = splitDigits(digits, 2000, 0)

  test('keeps 2,000 apart, of every class at least 150', () => {
    const counts = new Array<number>(10).fill(0)
    for (const label of heldOut.labels) counts[label]! += 1

    expect([training.count, heldOut.count]).toEqual([8000, 2000])
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(150)
  })

  test('no held-out image is, pixel by pixel, one that is trained on, and none is lost', () => {
    const trained = contents(training)
    const held = contents(heldOut)

    expect([...held].filter((image) => trained.has(image))).toEqual([])
    expect(trained.size + held.size).toBe(10_000)
  })

  test('keeps images and labels together', () => {
    const labelOf = new Map(
      Array.from({ length: digits.count }, (_, at) => [contentOf(digits, at), digits.labels[at]]),
    )

    const wrong = Array.from({ length: heldOut.count }, (_, at) => at).filter(
      (at) => labelOf.get(contentOf(heldOut, at)) !== heldOut.labels[at],
    )

    expect(wrong).toEqual([])
  })

  test('depends on the seed and on nothing else', () => {
    expect(splitDigits(digits, 2000, 0).heldOut.labels).toEqual(heldOut.labels)
    expect(splitDigits(digits, 2000, 1).heldOut.labels).not.toEqual(heldOut.labels)
  })
})

test('a batch holds grey levels as 0 … 1 in the order asked for, and repeats the last image past the end', () => {
  const three = selectDigits(digits, [0, 5000, 9999])
  const batch = createBatch(4)

  fillBatch(batch, three, Uint32Array.of(2, 0, 1), 1)

  expect([...batch.y]).toEqual([three.labels[0], three.labels[1], three.labels[1], three.labels[1]])
  expect([...batch.x.subarray(0, 784)]).toEqual(
    [...imageAt(three, 0)].map((level) => Math.fround(level / 255)),
  )
  expect(batch.x.subarray(2352)).toEqual(batch.x.subarray(784, 1568))
})
