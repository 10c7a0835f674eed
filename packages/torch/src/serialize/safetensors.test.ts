import { type DType, dtypeNames, dtypes } from '@heddle/core'
import { describe, expect, test } from 'vitest'
import { TorchError } from '../errors.ts'
import type { ByteSource } from './byte-source.ts'
import { openSafetensors, type SafetensorsEntry, safetensorsParts, writeSafetensors } from './safetensors.ts'

const encoder = new TextEncoder()

/** A file with any header and so many bytes of data. */
function fileWith(header: string | Uint8Array, dataBytes = 0): Uint8Array {
  const text = typeof header === 'string' ? encoder.encode(header) : header
  const bytes = new Uint8Array(8 + text.length + dataBytes)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true)
  bytes.set(text, 8)
  return bytes
}

const headerOf = (bytes: Uint8Array): string => {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true))
  return new TextDecoder().decode(bytes.subarray(8, 8 + length))
}

const f32 = (...values: number[]): SafetensorsEntry => ({
  dtype: 'f32',
  shape: [values.length],
  data: Float32Array.from(values),
})

/** An array whose bytes all differ; of bool 0 and 1. */
function filled(dtype: DType, shape: readonly number[]): SafetensorsEntry {
  const data = dtypes[dtype].allocate(shape.reduce((size, dim) => size * dim, 1))
  const bytes = new Uint8Array(data.buffer)
  bytes.forEach((_, k) => {
    bytes[k] = dtype === 'bool' ? k % 2 : 7 * k + 1
  })
  return { dtype, shape, data }
}

const codeOf = (act: () => unknown): unknown => {
  try {
    act()
  } catch (error) {
    return error instanceof TorchError ? error.code : error
  }
  return undefined
}

describe('safetensors: what is written is read', () => {
  test('every dtype, with the bits it has, in the order of writing', () => {
    const entries = new Map(dtypeNames.map((dtype) => [`a ${dtype}`, filled(dtype, [3, 1, 2])]))

    const file = openSafetensors(writeSafetensors(entries))

    expect([...file.entries.keys()]).toEqual([...entries.keys()])
    for (const [name, entry] of entries) expect(file.read(name)).toEqual(entry)
  })

  test('scalars, empty arrays, and names with quotes, escapes and other scripts', () => {
    const entries = new Map<string, SafetensorsEntry>([
      ['', { dtype: 'i64', shape: [], data: BigInt64Array.of(-(2n ** 63n)) }],
      ['quote " and \\ and \n', { dtype: 'f32', shape: [0, 2 ** 52], data: new Float32Array() }],
      ['выход\u{1f642}', f32(Number.NaN, -0)],
      ['__proto__', f32(1)],
    ])
    const metadata = new Map([
      ['__proto__', 'x'],
      ['format', '"\\\\"'],
    ])

    const file = openSafetensors(writeSafetensors(entries, metadata))

    expect(file.metadata).toEqual(metadata)
    for (const [name, entry] of entries) expect(file.read(name)).toEqual(entry)
  })

  test('equal entries give equal bytes, wide elements first so that each array is aligned', () => {
    const entries = new Map([
      ['bytes', filled('u8', [3])],
      ['doubles', filled('f64', [2])],
      ['halves', filled('f16', [1])],
    ])

    const bytes = writeSafetensors(entries, new Map([['by', 'a test']]))

    expect(headerOf(bytes).trimEnd()).toBe(
      '{"__metadata__":{"by":"a test"},' +
        '"bytes":{"dtype":"U8","shape":[3],"data_offsets":[18,21]},' +
        '"doubles":{"dtype":"F64","shape":[2],"data_offsets":[0,16]},' +
        '"halves":{"dtype":"F16","shape":[1],"data_offsets":[16,18]}}',
    )
    expect((8 + headerOf(bytes).length) % 8).toBe(0)
    expect(writeSafetensors(new Map(entries), new Map([['by', 'a test']]))).toEqual(bytes)
  })

  test('the parts of a file hold the arrays themselves, not copies', () => {
    const entry = f32(1, 2)

    const parts = safetensorsParts(new Map([['x', entry]]))

    expect(parts).toHaveLength(2)
    expect(parts[1]?.buffer).toBe(entry.data.buffer)
  })

  test('what is read is memory of its own', () => {
    const bytes = writeSafetensors(new Map([['x', f32(1, 2)]]))
    const { data } = openSafetensors(bytes).read('x')

    bytes.fill(0)

    expect(data).toEqual(Float32Array.of(1, 2))
  })

  test('a file in the middle of a larger buffer, written by another program', () => {
    const header =
      ' {"x" : {"shape":[ 2 ],\n"data_offsets":[2,4], "dtype":"U8"},"y":{"dtype":"I8","shape":[2],"data_offsets":[0,2]}}  '
    const inner = fileWith(header, 4)
    inner.set([1, 255, 3, 4], inner.length - 4)
    const outer = new Uint8Array(inner.length + 10)
    outer.set(inner, 5)

    const file = openSafetensors(outer.subarray(5, 5 + inner.length))

    expect(file.read('x').data).toEqual(Uint8Array.of(3, 4))
    expect(file.read('y').data).toEqual(Int8Array.of(1, -1))
  })

  test("to the byte as the format's own library (safetensors 0.8.0) writes it", () => {
    const theirs = Uint8Array.from(
      atob(
        'EAEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJmb3JtYXQiOiJwdCJ9LCJzdGVwIjp7ImR0eXBlIjoiSTY0Iiwic2hhcGUiOltdLCJkYXRh' +
          'X29mZnNldHMiOlswLDhdfSwid2VpZ2h0Ijp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOlsxLDJdLCJkYXRhX29mZnNldHMiOls4LDE2XX0s' +
          'ImhhbGYiOnsiZHR5cGUiOiJCRjE2Iiwic2hhcGUiOlsxXSwiZGF0YV9vZmZzZXRzIjpbMTYsMThdfSwibWFzayI6eyJkdHlwZSI6IkJP' +
          'T0wiLCJzaGFwZSI6WzNdLCJkYXRhX29mZnNldHMiOlsxOCwyMV19fSAgICAgIPn/////////zczMPQAAAMCAPwEAAQ==',
      ),
      (char) => char.charCodeAt(0),
    )
    const entries = new Map<string, SafetensorsEntry>([
      ['step', { dtype: 'i64', shape: [], data: BigInt64Array.of(-7n) }],
      ['weight', { dtype: 'f32', shape: [1, 2], data: Float32Array.of(0.1, -2) }],
      ['half', { dtype: 'bf16', shape: [1], data: Uint16Array.of(0x3f80) }],
      ['mask', { dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) }],
    ])

    const file = openSafetensors(theirs)

    expect(file.metadata).toEqual(new Map([['format', 'pt']]))
    for (const [name, entry] of entries) expect(file.read(name)).toEqual(entry)
    expect(writeSafetensors(entries, file.metadata)).toEqual(theirs)
  })

  test('a large file is read by parts', () => {
    const terabyte = 2 ** 40
    const head = fileWith(
      `{"big":{"dtype":"U8","shape":[${terabyte}],"data_offsets":[8,${terabyte + 8}]},` +
        '"small":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}',
    )
    const asked: number[] = []
    const source: ByteSource = {
      byteLength: head.length + terabyte + 8,
      read: (offset, into) => {
        asked.push(into.length)
        into.set(head.subarray(offset, offset + into.length))
        return into.length
      },
    }

    const { data } = openSafetensors(source).read('small')

    expect(data).toEqual(Float64Array.of(0))
    expect(asked).toEqual([8, head.length - 8, 8])
  })
})

describe('safetensors: what is wrong with a file is said', () => {
  const x = (offsets: string, shape = '[1]', dtype = 'U8'): string =>
    `{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`
  const wrong: Readonly<Record<string, [code: string, file: Uint8Array]>> = {
    'nothing at all': ['TORCH_FILE_TRUNCATED', new Uint8Array()],
    'half a length': ['TORCH_FILE_TRUNCATED', new Uint8Array(7)],
    'a header that is cut': ['TORCH_FILE_TRUNCATED', fileWith('{}').subarray(0, 9)],
    'data that are cut': ['TORCH_FILE_TRUNCATED', fileWith(`{"x":${x('[0,1]')},"y":${x('[1,2]')}}`, 1)],
    'a header of 2^63 bytes': ['TORCH_FILE_HEADER_SIZE', Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 128)],
    'a header over the limit': ['TORCH_FILE_HEADER_SIZE', Uint8Array.of(1, 225, 245, 5, 0, 0, 0, 0)],
    'an empty header': ['TORCH_FILE_HEADER', fileWith('')],
    'a header that is no object': ['TORCH_FILE_HEADER', fileWith('[]')],
    'a deep header': ['TORCH_FILE_HEADER', fileWith(`{"x":${'['.repeat(1e6)}`)],
    'an object as deep': ['TORCH_FILE_HEADER', fileWith('{"x":'.repeat(1e6))],
    'text behind the header': ['TORCH_FILE_HEADER', fileWith('{} {}')],
    'a comma too many': ['TORCH_FILE_HEADER', fileWith(`{"x":${x('[0,1]')},}`, 1)],
    'a field too few': ['TORCH_FILE_HEADER', fileWith('{"x":{"dtype":"U8","shape":[1]}}', 1)],
    'a field too many': [
      'TORCH_FILE_HEADER',
      fileWith('{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"other":[]}}', 1),
    ],
    'a field twice': ['TORCH_FILE_HEADER', fileWith('{"x":{"dtype":"U8","dtype":"U8"}}', 1)],
    'three offsets': ['TORCH_FILE_HEADER', fileWith(`{"x":${x('[0,1,2]')}}`, 1)],
    'a negative number': ['TORCH_FILE_HEADER', fileWith(`{"x":${x('[0,1]', '[-1]')}}`, 1)],
    'an offset below 0': ['TORCH_FILE_HEADER', fileWith(`{"x":${x('[-1,0]')}}`, 1)],
    'an offset that is NaN': ['TORCH_FILE_HEADER', fileWith(`{"x":${x('[NaN,1]')}}`, 1)],
    'an offset that is null': ['TORCH_FILE_HEADER', fileWith(`{"x":${x('[null,1]')}}`, 1)],
    'an offset that is infinite': ['TORCH_FILE_HEADER', fileWith(`{"x":${x('[0,1e999]')}}`, 1)],
    'an offset that is text': ['TORCH_FILE_HEADER', fileWith(`{"x":${x('["0",1]')}}`, 1)],
    'an offset that is a list': ['TORCH_FILE_HEADER', fileWith(`{"x":${x('[[0],1]')}}`, 1)],
    'a dtype that is a number': [
      'TORCH_FILE_HEADER',
      fileWith('{"x":{"dtype":32,"shape":[1],"data_offsets":[0,1]}}', 1),
    ],
    'a fraction': ['TORCH_FILE_HEADER', fileWith(`{"x":${x('[0,1]', '[1.0]')}}`, 1)],
    'an exponent': ['TORCH_FILE_HEADER', fileWith(`{"x":${x('[0,1e0]')}}`, 1)],
    'a leading zero': ['TORCH_FILE_HEADER', fileWith(`{"x":${x('[0,01]')}}`, 1)],
    'a number beyond 2^53': ['TORCH_FILE_HEADER', fileWith(`{"x":${x('[0,9007199254740993]')}}`, 1)],
    'a long number': ['TORCH_FILE_HEADER', fileWith(`{"x":${x(`[0,${'1'.repeat(1e6)}]`)}}`, 1)],
    'metadata that are no strings': ['TORCH_FILE_HEADER', fileWith('{"__metadata__":{"n":1}}')],
    'a string without an end': ['TORCH_FILE_HEADER', fileWith('{"x\\"')],
    'a line break in a string': ['TORCH_FILE_HEADER', fileWith('{"a\nb":1}')],
    'half a character': ['TORCH_FILE_HEADER', fileWith(`{"\\ud800":${x('[0,1]')}}`, 1)],
    'bytes that are no UTF-8': ['TORCH_FILE_HEADER', fileWith(Uint8Array.of(123, 34, 255, 34, 125))],
    'a byte order mark': ['TORCH_FILE_HEADER', fileWith('\ufeff{}')],
    'a name twice': ['TORCH_FILE_DUPLICATE', fileWith(`{"x":${x('[0,1]')},"\\u0078":${x('[1,2]')}}`, 2)],
    'metadata twice': ['TORCH_FILE_DUPLICATE', fileWith('{"__metadata__":{},"__metadata__":{}}')],
    'a key of metadata twice': ['TORCH_FILE_DUPLICATE', fileWith('{"__metadata__":{"a":"","a":""}}')],
    'a dtype that is not known': ['TORCH_FILE_DTYPE', fileWith(`{"x":${x('[0,1]', '[1]', 'F8_E4M3')}}`, 1)],
    'a range that is too long': ['TORCH_FILE_ENTRY_SIZE', fileWith(`{"x":${x('[0,2]')}}`, 2)],
    'a range from behind': ['TORCH_FILE_ENTRY_SIZE', fileWith(`{"x":${x('[1,0]')}}`, 1)],
    'a size that no number holds': [
      'TORCH_FILE_ENTRY_SIZE',
      fileWith(`{"x":${x('[0,1]', `[${'9007199254740991,'.repeat(40)}1]`)}}`, 1),
    ],
    'a size that goes round 2^64': [
      'TORCH_FILE_ENTRY_SIZE',
      fileWith(`{"x":${x('[0,0]', '[4294967296,4294967296]')}}`),
    ],
    'a size that is no multiple of the element': [
      'TORCH_FILE_ENTRY_SIZE',
      fileWith(`{"x":${x('[0,3]', '[1]', 'F32')}}`, 3),
    ],
    'ranges that overlap in part': [
      'TORCH_FILE_RANGES',
      fileWith(`{"x":${x('[0,3]', '[3]')},"y":${x('[2,4]', '[2]')}}`, 4),
    ],
    'a range inside another': [
      'TORCH_FILE_RANGES',
      fileWith(`{"x":${x('[0,4]', '[4]')},"y":${x('[1,3]', '[2]')}}`, 4),
    ],
    'ranges that overlap': ['TORCH_FILE_RANGES', fileWith(`{"x":${x('[0,1]')},"y":${x('[0,1]')}}`, 1)],
    'a gap before': ['TORCH_FILE_RANGES', fileWith(`{"x":${x('[1,2]')}}`, 2)],
    'a gap between': ['TORCH_FILE_RANGES', fileWith(`{"x":${x('[0,1]')},"y":${x('[2,3]')}}`, 3)],
    "bytes that are nobody's": ['TORCH_FILE_RANGES', fileWith(`{"x":${x('[0,1]')}}`, 2)],
    'an empty array in the middle of another': [
      'TORCH_FILE_RANGES',
      fileWith(`{"x":${x('[0,2]', '[2]')},"y":${x('[1,1]', '[0]')}}`, 2),
    ],
  }

  for (const [name, [code, file]] of Object.entries(wrong)) {
    test(name, () => {
      expect(codeOf(() => openSafetensors(file))).toBe(code)
    })
  }

  test('a bool that is neither 0 nor 1', () => {
    const file = fileWith('{"x":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}}', 2)
    file[file.length - 1] = 2

    expect(() => openSafetensors(file).read('x')).toThrow(
      expect.objectContaining({ code: 'TORCH_FILE_BOOL', details: { name: 'x', at: 1, value: 2 } }),
    )
  })

  test('a source that has less than it says', () => {
    const bytes = writeSafetensors(new Map([['x', f32(1, 2)]]))
    const source: ByteSource = {
      byteLength: bytes.length,
      read: (offset, into) => {
        into.set(bytes.subarray(offset, offset + into.length))
        return offset > 8 ? into.length - 1 : into.length
      },
    }

    const file = openSafetensors(source)

    expect(codeOf(() => file.read('x'))).toBe('TORCH_FILE_TRUNCATED')
  })

  test('an entry that is not there, also one whose name objects have', () => {
    const file = openSafetensors(fileWith('{}'))

    expect(codeOf(() => file.read('toString'))).toBe('TORCH_FILE_NO_ENTRY')
  })

  test('a limit of its own', () => {
    expect(codeOf(() => openSafetensors(fileWith('{   }'), { maxHeaderBytes: 4 }))).toBe(
      'TORCH_FILE_HEADER_SIZE',
    )
  })

  test('messages name the array and the numbers', () => {
    const file = fileWith(`{"w":${x('[0,3]', '[2]')}}`, 3)

    expect(() => openSafetensors(file)).toThrow(
      "'w' needs 2 bytes for its shape and dtype, and lies at bytes 0 to 3",
    )
  })
})

test.each<[string, Map<string, SafetensorsEntry>]>([
  ['too few elements', new Map([['x', { ...f32(1), shape: [2] }]])],
  ['another type of array', new Map([['x', { ...f32(1), dtype: 'i32' as const }]])],
  ['the name of the metadata', new Map([['__metadata__', f32(1)]])],
  ['a name that is no text', new Map([['\ud800', f32(1)]])],
])('safetensors: refuses to write %s', (_, entries) => {
  expect(codeOf(() => writeSafetensors(entries))).toBe('TORCH_SAVE_ENTRY')
})
