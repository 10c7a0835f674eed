// Hash and equality of plain data (attributes, types, keys): numbers by their bits, so that -0, 0 and NaN are three values;
// typed arrays by kind and contents; regions node by node. A hash only finds candidates; `structurallyEqual` decides.
import { isRegion, type Region, regionNodes, regionPositions } from './region.ts'
import type { Value } from './value.ts'

const float = new Float64Array(1)
const bits = new Int32Array(float.buffer)

export const mixHash = (hash: number, part: number): number => {
  const mixed = Math.imul(hash ^ part, 0x9e3779b1)
  return mixed ^ (mixed >>> 15)
}

export function hashNumber(value: number): number {
  if ((value | 0) === value && !Object.is(value, -0)) return value
  float[0] = Number.isNaN(value) ? Number.NaN : value
  return mixHash(bits[0] ?? 0, bits[1] ?? 0)
}

export function hashString(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash
}

/** Hash of plain data: primitives, arrays, typed arrays, records (keys in any order). Nesting is that of attributes: shallow. */
export function structuralHash(data: unknown): number {
  switch (typeof data) {
    case 'number':
      return hashNumber(data)
    case 'string':
      return hashString(data)
    case 'boolean':
      return data ? 0x51ed270b : 0x2545f491
    case 'undefined':
      return 0x6b43a9b5
    case 'bigint':
      return hashString(`${data}n`)
    case 'object': {
      if (data === null) return 0x1b873593
      if (ArrayBuffer.isView(data)) return hashBytes(data)
      if (Array.isArray(data))
        return data.reduce<number>((hash, item) => mixHash(hash, structuralHash(item)), data.length)
      if (isRegion(data)) return hashRegion(data)
      let sum = 0x27d4eb2f
      const fields = data as Readonly<Record<string, unknown>>
      for (const key of Object.keys(fields)) sum += mixHash(hashString(key), structuralHash(fields[key]))
      return sum | 0
    }
    default:
      throw new TypeError(`a ${typeof data} is not plain data`)
  }
}

function hashBytes(view: ArrayBufferView): number {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
  let hash = mixHash(hashString(view.constructor.name), bytes.length)
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash
}

export function structurallyEqual(x: unknown, y: unknown): boolean {
  if (Object.is(x, y)) return true
  if (typeof x !== 'object' || typeof y !== 'object' || x === null || y === null) return false
  if (ArrayBuffer.isView(x) || ArrayBuffer.isView(y)) {
    return ArrayBuffer.isView(x) && ArrayBuffer.isView(y) && bytesEqual(x, y)
  }
  if (Array.isArray(x) || Array.isArray(y)) {
    return (
      Array.isArray(x) &&
      Array.isArray(y) &&
      x.length === y.length &&
      x.every((item, k) => structurallyEqual(item, y[k]))
    )
  }
  if (isRegion(x) || isRegion(y)) return isRegion(x) && isRegion(y) && regionsEqual(x, y)
  const left = x as Readonly<Record<string, unknown>>
  const right = y as Readonly<Record<string, unknown>>
  const keys = Object.keys(left)
  if (keys.length !== Object.keys(right).length) return false
  for (const key of keys) {
    if (!Object.hasOwn(right, key) || !structurallyEqual(left[key], right[key])) return false
  }
  return true
}

function bytesEqual(x: ArrayBufferView, y: ArrayBufferView): boolean {
  if (x.constructor !== y.constructor || x.byteLength !== y.byteLength) return false
  const left = new Uint8Array(x.buffer, x.byteOffset, x.byteLength)
  const right = new Uint8Array(y.buffer, y.byteOffset, y.byteLength)
  for (let at = 0; at < left.length; at++) if (left[at] !== right[at]) return false
  return true
}

const regionHashes = new WeakMap<Region, number>()

/** Computed once a region. A region inside a region was hashed when the op it belongs to was made. */
function hashRegion(region: Region): number {
  const known = regionHashes.get(region)
  if (known !== undefined) return known
  const positions = regionPositions(region)
  let hash = mixHash(0x3c6ef372, region.inputs.length)
  for (const { op, type, inputs, attrs } of regionNodes(region)) {
    hash = mixHash(mixHash(hash, hashString(op)), structuralHash(type))
    for (const operand of inputs) hash = mixHash(hash, positions.get(operand) ?? -1)
    // Names of inputs are for people.
    if (op !== 'input') hash = mixHash(hash, structuralHash(attrs))
  }
  for (const result of region.results) hash = mixHash(hash, positions.get(result) ?? -1)
  regionHashes.set(region, hash)
  return hash
}

/** Whether two bodies are the same nodes in the same order: their builders make equal nodes one, so the order says it all. */
function regionsEqual(x: Region, y: Region): boolean {
  if (x === y) return true
  if (hashRegion(x) !== hashRegion(y)) return false
  const [left, right] = [regionNodes(x), regionNodes(y)]
  const [leftAt, rightAt] = [regionPositions(x), regionPositions(y)]
  const samePlaces = (some: readonly Value[], others: readonly Value[]): boolean =>
    some.length === others.length &&
    some.every((value, k) => leftAt.get(value) === rightAt.get(others[k] as Value))
  if (left.length !== right.length || !samePlaces(x.inputs, y.inputs) || !samePlaces(x.results, y.results))
    return false
  return left.every((node, k) => {
    const other = right[k] as Value
    return (
      node.op === other.op &&
      samePlaces(node.inputs, other.inputs) &&
      structurallyEqual(node.type, other.type) &&
      (node.op === 'input' || structurallyEqual(node.attrs, other.attrs))
    )
  })
}
