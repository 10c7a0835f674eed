// Values that schedules take for all groups at once, or for each.
import { invalidOption, type TorchError } from '../../errors.ts'
import type { Optimizer } from '../optimizer.ts'
import type { ScheduledGroup } from './scheduler.ts'

export type PerGroup = number | readonly number[]

/** One value a group. */
export function perGroup(name: string, { paramGroups }: Optimizer, value: PerGroup): readonly number[] {
  if (typeof value === 'number') return new Array<number>(paramGroups.length).fill(value)
  if (value.length !== paramGroups.length) {
    throw invalidOption(`expected ${paramGroups.length} values for ${name}, got ${value.length}`)
  }
  return value
}

/** The groups of an optimiser, as schedules see them. */
export const groupsOf = ({ paramGroups }: Optimizer): readonly ScheduledGroup[] =>
  paramGroups as readonly ScheduledGroup[]

export const noMomentum = (): TorchError =>
  invalidOption('optimizer must support momentum with `cycle_momentum` option enabled')
