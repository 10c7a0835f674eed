// What nodes tell of what they keep for backward: `_savedSelf`, `_savedResult`, `_savedDim`, as PyTorch's nodes do.
import { camelCase } from '../arguments/signatures.ts'
import { Node } from './node.ts'
import { allSavedNames, savedNamesOf } from './saved-names.ts'

/** A node with attributes for what it saved: tensors, numbers and options under their names. */
export abstract class SavedNode extends Node {
  /** By Python's name: `undefined` where the node has nothing of that name, null for tensors that backward does not need. */
  abstract saved(name: string): unknown

  /** Python's names of what it saved. */
  get savedNames(): readonly string[] {
    return savedNamesOf(this.name())?.all ?? []
  }

  readonly [attribute: `_saved${string}`]: unknown
}

const attributeOf = (name: string): string => `_saved${camelCase(`_${name}`.replace('_', 'x_')).slice(1)}`

for (const name of allSavedNames()) {
  Object.defineProperty(SavedNode.prototype, attributeOf(name), {
    get(this: SavedNode): unknown {
      return this.saved(name)
    },
  })
}
