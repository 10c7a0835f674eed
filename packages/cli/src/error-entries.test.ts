// The entries of docs/errors/cli.md: each command line marked with a code fails with it, each other one is its repair.
import { join } from 'node:path'
import { mul, program, sum } from '@heddle/core'
import { describe, expect, it } from 'vitest'
import { runCommandLine } from './cli.ts'
import { exitCodeOf } from './exit-codes.ts'
import { hostFiles } from './platform.ts'
import { fakeIo } from './testdata/fake-io.ts'

const page =
  hostFiles.tryReadText(join(import.meta.dirname, '..', '..', '..', 'docs', 'errors', 'cli.md')) ?? ''

const model = program('model', ({ input, parameter }) => {
  const hidden = mul(input('x', 'f32', [2]), parameter('w', [2], 1))
  return { hidden, loss: sum(hidden) }
})

/** What the scripts of the entries are. */
const modules = {
  'model.ts': { default: model },
  'other.ts': { default: model },
  'parts.ts': { default: () => model },
}

/** Where a script itself is at fault, what its loading ends with. */
const failures: Readonly<Record<string, Error>> = {
  CLI_SCRIPT_IMPORT: Object.assign(new Error("Cannot find package '@heddle/core'"), {
    code: 'ERR_MODULE_NOT_FOUND',
  }),
  CLI_SCRIPT_SYNTAX: new SyntaxError('Unexpected token'),
  CLI_SCRIPT_THREW: new RangeError('boom'),
}

interface Line {
  readonly code: string
  readonly env: Readonly<Record<string, string>>
  readonly args: readonly string[]
  readonly fails: boolean
}

const lines = page.split(/^## /m).flatMap((entry): readonly Line[] => {
  const code = entry.split('\n')[0] ?? ''
  const [, commands = ''] = /```sh\n([\s\S]*?)```/.exec(entry) ?? []
  return commands
    .split('\n')
    .filter((line) => / ?heddle /.test(line) && !line.startsWith('npm '))
    .map((line) => {
      const [, set = '', rest = ''] = /^((?:[A-Z_]+=\S+ )*)heddle (.*?)(?: +#.*)?$/.exec(line) ?? []
      const env = Object.fromEntries(
        set
          .split(' ')
          .filter(Boolean)
          .map((pair) => pair.split('=')),
      )
      return { code, env, args: rest.split(' ').filter(Boolean), fails: line.includes(`# ${code}`) }
    })
})

describe('entries of docs/errors/cli.md', () => {
  it('are there', () => {
    expect(lines.length).toBeGreaterThan(30)
  })

  // A wrong result needs a wrong compiler: commands/check.test.ts has one.
  for (const { code, env, args, fails } of lines.filter(
    (line) => !(line.fails && line.code === 'CLI_CHECK_FAILED'),
  )) {
    it(`${code}: heddle ${args.join(' ')} ${fails ? 'fails with it' : 'is a repair'}`, async () => {
      const failure = fails ? failures[code] : undefined
      const scripts = code === 'CLI_SCRIPT_NO_DEFAULT' ? { ...modules, 'parts.ts': { part: model } } : modules
      const files = { 'model.py': '', 'broken.ts': '' }
      const base = fakeIo({ modules: scripts, files, env })
      const io = failure === undefined ? base : { ...base, load: () => Promise.reject(failure) }

      const status = await runCommandLine(args, io)

      if (fails) {
        expect(base.complained()).toMatch(new RegExp(`^${code}: `))
        expect(status).toBe(exitCodeOf(`CLI_${code.slice(4)}`))
      } else expect({ status, complained: base.complained() }).toEqual({ status: 0, complained: '' })
    })
  }
})
