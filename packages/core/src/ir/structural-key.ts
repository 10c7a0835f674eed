// Hash and equality of plain data (attributes, types, keys): numbers by their bits, so that -0, 0 and NaN are three values;
// typed arrays by kind and contents. A hash only finds candidates; `structurallyEqual` decides.

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
