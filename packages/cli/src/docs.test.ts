import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runCommandLine } from './cli.ts'
import { exitCodes } from './exit-codes.ts'
import { hostFiles } from './platform.ts'
import { fakeIo } from './testdata/fake-io.ts'

const readText = (...path: readonly string[]): string =>
  hostFiles.tryReadText(join(import.meta.dirname, ...path)) ?? ''
const page = readText('..', '..', '..', 'docs', 'cli.md')
const script = readText('testdata', 'layer.ts')

async function printed(args: readonly string[]): Promise<string> {
  const io = fakeIo()
  await runCommandLine(args, io)
  return io.printed() + io.complained()
}

/** Fenced blocks of a language. */
const blocks = (language: string): readonly string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, text = '']) => text,
  )

describe('docs/cli.md', () => {
  it('shows the help of every command as it is', async () => {
    const commands = ['dump', 'explain', 'run', 'check']

    expect(blocks('text')).toEqual(await Promise.all(commands.map((command) => printed([command, '--help']))))
  })

  it('shows what its examples print', async () => {
    const examples = blocks('console').map((block) => {
      const [command = '', ...output] = block.split('\n')
      return { args: command.replace(/^\$ heddle /, '').split(' '), output: output.join('\n') }
    })

    expect(examples.length).toBeGreaterThan(3)
    for (const { args, output } of examples) expect(await printed(args)).toBe(output)
  })

  it('and the help begin with the same script, which is run here', async () => {
    const indented = script.replace(/^(?=.)/gm, '  ')

    expect(blocks('ts')[0]).toBe(script)
    expect(await printed([])).toContain(indented)
  })

  it('lists every exit status', () => {
    for (const { code, meaning } of exitCodes) expect(page).toContain(`| ${code} | ${meaning} |`)
  })
})
