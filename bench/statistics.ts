// The middle of samples and how far they spread; nothing that one slow sample could move.

export interface Timing {
  /** Milliseconds an iteration: the median over rounds, and the quartiles around it. */
  readonly median: number
  readonly low: number
  readonly high: number
}

export function summarize(samples: readonly number[]): Timing {
  const sorted = [...samples].sort((x, y) => x - y)
  return { median: quantile(sorted, 0.5), low: quantile(sorted, 0.25), high: quantile(sorted, 0.75) }
}

/** Between the quartiles, as a part of the median. */
export const spreadOf = ({ median, low, high }: Timing): number => (high - low) / median

function quantile(sorted: readonly number[], part: number): number {
  const at = (sorted.length - 1) * part
  const [below, above] = [sorted[Math.floor(at)] ?? Number.NaN, sorted[Math.ceil(at)] ?? Number.NaN]
  return below + (above - below) * (at - Math.floor(at))
}
