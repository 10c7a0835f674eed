// The text of a table of plain data: JSON whose nesting is fixed, `{"version":1,"root":item,"rows":[[kind, item, ...], ...]}`. What
// JSON has no word for is a list of one: `[3]` is row 3; `["NaN"]`, `["-Infinity"]`, `["undefined"]` and `["12n"]` are values.
// Equal tables have equal texts, and what is read is a table or an error with a code.
import { TorchError } from '../errors.ts'
import {
  type ContainerRow,
  type Item,
  isReference,
  MAX_DIGITS,
  notPlain,
  type PlainTable,
  type Row,
} from './plain-data.ts'

/** What the text holds of a leaf: strings and numbers, for the caller to understand. */
export type LeafFields = readonly (string | number)[]

const VERSION = 1
const named: ReadonlyMap<string, Item> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['undefined', undefined],
])

/** - Throws `TORCH_SAVE_VALUE` for integers of more than 1000 digits. */
export function tableText({ root, rows }: PlainTable<LeafFields>): string {
  const lines = rows.map((row) =>
    row.kind === 'leaf'
      ? ['"leaf"', ...row.leaf.map(itemText)]
      : [`"${row.kind}"`, ...row.items.map(itemText)],
  )
  return `{"version":${VERSION},"root":${itemText(root)},"rows":[${lines.map((line) => `[${line.join()}]`).join()}]}`
}

/** - Throws `TORCH_FILE_OBJECT` for anything else than what `tableText` writes. */
export function parseTable(text: string): PlainTable<LeafFields> {
  const parsed = parseJson(text)
  if (!isRecord(parsed)) throw fileObject('it is no object')
  const { version, root, rows } = parsed
  if (version !== VERSION) throw fileObject(`version ${String(version)} is not known`)
  if (!Array.isArray(rows)) throw fileObject('it has no rows')
  return { root: itemOf(root, rows.length), rows: rows.map((row) => parseRow(row, rows.length)) }
}

function itemText(item: Item): string {
  if (isReference(item)) return `[${item.row}]`
  if (typeof item === 'bigint') return bigintText(item)
  if (item === undefined || (typeof item === 'number' && !Number.isFinite(item))) return `["${item}"]`
  return Object.is(item, -0) ? '-0' : JSON.stringify(item)
}

function bigintText(value: bigint): string {
  const digits = value.toString()
  if (digits.replace('-', '').length > MAX_DIGITS) throw notPlain(value, [])
  return `["${digits}n"]`
}

/** Rows and items lie in lists of lists: nesting is 4 deep. Other engines than V8 recurse, and end with a RangeError. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) throw fileObject('it is no JSON')
    throw error
  }
}

function parseRow(row: unknown, count: number): Row<LeafFields> {
  if (!Array.isArray(row)) throw fileObject('a row is no list')
  const [kind, ...values]: unknown[] = row
  if (kind === 'leaf') return { kind, leaf: values.map(fieldOf), path: [] }
  if (kind !== 'list' && kind !== 'map' && kind !== 'object')
    throw fileObject('the kind of a row is not known')
  const items = values.map((value) => itemOf(value, count))
  if (kind !== 'list') checkKeys(kind, items)
  return { kind, items }
}

function checkKeys(kind: ContainerRow['kind'], items: readonly Item[]): void {
  if (items.length % 2 !== 0) throw fileObject('a key has no value')
  const keys = items.filter((_, k) => k % 2 === 0)
  if (kind === 'object' && !keys.every((key) => typeof key === 'string')) {
    throw fileObject('the key of an object is no string')
  }
  const references = keys.filter(isReference).map(({ row }) => row)
  const values = keys.filter((key) => !isReference(key))
  const different = new Set(references).size + new Set(values).size
  if (different !== keys.length) throw fileObject('a key stands twice')
}

function itemOf(value: unknown, count: number): Item {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  const [inner]: unknown[] = Array.isArray(value) && value.length === 1 ? value : []
  if (typeof inner === 'number' && Number.isInteger(inner) && inner >= 0 && inner < count)
    return { row: inner }
  if (typeof inner === 'string') {
    if (named.has(inner)) return named.get(inner)
    if (inner.length <= MAX_DIGITS + 2 && /^(?:0|-?[1-9]\d*)n$/.test(inner)) return BigInt(inner.slice(0, -1))
  }
  throw fileObject('an item is neither a value nor the number of a row')
}

function fieldOf(value: unknown): string | number {
  if (typeof value === 'string' || typeof value === 'number') return value
  throw fileObject('a field of a leaf is neither a string nor a number')
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const fileObject = (problem: string): TorchError =>
  new TorchError(
    'RuntimeError',
    'TORCH_FILE_OBJECT',
    `the file's description of the saved object is damaged: ${problem}`,
    { problem },
  )
