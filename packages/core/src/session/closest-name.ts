// Finds the name somebody meant, for messages.

/** The nearest of `names` by edits, if it is near enough to be meant; no more than a third of its letters differ. */
export function closestName(name: string, names: readonly string[]): string | undefined {
  let best: string | undefined
  let least = Number.POSITIVE_INFINITY
  for (const candidate of names) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (distance < least && distance <= Math.max(1, Math.max(name.length, candidate.length) / 3)) {
      best = candidate
      least = distance
    }
  }
  return best
}

/** Insertions, deletions and replacements that turn x into y (Wagner and Fischer, 1974). */
function editDistance(x: string, y: string): number {
  let previous = Array.from({ length: y.length + 1 }, (_, j) => j)
  for (let i = 1; i <= x.length; i++) {
    const current = [i]
    for (let j = 1; j <= y.length; j++) {
      const replace = (previous[j - 1] ?? 0) + (x[i - 1] === y[j - 1] ? 0 : 1)
      current.push(Math.min(replace, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[y.length] ?? 0
}
