// Whole processes: what a user's shell sees.
import { execFile } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { testdata } from './testdata/fake-io.ts'

// A path with a space, outside any project.
const folder = mkdtempSync(join(tmpdir(), 'heddle cli '))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Ended {
  readonly status: number
  readonly out: string
  readonly err: string
}

const heddle = (...args: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const command = ['--conditions=source', join(import.meta.dirname, 'main.ts'), ...args]
    execFile(
      process.execPath,
      command,
      { cwd: folder, env: { PATH: process.env['PATH'] } },
      (error, out, err) => {
        resolve({ status: Number(error?.code ?? 0), out, err })
      },
    )
  })

describe('the heddle process', () => {
  it('runs a TypeScript script outside any project, which finds the packages beside the command', async () => {
    copyFileSync(testdata('twice.ts'), join(folder, 'my model.ts'))

    const { status, out, err } = await heddle(
      'run',
      'my model.ts',
      '--feed',
      'x=[1, 2, 3]',
      '--emitter',
      'wasm',
    )

    expect(err).toBe('')
    expect(status).toBe(0)
    expect(out).toMatch(/^twice on cpu \(wasm\): 1 kernel,/)
    expect(out).toMatch(/\ny: f32\[3\] \[2, 4, 6\]\n$/)
  })

  it("ends with the program's error, its line and status 1", async () => {
    copyFileSync(testdata('broken.ts'), join(folder, 'broken.ts'))

    const { status, out, err } = await heddle('check', 'broken.ts')

    expect({ status, out }).toEqual({ status: 1, out: '' })
    expect(err).toContain('at broken.ts:6:15')
  })

  it('points at the line that is no TypeScript, or threw, with status 3', async () => {
    writeFileSync(join(folder, 'syntax.ts'), 'export default {\n  a: = 3\n}\n')
    writeFileSync(
      join(folder, 'throws.ts'),
      "const f = () => {\n  throw new Error('boom')\n}\nexport default f()\n",
    )

    const [syntax, throws] = await Promise.all([heddle('dump', 'syntax.ts'), heddle('dump', 'throws.ts')])

    expect(syntax.status).toBe(3)
    expect(syntax.err).toContain('  at syntax.ts:2:6\n\n  2 |   a: = 3\n    |      ^\n')
    expect(throws.status).toBe(3)
    expect(throws.err).toContain('CLI_SCRIPT_THREW')
    expect(throws.err).toContain('  at throws.ts:2:9\n')
    expect(throws.err).not.toContain('platform')
  })
})
