// `torch.autograd.graph`: hooks on what is saved for backward, on several gradients at once, and edges of the graph by themselves.

import { typeName } from '../arguments/type-names.ts'
import { argumentError, type TorchError } from '../errors.ts'
import { Memory } from '../tensor/memory.ts'
import { gradientEdge, Tensor } from '../tensor/tensor.ts'
import { backwardUnderWay } from './backward.ts'
import { type ModeScope, withGradMode } from './grad-mode.ts'
import type { Node, RemovableHandle } from './node.ts'
import { enterPacking, type Packing } from './packing.ts'

export { Node } from './node.ts'

/** Ends what it gives with the block, or with `body`. */
function scoped<T>(scope: ModeScope, body: (() => T) | undefined): T | ModeScope {
  if (body === undefined) return scope
  using _ = scope
  return body()
}

let refusal: string | undefined

/**
 * What nodes save goes through `pack`, which may give anything, and comes back through `unpack` when backward needs it: for a
 * function, or to the end of the block with `using`.
 *
 * @example
 * const x = torch.ones(2, { requiresGrad: true })
 * const y = torch.autograd.graph.savedTensorsHooks((saved) => saved.mul(2), (saved) => saved, () => x.exp())
 * y.sum().backward()
 * x.grad // tensor([5.4366, 5.4366])
 */
export function savedTensorsHooks<P>(pack: (saved: Tensor) => P, unpack: (packed: P) => Tensor): ModeScope
export function savedTensorsHooks<P, T>(
  pack: (saved: Tensor) => P,
  unpack: (packed: P) => Tensor,
  body: () => T,
): T
export function savedTensorsHooks<P, T>(
  pack: (saved: Tensor) => P,
  unpack: (packed: P) => Tensor,
  body?: () => T,
): T | ModeScope {
  if (refusal !== undefined) throw argumentError(refusal)
  const packing: Packing = {
    pack(cell) {
      const packed = withGradMode(false, () => pack(new Tensor({ memory: new Memory(cell) })))
      return {
        unpack: () => {
          const saved: unknown = withGradMode(false, () => unpack(packed))
          if (!(saved instanceof Tensor)) throw notATensor(typeName(saved))
          return saved.cell
        },
        release: () => {},
      }
    },
  }
  return scoped(enterPacking(packing), body)
}

/** What nodes save waits for backward on the CPU. */
export function saveOnCpu(): ModeScope
export function saveOnCpu<T>(body: () => T): T
export function saveOnCpu<T>(body?: () => T): T | ModeScope {
  const pack = (saved: Tensor) => ({ saved: saved.cpu(), device: saved.device })
  const unpack = ({ saved, device }: ReturnType<typeof pack>): Tensor => saved.to(device)
  return body === undefined ? savedTensorsHooks(pack, unpack) : savedTensorsHooks(pack, unpack, body)
}

/** `savedTensorsHooks` throw `message`. */
export function disableSavedTensorsHooks(message: string): ModeScope
export function disableSavedTensorsHooks<T>(message: string, body: () => T): T
export function disableSavedTensorsHooks<T>(message: string, body?: () => T): T | ModeScope {
  const before = refusal
  refusal = message
  const scope: ModeScope = {
    [Symbol.dispose](): void {
      refusal = before
    },
  }
  return scoped(scope, body)
}

export interface GradientEdge {
  readonly node: Node
  readonly outputNr: number
}

/** Where the gradient of a tensor comes along: what may be kept in its place. */
export function getGradientEdge(tensor: Tensor): GradientEdge {
  const edge = gradientEdge(tensor)
  if (edge === null) throw noEdge()
  return { node: edge.node, outputNr: edge.index }
}

/** Calls `hook` with the gradients of tensors when all that backward reaches are there; null for those it does not reach. */
export function registerMultiGradHook(
  tensors: readonly Tensor[],
  hook: (grads: readonly (Tensor | null)[]) => void,
): RemovableHandle {
  const nodes = tensors.map((tensor) => getGradientEdge(tensor).node)
  let backward = 0
  let missing = 0
  let grads: (Tensor | null)[] = []
  const handles = tensors.map((tensor, place) =>
    tensor.registerHook((grad) => {
      const { number, reached } = backwardUnderWay()
      if (number !== backward) {
        backward = number
        grads = tensors.map(() => null)
        missing = nodes.filter((node) => reached.has(node)).length
      }
      grads[place] = grad
      missing--
      if (missing === 0) hook(grads)
      return undefined
    }),
  )
  const remove = (): void => {
    for (const handle of handles) handle.remove()
  }
  return { remove, [Symbol.dispose]: remove }
}

const notATensor = (found: string): TorchError =>
  argumentError(
    `Output of saved tensor unpack_hook expected to be a Tensor but got result of type ${found}`,
    { found },
    'TypeError',
  )
const noEdge = (): TorchError =>
  argumentError('It is not possible to get the gradient edge for a Tensor that does not require gradients')
