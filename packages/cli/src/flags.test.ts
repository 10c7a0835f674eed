import { graphPasses } from '@heddle/compiler'
import { describe, expect, it } from 'vitest'
import { run as dump } from './commands/dump.ts'
import { run } from './commands/run.ts'
import { flagsMarkdown, readFlags } from './flags.ts'
import { fakeIo } from './testdata/fake-io.ts'

const read = (env: Readonly<Record<string, string>>): ReturnType<typeof readFlags> =>
  readFlags(fakeIo({ env }))

const dumped = async (
  stage: 'optimized' | 'kernels',
  env: Readonly<Record<string, string>>,
): Promise<string> => {
  const io = fakeIo({ env })
  await dump({ script: 'twice.ts', stage }, io)
  return io.printed()
}

describe('flags of the environment', () => {
  it('are documented in docs/flags.md, which is made from the table', async () => {
    await expect(flagsMarkdown()).toMatchFileSnapshot('../../../docs/flags.md')
  })

  it('leave everything alone where none is set', () => {
    expect(read({})).toEqual({ pipeline: {} })
    expect(read({ HEDDLE_FUEL: '' })).toEqual({ pipeline: {} })
  })

  it('HEDDLE_DISABLE leaves out passes, and fusion', async () => {
    const passes = graphPasses.map(({ name }) => name).join(',')

    expect(await dumped('optimized', {})).toContain('%1: f32[3] = add(%x, %x)')
    expect(await dumped('optimized', { HEDDLE_DISABLE: passes })).toContain('neg(%1)')
    expect(await dumped('kernels', { HEDDLE_DISABLE: `${passes}, fuse` })).toMatch(
      /^# [23] kernels? in 3 steps/,
    )
    expect(() => read({ HEDDLE_DISABLE: 'canonicalise' })).toThrow("Did you mean 'canonicalize'?")
  })

  it('HEDDLE_STOP_AFTER leaves out the passes after one', () => {
    const [first] = graphPasses

    expect(read({ HEDDLE_STOP_AFTER: first?.name ?? '' }).pipeline.passes).toEqual([first])
    expect(() => read({ HEDDLE_STOP_AFTER: 'nothing' })).toThrow('CLI_FLAG_VALUE')
  })

  it('HEDDLE_FUEL stops rewriting', async () => {
    expect(await dumped('optimized', { HEDDLE_FUEL: '0' })).toContain('neg(%1)')
    expect(() => read({ HEDDLE_FUEL: '-1' })).toThrow('must be a whole number')
  })

  it('HEDDLE_VERIFY turns verification off', () => {
    expect(read({ HEDDLE_VERIFY: '0' }).pipeline.verify).toBe(false)
    expect(read({ HEDDLE_VERIFY: '1' }).pipeline.verify).toBe(true)
    expect(() => read({ HEDDLE_VERIFY: '2' })).toThrow('CLI_FLAG_VALUE')
  })

  it('HEDDLE_SEED seeds what --seed does not', async () => {
    const printed = async (seed?: number): Promise<string> => {
      const io = fakeIo({ env: { HEDDLE_SEED: '9' } })
      await run({ script: 'mlp.ts', ...(seed === undefined ? {} : { seed }) }, io)
      return io.printed()
    }

    expect(await printed()).toContain('seed 9')
    expect(await printed(2)).toContain('seed 2')
  })

  it('HEDDLE_DUMP writes the text after every stage', async () => {
    const io = fakeIo({ env: { HEDDLE_DUMP: 'dumps' } })

    await run({ script: 'twice.ts' }, io)

    const passes = graphPasses.map(({ name }, k) => `dumps/0${k + 1}-${name}.ir`)
    expect([...io.written.keys()]).toEqual([
      'dumps/00-input.ir',
      ...passes,
      'dumps/kernels.txt',
      'dumps/plan.txt',
    ])
    expect(io.written.get('dumps/00-input.ir')).toContain('graph "twice"')
    expect(io.written.get('dumps/kernels.txt')).toContain('kernel add_0')
  })

  it('that are misspelt are told', () => {
    const io = fakeIo({ env: { HEDDLE_DISABEL: 'x', HEDDLE_HOME: '/x' } })

    readFlags(io)

    expect(io.complained()).toBe(
      'heddle: HEDDLE_DISABEL is not a flag. Did you mean HEDDLE_DISABLE?\n' +
        'heddle: HEDDLE_HOME is not a flag. docs/flags.md lists them.\n',
    )
  })
})
