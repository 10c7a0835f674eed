// The part of the plan verifier that looks at places in the arena: P7 and P8 of `verify.ts`. Near-linear: a sweep over steps
// that keeps the live buffers sorted by offset, so that only neighbours are compared.
import type { Plan, PlanBuffer } from './plan.ts'
import { planInvalid } from './plan-error.ts'
import { stepCanReplace } from './step-replace.ts'

/** Arena offsets are multiples of this many bytes. */
export const arenaAlignment = 64

interface Placed {
  readonly id: number
  readonly offset: number
  readonly end: number
  readonly buffer: PlanBuffer
}

export function verifyArena(plan: Plan): void {
  const placed = plan.buffers.flatMap((buffer, id): Placed[] => {
    if (buffer.place.kind !== 'arena') return []
    const { offset } = buffer.place
    if (!Number.isInteger(offset) || offset < 0 || offset % arenaAlignment !== 0) {
      throw planInvalid(
        plan,
        'P7',
        `buffer ${id} (${buffer.label})`,
        `is at byte ${offset}; it must be at a multiple of ${arenaAlignment}`,
      )
    }
    return [{ id, offset, end: offset + buffer.bytes, buffer }]
  })
  verifySize(plan, placed)
  verifyOverlap(
    plan,
    placed.filter(({ buffer }) => buffer.bytes > 0),
  )
}

function verifySize(plan: Plan, placed: readonly Placed[]): void {
  let end = 0
  for (const buffer of placed) end = Math.max(end, buffer.end)
  const aligned = Math.ceil(end / arenaAlignment) * arenaAlignment
  if (plan.arenaBytes === end || plan.arenaBytes === aligned) return
  throw planInvalid(
    plan,
    'P7',
    '',
    `has an arena of ${plan.arenaBytes} bytes; its last buffer ends at ${end}`,
  )
}

function verifyOverlap(plan: Plan, placed: readonly Placed[]): void {
  const live: Placed[] = []
  let ending: Placed[] = []
  const byStart = [...placed].sort((x, y) => x.buffer.firstStep - y.buffer.firstStep)
  const endings = [...placed].sort((x, y) => x.buffer.lastStep - y.buffer.lastStep)
  let ended = 0
  const remove = (buffer: Placed): void => {
    const at = positionOf(live, buffer.offset)
    if (live[at] === buffer) live.splice(at, 1)
  }
  for (const buffer of byStart) {
    const step = buffer.buffer.firstStep
    for (; ended < endings.length && endings[ended]!.buffer.lastStep < step; ended++) remove(endings[ended]!)
    ending = []
    const at = positionOf(live, buffer.offset)
    for (const other of [live[at - 1], live[at]]) {
      if (other === undefined || other.end <= buffer.offset || buffer.end <= other.offset) continue
      if (!replaces(plan, other, buffer)) throw overlap(plan, other, buffer)
      ending.push(other)
    }
    for (const other of ending) remove(other)
    const place = positionOf(live, buffer.offset)
    const next = live[place]
    if (next !== undefined && next.offset < buffer.end) throw overlap(plan, next, buffer)
    live.splice(place, 0, buffer)
  }
}

/** The new buffer takes exactly the place of one whose last reader writes it. */
function replaces(plan: Plan, old: Placed, buffer: Placed): boolean {
  const at = buffer.buffer.firstStep
  const step = plan.steps[at]
  if (step === undefined || old.buffer.lastStep !== at) return false
  if (old.offset !== buffer.offset || old.end !== buffer.end) return false
  return stepCanReplace(plan, step, old.id, buffer.id)
}

/** First position whose offset is not below `offset`. */
function positionOf(live: readonly Placed[], offset: number): number {
  let low = 0
  let high = live.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (live[middle]!.offset < offset) low = middle + 1
    else high = middle
  }
  return low
}

function overlap(plan: Plan, x: Placed, y: Placed): Error {
  const name = ({ id, offset, end, buffer }: Placed): string =>
    `buffer ${id} (${buffer.label}, bytes ${offset} .. ${end}, steps ${buffer.firstStep} .. ${buffer.lastStep})`
  return planInvalid(plan, 'P8', '', `${name(x)} and ${name(y)} overlap while both are live`)
}
