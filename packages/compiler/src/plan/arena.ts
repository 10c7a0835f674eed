// Places buffers with known lifetimes in one arena: a walk through time that gives each buffer the tightest free gap and joins
// gaps when buffers end. Offsets are 64-byte aligned; buffers alive at one step never overlap.
import { internalError } from '@heddle/core'

export interface Lifetime {
  readonly bytes: number
  /** Both steps inclusive. */
  readonly first: number
  readonly last: number
}

export interface Arena {
  readonly offsets: readonly number[]
  /** End of the highest buffer. */
  readonly bytes: number
}

const alignment = 64
export const alignBytes = (bytes: number): number => Math.ceil(bytes / alignment) * alignment

interface Gap {
  readonly start: number
  readonly end: number
}

export function placeInArena(lifetimes: readonly Lifetime[]): Arena {
  const offsets = new Array<number>(lifetimes.length).fill(0)
  const births = bucket(lifetimes, ({ first }) => first)
  const deaths = bucket(lifetimes, ({ last }) => last)
  const steps = [...new Set([...births.keys(), ...deaths.keys()])].sort((x, y) => x - y)
  let gaps: Gap[] = []
  let end = 0
  for (const step of steps) {
    // Larger first: they have fewer gaps to choose from.
    const born = [...(births.get(step) ?? [])].sort((x, y) => bytesOf(lifetimes, y) - bytesOf(lifetimes, x))
    for (const index of born) {
      const bytes = alignBytes(bytesOf(lifetimes, index))
      const best = tightest(gaps, bytes)
      if (best === undefined) {
        const last = gaps.at(-1)
        // The gap at the end grows into the buffer.
        const start = last !== undefined && last.end === end ? last.start : end
        if (start !== end) gaps = gaps.slice(0, -1)
        offsets[index] = start
        end = start + bytes
      } else {
        offsets[index] = best.start
        gaps = take(gaps, best, bytes)
      }
    }
    for (const index of deaths.get(step) ?? []) {
      const start = offsets[index] ?? 0
      gaps = release(gaps, { start, end: start + alignBytes(bytesOf(lifetimes, index)) })
    }
  }
  return { offsets, bytes: peakOf(lifetimes, offsets) }
}

const bytesOf = (lifetimes: readonly Lifetime[], index: number): number => {
  const lifetime = lifetimes[index]
  if (lifetime === undefined) throw internalError('arena', `no buffer ${index}`)
  return lifetime.bytes
}

const peakOf = (lifetimes: readonly Lifetime[], offsets: readonly number[]): number =>
  lifetimes.reduce((peak, { bytes }, index) => Math.max(peak, (offsets[index] ?? 0) + bytes), 0)

function bucket(
  lifetimes: readonly Lifetime[],
  key: (lifetime: Lifetime) => number,
): ReadonlyMap<number, number[]> {
  const buckets = new Map<number, number[]>()
  lifetimes.forEach((lifetime, index) => {
    const list = buckets.get(key(lifetime))
    if (list === undefined) buckets.set(key(lifetime), [index])
    else list.push(index)
  })
  return buckets
}

function tightest(gaps: readonly Gap[], bytes: number): Gap | undefined {
  let best: Gap | undefined
  for (const gap of gaps) {
    const length = gap.end - gap.start
    if (length >= bytes && (best === undefined || length < best.end - best.start)) best = gap
  }
  return best
}

function take(gaps: readonly Gap[], gap: Gap, bytes: number): Gap[] {
  return gaps.flatMap((each) => {
    if (each !== gap) return [each]
    return gap.start + bytes < gap.end ? [{ start: gap.start + bytes, end: gap.end }] : []
  })
}

/** Adds a gap and joins it with its neighbours. */
function release(gaps: readonly Gap[], freed: Gap): Gap[] {
  if (freed.start === freed.end) return [...gaps]
  let { start, end } = freed
  const before: Gap[] = []
  const after: Gap[] = []
  for (const gap of gaps) {
    if (gap.end < start) before.push(gap)
    else if (gap.start > end) after.push(gap)
    else {
      start = Math.min(start, gap.start)
      end = Math.max(end, gap.end)
    }
  }
  return [...before, { start, end }, ...after]
}
