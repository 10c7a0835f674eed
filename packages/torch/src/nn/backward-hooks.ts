// Hooks on the gradients of a module. Its inputs and outputs pass through nodes that change nothing; hooks on those nodes see the
// gradients of the outputs first, and call the user's hooks when those of the inputs are there.
import { isGradEnabled } from '../autograd/grad-mode.ts'
import { Node } from '../autograd/node.ts'
import { filled } from '../tensor/filled.ts'
import { gradientEdge, Tensor } from '../tensor/tensor.ts'
import type { FullBackwardHook, FullBackwardPreHook } from './hooks.ts'
import type { AnyModule } from './module.ts'
import * as errors from './module-errors.ts'

type Grads = readonly (Tensor | null)[]

interface UserHooks {
  /** On the gradients of the outputs. */
  readonly before: readonly FullBackwardPreHook[]
  /** When those of the inputs are there, too. */
  readonly after: readonly FullBackwardHook[]
}

export class BackwardHooks {
  readonly #module: AnyModule
  readonly #before: readonly FullBackwardPreHook[]
  readonly #hooks: readonly FullBackwardHook[]
  #inputCount = 0
  /** Which inputs are tensors; undefined where none of them wants a gradient. */
  #inputPlaces: readonly number[] | undefined
  #gradOutputs: Grads | undefined

  constructor(module: AnyModule, { before, after }: UserHooks) {
    this.#module = module
    this.#before = before
    this.#hooks = after
  }

  passInputs(inputs: readonly unknown[]): readonly unknown[] {
    const passed = passThrough(inputs)
    this.#inputCount = inputs.length
    this.#inputPlaces = passed?.places
    passed?.node.registerHook((gradInputs) => this.#callHooks(gradInputs))
    return passed?.values ?? inputs
  }

  passOutput(output: unknown): unknown {
    const outputs: readonly unknown[] = Array.isArray(output) ? output : [output]
    const passed = passThrough(outputs)
    if (passed === undefined) return output
    const { node, places, values } = passed
    node.registerHook((_, gradOutputs) => {
      const found = this.#callBefore(spread(gradOutputs, places, outputs.length))
      this.#gradOutputs = found
      if (this.#inputPlaces === undefined) this.#callWithoutInputs(found)
      return places.map((place) => found[place] ?? null)
    })
    return Array.isArray(output) ? values : values[0]
  }

  #callBefore(found: Grads): Grads {
    let grads = found
    for (const hook of this.#before) {
      const given = hook(this.#module, grads)
      if (given == null) continue
      if (given.length !== grads.length) throw errors.gradOutputCount(given.length, grads.length)
      grads = given
    }
    return grads
  }

  #callHooks(found: Grads): Grads | undefined {
    const gradOutputs = this.#gradOutputs
    const places = this.#inputPlaces ?? []
    // Without them the gradient came past the outputs, as in a second derivative.
    if (gradOutputs === undefined) return undefined
    let gradInputs = spread(found, places, this.#inputCount)
    for (const hook of this.#hooks) {
      const given = hook(this.#module, gradInputs, gradOutputs)
      if (given == null) continue
      if (given.length !== gradInputs.length) throw errors.gradInputCount(given.length, gradInputs.length)
      gradInputs = given
    }
    this.#gradOutputs = undefined
    return places.map((place) => gradInputs[place] ?? null)
  }

  #callWithoutInputs(gradOutputs: Grads): void {
    const none = new Array<null>(this.#inputCount).fill(null)
    for (const hook of this.#hooks) {
      const given = hook(this.#module, none, gradOutputs)
      if (given?.some((grad) => grad !== null)) throw errors.gradInputWithoutInputs()
    }
    this.#gradOutputs = undefined
  }
}

const spread = (grads: Grads, places: readonly number[], count: number): Grads => {
  const all = new Array<Tensor | null>(count).fill(null)
  places.forEach((place, k) => {
    all[place] = grads[k] ?? null
  })
  return all
}

interface Passed {
  readonly node: Node
  /** Which values are tensors. */
  readonly places: readonly number[]
  readonly values: readonly unknown[]
}

/** The values, tensors among them made by a node of their own; undefined where no gradient is wanted. */
function passThrough(values: readonly unknown[]): Passed | undefined {
  const places = values.flatMap((value, place) => (value instanceof Tensor ? [place] : []))
  const tensors = places.map((place) => values[place] as Tensor)
  if (!isGradEnabled() || !tensors.some(({ requiresGrad }) => requiresGrad)) return undefined
  const node = new PassThrough(tensors)
  const passed = [...values]
  tensors.forEach((tensor, index) => {
    passed[places[index] as number] = throughNode(tensor, node, index)
  })
  return { node, places, values: passed }
}

const throughNode = (tensor: Tensor, node: Node, index: number): Tensor => {
  const { memory, view_: view, layout_: layout, counter, type_: type, requiresGrad } = tensor
  return new Tensor({ memory, view, layout, counter, edge: requiresGrad ? { node, index } : null }, type)
}

class PassThrough extends Node {
  readonly #device: Tensor['device']

  constructor(tensors: readonly Tensor[]) {
    super(
      'BackwardHookFunctionBackward',
      tensors.map(gradientEdge),
      tensors.map(({ type_ }) => type_),
    )
    this.#device = (tensors[0] as Tensor).device
  }

  /** Results that were not used have zeros. */
  override apply(cotangents: Grads): Grads {
    return this.outputs.map((type, k) => cotangents[k] ?? filled(this.#device, type, 0))
  }
}
