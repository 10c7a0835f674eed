// Whatever bytes are given: an error with a code, or a file that is what it says; and never memory for bytes that are not there.
import { isDeepStrictEqual } from 'node:util'
import { dtypes, rowMajorStrides, sizeOf } from '@heddle/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TorchError } from '../errors.ts'
import { type ByteSource, bytesSource } from './byte-source.ts'
import { scanHeader } from './header-scanner.ts'
import { packObject, type RestoredView, type SavedView, unpackObject } from './packed-object.ts'
import { restore, tabulate } from './plain-data.ts'
import { parseTable, tableText } from './plain-text.ts'
import { openSafetensors, writeSafetensors } from './safetensors.ts'

const SEED = 20_261_130

interface Leaf {
  readonly view: SavedView
}

const isLeaf = (value: object): value is Leaf => 'view' in value

function leaf(shape: readonly number[], values: Float32Array, offset = 0): Leaf {
  const view = { dtype: 'f32', shape, strides: rowMajorStrides(shape), offset } as const
  return { view: { ...view, storage: values.buffer, elements: () => values, tags: ['parameter'] } }
}

function sample(): {
  entries: Parameters<typeof writeSafetensors>[0]
  metadata: ReadonlyMap<string, string>
} {
  const shared = Float32Array.of(1, 2, 3, 4, 5, 6)
  const object = {
    model: new Map([
      ['weight', leaf([2, 2], shared)],
      ['tail', leaf([3], shared, 3)],
    ]),
    optimizer: { state: new Map([[0, { step: 3n, lr: Number.NaN }]]), groups: [{ lr: 0.1, params: [0] }] },
  }
  const packed = packObject(object, (value) => (isLeaf(value) ? value.view : undefined))
  const mask = { dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) } as const
  return { entries: new Map([...packed.entries, ['mask "0"', mask]]), metadata: packed.metadata }
}

/** Reads all there is to read. Nothing else may be thrown than errors of files. */
function readAll(bytes: Uint8Array): 'read' | 'refused' {
  const whole = bytesSource(bytes)
  const source: ByteSource = {
    byteLength: bytes.length,
    read: (offset, into) => {
      expect(offset + into.byteLength).toBeLessThanOrEqual(bytes.length)
      return whole.read(offset, into)
    },
  }
  try {
    const file = openSafetensors(source)
    for (const [name, { dtype, shape, byteLength }] of file.entries) {
      const { data } = file.read(name)
      expect(data.byteLength).toBe(byteLength)
      expect(data.length).toBe(shape.includes(0) ? 0 : sizeOf(shape))
      expect(data.BYTES_PER_ELEMENT).toBe(dtypes[dtype].bytes)
    }
    unpackObject(file, expectInside)
    return 'read'
  } catch (error) {
    if (!(error instanceof TorchError)) throw error
    expect(error.code).toMatch(/^TORCH_FILE_/)
    return 'refused'
  }
}

function expectInside({ shape, strides, offset, data }: RestoredView): number {
  if (shape.includes(0)) return 0
  const last = shape.reduce((sum, dim, axis) => sum + (dim - 1) * (strides[axis] ?? 0), offset)
  expect(data[last]).toBeDefined()
  return last
}

interface Edit {
  readonly at: number
  readonly remove: number
  readonly insert: readonly number[]
}

const edits: fc.Arbitrary<readonly Edit[]> = fc.array(
  fc.record({
    at: fc.nat(),
    remove: fc.nat(3),
    insert: fc.array(
      fc.oneof(fc.nat(255), fc.constantFrom(...'{}[]":,\\0129 nue'.split('').map((c) => c.charCodeAt(0)))),
      {
        maxLength: 3,
      },
    ),
  }),
  { minLength: 1, maxLength: 4 },
)

function edited(bytes: Uint8Array, list: readonly Edit[]): Uint8Array {
  const result = [...bytes]
  for (const { at, remove, insert } of list) result.splice(at % (result.length + 1), remove, ...insert)
  return Uint8Array.from(result)
}

function withHeader(text: Uint8Array, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(8 + text.length + data.length)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true)
  bytes.set(text, 8)
  bytes.set(data, 8 + text.length)
  return bytes
}

/** Runs over edits, and counts the outcomes: a test in which all are refused, or none, would show little. */
function outcomes(
  make: (list: readonly Edit[]) => Uint8Array,
  runs: number,
): Record<'read' | 'refused', number> {
  const counts = { read: 0, refused: 0 }
  fc.assert(
    fc.property(edits, (list) => {
      counts[readAll(make(list))]++
    }),
    { seed: SEED, numRuns: runs },
  )
  return counts
}

describe(`files that are damaged (seed ${SEED})`, () => {
  const { entries, metadata } = sample()
  const bytes = writeSafetensors(entries, metadata)
  const headerBytes = Number(new DataView(bytes.buffer).getBigUint64(0, true))
  const header = bytes.subarray(8, 8 + headerBytes)
  const data = bytes.subarray(8 + headerBytes)

  test('as it is, the file is read', () => {
    expect(readAll(bytes)).toBe('read')
  })

  test('every beginning of the file is refused', () => {
    for (let length = 0; length < bytes.length; length++) {
      expect(readAll(bytes.subarray(0, length))).toBe('refused')
    }
  })

  test('bytes anywhere are changed, added and removed', () => {
    expect(outcomes((list) => edited(bytes, list), 1000).refused).toBeGreaterThan(700)
  })

  test('the header is changed, and its length is right', () => {
    const { read, refused } = outcomes((list) => withHeader(edited(header, list), data), 1500)

    expect(read).toBeGreaterThan(20)
    expect(refused).toBeGreaterThan(300)
  })

  test('the description of the object is changed', () => {
    const text = new TextEncoder().encode(metadata.get('heddle.object'))
    const make = (list: readonly Edit[]): Uint8Array => {
      const description = new TextDecoder().decode(edited(text, list))
      return writeSafetensors(entries, new Map([['heddle.object', description]]))
    }

    const { read, refused } = outcomes(make, 1500)

    expect(read).toBeGreaterThan(20)
    expect(refused).toBeGreaterThan(300)
  })

  test('a header that is accepted is JSON, and is read as JSON', () => {
    const decoder = new TextDecoder()
    fc.assert(
      fc.property(edits, (list) => {
        const text = decoder.decode(edited(header, list))
        const scanned = tryScan(text)
        if (!scanned) return
        const { __metadata__: table = {}, ...others } = JSON.parse(text)
        expect(Object.fromEntries(scanned.metadata)).toEqual(table)
        expect(
          [...scanned.entries].map(([name, { dtype, shape, dataOffsets }]) => [
            name,
            dtype,
            shape,
            dataOffsets,
          ]),
        ).toEqual(
          [...scanned.entries.keys()].map((name) => [
            name,
            others[name].dtype,
            others[name].shape,
            others[name].data_offsets,
          ]),
        )
        expect(scanned.entries.size).toBe(Object.keys(others).length)
      }),
      { seed: SEED, numRuns: 1500 },
    )
  })
})

function tryScan(text: string): ReturnType<typeof scanHeader> | undefined {
  try {
    return scanHeader(text)
  } catch (error) {
    if (error instanceof TorchError) return undefined
    throw error
  }
}

test(`plain data of any form come back from their text (seed ${SEED})`, () => {
  const key = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('__proto__', 'constructor', 'toString', '0'),
  )
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.oneof(
        fc.double(),
        fc.integer(),
        fc.bigInt(),
        fc.string({ unit: 'binary' }),
        fc.boolean(),
        fc.constantFrom(null, undefined),
      ),
      fc.array(tie('tree')),
      fc.dictionary(key, tie('tree'), { noNullPrototype: true }),
      fc.array(fc.tuple(fc.oneof(fc.double(), fc.bigInt(), key), tie('tree'))).map((pairs) => new Map(pairs)),
    ),
  }))

  fc.assert(
    fc.property(tree, (value) => {
      const text = tableText(tabulate<never>(value, () => undefined))

      const restored = restore(parseTable(text), String)

      expect(isDeepStrictEqual(restored, value)).toBe(true)
      expect(tableText(tabulate<never>(restored, () => undefined))).toBe(text)
    }),
    { seed: SEED, numRuns: 300 },
  )
})
