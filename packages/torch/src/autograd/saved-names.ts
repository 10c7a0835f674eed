// What nodes save, by their names, as PyTorch's do.
import { savedTable } from './saved-table.ts'

export interface SavedNames {
  /** Python's names, in their order. */
  readonly all: readonly string[]
  /** Those of tensors. */
  readonly tensors: ReadonlySet<string>
}

let nodes: ReadonlyMap<string, SavedNames> | undefined

function read(): ReadonlyMap<string, SavedNames> {
  return new Map(
    savedTable.split(/\s/).map((entry) => {
      const [node = '', list = ''] = entry.split(':')
      const items = list.split(',')
      const tensors = items.filter((item) => item.endsWith('*')).map((item) => item.slice(0, -1))
      return [node, { all: items.map((item) => item.replace('*', '')), tensors: new Set(tensors) }]
    }),
  )
}

/** What the node of a name saves; nothing known of those that PyTorch does not have. */
export function savedNamesOf(node: string): SavedNames | undefined {
  nodes ??= read()
  return nodes.get(node)
}

/** All names that some node saves something under. */
export const allSavedNames = (): ReadonlySet<string> => {
  nodes ??= read()
  return new Set([...nodes.values()].flatMap(({ all }) => all))
}

/** Which result a name stands for; undefined for operands. */
export function resultOf(name: string, operands: readonly string[]): number | undefined {
  const digits = /^result(\d?)$/.exec(name)?.[1]
  if (digits !== undefined) return Number(digits)
  return name === 'indices' && !operands.includes(name) ? 1 : undefined
}
