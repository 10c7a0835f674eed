// Which results are right, without trusting anyone: libraries that agree with each other outvote the others. Heddle's two
// emitters are one voice, so that Heddle cannot outvote a peer by agreeing with itself.

export interface Result {
  readonly peer: string
  readonly data: Float32Array
}

export interface Verdict {
  /** Peers whose results stand. */
  readonly right: readonly string[]
  /** What is wrong with the others. */
  readonly wrong: ReadonlyMap<string, string>
  /** Libraries that stand behind the result. */
  readonly voices: number
}

/** Most difference, as a part of the largest magnitude of `expected`; NaN and lengths that differ are infinitely far. */
export function distance(found: Float32Array, expected: Float32Array): number {
  if (found.length !== expected.length) return Number.POSITIVE_INFINITY
  let most = 0
  let scale = 0
  for (let at = 0; at < expected.length; at++) {
    const difference = Math.abs((found[at] ?? Number.NaN) - (expected[at] ?? Number.NaN))
    if (Number.isNaN(difference)) return Number.POSITIVE_INFINITY
    most = Math.max(most, difference)
    scale = Math.max(scale, Math.abs(expected[at] ?? 0))
  }
  return most === 0 ? 0 : most / scale
}

export function judge(results: readonly Result[], tolerance: number): Verdict {
  const camps = results.map(({ data }) =>
    results.filter((other) => distance(other.data, data) <= tolerance).map(({ peer }) => peer),
  )
  const most = Math.max(0, ...camps.map(voicesOf))
  const strongest = camps.findIndex((camp) => voicesOf(camp) === most)
  const right = camps[strongest] ?? []
  const rivals = camps.filter((camp) => voicesOf(camp) === most && !camp.some((peer) => right.includes(peer)))
  const wrong = new Map<string, string>()
  if (rivals.length > 0) {
    const rival = rivals[0] ?? []
    for (const { peer } of results)
      wrong.set(peer, `nobody can tell who is right: ${right.join(', ')} against ${rival.join(', ')}`)
    return { right: [], wrong, voices: 0 }
  }
  const reference = results[strongest]
  for (const { peer, data } of results) {
    if (reference === undefined || right.includes(peer)) continue
    const far = distance(data, reference.data).toExponential(1)
    wrong.set(peer, `wrong result: off by ${far} of the largest magnitude from ${right.join(', ')}`)
  }
  return { right, wrong, voices: most }
}

const voicesOf = (peers: readonly string[]): number => new Set(peers.map(libraryOf)).size

const libraryOf = (peer: string): string => (peer.startsWith('heddle') ? 'heddle' : peer)
