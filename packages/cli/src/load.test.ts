import { type Graph, program } from '@heddle/core'
import { describe, expect, it } from 'vitest'
import { loadProgram } from './load.ts'
import { fakeIo } from './testdata/fake-io.ts'

const valid = (): Graph => program('valid', ({ input }) => input('x', 'f32', [1]))

const loading = (exports: Readonly<Record<string, unknown>>): Promise<Graph> =>
  loadProgram('script.ts', fakeIo({ modules: { 'script.ts': exports } }))

const throwing = (error: unknown): Promise<Graph> =>
  loadProgram('twice.ts', fakeIo({ load: () => Promise.reject(error) }))

describe('loading a script', () => {
  it('gives the program that the default export is', async () => {
    const graph = valid()

    expect(await loading({ default: graph })).toBe(graph)
  })

  it('says which export is a program where there is no default', async () => {
    await expect(loading({ model: valid(), other: 3 })).rejects.toMatchObject({
      code: 'CLI_SCRIPT_NO_DEFAULT',
      message: expect.stringContaining('Write: export default model'),
    })
  })

  it('says what a wrong default export is, and what to do', async () => {
    let value: unknown
    program('leaky', ({ input }) => {
      const x = input('x', 'f32', [1])
      value = x
      return x
    })
    const cases: readonly (readonly [unknown, string, string])[] = [
      [() => valid(), 'a function', 'Export what it returns'],
      [function build() {}, 'the function build', 'Export what it returns'],
      [value, 'a value (input)', 'Return it from the build function'],
      [Promise.resolve(valid()), 'a promise', 'export default await'],
      [{ plan: 1, run: 2 }, 'a session', 'Export the program it was compiled from'],
      [{ a: 1, b: 2 }, 'an object with a, b', ''],
      [[valid()], 'an array', ''],
      [3, '3', ''],
      [null, 'null', ''],
      [undefined, 'undefined', ''],
    ]
    for (const [exported, what, hint] of cases) {
      await expect(loading({ default: exported })).rejects.toMatchObject({
        code: 'CLI_SCRIPT_NOT_A_PROGRAM',
        message: expect.stringContaining(`the default export is ${what}; it must be a program`),
      })
      await expect(loading({ default: exported })).rejects.toThrow(hint)
    }
  })

  it('passes errors of the program through', async () => {
    await expect(loadProgram('broken.ts', fakeIo())).rejects.toMatchObject({
      code: 'SHAPE_MATMUL_INNER',
      location: { line: 6 },
    })
  })

  it('takes coded errors of another copy of core for what they are', async () => {
    const foreign = Object.assign(new Error('SHAPE_X: wrong'), {
      name: 'HeddleError',
      code: 'SHAPE_X',
      details: {},
    })

    await expect(throwing(foreign)).rejects.toBe(foreign)
  })

  it('tells apart what can go wrong while a module loads', async () => {
    const coded = (code: string): Error => Object.assign(new Error('no'), { code })

    await expect(throwing(new SyntaxError('odd'))).rejects.toMatchObject({ code: 'CLI_SCRIPT_SYNTAX' })
    await expect(throwing(coded('ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX'))).rejects.toMatchObject({
      code: 'CLI_SCRIPT_SYNTAX',
    })
    await expect(throwing(coded('ERR_MODULE_NOT_FOUND'))).rejects.toMatchObject({ code: 'CLI_SCRIPT_IMPORT' })
    await expect(
      throwing(new SyntaxError("The requested module 'a' does not provide an export named 'b'")),
    ).rejects.toMatchObject({ code: 'CLI_SCRIPT_IMPORT' })
    await expect(throwing(new RangeError('boom'))).rejects.toMatchObject({
      code: 'CLI_SCRIPT_THREW',
      message: expect.stringContaining('RangeError: boom'),
    })
    await expect(throwing('a text')).rejects.toMatchObject({ code: 'CLI_SCRIPT_THREW' })
  })

  it('refuses files that are no modules', async () => {
    const io = fakeIo({ files: { 'model.py': 'x' } })

    await expect(loadProgram('model.py', io)).rejects.toMatchObject({ code: 'CLI_SCRIPT_KIND' })
    await expect(loadProgram('.', io)).rejects.toMatchObject({ code: 'CLI_SCRIPT_NOT_FOUND' })
  })
})
