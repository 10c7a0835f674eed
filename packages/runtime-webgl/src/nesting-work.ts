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
import type { ElementRun } from './copier.ts'
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

  const copy = (source: Piece, target: Piece, run: ElementRun): void => {
    if (source !== undefined && target !== undefined && run.count > 0) copier.copy(source, target, run)
  }
  const rowsOf = step.kind === 'loop' ? step.length : 1
  const host: NestingHost<Piece> = {
    nested: (plan) => nested.get(plan)!,
    position: (at) => {
      if (position !== undefined) copier.setInteger(position, at)
      return position
    },
    rowToRead: (array, row, at) => {
      const { size } = row
      const texture = rows.get(row)
      copy(array, texture, { from: at * size, to: 0, count: size, size })
      return texture ?? array
    },
    rowToWrite: (array, row) => rows.get(row) ?? array,
    storeRow: (array, row, at) => {
      const { size } = row
      copy(rows.get(row), array, { from: 0, to: at * size, count: size, size: rowsOf * size })
    },
    isTrue: (flag) => flag !== undefined && readback.now(flag, 'bool', 1)[0] === 1,
    copy: (from, to, { size }) => copy(from, to, { from: 0, to: 0, count: size, size }),
  }
  return {
    run: (args) => runNesting(step, args, host),
    release: () => {
      for (const texture of own) scratch.release(texture)
      for (const plan of nested.values()) plan.release()
    },
  }
}

/** The body's buffers of rows: those read from sequences and those written to stacks. The only row of an array is the array. */
function rowBuffers(step: NestingStep): readonly PlanBuffer[] {
  if (step.kind !== 'loop' || step.length === 1) return []
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
