// Which texture each step of a plan reads and writes, decided once and with no device. A buffer written more than once (filled,
// then scattered into) has a version for each write, since a step cannot read the texture it renders to; intermediates
// share scratch textures once their last reader has run. Keeps: no step has a texture both as sampler and as target.
import {
  type BufferId,
  type HostStep,
  internalError,
  isNesting,
  type NestingStep,
  type Plan,
  stepAccess,
} from '@heddle/core'
import type { GlslKernel } from './emit-kernel.ts'
import { createOrdinals, type Ordinals } from './ordinals.ts'
import { formatOf, shapeKey, type TexelFormat } from './storage.ts'

export type SlotPlace =
  | { readonly kind: 'input' | 'output' | 'constant'; readonly index: number }
  /** The `ordinal`-th scratch texture of its shape. */
  | { readonly kind: 'scratch'; readonly ordinal: number }

/** One version of a buffer. */
export interface Slot {
  readonly buffer: BufferId
  readonly format: TexelFormat
  readonly size: number
  readonly place: SlotPlace
}

/** A draw, a step that the host takes (its operands are read back, its result is uploaded), or one that runs other plans. */
export type Pass = DrawPass | HostPass | NestingPass

export interface DrawPass {
  readonly kind: 'draw'
  /** Position in `Plan.steps`, and the step's kernel. */
  readonly step: number
  readonly kernel: number
  /** Slots bound to samplers t0, t1, ..., and those rendered to. */
  readonly samplers: readonly number[]
  readonly targets: readonly number[]
}

export interface HostPass {
  readonly kind: 'host'
  readonly step: HostStep
  /** Slots of the operands, in order, and that of the result. */
  readonly operands: readonly number[]
  readonly targets: readonly [number]
}

export interface NestingPass {
  readonly kind: 'nesting'
  readonly step: NestingStep
  /** Slots of the arguments that are read, then of those written. The workspace has none: plans inside have textures of their own. */
  readonly operands: readonly number[]
  readonly targets: readonly number[]
  /** The scratch textures in use during the step. */
  readonly ordinals: Ordinals
}

export interface Schedule {
  readonly slots: readonly Slot[]
  readonly passes: readonly Pass[]
}

type UnplacedPass = DrawPass | HostPass | Omit<NestingPass, 'ordinals'>

interface Version {
  readonly buffer: BufferId
  /** The pass that writes it; -1 if it is there before. */
  readonly born: number
  /** The last pass that reads it. */
  lastRead: number
}

/** `around` says which scratch textures plans around this one use. */
export function schedulePlan(
  plan: Plan,
  kernels: readonly GlslKernel[],
  around: Ordinals = createOrdinals(),
): Schedule {
  const versions: Version[] = []
  const current = new Map<BufferId, number>()
  const addVersion = (buffer: BufferId, born: number): number => {
    const id = versions.push({ buffer, born, lastRead: born }) - 1
    current.set(buffer, id)
    return id
  }
  const passes: UnplacedPass[] = []
  const readVersion = (buffer: BufferId): number => {
    const version = current.get(buffer) ?? addVersion(buffer, -1)
    versions[version]!.lastRead = passes.length
    return version
  }
  plan.steps.forEach((step, at) => {
    const { args } = step
    const bufferOf = (argument: number): BufferId => args[argument] ?? -1
    if (step.kind === 'host') {
      const operands = step.inputs.map((_, argument) => readVersion(bufferOf(argument)))
      const target = addVersion(bufferOf(step.inputs.length), passes.length)
      passes.push({ kind: 'host', step, operands, targets: [target] })
      return
    }
    if (isNesting(step)) {
      const bound = args.slice(0, -1)
      const access = stepAccess(plan, step)
      const operands = bound.filter((_, k) => access[k] === 'read').map(readVersion)
      const written = bound.filter((_, k) => access[k] === 'write')
      const targets = written.map((buffer) => addVersion(buffer, passes.length))
      passes.push({ kind: 'nesting', step, operands, targets })
      return
    }
    const glsl = kernels[step.kernel]
    if (glsl === undefined || glsl.text === '') return
    const samplers = glsl.samplers.map((argument) => readVersion(bufferOf(argument)))
    const targets = glsl.targets.map((argument) => addVersion(bufferOf(argument), passes.length))
    passes.push({ kind: 'draw', step: at, kernel: step.kernel, samplers, targets })
  })
  return placeVersions(plan, versions, current, passes, around)
}

/** Slots of the versions, and of each pass the scratch textures in use while it runs. */
function placeVersions(
  plan: Plan,
  versions: readonly Version[],
  final: ReadonlyMap<BufferId, number>,
  passes: readonly UnplacedPass[],
  around: Ordinals,
): Schedule {
  const slots: (Slot | undefined)[] = versions.map(() => undefined)
  const ordinals = around.fork()
  const dying = new Map<number, number[]>()
  const place = (id: number): void => {
    const { buffer, lastRead } = versions[id]!
    const { dtype, size, place: home } = bufferAt(plan, buffer)
    const format = formatOf(dtype)
    const isFixed = home.kind !== 'arena' && (home.kind !== 'output' || final.get(buffer) === id)
    if (isFixed) {
      slots[id] = { buffer, format, size, place: { kind: home.kind, index: home.index } }
      return
    }
    const ordinal = ordinals.take(shapeKey(format, size))
    slots[id] = { buffer, format, size, place: { kind: 'scratch', ordinal } }
    dying.set(lastRead, [...(dying.get(lastRead) ?? []), id])
  }

  versions.forEach(({ born }, id) => {
    if (born === -1) place(id)
  })
  const placed = passes.map((pass, at): Pass => {
    for (const id of pass.targets) place(id)
    const whole = pass.kind === 'nesting' ? { ...pass, ordinals: ordinals.fork() } : pass
    for (const id of dying.get(at) ?? []) {
      const slot = slots[id]
      if (slot?.place.kind === 'scratch') ordinals.give(shapeKey(slot.format, slot.size), slot.place.ordinal)
    }
    return whole
  })
  return { slots: slots.filter((slot) => slot !== undefined), passes: placed }
}

function bufferAt(plan: Plan, id: BufferId): Plan['buffers'][number] {
  const buffer = plan.buffers[id]
  if (buffer === undefined) throw internalError('webgl', `plan ${plan.name} has no buffer ${id}`)
  return buffer
}
