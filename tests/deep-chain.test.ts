// A chain of 100,000 ops, run with the default stack on every runtime of the CPU.
import { compile } from '@heddle/compiler'
import { add, type Graph, mul, program, sum, type Value } from '@heddle/core'
import { cpu } from '@heddle/runtime-cpu'
import { expect, test } from 'vitest'

const length = 100_000

/** x -> (x + w) -> (x + w) * h -> …, with values that stay near 1. */
function chain(): Graph {
  return program('chain', ({ input }) => {
    const w = input('w', 'f32', [4])
    const h = input('h', 'f32', [4])
    let value: Value = input('x', 'f32', [4])
    for (let k = 0; k < length; k++) value = k % 2 === 0 ? add(value, w) : mul(value, h)
    return { y: value, total: sum(value) }
  })
}

const feeds = { x: [1, -1, 0.5, 2], w: [1, 0.5, -0.25, 2], h: [0.5, 0.5, 0.25, 0.75] }

/** The same chain by hand, rounding after each op. */
function expected(): number[] {
  return feeds.x.map((x, at) => {
    let value = x
    for (let k = 0; k < length; k++) {
      value = Math.fround(k % 2 === 0 ? value + (feeds.w[at] ?? 0) : value * (feeds.h[at] ?? 0))
    }
    return value
  })
}

test.each(['wasm', 'js', 'interpreter'] as const)(
  'depth: a chain of 100,000 ops runs on %s, to the last bit',
  async (emitter) => {
    using session = await compile(chain(), { backend: cpu({ emitter }), verify: false })

    const { y } = await session.run(feeds)

    expect([...(y?.data ?? [])]).toEqual(expected())
    expect(session.plan.steps.length).toBeLessThan(1000)
  },
)
