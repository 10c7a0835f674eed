// Elements in memory and values in locals. A dtype that is only stored is in a local what it computes as; loads of f16 and bf16
// decode, stores encode, and casts to stored dtypes round or wrap, by the functions core gives for it.
import { type DType, storedFloats } from '@heddle/core'
import type { MemoryInstruction } from '../instructions.ts'
import type { NodeId } from './graph.ts'
import { sharedFunction } from './math.ts'
import { type EmitContext, scalarType } from './scalar-ops.ts'

const loads: Readonly<Partial<Record<DType, MemoryInstruction>>> = {
  f16: 'i32.load16_u',
  bf16: 'i32.load16_u',
  i16: 'i32.load16_s',
  i8: 'i32.load8_s',
  u8: 'i32.load8_u',
  bool: 'i32.load8_u',
}

const stores: Readonly<Partial<Record<DType, MemoryInstruction>>> = {
  f16: 'i32.store16',
  bf16: 'i32.store16',
  i16: 'i32.store16',
  i8: 'i32.store8',
  u8: 'i32.store8',
  bool: 'i32.store8',
}

/** The instruction that loads one element as it is stored. */
export const loadInstruction = (dtype: DType): MemoryInstruction =>
  loads[dtype] ?? `${scalarType[dtype]}.load`

/** The instruction that stores one element, given as `encoded` gives it. */
export const storeInstruction = (dtype: DType): MemoryInstruction =>
  stores[dtype] ?? `${scalarType[dtype]}.store`

/** The value of a loaded element. */
export function decoded(context: EmitContext, dtype: DType, element: NodeId): NodeId {
  const { graph } = context
  if (dtype !== 'f16' && dtype !== 'bf16') return element
  const bits = graph.plain('f32.reinterpret_i32', element)
  return graph.call(sharedFunction(context, storedFloats[dtype].fromBits), 'f32', [bits])
}

/** The element to be stored for a value. */
export function encoded(context: EmitContext, dtype: DType, value: NodeId): NodeId {
  const { graph } = context
  if (dtype !== 'f16' && dtype !== 'bf16') return value
  const bits = graph.call(sharedFunction(context, storedFloats[dtype].toBits), 'f32', [value])
  return graph.plain('i32.reinterpret_f32', bits)
}

/** A value of what a dtype computes as, rounded or wrapped to the dtype; `undefined` if the dtype computes itself. */
export function narrowed(context: EmitContext, dtype: DType, value: NodeId): NodeId | undefined {
  const { graph } = context
  switch (dtype) {
    case 'f16':
    case 'bf16':
      return graph.call(sharedFunction(context, storedFloats[dtype].round), 'f32', [value])
    case 'i16':
      return graph.plain('i32.extend16_s', value)
    case 'i8':
      return graph.plain('i32.extend8_s', value)
    case 'u8':
      return graph.plain('i32.and', value, graph.constant('i32', 0xff))
    default:
      return undefined
  }
}

/** The bits of a value of one stored dtype as a value of another. */
export function sameBits(context: EmitContext, from: DType, to: DType, value: NodeId): NodeId {
  const element = encoded(context, from, value)
  return to === 'f16' || to === 'bf16'
    ? decoded(context, to, element)
    : (narrowed(context, to, element) ?? element)
}
