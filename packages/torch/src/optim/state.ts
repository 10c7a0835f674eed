// What an optimiser remembers, as data: by the number of the parameter, in both directions.
import type { DType as CoreDType } from '@heddle/core'
import { float32 } from '../dtypes.ts'
import { cellOfData } from '../engine/cell.ts'
import { cpu } from '../engine/device.ts'
import { notePersistent } from '../engine/evaluate.ts'
import { fullLike, tensorOfData } from '../ops/creation.ts'
import { Tensor } from '../tensor/tensor.ts'

/** Tensors and numbers by name. */
export type ParamState = Record<string, unknown>

/** What is remembered of each parameter. */
export class ParamStates extends Map<Tensor, ParamState> {
  /** That of one, to be read and written; empty before its first step. */
  at<S extends object = ParamState>(param: Tensor): S {
    let held = this.get(param)
    if (held === undefined) {
      held = {}
      this.set(param, held)
    }
    return held as S
  }
}

export interface OptimizerStateDict {
  readonly state: ReadonlyMap<number, ParamState> | Readonly<Record<string, ParamState>>
  readonly paramGroups: readonly PackedGroup[]
}

/** Options of a group, and the numbers of its parameters. */
export type PackedGroup = { readonly [option: string]: unknown } & { readonly params: readonly number[] }

export function packGroups(groups: readonly ({ readonly params: readonly Tensor[] } & object)[]): {
  readonly groups: readonly PackedGroup[]
  readonly numbers: ReadonlyMap<Tensor, number>
} {
  const numbers = new Map<Tensor, number>()
  let next = 0
  const packed = groups.map((group) => {
    group.params.forEach((param, k) => {
      if (!numbers.has(param)) numbers.set(param, next + k)
    })
    next += group.params.length
    return { ...group, params: group.params.map((param) => numbers.get(param) as number) }
  })
  return { groups: packed, numbers }
}

export const statesOf = (state: OptimizerStateDict['state']): ReadonlyMap<number, ParamState> =>
  state instanceof Map
    ? state
    : new Map(Object.entries(state).map(([key, held]) => [Number(key), held as ParamState]))

/** A copy for a parameter: tensors in its dtype and where it is, but for counts of steps. */
export function castState(param: Tensor, state: ParamState): ParamState {
  const cast = (value: unknown, key: string): unknown => {
    if (value instanceof Tensor) {
      const copy = value.detach().clone()
      notePersistent(copy.memory)
      return key === 'step' ? copy : copy.to(param.dtype).to(param.device)
    }
    return Array.isArray(value) ? value.map((each) => cast(each, key)) : value
  }
  return Object.fromEntries(Object.entries(state).map(([key, value]) => [key, cast(value, key)]))
}

/** State of the shape of a parameter. */
export const filledLike = (param: Tensor, value = 0): Tensor => fullLike(param.detach(), value)

/** A number that is remembered as a tensor: counts, and what the next step's numbers follow from. It is float32. */
export const scalarState = (value: number): Tensor => tensorOfData(float32, [], Float32Array.of(value))

/** Remembers another number; gives it back as it was rounded. */
export function setScalar(state: ParamState, key: string, value: number): number {
  const held = state[key]
  const rounded = Math.fround(value)
  if (held instanceof Tensor) held.write(scalarCell(rounded))
  else state[key] = scalarState(rounded)
  return rounded
}

const dtype: CoreDType = 'f32'
const scalarCell = (value: number) => cellOfData(cpu, dtype, [], Float32Array.of(value))

/** A number that is remembered, as a tensor or as it is. */
export function scalarOf(state: ParamState, key: string): number {
  const held = state[key]
  return held instanceof Tensor ? held.item() : Number(held ?? 0)
}

/** One more step; gives the count. */
export const countStep = (state: ParamState): number => setScalar(state, 'step', scalarOf(state, 'step') + 1)
