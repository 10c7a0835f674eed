import { planFor } from '@heddle/compiler'
import { createBuilder } from '@heddle/core'
import { expect, test } from 'vitest'
import { nullBackend } from './null-backend.ts'
import { graphOf, inputValue } from './samples.ts'

function doubling() {
  const b = createBuilder()
  const x = inputValue(b, 'x', 'f32', [4])
  return graphOf('double', [x], { y: b.add(x, x) })
}

test('nullBackend: counts what is done', () => {
  const backend = nullBackend()
  const executable = backend.prepareSync(planFor(doubling(), backend.capabilities))
  const [x, y] = [backend.allocate('f32', 4), backend.allocate('f32', 4)]

  backend.write(x, new Float32Array([1, 2, 3, 4]))
  executable.run([x], [y])
  backend.readSync(x)
  backend.free(x)

  expect(backend.counts).toEqual({
    allocations: 2,
    frees: 1,
    writes: 1,
    reads: 1,
    prepared: 1,
    disposed: 0,
    runs: 1,
    steps: 1,
  })
  expect(backend.liveBytes).toBe(16)
})

test('nullBackend: refuses buffers that a plan does not take', () => {
  const backend = nullBackend()
  const executable = backend.prepareSync(planFor(doubling(), backend.capabilities))

  expect(() => executable.run([backend.allocate('f32', 3)], [backend.allocate('f32', 4)])).toThrow(
    expect.objectContaining({ code: 'BACKEND_ARGUMENTS' }),
  )
})

test('nullBackend: refuses plans beyond its capabilities', () => {
  const plan = planFor(doubling(), nullBackend().capabilities)

  expect(() => nullBackend({ dtypes: ['i32'] }).prepareSync(plan)).toThrow(
    expect.objectContaining({ code: 'BACKEND_UNSUPPORTED' }),
  )
})
