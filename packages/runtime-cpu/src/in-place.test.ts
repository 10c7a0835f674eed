// A kernel that stores two arrays in each other's memory: it has read both before it stores either.
import { indexAxis } from '@heddle/core'
import {
  kernelFixture,
  makeKernel,
  planOfKernel,
  readBuffer,
  store,
  writeBuffer,
  writeCode,
} from '@heddle/testkit'
import { expect, test } from 'vitest'
import { cpu } from './index.ts'

const sizes = [1, 4, 7, 67]

/** `u = 2 y` in the memory of x, `v = x + 1` in that of y. */
function exchange(size: number) {
  const i = indexAxis(0)
  const buffers = [
    readBuffer('f32', size, 'x'),
    readBuffer('f32', size, 'y'),
    writeBuffer('f32', size, 'u'),
    writeBuffer('f32', size, 'v'),
  ]
  const code = writeCode(buffers)
  const u = code.op('mul', code.load(1, i), code.constant('f32', 2))
  const v = code.op('add', code.load(0, i), code.constant('f32', 1))
  const stages = [
    { kind: 'map', axes: [], code: code.nodes, stores: [store(2, i, u), store(3, i, v)] },
  ] as const
  const { plan } = planOfKernel(
    kernelFixture(makeKernel({ name: 'exchange', extents: [size], rows: [0], buffers, stages })),
  )
  return { ...plan, outputs: plan.outputs.map((output, donor) => ({ ...output, donor })) }
}

test.for(['js', 'wasm', 'interpreter'] as const)('two arrays change places in place on %s', (emitter) => {
  const backend = cpu({ emitter })
  for (const size of sizes) {
    const [x, y] = [3, 4].map((value) => {
      const buffer = backend.allocate('f32', size)
      backend.write(buffer, new Float32Array(size).fill(value))
      return buffer
    })

    backend.prepareSync(exchange(size)).run([x!, y!], [x!, y!])

    expect([...backend.readSync(x!)]).toEqual(Array(size).fill(8))
    expect([...backend.readSync(y!)]).toEqual(Array(size).fill(4))
  }
})
