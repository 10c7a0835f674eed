// Counts with their word, for messages and headings.

/** `1 kernel`, `2 kernels`. */
export const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`
