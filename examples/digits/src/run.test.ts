// The main job as it is typed, with an output that only listens.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { type Io, run } from './run.ts'

const folder = mkdtempSync(join(tmpdir(), 'digits-'))
afterAll(() => rmSync(folder, { recursive: true }))

interface Listener {
  readonly io: Io
  readonly lines: string[]
  readonly errors: string[]
}

/** `stopAt`: a line at which Ctrl-C is pressed. */
function listen(stopAt?: RegExp): Listener {
  const stopping = new AbortController()
  const lines: string[] = []
  const errors: string[] = []
  const io: Io = {
    print: (line) => {
      lines.push(line)
      if (stopAt?.test(line)) stopping.abort()
    },
    printError: (line) => errors.push(line),
    terminal: undefined,
    signal: stopping.signal,
    folder,
  }
  return { io, lines, errors }
}

test('a short run learns something, prints each epoch and where the report is, and ends with 0', async () => {
  const { io, lines, errors } = listen()

  const code = await run(['--quick', '--epochs', '2', '--out', 'short.html'], io)

  expect(code).toBe(0)
  expect(errors).toEqual([])
  expect(lines.filter((line) => line.startsWith('Epoch '))).toHaveLength(2)
  const accuracies = lines.flatMap((line) => /accuracy (\d+\.\d+) %/.exec(line)?.[1] ?? [])
  expect(Number(accuracies[1])).toBeGreaterThan(80)
  expect(lines.at(-1)).toBe(`Report: ${join(folder, 'short.html')}`)
  expect(readFileSync(join(folder, 'short.html'), 'utf8')).toContain('40 steps of 50 images')
})

test('Ctrl-C ends a run after the current step: the report is written, the exit code is 130', async () => {
  const { io, lines } = listen(/kernels, compiled in/)

  const code = await run(['--quick', '--out', 'interrupted.html'], io)

  expect(code).toBe(130)
  expect(lines.at(-2)).toBe('Interrupted after 0 steps.')
  expect(readFileSync(join(folder, 'interrupted.html'), 'utf8')).toContain('Training was interrupted')
})

test('wrong arguments are all named at once, nothing is done, and the exit code is 2', async () => {
  const { io, lines, errors } = listen()

  const code = await run(['--epochs', 'many', '--runtime', 'tpu', '--rate=-1', '--out', 'never.html'], io)

  expect(code).toBe(2)
  expect(lines).toEqual([])
  expect(errors).toEqual([
    '--runtime is tpu; it is one of cpu, webgl',
    '--epochs is many; it is a whole number from 1 to 1000',
    '--rate is -1; it is a number above 0',
    'Try npm start -- --help',
  ])
  expect(existsSync(join(folder, 'never.html'))).toBe(false)
})

test('an option that does not exist is named', async () => {
  const { io, errors } = listen()

  expect(await run(['--epoch', '3'], io)).toBe(2)
  expect(errors[0]).toContain("Unknown option '--epoch'")
})

test('--help names every option and ends with 0', async () => {
  const { io, lines } = listen()

  const code = await run(['--help'], io)

  expect(code).toBe(0)
  const options = ['runtime', 'emitter', 'epochs', 'steps', 'batch', 'rate', 'seed', 'out', 'quick', 'help']
  for (const option of options) expect(lines.join('\n')).toContain(`--${option}`)
})
