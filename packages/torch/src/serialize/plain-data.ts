// Nested plain data as a flat table and as text: a row for each list, map, object and leaf, which name each other by number. So
// nothing recurses, however deep data nest; what is shared, or contains itself, stays so; and keys are data, never properties of
// something that is parsed. Leaves are what only the caller understands: tensors.
import { TorchError } from '../errors.ts'

/** A value in a row: itself if it is no container, else the number of its row. */
export type Item = null | undefined | boolean | number | bigint | string | RowReference

export interface RowReference {
  readonly row: number
}

export type Row<Leaf> = ContainerRow | LeafRow<Leaf>

/** Of maps and objects keys and values in turn. */
export interface ContainerRow {
  readonly kind: 'list' | 'map' | 'object'
  readonly items: readonly Item[]
}

export interface LeafRow<Leaf> {
  readonly kind: 'leaf'
  readonly leaf: Leaf
  /** Where it was found first: keys, outermost first. */
  readonly path: readonly string[]
}

export interface PlainTable<Leaf> {
  readonly root: Item
  readonly rows: readonly Row<Leaf>[]
}

/** Longer integers are refused in both directions: reading them takes more than linear time. */
export const MAX_DIGITS = 1000
/** Keys of a path that are told; inner ones if there are more. */
const MAX_PATH = 32

/**
 * The table of a value.
 * - Throws `TORCH_SAVE_VALUE` for what is neither plain data nor a leaf: functions, symbols, instances of classes.
 */
export function tabulate<Leaf>(
  value: unknown,
  leafOf: (value: object) => Leaf | undefined,
): PlainTable<Leaf> {
  const numbers = new Map<unknown, number>()
  const found: Found[] = []
  const item = (inner: unknown, key: string, parent: Found | undefined): Item => {
    if (isPrimitive(inner)) return inner
    let row = numbers.get(inner)
    if (row === undefined) {
      row = found.push({ value: inner, key, parent }) - 1
      numbers.set(inner, row)
    }
    return { row }
  }

  const root = item(value, '', undefined)
  const rows: Row<Leaf>[] = []
  for (const each of found) rows.push(rowOf(each, leafOf, item))
  return { root, rows }
}

/** The value of a table. `valueFor` is asked once for each leaf. */
export function restore<Leaf>({ root, rows }: PlainTable<Leaf>, valueFor: (leaf: Leaf) => unknown): unknown {
  const values = rows.map((row) => {
    if (row.kind === 'leaf') return valueFor(row.leaf)
    if (row.kind === 'list') return []
    return row.kind === 'map' ? new Map<unknown, unknown>() : {}
  })
  const valueAt = (item: Item): unknown => (isReference(item) ? values[item.row] : item)
  rows.forEach((row, k) => {
    if (row.kind !== 'leaf') fill(values[k], row.items.map(valueAt))
  })
  return valueAt(root)
}

interface Found {
  readonly value: unknown
  readonly key: string
  readonly parent: Found | undefined
}

type Itemize = (value: unknown, key: string, parent: Found) => Item

function rowOf<Leaf>(found: Found, leafOf: (value: object) => Leaf | undefined, item: Itemize): Row<Leaf> {
  const { value } = found
  const isObject = typeof value === 'object' && value !== null
  const leaf = isObject || typeof value === 'function' ? leafOf(value) : undefined
  if (leaf !== undefined) return { kind: 'leaf', leaf, path: pathOf(found) }
  if (Array.isArray(value)) {
    return { kind: 'list', items: Array.from(value, (each, k) => item(each, String(k), found)) }
  }
  if (value instanceof Map) {
    const pair = ([key, each]: [unknown, unknown]): Item[] => {
      const name = typeof key === 'object' || typeof key === 'function' ? '' : String(key)
      return [item(key, name, found), item(each, name, found)]
    }
    return { kind: 'map', items: [...value].flatMap(pair) }
  }
  if (isObject && isPlain(value)) {
    return {
      kind: 'object',
      items: Object.entries(value).flatMap(([key, each]) => [key, item(each, key, found)]),
    }
  }
  throw notPlain(value, pathOf(found))
}

/** Plain objects have no methods of a class and no keys that text cannot hold. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  const isBare = prototype === Object.prototype || prototype === null
  return isBare && Object.getOwnPropertySymbols(value).length === 0
}

function pathOf(found: Found): string[] {
  const path: string[] = []
  for (let at: Found | undefined = found; at?.parent && path.length < MAX_PATH; at = at.parent)
    path.push(at.key)
  return path.reverse()
}

function fill(container: unknown, values: readonly unknown[]): void {
  if (Array.isArray(container)) {
    for (const value of values) container.push(value)
    return
  }
  for (let k = 0; k < values.length; k += 2) {
    const [key, value] = [values[k], values[k + 1]]
    if (container instanceof Map) container.set(key, value)
    else if (typeof container === 'object' && container !== null) {
      // Assignment to the key `__proto__` would change the prototype.
      const property = { value, writable: true, enumerable: true, configurable: true }
      Object.defineProperty(container, String(key), property)
    }
  }
}

function isPrimitive(value: unknown): value is Exclude<Item, RowReference> {
  return value === null || ['undefined', 'boolean', 'number', 'bigint', 'string'].includes(typeof value)
}

export const isReference = (item: Item): item is RowReference => typeof item === 'object' && item !== null

export const notPlain = (value: unknown, path: readonly string[]): TorchError => {
  const what = kindOf(value)
  const where = path.length === 0 ? '' : ` at '${path.join('.')}'`
  return new TorchError(
    'TypeError',
    'TORCH_SAVE_VALUE',
    `cannot save ${what}${where}: only tensors, byte arrays, numbers, strings, booleans, null, lists, maps and plain objects are saved. Of a module or an optimizer save its stateDict().`,
    { what, path },
  )
}

function kindOf(value: unknown): string {
  if (typeof value === 'bigint') return `an integer of more than ${MAX_DIGITS} digits`
  if (typeof value !== 'object' || value === null) return `a ${typeof value}`
  const { name } = value.constructor ?? {}
  return name === 'Object' ? 'an object with symbols as keys' : `an instance of ${name || 'a class'}`
}
