// Types of arrays, each made once: a dtype with a shape is one object, compared by identity and numbered, so that looking up what
// was recorded before compares small numbers. A type that was not used for long may be made anew: what was recorded for it is then
// not found again, and nothing else.
import { type DType, mixHash, sizeOf } from '@heddle/core'
import { BoundedTable } from './bounded-table.ts'

export interface ArrayType {
  readonly id: number
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly size: number
}

const known = new BoundedTable<ArrayType[]>(1 << 15)
const dtypeNumbers = new Map<DType, number>()
let count = 0

/** The one object for a dtype and a shape. */
export function arrayType(dtype: DType, shape: readonly number[]): ArrayType {
  let hash = dtypeNumbers.get(dtype)
  if (hash === undefined) {
    hash = 0x1000 + dtypeNumbers.size
    dtypeNumbers.set(dtype, hash)
  }
  for (let axis = 0; axis < shape.length; axis++) hash = mixHash(hash, shape[axis] as number)
  const candidates = known.get(hash)
  if (candidates !== undefined) {
    for (const each of candidates) if (each.dtype === dtype && sameSizes(each.shape, shape)) return each
  }
  const made = { id: count++, dtype, shape: Object.freeze([...shape]), size: sizeOf(shape) }
  if (candidates === undefined) known.set(hash, [made])
  else candidates.push(made)
  return made
}

export function sameSizes(x: readonly number[], y: readonly number[]): boolean {
  if (x.length !== y.length) return false
  for (let axis = 0; axis < x.length; axis++) if (x[axis] !== y[axis]) return false
  return true
}
