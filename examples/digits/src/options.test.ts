import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { type Options, parseCommandLine } from './options.ts'

function parsed(...args: readonly string[]): Options {
  const asked = parseCommandLine(args, '/somewhere')
  if (asked.kind !== 'train') throw new Error(`${args.join(' ')} gave ${asked.kind}`)
  return asked.options
}

test('without arguments everything is trained on the CPU, twelve times', () => {
  const { out, ...rest } = parsed()

  expect(rest).toEqual({
    runtime: 'cpu',
    emitter: 'auto',
    epochs: 12,
    steps: undefined,
    batch: 50,
    seed: 0,
    rate: 0.002,
  })
  expect(out).toBe(resolve(import.meta.dirname, '../out/report.html'))
})

test('in the browser fewer steps are made, unless it is said how many', () => {
  expect(parsed('--runtime', 'webgl')).toMatchObject({ epochs: 1, steps: 60 })
  expect(parsed('--runtime', 'webgl', '--epochs', '2', '--steps', '9')).toMatchObject({ epochs: 2, steps: 9 })
})

test('--quick makes 20 steps', () => {
  expect(parsed('--quick')).toMatchObject({ epochs: 1, steps: 20, batch: 50 })
})

test('a relative path of the report is from where the command was typed', () => {
  expect(parsed('--out', 'a/b.html').out).toBe(resolve('/somewhere/a/b.html'))
})

test('an emitter cannot be chosen for WebGL2', () => {
  expect(parseCommandLine(['--runtime', 'webgl', '--emitter', 'js'], '/')).toEqual({
    kind: 'wrong',
    problems: ['--emitter is for --runtime cpu; WebGL2 kernels are made in one way'],
  })
})
