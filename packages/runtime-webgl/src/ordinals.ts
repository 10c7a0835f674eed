// Which of the scratch textures of each shape are in use while a schedule is made, by number. Plans run one after another, so numbers
// start from 0 in each; a plan inside another one starts with what is in use around it.

export interface Ordinals {
  /** The number of a texture of this shape that is not in use. */
  take(key: string): number
  give(key: string, ordinal: number): void
  /** The same state, to go on from here on its own. */
  fork(): Ordinals
}

export function createOrdinals(
  used: ReadonlyMap<string, number> = new Map(),
  free: ReadonlyMap<string, readonly number[]> = new Map(),
): Ordinals {
  const counts = new Map(used)
  const idle = new Map([...free].map(([key, ordinals]) => [key, [...ordinals]]))
  return {
    take: (key) => {
      const again = idle.get(key)?.pop()
      if (again !== undefined) return again
      const ordinal = counts.get(key) ?? 0
      counts.set(key, ordinal + 1)
      return ordinal
    },
    give: (key, ordinal) => {
      idle.set(key, [...(idle.get(key) ?? []), ordinal])
    },
    fork: () => createOrdinals(counts, idle),
  }
}
