// The text of an optimiser, as PyTorch prints it: the options of its groups, sorted by their names in Python.
import { str } from './python.ts'

/** `SGD (`, and for each group its options without the parameters. Options have camelCase names. */
export function formatOptimizer(
  name: string,
  groups: readonly { readonly [option: string]: unknown }[],
): string {
  const parts = groups.map((group, k) => {
    const options = Object.entries(group)
      .filter(([key]) => key !== 'params')
      .map(([key, value]) => [snakeCase(key), value] as const)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    const lines = options.map(([key, value]) => `    ${key}: ${str(value)}\n`)
    return `\nParameter Group ${k}\n${lines.join('')}`
  })
  return `${name} (${parts.join('')})`
}

/** `weightDecay` is `weight_decay`. */
const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
