// A saved object as a safetensors file: tensors are its entries, named by where they lie in the object (`model.0.weight`), so that
// other readers of the format find them; all else is a table of plain data in its metadata. Memory that tensors share is stored
// once, and shared again by those that are restored; only what views show of it is stored.
import { type DType, rowMajorStrides, sizeOf, type TypedArray } from '@heddle/core'
import { METADATA_KEY } from './header-scanner.ts'
import { type LeafRow, type PlainTable, type Row, restore, tabulate } from './plain-data.ts'
import { fileObject, type LeafFields, parseTable, tableText } from './plain-text.ts'
import type { EntryInfo, SafetensorsEntry, SafetensorsFile } from './safetensors.ts'

/** How elements of memory make a tensor. Strides and offset count elements, and are not negative. */
export interface ViewGeometry {
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly strides: readonly number[]
  readonly offset: number
  /** What else the tensor is (`requiresGrad`, `parameter`): words without spaces. */
  readonly tags?: readonly string[]
}

/** A tensor to save. */
export interface SavedView extends ViewGeometry {
  /** The memory: one object for all views of it, which have its dtype. */
  readonly storage: object
  /** The elements of the memory. */
  readonly elements: () => TypedArray
}

/** A tensor to make: its memory is one array for all views of it. */
export interface RestoredView extends ViewGeometry {
  readonly data: TypedArray
  readonly tags: readonly string[]
}

/** What `writeSafetensors` takes. */
export interface PackedObject {
  readonly entries: ReadonlyMap<string, SafetensorsEntry>
  readonly metadata: ReadonlyMap<string, string>
}

const OBJECT_KEY = 'heddle.object'

/**
 * The file of an object. `viewOf` tells tensors from other values.
 * - Throws `TORCH_SAVE_VALUE` for what is neither plain data nor a tensor.
 */
export function packObject(value: unknown, viewOf: (value: object) => SavedView | undefined): PackedObject {
  const table = tabulate(value, viewOf)
  const memories = new Map<object, LeafRow<SavedView>[]>()
  for (const row of table.rows) {
    if (row.kind !== 'leaf') continue
    const views = memories.get(row.leaf.storage) ?? []
    views.push(row)
    memories.set(row.leaf.storage, views)
  }

  const nameOf = names()
  const entries = new Map<string, SafetensorsEntry>()
  const fields = new Map<SavedView, LeafFields>()
  for (const views of memories.values()) {
    const name = nameOf(views[0]?.path ?? [])
    const { entry, start } = storedMemory(views.map(({ leaf }) => leaf))
    entries.set(name, entry)
    for (const { leaf } of views) fields.set(leaf, fieldsOf(name, leaf, entry, start))
  }
  const text = tableText(withLeaves(table, (leaf) => fields.get(leaf) ?? []))
  return { entries, metadata: new Map([[OBJECT_KEY, text]]) }
}

/**
 * The object of a file. A file that does not come from here is a map of its entries.
 * - Throws `TORCH_FILE_OBJECT` for a damaged description, and what reading entries throws.
 */
export function unpackObject(file: SafetensorsFile, tensorOf: (view: RestoredView) => unknown): unknown {
  const memories = new Map<string, TypedArray>()
  const tensor = (name: string, geometry: Omit<RestoredView, 'data'>): unknown => {
    const data = memories.get(name) ?? file.read(name).data
    memories.set(name, data)
    return tensorOf({ ...geometry, data })
  }

  const text = file.metadata.get(OBJECT_KEY)
  if (text === undefined) {
    return new Map([...file.entries].map(([name, entry]) => [name, tensor(name, wholeOf(entry, []))]))
  }
  return restore(parseTable(text), (leaf) => {
    const [name] = leaf
    const entry = typeof name === 'string' ? file.entries.get(name) : undefined
    if (typeof name !== 'string' || !entry) throw fileObject(`there is no tensor '${name}'`)
    return tensor(name, geometryOf(leaf, entry))
  })
}

interface StoredMemory {
  readonly entry: SafetensorsEntry
  /** Where the entry begins in the memory. */
  readonly start: number
}

/** What views show of their memory, in the shape of one that shows all of it in order, else flat. */
function storedMemory(views: readonly SavedView[]): StoredMemory {
  let start = Number.POSITIVE_INFINITY
  let end = 0
  for (const view of views) {
    if (sizeOf(view.shape) === 0) continue
    start = Math.min(start, view.offset)
    end = Math.max(end, endOf(view))
  }
  if (end === 0) start = 0
  const whole = views.find(
    (view) => view.offset === start && isContiguous(view) && sizeOf(view.shape) === end - start,
  )
  const [{ dtype, elements }] = views as [SavedView]
  const data = elements().subarray(start, end)
  return { start, entry: { dtype, shape: whole?.shape ?? [end - start], data } }
}

/** Behind the last element a view shows. */
const endOf = ({ shape, strides, offset }: ViewGeometry): number =>
  shape.reduce((last, dim, axis) => last + (dim - 1) * (strides[axis] ?? 0), offset) + 1

/** Strides of axes with one position do not matter. */
function isContiguous({ shape, strides }: ViewGeometry): boolean {
  const wanted = rowMajorStrides(shape)
  return sizeOf(shape) === 0 || shape.every((dim, axis) => dim === 1 || strides[axis] === wanted[axis])
}

/** `[name, tags]` of a view that is the entry as it is, else `[name, tags, offset, ...shape, ...strides]`. */
function fieldsOf(name: string, view: SavedView, entry: SafetensorsEntry, start: number): LeafFields {
  const tags = (view.tags ?? []).join(' ')
  const isEmpty = sizeOf(view.shape) === 0
  const isSameShape = view.shape.join() === entry.shape.join()
  const isWhole = isSameShape && isContiguous(view) && (isEmpty || view.offset === start)
  if (isWhole) return [name, tags]
  return [name, tags, isEmpty ? 0 : view.offset - start, ...view.shape, ...view.strides]
}

/** A view of an entry, whose elements all lie in it. */
function geometryOf(fields: LeafFields, entry: EntryInfo): Omit<RestoredView, 'data'> {
  const [, tagText, ...numbers] = fields
  if (typeof tagText !== 'string') throw fileObject('a tensor has no tags')
  const tags = tagText === '' ? [] : tagText.split(' ')
  if (numbers.length === 0) return wholeOf(entry, tags)

  const isCount = (value: string | number): value is number =>
    Number.isSafeInteger(value) && Number(value) >= 0
  if (numbers.length % 2 === 0 || !numbers.every(isCount))
    throw fileObject('the view of a tensor is incomplete')
  const [offset = 0, ...dims] = numbers
  const rank = dims.length / 2
  const view = { dtype: entry.dtype, offset, shape: dims.slice(0, rank), strides: dims.slice(rank), tags }
  const size = view.shape.includes(0) ? 0 : sizeOf(view.shape)
  if (!Number.isSafeInteger(size) || (size > 0 && endOf(view) > sizeOf(entry.shape))) {
    throw fileObject('the view of a tensor goes beyond its memory')
  }
  return view
}

const wholeOf = ({ dtype, shape }: EntryInfo, tags: readonly string[]): Omit<RestoredView, 'data'> => ({
  dtype,
  shape,
  strides: rowMajorStrides(shape),
  offset: 0,
  tags,
})

/** Names tensors by where they were found, with a number if that is taken. */
function names(): (path: readonly string[]) => string {
  const taken = new Set([METADATA_KEY])
  const used = new Map<string, number>()
  return (path) => {
    const base = path.join('.').toWellFormed() || 'tensor'
    let count = used.get(base) ?? 1
    let name = count === 1 ? base : `${base}#${count}`
    while (taken.has(name)) name = `${base}#${++count}`
    used.set(base, count + 1)
    taken.add(name)
    return name
  }
}

const withLeaves = <From, To>(table: PlainTable<From>, leafOf: (leaf: From) => To): PlainTable<To> => ({
  root: table.root,
  rows: table.rows.map((row): Row<To> => (row.kind === 'leaf' ? { ...row, leaf: leafOf(row.leaf) } : row)),
})
