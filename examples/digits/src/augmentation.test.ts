import { compileSync } from '@heddle/compiler'
import { interpreterBackend, program } from '@heddle/core'
import { afterAll, expect, test } from 'vitest'
import { randomlyShifted } from './augmentation.ts'

const [count, height, width, most] = [24, 5, 6, 2]

const graph = program('shift', ({ input }) =>
  randomlyShifted(input('x', 'f32', [count, 1, height, width]), input('key', 'u32', [2]), most),
)
const session = compileSync(graph, { backend: interpreterBackend() })
afterAll(() => session.dispose())

// Every pixel of every image has a value of its own.
const x = Float32Array.from({ length: count * height * width }, (_, at) => at + 1)
const shift = (key: readonly number[]): ArrayLike<number> =>
  session.runSync({ x, key: Uint32Array.from(key) })['output']!.data as ArrayLike<number>

/** Image `image` of x moved down and to the right; what comes in from outside is 0. */
function moved(image: number, down: number, right: number): readonly number[] {
  return Array.from({ length: height * width }, (_, at) => {
    const [row, column] = [Math.floor(at / width) - down, (at % width) - right]
    const isInside = row >= 0 && row < height && column >= 0 && column < width
    return isInside ? x[image * height * width + row * width + column]! : 0
  })
}

const distances = Array.from({ length: 2 * most + 1 }, (_, k) => k - most)
const moves = distances.flatMap((down) => distances.map((right) => [down, right] as const))

/** The move each image has made. */
const movesOf = (shifted: ArrayLike<number>): readonly (readonly [number, number] | undefined)[] =>
  Array.from({ length: count }, (_, image) => {
    const found = Array.from(shifted).slice(image * height * width, (image + 1) * height * width)
    return moves.find(([down, right]) => String(moved(image, down, right)) === String(found))
  })

test('shifting moves each image whole, by at most two pixels along each axis', () => {
  expect(movesOf(shift([1, 2]))).not.toContain(undefined)
})

test('shifting moves images differently, and differently with another key', () => {
  const first = movesOf(shift([1, 2])).map(String)

  expect(new Set(first).size).toBeGreaterThan(8)
  expect(movesOf(shift([1, 3])).map(String)).not.toEqual(first)
})
