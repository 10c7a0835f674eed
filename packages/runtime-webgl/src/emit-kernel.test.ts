// What the generated shaders look like, and that their cost is what the layout promises: whole texels where lanes are
// consecutive, one fetch where they agree. Whether the numbers are right is tested on a device.
import type { Kernel } from '@heddle/core'
import {
  addressOf,
  contraction,
  kernelFixtures,
  kernelNeeds,
  makeKernel,
  readBuffer,
  store,
  writeBuffer,
  writeCode,
} from '@heddle/testkit'
import { expect, test } from 'vitest'
import { emitKernel } from './emit-kernel.ts'

/** The lines of `main`. */
function bodyOf(kernel: Kernel): string {
  const { text } = emitKernel(kernel)
  return text.slice(text.indexOf('void main()')).trim()
}

const count = (text: string, what: RegExp): number => text.match(what)?.length ?? 0

function elementwise(extents: readonly number[], size: number, broadcast: readonly number[]): Kernel {
  const rows = [...extents.keys()]
  const small = broadcast.reduce((product, axis) => product * extents[axis]!, 1)
  const buffers = [readBuffer('f32', size, 'x'), readBuffer('f32', small, 'b'), writeBuffer('f32', size, 'y')]
  const code = writeCode(buffers)
  const sum = code.op(
    'add',
    code.load(0, addressOf(rows, extents)),
    code.load(1, addressOf(broadcast, extents)),
  )
  const stages = [
    { kind: 'map', axes: [], code: code.nodes, stores: [store(2, addressOf(rows, extents), sum)] },
  ] as const
  return makeKernel({ name: 'add', extents, rows, buffers, stages })
}

test('an elementwise kernel fetches one texel an operand', () => {
  expect(bodyOf(elementwise([8, 16], 128, [0, 1]))).toMatchInlineSnapshot(`
    "void main() {
      int e = (int(gl_FragCoord.x) + (int(gl_FragCoord.y) << 3)) * 4;
      int v0 = e >> 2;
      vec4 v1 = T0(v0);
      vec4 v2 = T1(v0);
      vec4 v3 = v1 + v2;
      o0 = v3;
    }"
  `)
})

test('lanes beyond the last element are written as zeros, texels beyond it left early', () => {
  expect(bodyOf(elementwise([3, 7], 21, [0, 1]))).toMatchInlineSnapshot(`
    "void main() {
      int e = (int(gl_FragCoord.x) + (int(gl_FragCoord.y) << 2)) * 4;
      if (e >= 21) { o0 = vec4(0); return; }
      int v0 = e >> 2;
      vec4 v1 = T0(v0);
      vec4 v2 = T1(v0);
      vec4 v3 = v1 + v2;
      o0 = e + 4 <= 21 ? v3 : vec4(v3.x, float(0), float(0), float(0));
    }"
  `)
})

test('a broadcast row is one texel and a broadcast column one fetch', () => {
  expect(count(bodyOf(elementwise([8, 16], 128, [1])), /T\d\(/g)).toBe(2)
  expect(bodyOf(elementwise([8, 16], 128, [0]))).toMatch(/T1\(v\d+ >> 2\)\[v\d+ & 3\]/)
})

const product = (name: string, extents: [number, number, number], b: number[]): string =>
  bodyOf(
    contraction({ name, batch: [], m: [0], n: [1], k: [2], rows: [0, 1], block: 64, extents, a: [0, 2], b })
      .kernel,
  )

test('a matrix product takes five fetches for sixteen products', () => {
  const text = product('matmul', [16, 32, 64], [2, 1])

  expect(count(text, / \* v\d+;/g)).toBeGreaterThanOrEqual(4)
  expect(count(text, /T\d\(/g)).toBe(5)
})

test('with both operands consecutive along k the four rows share the left operand', () => {
  const text = product('matmul', [16, 32, 64], [1, 2])

  expect(count(text, /T\d\(/g)).toBe(5)
  expect(count(text, /for \(/g)).toBe(1)
})

test('what does not change in a loop is computed before it', () => {
  const text = product('matmul', [16, 32, 64], [2, 1])

  expect(text.slice(0, text.indexOf('for ('))).toContain('>> 5')
  expect(text.slice(text.indexOf('for ('))).not.toContain('>> 5')
})

test('a scatter along the last axis walks the updates of its own row only', () => {
  const { kernel } = kernelFixtures.find((fixture) => fixture.kernel.name === 'scatter-assign')!

  const body = bodyOf(kernel)

  expect(count(body, /for \(/g)).toBe(1)
  expect(body).toContain('< 40;')
})

test('the name of a kernel and its labels are not in the text', () => {
  const one = elementwise([8, 16], 128, [0, 1])
  const two = { ...one, name: 'other', axes: one.axes.map((axis) => ({ ...axis, label: 'z' })) }

  expect(emitKernel(two).text).toBe(emitKernel(one).text)
})

test('only buffers that are read are bound, and an empty kernel has no shader', () => {
  expect(emitKernel(elementwise([8, 16], 128, [0, 1]))).toMatchObject({
    samplers: [0, 1],
    targets: [2],
    size: 128,
  })
  expect(emitKernel(elementwise([0, 16], 0, [1]))).toMatchObject({ text: '', samplers: [], targets: [] })
})

test('f64 and maps inside rows are refused', () => {
  const refused = kernelFixtures.filter(({ kernel }) => {
    try {
      emitKernel(kernel)
      return false
    } catch {
      return true
    }
  })

  const reasons = refused.map(({ kernel }) => kernelNeeds(kernel))
  expect(reasons.length).toBeGreaterThan(0)
  expect(reasons.every(({ dtypes, rowKernels }) => dtypes.has('f64') || rowKernels)).toBe(true)
})
