// One or several: what takes a tensor takes a list of them, too.

export const isList = <T>(given: T | readonly T[]): given is readonly T[] => Array.isArray(given)

/** What is one by itself as a list of one. */
export const listOf = <T>(given: T | readonly T[]): readonly T[] => (isList(given) ? given : [given])
