// Shuffling with a seed: the same order on every machine, drawn from the numbers that also start weights.
import { materialize } from '@heddle/core'

/** 0 … count - 1 in an order that depends on `seed` and `purpose` only. */
export function shuffled(count: number, seed: number, purpose: string): Uint32Array {
  const draws = materialize({ kind: 'uniform', low: 0, high: 1 }, 'f64', [count], seed, purpose)
  const order = Uint32Array.from({ length: count }, (_, at) => at)
  // Fisher-Yates.
  for (let last = count - 1; last > 0; last--) {
    const pick = Math.floor(Number(draws[last]) * (last + 1))
    const moved = order[last] ?? 0
    order[last] = order[pick] ?? 0
    order[pick] = moved
  }
  return order
}
