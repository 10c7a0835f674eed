import { hostArray } from '@heddle/core'
import { describe, expect, it } from 'vitest'
import { fakeIo } from '../testdata/fake-io.ts'
import { type RunOptions, run } from './run.ts'

async function ran(options: RunOptions, io = fakeIo()): Promise<string> {
  expect(await run(options, io)).toBe(0)
  return io.printed()
}

interface RunDocument {
  readonly outputs: readonly { readonly name: string; readonly data: readonly (number | string)[] }[]
}

async function outputs(options: RunOptions, io = fakeIo()): Promise<RunDocument['outputs']> {
  const document = JSON.parse(await ran({ ...options, format: 'json' }, io)) as RunDocument
  return document.outputs
}

describe('run', () => {
  it('runs on given feeds and prints the outputs', async () => {
    expect(await ran({ script: 'twice.ts', feed: ['x=[1, 2.5, -3]'], emitter: 'js' })).toMatchInlineSnapshot(`
      "twice on cpu (js): 1 kernel, 1 step, 0 bytes of intermediates, seed 0
        x: f32[3]  given
      y: f32[3] [2, 5, -6]
      "
    `)
  })

  it('generates what is not given and says how: labels within their classes', async () => {
    const text = await ran({ script: 'mlp.ts', seed: 3 })

    expect(text).toContain('x: f32[4, 6]  generated: normal, mean 0, deviation 1, seed 3')
    expect(text).toContain('y: i32[4]  generated: positions 0 to 2, seed 3')
    expect(text).not.toContain('NaN')
  })

  it('gives the same bits for the same seed on both emitters, others for another', async () => {
    const [js, wasm, other] = await Promise.all([
      outputs({ script: 'mlp.ts', seed: 1, emitter: 'js' }),
      outputs({ script: 'mlp.ts', seed: 1, emitter: 'wasm' }),
      outputs({ script: 'mlp.ts', seed: 2, emitter: 'js' }),
    ])

    expect(wasm).toEqual(js)
    expect(other).not.toEqual(js)
  })

  it('trains: the loss of one batch falls over the steps, and the first, the last and some between are shown', async () => {
    const text = await ran({ script: 'training.ts', steps: 40 })

    const losses = [...text.matchAll(/^step (\d+)\/40 {2}loss (\S+)$/gm)].map(([, step, loss]) => [
      Number(step),
      Number(loss),
    ])
    expect(losses.map(([step]) => step)).toEqual([1, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40])
    expect(losses.at(-1)?.[1]).toBeLessThan(0.1 * (losses[0]?.[1] ?? 0))
  })

  it('moves a progress bar over many steps, and takes it away', async () => {
    const seen: string[] = []
    const progress = (title: string, total: number) => ({
      update: (done: number, remark: string) => seen.push(`${title} ${done}/${total} ${remark}`),
      stop: () => seen.push('stop'),
    })

    await ran({ script: 'training.ts', steps: 3 }, fakeIo({ progress }))

    expect(seen).toHaveLength(4)
    expect(seen[0]).toMatch(/^steps 1\/3 loss \d/)
    expect(seen[3]).toBe('stop')
  })

  it('reads feeds from files, nested or as another run printed them', async () => {
    const files = {
      'x.json': '[1, 2, 3]',
      'y.json': JSON.stringify({ dtype: 'f32', shape: [3], data: [1, '-0', 'Infinity'] }),
    }

    const [fromNested] = await outputs({ script: 'twice.ts', feed: ['x=x.json'] }, fakeIo({ files }))
    const [fromPrinted] = await outputs({ script: 'twice.ts', feed: ['x=y.json'] }, fakeIo({ files }))

    expect(fromNested?.data).toEqual([2, 4, 6])
    expect(fromPrinted?.data).toEqual([2, '-0', 'Infinity'])
  })

  it('sets states by --feed', async () => {
    const [loss] = await outputs({ script: 'tanh.ts', feed: ['x=[1, 1, 1]', 'scale=[0, 0, 0]'] })

    expect(loss?.data).toEqual([0])
  })

  it('refuses feeds that are malformed or unknown', async () => {
    const code = async (feed: string): Promise<unknown> => {
      const failure = await run(
        { script: 'mlp.ts', feed: [feed] },
        fakeIo({ files: { 'a.json': '{"a":1}' } }),
      ).catch((error: unknown) => error)
      return failure instanceof Error && 'code' in failure ? failure.code : failure
    }

    expect(await code('x')).toBe('CLI_FEED_FORM')
    expect(await code('=1')).toBe('CLI_FEED_FORM')
    expect(await code('x=')).toBe('CLI_FEED_FORM')
    expect(await code('x=[1,')).toBe('CLI_FEED_FORM')
    expect(await code('x=nowhere.json')).toBe('CLI_FEED_FORM')
    expect(await code('x=a.json')).toBe('CLI_FEED_FORM')
    expect(await code('z=1')).toBe('CLI_FEED_UNKNOWN')
    expect(await code('x=[1, 2]')).toBe('INPUT_SHAPE')
  })

  it('blames no line of its own for wrong data', async () => {
    await expect(run({ script: 'mlp.ts', feed: ['x=1'] }, fakeIo())).rejects.toMatchObject({
      location: undefined,
    })
  })

  it('prints arrays of any size, the long ones shortened', async () => {
    const io = fakeIo()

    await run({ script: 'conv.ts' }, io)

    expect(io.printed()).toContain(
      hostArray('f32', [1, 2, 2, 2], new Float32Array(8)).toString().split('\n')[0],
    )
  })
})
