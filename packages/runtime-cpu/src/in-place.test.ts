// States that step forward in each other's memory: a kernel that stores both has read both before it stores either.
import { compileSync } from '@heddle/compiler'
import { add, mul, program, sub } from '@heddle/core'
import { expect, test } from 'vitest'
import { cpu } from './index.ts'

const sizes = [1, 4, 7, 67]

test.for(['js', 'wasm', 'interpreter'] as const)('two states rotate in place on %s', (emitter) => {
  for (const size of sizes) {
    const graph = program('rotation', ({ state, update }) => {
      const [x, y] = [state('x', 'f32', [size], 3), state('y', 'f32', [size], 4)]
      update(x, sub(mul(x, 2), y))
      update(y, add(mul(x, 3), y))
      return {}
    })
    using session = compileSync(graph, { backend: cpu({ emitter }) })
    let [x, y] = [3, 4]
    for (let step = 0; step < 3; step++) {
      session.runSync()
      ;[x, y] = [2 * x - y, 3 * x + y]
    }

    expect([...session.stateSync('x').data]).toEqual(Array(size).fill(x))
    expect([...session.stateSync('y').data]).toEqual(Array(size).fill(y))
  }
})
