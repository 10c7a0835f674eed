// How many kernels convolution, pooling and resampling are, forward and backward.
import {
  adaptiveAvgPool2d,
  avgPool2d,
  type Capabilities,
  conv2d,
  convTranspose2d,
  gridSample,
  im2col,
  interpolate,
  maxPool2d,
  pixelShuffle,
  program,
  relu,
  type Value,
} from '@heddle/core'
import { cpuTarget, gpuTarget } from '@heddle/testkit'
import { expect, test } from 'vitest'
import { vjp } from '../autodiff/gradient.ts'
import { runPipeline } from '../pipeline.ts'

const shapes = { x: [2, 4, 8, 8], w: [6, 4, 3, 3] } as const
type Build = (x: Value, w: Value) => Value

/** Kernels of the function, and of its derivatives by both operands. */
function counts(
  build: Build,
  {
    target = gpuTarget,
    x = shapes.x,
    w,
  }: Partial<{ target: Capabilities; x: readonly number[]; w: readonly number[] }>,
): readonly [number, number] {
  const forward = program('forward', ({ input }) => ({
    y: build(input('x', 'f32', x), input('w', 'f32', w ?? shapes.w)),
  }))
  const backward = program('backward', ({ input }) => {
    const operands = [input('x', 'f32', x), input('w', 'f32', w ?? shapes.w)] as const
    const y = build(...operands)
    const wrt = w === undefined ? operands.slice(0, 1) : operands
    const found = vjp([y], [input('dy', 'f32', y.type.shape)], wrt)
    return Object.fromEntries(found.map((value, k) => [`d${k}`, value ?? y]))
  })
  return [runPipeline(forward, target).plan.steps.length, runPipeline(backward, target).plan.steps.length]
}

test.each([1, 2, 4])(
  'a convolution of %i groups is one kernel with its padding, and three backward',
  (groups) => {
    const convolve: Build = (x, w) => conv2d(x, w, { padding: 1, groups })

    // Backward: what each window adds, the sum of windows with the padding cut off, and the weight's.
    expect(counts(convolve, { w: [8, 4 / groups, 3, 3] })).toEqual([1, 3])
  },
)

test('an empty batch has the same kernels', () => {
  expect(counts((x, w) => conv2d(x, w, { padding: 1 }), { x: [0, 4, 8, 8], w: shapes.w })).toEqual([1, 3])
})

test('what follows a convolution is its epilogue', () => {
  expect(counts((x, w) => relu(conv2d(x, w, { padding: 1 })), { w: shapes.w })[0]).toBe(1)
})

test('where operands of contractions are arrays, the padded image is one more kernel', () => {
  expect(counts((x, w) => conv2d(x, w, { padding: 1 }), { target: cpuTarget, w: shapes.w })).toEqual([2, 4])
})

test('a transposed convolution is a contraction and a sum of windows, with all that is cut off', () => {
  const build: Build = (x, w) => relu(convTranspose2d(x, w, { stride: 2, padding: 1, outputPadding: 1 }))

  expect(counts(build, { w: [4, 6, 3, 3] })[0]).toBe(2)
})

test('pooling is one kernel, and its derivative one more', () => {
  expect(counts((x) => maxPool2d(x, { size: 2 }), {})).toEqual([1, 2]) // positions, then what they pick
  expect(counts((x) => maxPool2d(x, { size: 3, stride: 2, padding: 1 }), {})).toEqual([1, 2])
  expect(counts((x) => avgPool2d(x, { size: 3, stride: 2, padding: 1 }), {})).toEqual([1, 1])
  expect(counts((x) => adaptiveAvgPool2d(x, { outputSize: 1 }), {})).toEqual([1, 1])
})

test('rearrangements and nearest elements fuse with what is around them', () => {
  expect(counts((x) => relu(pixelShuffle(relu(x), { factor: 2 })), {})).toEqual([1, 1])
  expect(counts((x) => im2col(relu(x), { size: 3 }), {})).toEqual([1, 1])
  expect(counts((x) => relu(interpolate(x, { scaleFactor: 2 })), {})[0]).toBe(1)
})

test('interpolation is a kernel an axis, forward and backward; sampling at a grid is one', () => {
  expect(counts((x) => interpolate(x, { scaleFactor: 2, mode: 'bilinear' }), {})).toEqual([2, 2])
  expect(counts((x) => adaptiveAvgPool2d(x, { outputSize: 3 }), {})).toEqual([2, 2])
  expect(counts((x, grid) => gridSample(x, grid), { w: [2, 5, 6, 2] })[0]).toBe(1)
})
