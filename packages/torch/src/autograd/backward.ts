// Backward: walks the nodes from the roots, each once, when all cotangents of its results are known; of those that are ready the
// newest first, leaves before all. Records like any other code; nothing is evaluated here.
import { noteLoss } from '../engine/evaluate.ts'
import { watcher } from '../engine/watch.ts'
import { add } from '../ops/arithmetic.ts'
import { filled } from '../tensor/filled.ts'
import { gradientEdge, type Tensor } from '../tensor/tensor.ts'
import './accumulate.ts'
import * as graphErrors from './errors.ts'
import { withGradMode } from './grad-mode.ts'
import { moved } from './move.ts'
import { checkForNan } from './nan-check.ts'
import type { Edge, Node } from './node.ts'

export interface Root {
  readonly tensor: Tensor
  readonly grad: Tensor
}

export interface BackwardSettings {
  readonly keepGraph: boolean
  readonly createGraph: boolean
  /** Tensors whose gradients are wanted, in place of those of all leaves. */
  readonly inputs?: readonly Tensor[] | undefined
  /** Wanted gradients go into `grad`; else they are given back. */
  readonly accumulates: boolean
  /** Nodes that are not run: what arrives there. */
  readonly arrivals?: Arrivals
  /** A part of another backward: nobody will look at what it starts from. */
  readonly isInner?: boolean
}

/** Where a walk ends, and with which cotangents. */
export interface Arrivals {
  isEnd(node: Node): boolean
  readonly reached: Map<Node, readonly (Tensor | null)[]>
}

/** Gradients of `inputs`, null where they were not reached. */
export function runBackward(roots: readonly Root[], settings: BackwardSettings): readonly (Tensor | null)[] {
  // Results that gradients are wanted for keep them from now on.
  if (settings.accumulates) for (const input of settings.inputs ?? []) input.retainGrad()
  const edges = roots.map(({ tensor }, k) => {
    const edge = gradientEdge(tensor)
    if (edge === null) throw graphErrors.noGradient(k)
    if (settings.accumulates && settings.isInner !== true) noteLoss(tensor.cell)
    return edge
  })
  const before = reachesAllLeaves
  reachesAllLeaves =
    settings.accumulates && settings.inputs === undefined && (settings.isInner !== true || before)
  try {
    return withGradMode(settings.createGraph, () => new Walk(edges, settings).run(roots))
  } finally {
    reachesAllLeaves = before
  }
}

let reachesAllLeaves = true
/** Whether the backward that is under way brings gradients to all leaves, and not to some that were asked for. */
export const isReachingAllLeaves = (): boolean => reachesAllLeaves

/** A backward: its number, and the nodes that it runs. */
export interface BackwardUnderWay {
  readonly number: number
  readonly reached: ReadonlySet<Node>
}
let count = 0
let underWay: BackwardUnderWay = { number: 0, reached: new Set() }
/** The backward in which a hook is called. */
export const backwardUnderWay = (): BackwardUnderWay => underWay

class Walk {
  readonly #settings: BackwardSettings
  readonly #roots: readonly Edge[]
  /** How many edges lead to a node that cotangents have not come along yet. */
  readonly #waiting = new Map<Node, number>()
  readonly #cotangents = new Map<Node, (Tensor | null)[]>()
  /** Nodes to run, oldest first. */
  readonly #ready: Node[] = []
  /** Where wanted gradients are: by node, results and which input they are for. */
  readonly #captures = new Map<Node, { readonly index: number; readonly input: number }[]>()
  #needed: ReadonlySet<Node> | undefined
  readonly #found: (Tensor | null)[] = []

  constructor(roots: readonly Edge[], settings: BackwardSettings) {
    this.#roots = roots
    this.#settings = settings
  }

  run(roots: readonly Root[]): readonly (Tensor | null)[] {
    const order = this.#explore()
    this.#want(order)
    const before = underWay
    underWay = { number: ++count, reached: this.#needed ?? new Set(order) }
    try {
      return this.#walk(roots)
    } finally {
      underWay = before
    }
  }

  #walk(roots: readonly Root[]): readonly (Tensor | null)[] {
    const started = new Set<Node>()
    this.#roots.forEach(({ node, index }, k) => {
      this.#receive(node, index, (roots[k] as Root).grad)
      started.add(node)
    })
    for (const node of started) if ((this.#waiting.get(node) ?? 0) === 0) this.#enqueue(node)
    const visited: Node[] = []
    for (let node = this.#ready.pop(); node !== undefined; node = this.#ready.pop()) {
      visited.push(node)
      this.#visit(node)
    }
    if (!this.#settings.keepGraph) for (const node of visited) node.release()
    return this.#found
  }

  /** Every node the roots lead to, and how many edges lead to each. */
  #explore(): readonly Node[] {
    const seen = new Set<Node>(this.#roots.map(({ node }) => node))
    for (const node of seen) {
      if (this.#settings.arrivals?.isEnd(node) === true) continue
      for (const edge of node.edges) {
        if (edge === null) continue
        this.#waiting.set(edge.node, (this.#waiting.get(edge.node) ?? 0) + 1)
        seen.add(edge.node)
      }
    }
    return [...seen]
  }

  /** Where only some gradients are wanted: the nodes that lead to them. */
  #want(nodes: readonly Node[]): void {
    const { inputs } = this.#settings
    if (inputs === undefined) return
    inputs.forEach((tensor, input) => {
      this.#found.push(null)
      const edge = gradientEdge(tensor)
      if (edge === null) return
      const list = this.#captures.get(edge.node) ?? []
      list.push({ index: edge.index, input })
      this.#captures.set(edge.node, list)
    })
    const users = new Map<Node, Node[]>()
    for (const node of nodes) {
      for (const edge of node.edges) {
        if (edge === null) continue
        const list = users.get(edge.node)
        if (list === undefined) users.set(edge.node, [node])
        else list.push(node)
      }
    }
    // A result that keeps its gradient does so as its node runs.
    const needed = new Set<Node>(this.#settings.accumulates ? this.#captures.keys() : [])
    for (const node of this.#captures.keys()) for (const user of users.get(node) ?? []) needed.add(user)
    for (const node of needed) for (const user of users.get(node) ?? []) needed.add(user)
    this.#needed = needed
  }

  #receive(node: Node, index: number, cotangent: Tensor | null): void {
    let list = this.#cotangents.get(node)
    if (list === undefined) {
      list = []
      this.#cotangents.set(node, list)
    }
    while (list.length <= index) list.push(null)
    if (cotangent === null) return
    const known = list[index]
    list[index] = known == null ? cotangent : add(known, cotangent)
  }

  /** Into the list of ready nodes, by when they were recorded. */
  #enqueue(node: Node): void {
    const ready = this.#ready
    let [low, high] = [0, ready.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((ready[middle] as Node).sequence > node.sequence) high = middle
      else low = middle + 1
    }
    ready.splice(low, 0, node)
  }

  #visit(node: Node): void {
    const cotangents = this.#cotangents.get(node) ?? []
    this.#cotangents.delete(node)
    while (cotangents.length < node.outputs.length) cotangents.push(null)
    const { arrivals } = this.#settings
    if (arrivals?.isEnd(node) === true) {
      arrivals.reached.set(node, cotangents)
      return
    }
    const hooked = runPreHooks(node, cotangents)
    if (!this.#settings.accumulates)
      for (const { index, input } of this.#captures.get(node) ?? [])
        this.#found[input] = hooked[index] ?? null
    const runs = this.#needed === undefined || this.#needed.has(node)
    const wanted = node.edges.map((edge) => edge !== null && this.#leads(edge.node))
    const results = runs ? this.#apply(node, hooked, wanted) : []
    node.edges.forEach((edge, k) => {
      if (edge === null) return
      this.#receive(edge.node, edge.index, results[k] ?? null)
      const waiting = (this.#waiting.get(edge.node) ?? 0) - 1
      this.#waiting.set(edge.node, waiting)
      if (waiting === 0) this.#enqueue(edge.node)
    })
  }

  #leads(node: Node): boolean {
    return this.#needed === undefined || this.#needed.has(node) || this.#captures.has(node)
  }

  #apply(
    node: Node,
    cotangents: readonly (Tensor | null)[],
    wanted: readonly boolean[],
  ): readonly (Tensor | null)[] {
    watcher?.walked(node)
    let results = node.apply(cotangents, wanted)
    for (const hook of node.hooks.values()) {
      const given = hook(results, cotangents)
      if (given != null) results = given
    }
    checkForNan(node, results)
    return results
  }
}

/** Hooks of results in their order, then what keeps their gradients, then hooks before the node. */
function runPreHooks(node: Node, cotangents: readonly (Tensor | null)[]): readonly (Tensor | null)[] {
  let hooked = cotangents
  for (const [index, hooks] of node.tensorHooks) {
    for (const hook of hooks.values()) {
      const grad = hooked[index]
      if (grad == null) continue
      const given = hook(grad)
      if (given != null) hooked = hooked.with(index, given)
    }
  }
  for (const [index, kept] of node.retained) {
    const tensor = kept.deref()
    const grad = hooked[index]
    if (tensor === undefined || grad == null) continue
    tensor.storeGrad(tensor.storedGrad === null ? grad : add(tensor.storedGrad, grad))
  }
  for (const hook of node.preHooks.values()) hooked = hook(hooked) ?? hooked
  return hooked
}

/** The gradient backward starts from: given, or 1 for one element. */
export function rootOf(tensor: Tensor, gradient: Tensor | null | undefined): Root {
  if (gradient == null) {
    if (tensor.requiresGrad && tensor.numel() !== 1) throw graphErrors.scalarOnly()
    return { tensor, grad: filled(tensor.device, tensor.type_, 1) }
  }
  if (!tensor.shape.every((dim, axis) => dim === gradient.shape[axis]) || tensor.ndim !== gradient.ndim) {
    throw graphErrors.gradientShape(gradient.shape, tensor.shape)
  }
  if (gradient.device !== tensor.device && gradient.ndim > 0)
    throw graphErrors.gradientDevice(tensor.device, gradient.device)
  return { tensor, grad: moved(gradient.to(tensor.dtype), tensor.device) }
}
