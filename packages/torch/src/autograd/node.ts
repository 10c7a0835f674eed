// The graph that backward walks. A node is an operation that was recorded: which nodes its operands came from, and how cotangents
// of its results become cotangents of its operands. Nodes know tensors by type only.
import type { ArrayType } from '../engine/types.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** Where a cotangent goes: a node, and which of its results it belongs to. */
export interface Edge {
  readonly node: Node
  readonly index: number
}

/** Is given a gradient, and may give back another in its place. */
// biome-ignore lint/suspicious/noConfusingVoidType: a hook that only looks, `(grad) => console.log(grad)`, gives nothing.
export type GradHook = (grad: Tensor) => Tensor | undefined | null | void
/** Is given the cotangents of a node's operands and of its results; may give back others of the operands. */
export type NodeHook = (
  gradInputs: readonly (Tensor | null)[],
  gradOutputs: readonly (Tensor | null)[],
) => readonly (Tensor | null)[] | undefined | null
/** Is given the cotangents of a node's results; may give back others. */
export type NodePreHook = (
  gradOutputs: readonly (Tensor | null)[],
) => readonly (Tensor | null)[] | undefined | null

let sequence = 0
let addresses = 0x7f4c_0000_0000

/** Nodes from now on have this number, or a higher one. */
export const nextSequence = (): number => sequence

export abstract class Node {
  readonly #name: string
  /** Edges of the differentiable operands, in their order; null where none wants a cotangent. */
  readonly edges: readonly (Edge | null)[]
  /** Types of the results, for cotangents that are zero. */
  readonly outputs: readonly ArrayType[]
  /** Nodes are numbered as they are recorded; backward takes the newest first. */
  readonly sequence: number = sequence++
  /** Hooks on results of the node, by which result it is. */
  readonly tensorHooks: Map<number, Map<object, GradHook>> = new Map()
  readonly preHooks: Map<object, NodePreHook> = new Map()
  readonly hooks: Map<object, NodeHook> = new Map()
  /** Results that keep their gradient. */
  readonly retained: Map<number, WeakRef<Tensor>> = new Map()
  #metadata: Map<string, unknown> | undefined
  /** The user's line, in anomaly mode. */
  trace: string | undefined
  readonly #address: number

  constructor(name: string, edges: readonly (Edge | null)[], outputs: readonly ArrayType[]) {
    this.#name = name
    this.edges = edges
    this.outputs = outputs
    this.#address = addresses
    addresses += 0x40
  }

  /** For whatever a program wants to know of the node later. */
  get metadata(): Map<string, unknown> {
    this.#metadata ??= new Map()
    return this.#metadata
  }
  name(): string {
    return this.#name
  }
  /** One pair per differentiable operand: its node, and which result of that it was. */
  get nextFunctions(): readonly (readonly [Node | null, number])[] {
    return this.edges.map((edge) => [edge?.node ?? null, edge?.index ?? 0] as const)
  }
  /** Cotangents of the operands that `wanted` says want one. */
  abstract apply(
    cotangents: readonly (Tensor | null)[],
    wanted: readonly boolean[],
  ): readonly (Tensor | null)[]
  /** Lets go of what was kept for backward. */
  release(): void {}

  /** Runs before the node with the cotangents of its results. Gives back a handle that removes it. */
  registerPrehook(hook: NodePreHook): RemovableHandle {
    return register(this.preHooks, hook)
  }
  /** Runs after the node with the cotangents of its operands and of its results. */
  registerHook(hook: NodeHook): RemovableHandle {
    return register(this.hooks, hook)
  }

  /** `<MulBackward0 object at 0x7f...>` */
  toString(): string {
    return `<${this.name()} object at 0x${this.#address.toString(16)}>`
  }
}

export interface RemovableHandle {
  remove(): void
  [Symbol.dispose](): void
}

export function register<T>(hooks: Map<object, T>, hook: T): RemovableHandle {
  const key = {}
  hooks.set(key, hook)
  const remove = (): void => {
    hooks.delete(key)
  }
  return { remove, [Symbol.dispose]: remove }
}
