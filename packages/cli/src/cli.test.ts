import { describe, expect, it } from 'vitest'
import { runCommandLine } from './cli.ts'
import { fakeIo } from './testdata/fake-io.ts'

async function heddle(line: string, io = fakeIo()): Promise<{ status: number; out: string; err: string }> {
  const status = await runCommandLine(line.split(' ').filter(Boolean), io)
  return { status, out: io.printed(), err: io.complained() }
}

describe('the command line', () => {
  it('prints the version alone', async () => {
    expect(await heddle('--version')).toEqual({ status: 0, out: '0.1.0\n', err: '' })
  })

  it('teaches when it is called without a command', async () => {
    const { status, out } = await heddle('')

    expect(status).toBe(0)
    expect(out).toContain('A script is an ES module whose default export is a program')
    expect(out).toContain('Exit status:\n  0   all is well\n')
  })

  it('has help with examples for every command', async () => {
    for (const command of ['dump', 'explain', 'run', 'check']) {
      const { status, out } = await heddle(`${command} --help`)

      expect(status).toBe(0)
      expect(out).toContain(`Usage: heddle ${command}`)
      expect(out).toContain('Examples:\n')
      expect(out).toContain('--color <when>')
      expect((await heddle(`help ${command}`)).out).toBe(out)
    }
  })

  it('ends with 0 when a command does its work', async () => {
    const { status, out, err } = await heddle('dump tanh.ts --stage plan')

    expect({ status, err }).toEqual({ status: 0, err: '' })
    expect(out).toMatch(/^plan curve/)
  })

  it('ends with 1 and the line of the user for an error of the program', async () => {
    const { status, out, err } = await heddle('dump broken.ts')

    expect({ status, out }).toEqual({ status: 1, out: '' })
    expect(err).toMatch(/^SHAPE_MATMUL_INNER: matmul: x \[2, 3\] has 3 columns, y \[4, 3\] has 4 rows/)
    expect(err).toContain('\n  at broken.ts:6:15\n')
    expect(err).toContain('\n  6 |   return { z: matmul(x, y) }\n    |               ^\n')
    expect(err).toMatch(/More: docs\/errors\/shape\.md#shape_matmul_inner\n$/)
  })

  it('ends with 2 for wrong usage, and guesses what was meant', async () => {
    const cases = {
      dmp: "CLI_COMMAND_UNKNOWN: heddle has no command 'dmp'; its commands are dump, explain, run, check, help. Did you mean 'dump'?",
      'help dmp': 'CLI_COMMAND_UNKNOWN',
      'dmp --help': 'CLI_COMMAND_UNKNOWN',
      '--color never dmp': 'CLI_COMMAND_UNKNOWN',
      'dump tanh.ts --stge plan':
        "CLI_OPTION_UNKNOWN: heddle dump: unknown option '--stge' (Did you mean --stage?)",
      'dump tanh.ts --stage kernel':
        "CLI_OPTION_VALUE: --stage is 'kernel'; it must be one of graph, gradient",
      'dump tanh.ts --format yaml': 'CLI_OPTION_VALUE: --format',
      'dump tanh.ts --runtime gpu': 'CLI_OPTION_VALUE: --runtime',
      'run tanh.ts --emitter wasn': "Did you mean 'wasm'?",
      'run tanh.ts --steps 0': "CLI_OPTION_VALUE: --steps is '0'; it must be a whole number from 1",
      'run tanh.ts --seed -1': "CLI_OPTION_VALUE: --seed is '-1'",
      'dump tanh.ts --stage': 'CLI_OPTION_MISSING_VALUE: heddle dump: option',
      dump: "CLI_ARGUMENT_MISSING: heddle dump: missing required argument 'script'",
      'dump a b': 'CLI_ARGUMENT_EXCESS: heddle dump: too many arguments',
      'run tanh.ts --feed y=1': 'CLI_FEED_UNKNOWN',
      'explain tanh.ts tanx': "Did you mean 'tanh'?",
    }
    for (const [line, message] of Object.entries(cases)) {
      const { status, out, err } = await heddle(line)

      expect({ line, status, out }).toEqual({ line, status: 2, out: '' })
      expect(err).toContain(message)
    }
  })

  it('ends with 3 when the script cannot be loaded', async () => {
    const { status, err } = await heddle('run tahn.ts')

    expect(status).toBe(3)
    expect(err).toContain("CLI_SCRIPT_NOT_FOUND: there is no file 'tahn.ts'")
    expect(err).toContain("Did you mean 'tanh.ts'?")
  })

  it('ends with 70, the stack and an apology for a bug of ours', async () => {
    const list = () => {
      throw new TypeError('x is not a function')
    }
    const { status, err } = await heddle('run nowhere.ts', fakeIo({ list }))

    expect(status).toBe(70)
    expect(err).toContain('INTERNAL_UNEXPECTED: TypeError: x is not a function\n    at ')
    expect(err).toContain('This is a bug in Heddle')
  })

  it('hands options to the command', async () => {
    const { out } = await heddle('run twice.ts --feed x=[1,2,3] --emitter js --format json --seed 4')

    expect(JSON.parse(out)).toMatchObject({
      emitter: 'js',
      seed: 4,
      outputs: [{ name: 'y', data: [2, 4, 6] }],
    })
  })
})

describe('colours', () => {
  const red = '\u001b[31m'
  const errorOf = async (line: string, changes: Parameters<typeof fakeIo>[0]): Promise<string> =>
    (await heddle(line, fakeIo(changes))).err

  it('are for terminals only', async () => {
    expect(await errorOf('dump broken.ts', { isTerminal: true })).toContain(red)
    expect(await errorOf('dump broken.ts', { isTerminal: false })).not.toContain('\u001b')
  })

  it('are off where NO_COLOR is set, and on where FORCE_COLOR is', async () => {
    expect(await errorOf('dump broken.ts', { isTerminal: true, env: { NO_COLOR: '1' } })).not.toContain(
      '\u001b',
    )
    expect(await errorOf('dump broken.ts', { env: { FORCE_COLOR: '1' } })).toContain(red)
    expect(await errorOf('dump broken.ts', { isTerminal: true, env: { FORCE_COLOR: '0' } })).not.toContain(
      '\u001b',
    )
  })

  it('are what --color says before all else', async () => {
    expect(await errorOf('dump broken.ts --color always', { env: { NO_COLOR: '1' } })).toContain(red)
    expect(await errorOf('--color never dump broken.ts', { isTerminal: true })).not.toContain('\u001b')
  })
})
