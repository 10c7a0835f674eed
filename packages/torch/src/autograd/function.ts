// Operations of the user's own: forward and backward as static functions of a class, as PyTorch's `autograd.Function`.

import { filled } from '../tensor/filled.ts'
import { Memory } from '../tensor/memory.ts'
import { gradientEdge, Tensor } from '../tensor/tensor.ts'
import { callSite } from './anomaly.ts'
import * as graphErrors from './errors.ts'
import { isGradEnabled, withGradMode } from './grad-mode.ts'
import { isList, listOf } from './lists.ts'
import { Node } from './node.ts'

interface SavedTensor {
  readonly tensor: Tensor
  readonly version: number
}

/** What forward hands to backward: `Saved` are the tensors it keeps. Other fields may be put on it. */
export class FunctionContext<Saved extends readonly (Tensor | null)[] = readonly Tensor[]> {
  #saved: readonly (SavedTensor | null)[] = []
  #node: CustomNode | undefined
  #isFreed = false
  readonly nonDifferentiable: Set<Tensor> = new Set()
  readonly dirty: Set<Tensor> = new Set()
  materializesGrads = true
  /** Which of the arguments want a gradient. */
  needsInputGrad: readonly boolean[] = [];
  [field: string]: unknown

  /** Keeps tensors for backward: operands, results, or neither. */
  saveForBackward(...tensors: readonly (Tensor | null)[]): void {
    if (tensors.some((tensor) => tensor?.isInference())) throw graphErrors.inferenceSaved()
    this.#saved = tensors.map((tensor) => tensor && { tensor, version: tensor._version })
  }
  get savedTensors(): Saved {
    if (this.#isFreed) throw graphErrors.secondBackward()
    const tensors = this.#saved.map((saved) => {
      if (saved === null) return null
      const { tensor, version } = saved
      if (tensor._version !== version)
        throw graphErrors.modifiedInPlace(tensor, tensor.gradFn, tensor.outputNr, version)
      return tensor
    })
    return tensors as readonly (Tensor | null)[] as Saved
  }
  /** Results through which nothing flows back. */
  markNonDifferentiable(...tensors: readonly Tensor[]): void {
    for (const tensor of tensors) this.nonDifferentiable.add(tensor)
  }
  /** Operands that forward wrote to. */
  markDirty(...tensors: readonly Tensor[]): void {
    for (const tensor of tensors) this.dirty.add(tensor)
  }
  /** Whether backward gets zeros for results that have no gradient (the default), or null. */
  setMaterializeGrads(value: boolean): void {
    this.materializesGrads = value
  }
  /** Of the engine. */
  attach(node: CustomNode): void {
    this.#node = node
  }
  free(): void {
    if (this.#saved.length > 0) this.#isFreed = true
    this.#saved = []
  }
  get node(): Node | undefined {
    return this.#node
  }
}

type Gradients = Tensor | null | undefined | readonly (Tensor | null | undefined)[]

/**
 * Subclasses say `static forward(ctx, ...args)`, which is run without gradients, and `static backward(ctx, ...grads)`, which gives a
 * gradient (or null) for each argument; `apply` calls it.
 *
 * @example
 * class Double extends torch.autograd.Function {
 *   static override forward(_ctx: torch.autograd.FunctionContext, x: torch.Tensor) { return x.mul(2) }
 *   static override backward(_ctx: torch.autograd.FunctionContext, grad: torch.Tensor) { return grad.mul(2) }
 * }
 * Double.apply(torch.ones(2)).tolist() // => [2, 2]
 */
// biome-ignore lint/complexity/noStaticOnlyClass: the form users of PyTorch know.
export class AutogradFunction {
  static forward(_ctx: FunctionContext, ..._args: never[]): Tensor | readonly Tensor[] {
    throw graphErrors.noForward()
  }
  static backward(_ctx: FunctionContext, ..._grads: Tensor[]): Gradients {
    throw graphErrors.noBackward()
  }

  /** Calls it. It may be taken from the class: `const double = Double.apply`. */
  static get apply(): Apply {
    // biome-ignore lint/complexity/noThisInStatic: the subclass that is applied.
    return (...args) => applied(this, args) as never
  }
}

type Apply = <T extends Tensor | readonly Tensor[] = Tensor>(...args: readonly unknown[]) => T

function applied(definition: typeof AutogradFunction, args: readonly unknown[]): Tensor | readonly Tensor[] {
  const ctx = new FunctionContext()
  const isRecorded = isGradEnabled() && args.some((arg) => arg instanceof Tensor && arg.requiresGrad)
  ctx.needsInputGrad = args.map((arg) => isRecorded && arg instanceof Tensor && arg.requiresGrad)
  const returned = withGradMode(false, () => definition.forward(ctx, ...(args as never[])))
  const outputs = listOf(returned)
  const results = isRecorded ? withNode(definition, ctx, args, outputs) : outputs
  return isList(returned) ? results : (results[0] as Tensor)
}

function withNode(
  definition: typeof AutogradFunction,
  ctx: FunctionContext,
  args: readonly unknown[],
  outputs: readonly Tensor[],
): readonly Tensor[] {
  const node = new CustomNode(definition, ctx, args, outputs)
  ctx.attach(node)
  return outputs.map((output, index) => {
    if (ctx.nonDifferentiable.has(output) || !output.dtype.isFloatingPoint) return output
    // An operand that is returned as it is becomes a tensor of its own, unless it was written to.
    const isOperand = args.includes(output) && !ctx.dirty.has(output)
    const result = isOperand ? new Tensor({ memory: new Memory(output.cell) }) : output
    result.edge = { node, index }
    return result
  })
}

export class CustomNode extends Node {
  readonly #definition: typeof AutogradFunction
  readonly #ctx: FunctionContext
  readonly #isTensor: readonly boolean[]
  readonly #outputs: readonly Tensor['type_'][]

  constructor(
    definition: typeof AutogradFunction,
    ctx: FunctionContext,
    args: readonly unknown[],
    outputs: readonly Tensor[],
  ) {
    const tensors = args.filter((arg) => arg instanceof Tensor)
    super(
      `${definition.name}Backward`,
      tensors.map(gradientEdge),
      outputs.map(({ type_ }) => type_),
    )
    this.#definition = definition
    this.#ctx = ctx
    this.#isTensor = args.map((arg) => arg instanceof Tensor)
    this.#outputs = outputs.map(({ type_ }) => type_)
    this.trace = callSite()
  }

  /** Tensors that forward saved. */
  get savedTensors(): readonly (Tensor | null)[] {
    return this.#ctx.savedTensors
  }

  override apply(cotangents: readonly (Tensor | null)[]): readonly (Tensor | null)[] {
    const device = cotangents.find((cotangent) => cotangent !== null)?.device
    const given = cotangents.map((cotangent, k) =>
      cotangent === null && this.#ctx.materializesGrads && device !== undefined
        ? filled(device, this.#outputs[k] as Tensor['type_'], 0)
        : cotangent,
    )
    const returned = this.#definition.backward(this.#ctx, ...(given as Tensor[]))
    const gradients = Array.isArray(returned) ? returned : [returned as Tensor | null | undefined]
    return this.#perTensor(gradients)
  }

  /** Gradients of the arguments that are tensors. Throws where there is one too many, or one for something else. */
  #perTensor(gradients: readonly (Tensor | null | undefined)[]): readonly (Tensor | null)[] {
    const count = this.#isTensor.length
    if (gradients.length < count || gradients.slice(count).some((each) => each != null)) {
      throw graphErrors.gradientCount(this.name(), count, gradients.length)
    }
    this.#isTensor.forEach((isTensor, k) => {
      if (!isTensor && gradients[k] != null) throw graphErrors.gradientForNonTensor(this.name(), k + 1)
    })
    return this.#isTensor.flatMap((isTensor, k) => (isTensor ? [gradients[k] ?? null] : []))
  }

  override release(): void {
    this.#ctx.free()
  }
}

export { AutogradFunction as Function }
