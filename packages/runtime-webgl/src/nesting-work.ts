// Steps that hold plans, on this device. The order of runs is `runNesting`'s; here is what a piece of memory is: a texture, or none
// for an array without elements. Part of a texture cannot be bound, so rows go through textures of their own.
import {
  buffersOf,
  type NestedPlan,
  type NestingHost,
  type NestingStep,
  type Plan,
  type PlanBuffer,
  plansIn,
  runNesting,
} from '@heddle/core'
import type { Device } from './device.ts'
import type { Ordinals } from './ordinals.ts'
import { formatOf, shapeKey } from './storage.ts'
import type { GpuTexture } from './textures.ts'

export type Piece = GpuTexture | undefined

/** A plan inside that is ready to run. */
export interface RecordedPlan extends NestedPlan<Piece> {
  release(): void
}

export interface NestingWork {
  /** Pieces of the step's arguments but the workspace. */
  run(args: readonly Piece[]): void
  release(): void
}

/** `record` makes the plans inside; `around` says which scratch textures are in use outside of them. */
export function recordNesting(
  step: NestingStep,
  device: Device,
  around: Ordinals,
  record: (plan: Plan, around: Ordinals) => RecordedPlan,
): NestingWork {
  const { scratch, copier, readback } = device
  const ordinals = around.fork()
  const own: GpuTexture[] = []
  const take = ({ dtype, size }: Pick<PlanBuffer, 'dtype' | 'size'>): GpuTexture => {
    const format = formatOf(dtype)
    const texture = scratch.take(format, size, ordinals.take(shapeKey(format, size)))
    own.push(texture)
    return texture
  }
  const rows = new Map(rowBuffers(step).map((row) => [row, take(row)]))
  const position = readsPosition(step) ? take({ dtype: 'i32', size: 1 }) : undefined
  const nested = new Map(plansIn(step).map((plan) => [plan, record(plan, ordinals)]))

  const copy = (
    source: Piece,
    target: Piece,
    from: number,
    to: number,
    count: number,
    size: number,
  ): void => {
    if (source !== undefined && target !== undefined && count > 0)
      copier.copy(source, target, { from, to, count, size })
  }
  const lengthOf = (row: PlanBuffer): number => (step.kind === 'loop' ? step.length * row.size : row.size)
  const host: NestingHost<Piece> = {
    nested: (plan) => nested.get(plan)!,
    position: (at) => {
      if (position !== undefined) copier.setInteger(position, at)
      return position
    },
    rowToRead: (array, row, at) => {
      const texture = rows.get(row)
      copy(array, texture, at * row.size, 0, row.size, row.size)
      return texture
    },
    rowToWrite: (_, row) => rows.get(row),
    storeRow: (array, row, at) => copy(rows.get(row), array, 0, at * row.size, row.size, lengthOf(row)),
    isTrue: (flag) => flag !== undefined && readback.now(flag, 'bool', 1)[0] === 1,
    copy: (from, to, { size }) => copy(from, to, 0, 0, size, size),
  }
  return {
    run: (args) => runNesting(step, args, host),
    release: () => {
      for (const texture of own) scratch.release(texture)
      for (const plan of nested.values()) plan.release()
    },
  }
}

/** The body's buffers of rows: those read from sequences and those written to stacks. */
function rowBuffers(step: NestingStep): readonly PlanBuffer[] {
  if (step.kind !== 'loop') return []
  const { carries, sequences, body } = step
  return [
    ...buffersOf(body, 'inputs').slice(1 + carries, 1 + carries + sequences),
    ...buffersOf(body, 'outputs').slice(carries),
  ]
}

function readsPosition(step: NestingStep): boolean {
  const [position] = step.kind === 'loop' ? buffersOf(step.body, 'inputs') : []
  return position !== undefined && position.lastStep >= 0
}
