import { type Backend, program } from '@heddle/core'
import { jsBackend } from '@heddle/runtime-cpu'
import { describe, expect, it } from 'vitest'
import { fakeIo } from '../testdata/fake-io.ts'
import { run } from './check.ts'

/** A backend that reads the first element of float arrays a little too large. */
function wrongBackend(by: number): Backend {
  const backend = jsBackend()
  return {
    ...backend,
    read: async (buffer) => {
      const data = await backend.read(buffer)
      data[0] = Number(data[0]) + by
      return data
    },
  }
}

describe('check', () => {
  it('finds compiled programs as the reference has them, on both emitters', async () => {
    for (const script of ['mlp.ts', 'conv.ts', 'training.ts', 'tanh.ts']) {
      for (const emitter of ['js', 'wasm'] as const) {
        const io = fakeIo()
        expect(await run({ script, emitter }, io)).toBe(0)
        expect(io.printed()).toMatch(/(\d+) of \1 within their bounds\n$/)
      }
    }
  })

  it('prints the worst difference of every output and update beside its bound', async () => {
    const io = fakeIo()

    await run({ script: 'training.ts' }, io)

    expect(io.printed()).toMatch(/^ {2}ok {2}output loss: f32\[\] {2}worst \S+, bound \S+$/m)
    expect(io.printed()).toMatch(/^ {2}ok {2}update w1\.momentum: f32\[5, 6\] {2}worst \S+, bound \S+$/m)
  })

  it('finds a wrong result, names it, and says where', async () => {
    const io = fakeIo()

    await expect(run({ script: 'conv.ts', backend: wrongBackend(0.001) }, io)).rejects.toMatchObject({
      code: 'CLI_CHECK_FAILED',
      details: { failed: ['features'] },
    })
    expect(io.printed()).toMatch(
      /FAILED {2}output features.*\n {4}at \[0, 0, 0, 0\]: \S+, the reference has \S+\n/,
    )
  })

  it('compares integers exactly', async () => {
    const modules = {
      'counting.ts': {
        default: program('counting', ({ b }) => ({ y: b.iota({ dtype: 'i32', shape: [3], axis: 0 }) })),
      },
    }
    const exact = fakeIo({ modules })

    expect(await run({ script: 'counting.ts' }, exact)).toBe(0)
    expect(exact.printed()).toContain('worst 0, must be equal')
  })

  it('prints JSON', async () => {
    const io = fakeIo()

    await run({ script: 'conv.ts', format: 'json', seed: 5 }, io)

    expect(JSON.parse(io.printed())).toMatchObject({
      format: 'heddle-check',
      version: 1,
      program: 'conv',
      seed: 5,
      results: [{ name: 'features', role: 'output', dtype: 'f32', shape: [1, 2, 2, 2], isWithin: true }],
      isWithin: true,
    })
  })
})
