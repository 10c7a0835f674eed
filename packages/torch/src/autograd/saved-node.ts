// What nodes tell of what they keep for backward: `_savedSelf`, `_savedResult`, `_savedExponent`, as PyTorch's nodes do.
import { Node } from './node.ts'

/** A node with attributes for what it saved: tensors, numbers and options under their names. */
export abstract class SavedNode extends Node {
  /** `undefined` where the operation has nothing of that name, null for tensors that backward does not need. */
  abstract saved(name: string): unknown

  readonly [attribute: `_saved${string}`]: unknown
}

const declared = new Set<string>()

const attributeOf = (name: string): string => `_saved${name.charAt(0).toUpperCase()}${name.slice(1)}`

/** Gives nodes attributes of these names. */
export function declareSaved(names: readonly string[]): void {
  for (const name of names) {
    if (declared.has(name)) continue
    declared.add(name)
    Object.defineProperty(SavedNode.prototype, attributeOf(name), {
      get(this: SavedNode): unknown {
        return this.saved(name)
      },
    })
  }
}

declareSaved(['self', 'other', 'result'])
