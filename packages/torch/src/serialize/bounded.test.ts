// What a file costs before it is believed: bytes that are asked for are bytes that are there, whatever the file says of itself.
import { describe, expect, test } from 'vitest'
import { TorchError } from '../errors.ts'
import { type ByteSource, bytesSource } from './byte-source.ts'
import { type OpenOptions, openSafetensors } from './safetensors.ts'
import { load } from './save.ts'

/** A source that says it has `byteLength` bytes, zeros behind those it was given; and what was asked of it. */
function counted(bytes: Uint8Array, byteLength = bytes.length) {
  const asked: number[] = []
  const known = bytesSource(bytes)
  const source: ByteSource = {
    byteLength,
    read: (offset, into) => {
      asked.push(into.byteLength)
      known.read(offset, into)
      return into.byteLength
    },
  }
  return { asked, source }
}

function lengthOnly(header: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header), true)
  return bytes
}

function fileWith(header: string, dataBytes: number): Uint8Array {
  const text = new TextEncoder().encode(header)
  const bytes = new Uint8Array(8 + text.length + dataBytes)
  bytes.set(lengthOnly(text.length))
  bytes.set(text, 8)
  return bytes
}

function codeOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof TorchError) return error.code
    throw error
  }
  return 'none'
}

describe('a header that claims a terabyte', () => {
  test.each<[string, number, OpenOptions, string]>([
    ['is refused', 8, {}, 'TORCH_FILE_HEADER_SIZE'],
    ['is refused where the file says it is as long', 2 ** 40 + 8, {}, 'TORCH_FILE_HEADER_SIZE'],
    ['is not there, whatever may be read', 8, { maxHeaderBytes: 2 ** 41 }, 'TORCH_FILE_TRUNCATED'],
  ])('%s, after 8 bytes', (_, byteLength, options, code) => {
    const { asked, source } = counted(lengthOnly(2 ** 40), byteLength)

    expect(codeOf(() => openSafetensors(source, options))).toBe(code)
    expect(codeOf(() => load(source, options))).toBe(code)
    expect(asked).toEqual([8, 8])
  })
})

describe('arrays that claim a terabyte', () => {
  const entry = (shape: string, end: number): string =>
    `{"x":{"dtype":"U8","shape":[${shape}],"data_offsets":[0,${end}]}}`

  test.each<[string, string, number]>([
    ['which the file does not have', entry(`${2 ** 40}`, 2 ** 40), 4],
    ['of four bytes', entry(`${2 ** 40}`, 4), 4],
    ['in two extents', entry(`${2 ** 20},${2 ** 20}`, 2 ** 40), 4],
  ])('%s: only the header is read', (_, header, dataBytes) => {
    const bytes = fileWith(header, dataBytes)
    const { asked, source } = counted(bytes)

    expect(codeOf(() => load(source))).toMatch(/^TORCH_FILE_(TRUNCATED|ENTRY_SIZE)$/)
    expect(asked).toEqual([8, bytes.length - 8 - dataBytes])
  })

  test('as a view that shows its elements again and again: what is stored is read, and no more', () => {
    const rows = '{\\"version\\":1,\\"root\\":[0],\\"rows\\":[[\\"leaf\\",\\"x\\",\\"\\",0,1099511627776,0]]}'
    const header = `{"__metadata__":{"heddle.object":"${rows}"},${entry('4', 4).slice(1)}`
    const { asked, source } = counted(fileWith(header, 4))

    expect(load(source)).toMatchObject({ shape: [2 ** 40] })
    expect(asked).toEqual([8, header.length, 4])
  })
})

test('many tiny arrays: each is read by itself, when it is asked for', () => {
  const count = 20_000
  const entries = Array.from(
    { length: count },
    (_, k) => `"t${k}":{"dtype":"U8","shape":[1],"data_offsets":[${k},${k + 1}]}`,
  )
  const header = `{${entries.join()}}`
  const { asked, source } = counted(fileWith(header, count))
  const file = openSafetensors(source)

  expect(file.entries.size).toBe(count)
  expect(asked).toEqual([8, header.length])
  expect(file.read(`t${count - 1}`).data).toEqual(Uint8Array.of(0))
  expect(asked).toEqual([8, header.length, 1])
})
