import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { openFile, writeFile } from './platform.ts'
import { openSafetensors, type SafetensorsEntry, safetensorsParts } from './serialize/safetensors.ts'

const folder = mkdtempSync(join(tmpdir(), 'heddle-platform-'))
const path = join(folder, 'x.safetensors')

afterEach(() => {
  vi.unstubAllGlobals()
  for (const name of readdirSync(folder)) rmSync(join(folder, name))
})

afterAll(() => rmSync(folder, { recursive: true }))

const entries = new Map<string, SafetensorsEntry>([
  ['x', { dtype: 'f32', shape: [3], data: Float32Array.of(1, 2, 3) }],
  ['y', { dtype: 'i64', shape: [], data: BigInt64Array.of(-1n) }],
])

test('files: what is written in parts is read by parts', () => {
  writeFile(path, safetensorsParts(entries))

  using source = openFile(path)
  const file = openSafetensors(source)

  expect(source.byteLength).toBe(readFileSync(path).length)
  for (const [name, entry] of entries) expect(file.read(name)).toEqual(entry)
})

test('files: reading beyond the end gives what there is', () => {
  writeFile(path, [Uint8Array.of(1, 2, 3)])
  using source = openFile(path)
  const into = new Uint8Array(4)

  expect(source.read(1, into)).toBe(2)
  expect(into).toEqual(Uint8Array.of(2, 3, 0, 0))
})

test('files: a file that could not be completed leaves the old one, and nothing else', () => {
  const failing = function* (): Generator<Uint8Array> {
    yield Uint8Array.of(9)
    throw new Error('no more')
  }
  writeFile(path, [Uint8Array.of(1)])

  expect(() => writeFile(path, failing())).toThrow('no more')
  expect([...readFileSync(path)]).toEqual([1])
  expect(readdirSync(folder)).toEqual(['x.safetensors'])
})

test('files: a closed file is closed', () => {
  writeFile(path, [Uint8Array.of(1)])
  const source = openFile(path)
  source[Symbol.dispose]()

  expect(() => source.read(0, new Uint8Array(1))).toThrow(expect.objectContaining({ code: 'EBADF' }))
})

test('files: what is not there is told by Node', () => {
  expect(() => openFile(path)).toThrow(expect.objectContaining({ code: 'ENOENT' }))
})

test.each([
  ['no process', undefined],
  ['a process without modules', {}],
])('files: %s, no files', (_, host) => {
  vi.stubGlobal('process', host)

  expect(() => openFile(path)).toThrow(expect.objectContaining({ code: 'TORCH_NO_FILES', details: { path } }))
})
