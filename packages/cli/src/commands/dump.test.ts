import { graphFromJson, planFromJson, printGraph } from '@heddle/core'
import { describe, expect, it } from 'vitest'
import { fakeIo } from '../testdata/fake-io.ts'
import { type DumpOptions, run } from './dump.ts'

async function dumped(options: DumpOptions): Promise<string> {
  const io = fakeIo()
  expect(await run(options, io)).toBe(0)
  expect(io.complained()).toBe('')
  return io.printed()
}

const parsed = async (options: DumpOptions): Promise<Record<string, unknown>> =>
  JSON.parse(await dumped({ ...options, format: 'json' })) as Record<string, unknown>

describe('dump', () => {
  it('prints the graph with the lines it came from', async () => {
    expect(await dumped({ script: 'tanh.ts' })).toMatchInlineSnapshot(`
      "# 5 nodes
      graph "curve"
      %x: f32[3] = input role=feed // tanh.ts:4
      %scale: f32[3] = input role=state trainable=true initial=constant(1.0) // tanh.ts:5
      %1: f32[3] = mul(%x, %scale) // tanh.ts:5
      %2: f32[3] = tanh(%1) // tanh.ts:5
      %3: f32[] = reduceSum(%2) axes=[0] // tanh.ts:5
      return loss = %3
      "
    `)
  })

  it('prints value, gradients, and what is saved for backward: of tanh its result', async () => {
    expect(await dumped({ script: 'tanh.ts', stage: 'gradient' })).toMatchInlineSnapshot(`
      "# derivative of 'loss' with respect to 1 parameter, 13 nodes
      graph "curve.gradient"
      %x: f32[3] = input role=feed // tanh.ts:4
      %scale: f32[3] = input role=state trainable=true initial=constant(1.0) // tanh.ts:5
      %1: f32[3] = mul(%x, %scale) // tanh.ts:5
      %2: f32[3] = tanh(%1) // tanh.ts:5
      %3: f32[] = reduceSum(%2) axes=[0] // tanh.ts:5
      %4: f32[] = full value=1.0 // tanh.ts:5
      %5: f32[1] = reshape(%4) // tanh.ts:5
      %6: f32[3] = expand(%5) // tanh.ts:5
      %7: f32[3] = full value=1.0 // tanh.ts:5
      %8: f32[3] = mul(%2, %2) // tanh.ts:5
      %9: f32[3] = sub(%7, %8) // tanh.ts:5
      %10: f32[3] = mul(%6, %9) // tanh.ts:5
      %11: f32[3] = mul(%10, %x) // tanh.ts:5
      return loss = %3
      return gradient.scale = %11

      # saved for backward: 2 values, 24 bytes
      #   %x: f32[3] = input, 12 bytes  // tanh.ts:4:13
      #   %2: f32[3] = tanh, 12 bytes  // tanh.ts:5:22
      "
    `)
  })

  it('prints what the passes made, with what each did', async () => {
    expect(await dumped({ script: 'twice.ts', stage: 'optimized' })).toMatchInlineSnapshot(`
      "# optimised for cpu (wasm): 4 nodes before, 2 after
      #   canonicalize: 4 -> 2
      #     rule 1: neg-of-neg
      #   fold-constants: 2 -> 2
      #   eliminate-dead: 2 -> 2
      graph "twice"
      %x: f32[3] = input role=feed // twice.ts:4
      %1: f32[3] = add(%x, %x) // twice.ts:5
      return y = %1
      "
    `)
  })

  it('prints kernels with the reasons of fusion', async () => {
    expect(await dumped({ script: 'tanh.ts', stage: 'kernels' })).toMatchInlineSnapshot(`
      "# 1 kernel in 1 step for cpu (wasm)

      # mul tanh reduceSum
      # tanh.ts:5:27, tanh.ts:5:22, tanh.ts:5:18
      kernel reduceSum_0
        reads  x: f32[3]
        reads  scale: f32[3]
        writes reduceSum: f32[1]
        # STORE_OUTPUT: reduceSum f32[]: stored: an output or the next value of a state
        # INLINE_SINGLE_KERNEL: tanh f32[3]: computed inside the only kernel that needs it
        # INLINE_SINGLE_KERNEL: mul f32[3]: computed inside the only kernel that needs it
        for r0 in 0..3
          @0 sum= tanh(x[r0] * scale[r0])
        reduceSum[0] = @0
      "
    `)
  })

  it('prints the plan', async () => {
    expect(await dumped({ script: 'tanh.ts', stage: 'plan' })).toMatchInlineSnapshot(`
      "plan curve (version 2)
        input    x: f32[3]
        input    scale: f32[3] state
        output   loss: f32[]

      steps (1)
        0  reduceSum = reduceSum_0(x, scale)

      arena 0 bytes, 0 buffers, at most 0 bytes live at once
      "
    `)
  })

  it('prints the steps of the host, with the bytes they move where it is far', async () => {
    const plan = await dumped({ script: 'sorted.ts', stage: 'plan', runtime: 'webgl' })

    expect(plan).toContain('steps (3, 1 on the host; a run moves 4800 bytes to the host and 4800 back)')
    expect(plan).toContain('argSort = argSort(add#2) axis=1 descending=false on the host, 4800 bytes there')
    expect(await dumped({ script: 'sorted.ts', stage: 'kernels' })).toContain(
      '# 2 kernels in 3 steps (1 on the host) for cpu (wasm)',
    )
    expect(await dumped({ script: 'sorted.ts', stage: 'code' })).toContain('(func $')
  })

  it('prints the code of the emitter that was asked for', async () => {
    expect(await dumped({ script: 'twice.ts', stage: 'code', emitter: 'js' })).toMatchInlineSnapshot(`
      "// ---- add_0 (js)
      function kernel(buffers) {
        // add_0
        const b0 = buffers[0], b1 = buffers[1];
        for (let i0 = 0; i0 < 3; i0++) {
          const t0 = b0[i0];
          b1[i0] = fround(t0 + t0);
        }
      }
      "
    `)
    expect(await dumped({ script: 'twice.ts', stage: 'code', emitter: 'wasm' })).toContain('(func $')
  })

  it('prints shaders where there is no browser', async () => {
    const text = await dumped({ script: 'conv.ts', stage: 'code', runtime: 'webgl' })

    expect(text).toContain('(glsl)')
    expect(text).toContain('#version 300 es')
  })

  it('compiles for the limits of the runtime: WebGL has no row kernels', async () => {
    const cpu = await dumped({ script: 'mlp.ts', stage: 'kernels' })
    const webgl = await dumped({ script: 'mlp.ts', stage: 'kernels', runtime: 'webgl' })

    expect(webgl).toContain('for webgl')
    expect(webgl).not.toBe(cpu)
  })

  it('differentiates the output that is named', async () => {
    const { graph } = await parsed({ script: 'two-losses.ts', stage: 'gradient', of: 'second' })

    expect(graph).toMatchObject({ outputs: [{ name: 'second' }, { name: 'gradient.w' }] })
  })

  it('refuses to differentiate what is not there, not a scalar, or has no parameters', async () => {
    const attempt = (options: DumpOptions) => run({ ...options, stage: 'gradient' }, fakeIo())

    await expect(attempt({ script: 'tanh.ts', of: 'los' })).rejects.toMatchObject({
      code: 'CLI_OUTPUT_UNKNOWN',
      message: expect.stringContaining("Did you mean 'loss'?"),
    })
    await expect(attempt({ script: 'mlp.ts', of: 'logits' })).rejects.toMatchObject({
      code: 'GRAD_NOT_SCALAR',
    })
    await expect(attempt({ script: 'twice.ts', of: 'y' })).rejects.toMatchObject({
      code: 'GRAD_NO_PARAMETERS',
    })
  })

  it('prints every stage as one JSON document with a header', async () => {
    const stages = ['graph', 'gradient', 'optimized', 'kernels', 'plan', 'code'] as const
    for (const stage of stages) {
      const document = await parsed({ script: 'tanh.ts', stage })

      const header = { format: 'heddle-dump', version: 1, stage, program: 'curve', runtime: 'cpu' }
      expect(document).toMatchObject(header)
      expect(Object.keys(document).slice(0, 5)).toEqual(Object.keys(header))
    }
  })

  it('prints a graph as JSON that loads again, with its labels and the lines it came from', async () => {
    const { graph, labels, text } = await parsed({ script: 'tanh.ts' })

    const loaded = graphFromJson(graph)
    expect(printGraph(loaded)).toBe(`${(text as string[]).join('\n')}\n`)
    expect(labels).toEqual(['%x', '%scale', '%1', '%2', '%3'])
    expect(graph).toHaveProperty('nodes.3.at', expect.stringMatching(/^tanh\.ts:5:\d+$/))
  })

  it('prints what is saved with its bytes', async () => {
    const { saved } = await parsed({ script: 'tanh.ts', stage: 'gradient' })

    expect(saved).toMatchObject({
      bytes: 24,
      values: [{ value: '%x' }, { value: '%2', op: 'tanh', bytes: 12 }],
    })
  })

  it('prints a plan that loads again', async () => {
    const { plan } = await parsed({ script: 'mlp.ts', stage: 'plan' })

    expect(planFromJson(plan).name).toBe('mlp')
  })

  it('writes to a file when asked', async () => {
    const io = fakeIo()

    await run({ script: 'tanh.ts', stage: 'plan', output: 'out/plan.txt' }, io)

    expect(io.printed()).toBe('')
    expect(io.written.get('out/plan.txt')).toMatch(/^plan curve/)
  })

  it('refuses options that do not go together', async () => {
    const attempt = (options: Omit<DumpOptions, 'script'>) => run({ script: 'tanh.ts', ...options }, fakeIo())

    await expect(attempt({ of: 'loss' })).rejects.toMatchObject({ code: 'CLI_OPTION_CONFLICT' })
    await expect(attempt({ stage: 'code', runtime: 'webgl', emitter: 'js' })).rejects.toMatchObject({
      code: 'CLI_OPTION_CONFLICT',
    })
  })
})
