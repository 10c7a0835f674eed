// A plan recorded for a device: its textures, and its steps in order as draws, work of the host and runs of plans inside. Textures
// of inputs and outputs are the caller's and bound at each run.
import {
  dtypes,
  type HostStep,
  internalError,
  type Plan,
  runHostStep,
  sizeOf,
  type TypedArray,
} from '@heddle/core'
import type { Device } from './device.ts'
import { type Draw, recordDraw, runDraw } from './draw.ts'
import type { LoweredPlan } from './lowered-plan.ts'
import { type NestingWork, type Piece, type RecordedPlan, recordNesting } from './nesting-work.ts'
import type { Ordinals } from './ordinals.ts'
import { type Schedule, type Slot, schedulePlan } from './schedule.ts'
import type { GpuTexture } from './textures.ts'

/** What recording and running need. */
export interface Recorder {
  readonly device: Device
  readonly isDebug: boolean
  /** The program of a shader, if that has something to run. */
  readonly programOf: (text: string) => WebGLProgram | undefined
}

/** A step of the host, between the draws. */
interface HostWork {
  readonly kind: 'host'
  readonly step: HostStep
  readonly operands: readonly number[]
  readonly target: number
}

type Work =
  | Draw
  | HostWork
  | { readonly kind: 'nesting'; readonly nesting: NestingWork; readonly args: readonly number[] }

/** `around` says which scratch textures are in use outside of the plan. Recursive over plans inside plans. */
export function recordPlan(lowered: LoweredPlan, recorder: Recorder, around?: Ordinals): RecordedPlan {
  const { plan, split, kernels } = lowered
  const { device, isDebug } = recorder
  const schedule = schedulePlan(split, kernels, around)
  const { slots } = schedule
  const textures = slots.map((slot) => ownTexture(slot, plan, device))
  const works = recordWorks(lowered, schedule, recorder)
  return {
    run: (inputs, outputs) => {
      bind(slots, textures, inputs, outputs)
      for (const work of works) {
        if (work.kind === 'draw') runDraw(work, textures, device, isDebug)
        else if (work.kind === 'host') runOnHost(work, textures, device)
        else work.nesting.run(work.args.map((slot) => textures[slot]))
      }
    },
    release: () => {
      for (const work of works) if (work.kind === 'nesting') work.nesting.release()
      slots.forEach(({ place }, at) => {
        const texture = textures[at]
        if (texture === undefined) return
        if (place.kind === 'scratch') device.scratch.release(texture)
        else if (place.kind === 'constant') device.textures.release(texture)
      })
    },
  }
}

/** Scratch textures and constants belong to the executable; the caller's are bound at each run. */
function ownTexture(
  { buffer, place, format, size }: Slot,
  plan: Plan,
  device: Device,
): GpuTexture | undefined {
  if (place.kind === 'scratch') return device.scratch.take(format, size, place.ordinal)
  if (place.kind !== 'constant') return undefined
  const texture = device.textures.take(format, size)
  const constant = plan.constants[place.index]
  const { dtype, label } = plan.buffers[buffer] ?? {}
  if (constant !== undefined && dtype !== undefined)
    device.textures.upload(texture, dtype, constant.data, `constant ${label}, `)
  return texture
}

function recordWorks(
  { split, kernels, inside }: LoweredPlan,
  { passes }: Schedule,
  recorder: Recorder,
): readonly Work[] {
  const recordInside = (inner: Plan, around: Ordinals): RecordedPlan => {
    const lowered = inside.get(inner)
    if (lowered === undefined) throw internalError('webgl', `plan ${inner.name} was not lowered`)
    return recordPlan(lowered, recorder, around)
  }
  return passes.flatMap((pass): readonly Work[] => {
    switch (pass.kind) {
      case 'host':
        return [{ kind: 'host', step: pass.step, operands: pass.operands, target: pass.targets[0] }]
      case 'nesting': {
        const nesting = recordNesting(pass.step, recorder.device, pass.ordinals, recordInside)
        return [{ kind: 'nesting', nesting, args: [...pass.operands, ...pass.targets] }]
      }
      case 'draw': {
        const glsl = kernels[pass.kernel]
        const program = glsl && recorder.programOf(glsl.text)
        if (glsl === undefined || program === undefined) return []
        return [recordDraw(pass, split.kernels[pass.kernel]?.name ?? '', glsl, program)]
      }
      default:
        return pass satisfies never
    }
  })
}

function bind(
  slots: readonly Slot[],
  textures: Piece[],
  inputs: readonly Piece[],
  outputs: readonly Piece[],
): void {
  slots.forEach(({ place }, at) => {
    if (place.kind === 'input') textures[at] = inputs[place.index]
    else if (place.kind === 'output') textures[at] = outputs[place.index]
  })
}

/** Waits for what was drawn so far: the host needs the operands. */
function runOnHost(
  { step, operands, target }: HostWork,
  textures: readonly (GpuTexture | undefined)[],
  device: Device,
): void {
  const { inputs, type } = step
  const size = sizeOf(type.shape)
  const arrays = operands.map((slot, at): TypedArray => {
    const { dtype, shape } = inputs[at] ?? type
    const count = sizeOf(shape)
    const texture = textures[slot]
    // A value without elements has no texture, or one that nothing was drawn to.
    if (texture === undefined || count === 0) return dtypes[dtype].allocate(0)
    return device.readback.now(texture, dtype, count)
  })
  const output = dtypes[type.dtype].allocate(size)
  runHostStep(step, [...arrays, output])
  const texture = textures[target]
  if (texture !== undefined && size > 0) device.textures.upload(texture, type.dtype, output)
}
