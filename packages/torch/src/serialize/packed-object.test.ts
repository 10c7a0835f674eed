import { type DType, readElement, rowMajorStrides, type TypedArray } from '@heddle/core'
import { describe, expect, test } from 'vitest'
import { packObject, type RestoredView, unpackObject } from './packed-object.ts'
import { openSafetensors, writeSafetensors } from './safetensors.ts'

/** Stands for a tensor: a view of memory. */
class Strided {
  readonly data: TypedArray
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly strides: readonly number[]
  readonly offset: number
  readonly tags: readonly string[]

  constructor(view: Omit<RestoredView, 'tags'> & { readonly tags?: readonly string[] }) {
    this.data = view.data
    this.dtype = view.dtype
    this.shape = view.shape
    this.strides = view.strides
    this.offset = view.offset
    this.tags = view.tags ?? []
  }

  at(index: readonly number[]): unknown {
    const at = index.reduce((sum, k, axis) => sum + k * (this.strides[axis] ?? 0), this.offset)
    return readElement(this.dtype, this.data, at)
  }
}

const view = (data: TypedArray, shape: readonly number[], more: Partial<Strided> = {}): Strided =>
  new Strided({ dtype: 'f32', data, shape, strides: rowMajorStrides(shape), offset: 0, ...more })

const f32 = (...values: number[]): Strided => view(Float32Array.from(values), [values.length])

const viewOf = (value: object) =>
  value instanceof Strided ? { ...value, storage: value.data.buffer, elements: () => value.data } : undefined

const bytesOf = (value: unknown): Uint8Array => {
  const { entries, metadata } = packObject(value, viewOf)
  return writeSafetensors(entries, metadata)
}

const reloaded = (value: unknown): unknown =>
  unpackObject(openSafetensors(bytesOf(value)), (restored) => new Strided(restored))

const entriesOf = (value: unknown): Record<string, readonly number[]> =>
  Object.fromEntries([...openSafetensors(bytesOf(value)).entries].map(([name, { shape }]) => [name, shape]))

const withText = (text: string): unknown =>
  unpackObject(
    openSafetensors(
      writeSafetensors(
        new Map([['x', { dtype: 'f32', shape: [2], data: Float32Array.of(1, 2) }]]),
        new Map([['heddle.object', text]]),
      ),
    ),
    (restored) => new Strided(restored),
  )

describe('packed object: plain data come back', () => {
  test.each<[string, unknown]>([
    ['null', null],
    ['undefined', undefined],
    ['numbers', [0, -0, 1.5, 5e-324, 1.7976931348623157e308, Number.NaN, 1 / 0, -1 / 0, 2 ** 53]],
    ['integers', [0n, -1n, 2n ** 64n, -(10n ** 999n)]],
    ['strings', ['', 'NaN', '["NaN"]', '\ud800', '\u0000 " \\ \u{1f642}']],
    ['booleans', [true, false]],
    ['objects', { a: 1, nested: { b: [], c: {} } }],
    [
      'maps in their order',
      new Map<unknown, unknown>([
        ['b', 1],
        ['a', 2],
        [0, 3],
        ['0', 4],
        [0n, 5],
        [null, 6],
      ]),
    ],
    ['maps with containers as keys', new Map([[['key'], ['value']]])],
    [
      'an object with the keys of objects',
      JSON.parse('{"__proto__": {"polluted": 1}, "constructor": 2, "toString": 3}'),
    ],
  ])('%s', (_, value) => {
    expect(reloaded(value)).toStrictEqual(value)
    if (value instanceof Map) expect([...(reloaded(value) as typeof value)]).toStrictEqual([...value])
  })

  test('no prototype changes', () => {
    const loaded = reloaded(JSON.parse('{"__proto__": {"polluted": 1}}'))

    expect(Object.getPrototypeOf(loaded)).toBe(Object.prototype)
    expect(Object.hasOwn(loaded as object, '__proto__')).toBe(true)
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
  })

  test('what is shared stays one object, and what contains itself does too', () => {
    const shared = { lr: 0.1 }
    const list: unknown[] = [shared, shared]
    list.push(list)

    const loaded = reloaded(list) as unknown[]

    expect(loaded[0]).toBe(loaded[1])
    expect(loaded[2]).toBe(loaded)
  })

  test('200,000 levels deep', () => {
    let deep: unknown = f32(3)
    for (let k = 0; k < 200_000; k++) deep = k % 2 === 0 ? [deep] : new Map([['inner', deep]])

    let loaded = reloaded(deep)
    let levels = 0
    for (; !(loaded instanceof Strided); levels++) {
      loaded = loaded instanceof Map ? loaded.get('inner') : (loaded as unknown[])[0]
    }

    expect(levels).toBe(200_000)
    expect(loaded.at([0])).toBe(3)
  })
})

describe('packed object: tensors', () => {
  test('are entries named by where they lie, which a state dict keeps', () => {
    const state = new Map([
      ['linear.weight', view(Float32Array.of(1, 2, 3, 4), [2, 2])],
      ['linear.bias', f32(5)],
    ])

    expect(entriesOf(state)).toEqual({ 'linear.weight': [2, 2], 'linear.bias': [1] })
    expect(entriesOf({ model: state, best: [1, f32(1, 2)] })).toEqual({
      'model.linear.weight': [2, 2],
      'model.linear.bias': [1],
      'best.1': [2],
    })
    expect(entriesOf(f32(1))).toEqual({ tensor: [1] })
    expect(entriesOf({ 'a.b': f32(1), a: { b: f32(1, 2) }, 'a.b#2': f32(1, 2, 3) })).toEqual({
      'a.b': [1],
      'a.b#2': [3],
      'a.b#3': [2],
    })
    expect(entriesOf({ ['__metadata__']: f32(1) })).toEqual({ '__metadata__#2': [1] })
  })

  test('a tensor found twice is stored once and is one again', () => {
    const weight = f32(1, 2)

    const loaded = reloaded({ encoder: weight, decoder: weight }) as Record<string, unknown>

    expect(entriesOf({ encoder: weight, decoder: weight })).toEqual({ encoder: [2] })
    expect(loaded['encoder']).toBe(loaded['decoder'])
  })

  test('views of one memory are stored once and share it again', () => {
    const data = Float32Array.of(0, 1, 2, 3, 4, 5, 6, 7)
    const rows = view(data, [2, 3], { offset: 1 })
    const transposed = view(data, [3, 2], { offset: 1, strides: [1, 3] })
    const last = view(data, [], { offset: 6, strides: [] })

    const [first, second, third] = reloaded([transposed, rows, last]) as [Strided, Strided, Strided]

    expect(entriesOf([transposed, rows, last])).toEqual({ 0: [2, 3] })
    expect(first.data).toBe(second.data)
    expect(third.data).toBe(second.data)
    expect(first).toMatchObject({ shape: [3, 2], strides: [1, 3], offset: 0 })
    expect([first.at([2, 1]), second.at([1, 2]), third.at([])]).toEqual([6, 6, 6])
  })

  test('of a large memory only what is shown is stored; expanded and strided views keep their strides', () => {
    const data = Float32Array.from({ length: 1000 }, (_, k) => k)
    const slice = view(data, [2], { offset: 500 })
    const expanded = view(Float32Array.of(7, 8), [5], { offset: 1, strides: [0] })
    const every = view(Float32Array.of(0, 1, 2, 3, 4, 5), [3], { strides: [2] })

    const [a, b, c] = reloaded([slice, expanded, every]) as [Strided, Strided, Strided]

    expect(entriesOf([slice, expanded, every])).toEqual({ 0: [2], 1: [1], 2: [5] })
    expect(a).toMatchObject({ offset: 0, strides: [1] })
    expect(a.data).toEqual(Float32Array.of(500, 501))
    expect(b).toMatchObject({ shape: [5], strides: [0], offset: 0 })
    expect([c.strides, c.at([2])]).toEqual([[2], 4])
  })

  test('scalars, empty tensors, every shape with extents of 1, and tags', () => {
    const scalar = view(Float32Array.of(3), [], { tags: ['parameter', 'requiresGrad'] })
    const empty = view(new Float32Array(4), [0, 3], { offset: 2 })
    const column = view(Float32Array.of(1, 2), [2, 1], { strides: [1, 17] })

    const loaded = reloaded({ scalar, empty, column }) as Record<string, Strided>

    expect(loaded['scalar']).toMatchObject({ shape: [], tags: ['parameter', 'requiresGrad'] })
    expect(loaded['empty']).toMatchObject({ shape: [0, 3], offset: 0 })
    expect(loaded['column']).toMatchObject({ shape: [2, 1], strides: [1, 1] })
    expect(entriesOf({ column })).toEqual({ column: [2, 1] })
  })

  test('a file of another program is a map of its tensors', () => {
    const entries = new Map([['w', { dtype: 'f32', shape: [2, 1], data: Float32Array.of(1, 2) } as const]])
    const file = openSafetensors(writeSafetensors(entries, new Map([['format', 'pt']])))

    const loaded = unpackObject(file, (restored) => new Strided(restored))

    expect(loaded).toEqual(new Map([['w', view(Float32Array.of(1, 2), [2, 1])]]))
  })
})

describe('packed object: what cannot be saved is told with its place', () => {
  test.each<[string, unknown]>([
    ["a function at 'model.act'", { model: new Map([['act', () => 1]]) }],
    ["a symbol at '0'", [Symbol('x')]],
    ['an instance of Set', new Set([1])],
    ["an instance of Date at 'at.0'", { at: [new Date(0)] }],
    ['an object with symbols as keys', { [Symbol('x')]: 1 }],
    ['an instance of Float32Array', Float32Array.of(1)],
    ['an integer of more than 1000 digits', 10n ** 1000n],
  ])('%s', (what, value) => {
    expect(() => bytesOf(value)).toThrow(
      expect.objectContaining({
        code: 'TORCH_SAVE_VALUE',
        name: 'TypeError',
        message: expect.stringContaining(`cannot save ${what}`),
      }),
    )
  })
})

describe('packed object: damaged descriptions are errors', () => {
  const rows = (...each: unknown[]): string => JSON.stringify({ version: 1, root: [0], rows: each })

  test.each<[string, string]>([
    ['no JSON', '{'],
    ['too deep', '['.repeat(1e6)],
    ['no object', '[]'],
    ['no rows', '{"version":1,"root":1}'],
    ['a version that is not known', '{"version":2,"root":1,"rows":[]}'],
    ['no root', '{"version":1,"rows":[]}'],
    ['a row that is not there', '{"version":1,"root":[0],"rows":[]}'],
    ['a row before the first', '{"version":1,"root":[-1],"rows":[["list"]]}'],
    ['a row that is no list', rows(1)],
    ['a kind that is not known', rows(['set', 1])],
    ['an infinite number', '{"version":1,"root":1e999,"rows":[]}'],
    ['an item that is an object', rows(['list', {}])],
    ['a word that is not known', rows(['list', ['nan']])],
    ['an integer that is none', rows(['list', ['0x10n']])],
    ['an integer of a million digits', rows(['list', [`1${'0'.repeat(1e6)}n`]])],
    ['a key without a value', rows(['map', 1])],
    ['a key that is no string', rows(['object', 1, 1])],
    ['a key twice', rows(['object', 'a', 1, 'a', 2])],
    ['a row twice as a key', rows(['map', [1], 1, [1], 2], ['list'])],
    ['a tensor that is not there', rows(['leaf', 'y', ''])],
    ['a tensor without a name', rows(['leaf'])],
    ['a tensor without tags', rows(['leaf', 'x'])],
    ['a tensor whose name is a number', rows(['leaf', 1, ''])],
    ['a field that is null', rows(['leaf', 'x', null])],
    ['a view without strides', rows(['leaf', 'x', '', 0, 1])],
    ['a view before its memory', rows(['leaf', 'x', '', -1, 1, 1])],
    ['a view with a fraction', rows(['leaf', 'x', '', 0.5, 1, 1])],
    ['a view beyond its memory', rows(['leaf', 'x', '', 1, 2, 1])],
    ['a view of more elements than are numbers', rows(['leaf', 'x', '', 0, 2 ** 50, 2 ** 50, 0, 0])],
  ])('%s', (_, text) => {
    expect(() => withText(text)).toThrow(expect.objectContaining({ code: 'TORCH_FILE_OBJECT' }))
  })

  test('a view that lies in its memory is read', () => {
    expect(withText(rows(['leaf', 'x', '', 1, 1, 1]))).toMatchObject({ offset: 1, shape: [1] })
    expect(withText(rows(['leaf', 'x', '', 5, 0, 1]))).toMatchObject({ shape: [0] })
  })
})

test('packed object: equal objects give equal bytes', () => {
  const make = () => ({
    state: new Map([[0, { step: 3, exp: f32(1, 2) }]]),
    groups: [{ lr: 1e-3, params: [0] }],
  })

  expect(bytesOf(make())).toEqual(bytesOf(make()))
})
