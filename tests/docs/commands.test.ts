// Runs the commands that docs/errors/cli.md shows, on a folder of scripts: a line that ends with `# CODE` must print that code,
// the other lines must succeed.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { Ending } from './run-commands.ts'
import { root, scratchFolder } from './run-module.ts'

const scratch = scratchFolder('commands')
const model = `import { mse, mul, program } from '@heddle/core'
const line = program('line', ({ input, parameter }) => ({
  loss: mse(mul(input('x', 'f32', [2]), parameter('w', [], 1)), input('y', 'f32', [2])),
}))
`
const scripts: Readonly<Record<string, string>> = {
  'model.ts': `${model}export default line\n`,
  'model.py': '',
  'missing-import.ts': "import './nowhere.ts'\nexport default 1\n",
  'exports-a-function.ts': `${model}export default () => line\n`,
  'no-default.ts': `${model}export { line }\n`,
  'unfinished.ts': 'export default program(\n',
  'throws.ts': "throw new Error('not today')\n",
}

interface Line {
  readonly command: string
  readonly code: string | undefined
}

/** Distinct commands of `heddle`, in their order. */
function linesOf(page: string): readonly Line[] {
  const lines = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) =>
    block.trim().split('\n'),
  )
  return [...new Set(lines)]
    .filter((line) => line.includes('heddle'))
    .map((line) => {
      const [, command = line, code] = /^(.*?)(?: # (\S+))?$/.exec(line) ?? []
      return { command, code }
    })
}

/** In one process, since each start costs more than a command. */
function runAll(lines: readonly Line[]): readonly Ending[] {
  mkdirSync(scratch, { recursive: true })
  for (const [name, text] of Object.entries(scripts)) writeFileSync(join(scratch, name), text)
  const commands = JSON.stringify(lines.map(({ command }) => command))
  const args = ['--conditions=source', join(import.meta.dirname, 'run-commands.ts'), scratch, commands]
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as readonly Ending[]
}

afterAll(() => rmSync(scratch, { recursive: true, force: true }))

describe('commands in docs/errors/cli.md', () => {
  const lines = linesOf(readFileSync(join(root, 'docs/errors/cli.md'), 'utf8'))
  const endings = runAll(lines)
  lines.forEach(({ command, code }, k) => {
    test(code === undefined ? command : `${command} # ${code}`, () => {
      const { status, complained } = endings[k] ?? { status: -1, complained: '' }
      if (code === undefined) expect(status, complained).toBe(0)
      else expect(complained.split(':')[0]).toBe(code)
    })
  })
})
