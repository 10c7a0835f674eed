import { describe, expect, it } from 'vitest'
import { fakeIo } from '../testdata/fake-io.ts'
import { type ExplainOptions, run } from './explain.ts'

async function explained(options: ExplainOptions): Promise<string> {
  const io = fakeIo()
  expect(await run(options, io)).toBe(0)
  return io.printed()
}

describe('explain', () => {
  it('tells what became of every value, under the line that made it', async () => {
    expect(await explained({ script: 'tanh.ts' })).toMatchInlineSnapshot(`
      "curve for cpu (wasm): 1 kernel in 1 step

      tanh.ts:5  return { loss: sum(tanh(mul(x, parameter('scale', [3], 1)))) }
        %1 INLINE_SINGLE_KERNEL: mul f32[3]: computed inside the only kernel that needs it (kernel of %3)
        %2 INLINE_SINGLE_KERNEL: tanh f32[3]: computed inside the only kernel that needs it (kernel of %3)
        %3 STORE_OUTPUT: reduceSum f32[]: stored: an output or the next value of a state
      "
    `)
  })

  it('tells what the host computes', async () => {
    expect(await explained({ script: 'sorted.ts' })).toMatchInlineSnapshot(`
      "sorted for cpu (wasm): 2 kernels in 3 steps (1 on the host)

      sorted.ts:4  const x = add(input('x', 'f32', [2, 600]), 1)
        %2 STORE_OPERAND: add f32[2, 600]: stored: an operand that must be a plain array (of a contraction on this target, of a scatter, or of a host step)

      sorted.ts:5  return { order: add(x.builder.argSort(x, { axis: 1, descending: false }), 1) }
        %3 STORE_HOST: argSort i32[2, 600]: stored: computed on the host, by a function from arrays to an array
        %5 STORE_OUTPUT: add i32[2, 600]: stored: an output or the next value of a state
      "
    `)
  })

  it('finds an op, a value, an output, an input, a line', async () => {
    const count = async (name: string): Promise<number> =>
      (await explained({ script: 'mlp.ts', name })).match(/^ {2}%/gm)?.length ?? 0

    expect(await count('dot')).toBe(2)
    expect(await count('%6')).toBe(1)
    expect(await count('logits')).toBe(1)
    expect(await count('w1')).toBe(1)
    expect(await count('mlp.ts:7')).toBeGreaterThan(2)
  })

  it('tells of constants only when asked', async () => {
    expect(await explained({ script: 'mlp.ts' })).not.toContain(' full ')
    expect(await explained({ script: 'mlp.ts', name: 'full' })).toContain('INLINE_CHEAP: full')
  })

  it('has other decisions for another target', async () => {
    const onWebgl = await explained({ script: 'mlp.ts', runtime: 'webgl' })

    expect(onWebgl).toContain('mlp for webgl')
    expect(onWebgl).not.toContain('STORE_OPERAND')
    expect(await explained({ script: 'mlp.ts' })).toContain('STORE_OPERAND')
  })

  it('guesses what a wrong name meant', async () => {
    await expect(run({ script: 'mlp.ts', name: 'logts' }, fakeIo())).rejects.toMatchObject({
      code: 'CLI_NAME_UNKNOWN',
      message: expect.stringContaining("Did you mean 'logits'?"),
    })
  })

  it('prints JSON with code, sentence, kernels and line', async () => {
    const text = await explained({ script: 'tanh.ts', name: 'tanh', format: 'json' })

    expect(JSON.parse(text)).toEqual({
      format: 'heddle-explain',
      version: 1,
      program: 'curve',
      runtime: 'cpu',
      decisions: [
        {
          value: '%2',
          op: 'tanh',
          type: 'f32[3]',
          code: 'INLINE_SINGLE_KERNEL',
          sentence: expect.any(String),
          kernels: [['%3']],
          location: { file: 'tanh.ts', line: 5, column: expect.any(Number) },
        },
      ],
    })
  })
})
