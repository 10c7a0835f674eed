// Stochastic gradient descent as PyTorch does it. A step is recorded like everything else; the learning rate enters as an
// input, so that a schedule changes no plan.
import { noGrad } from '../autograd/grad-mode.ts'
import { float32 } from '../dtypes.ts'
import { notePersistent } from '../engine/evaluate.ts'
import { invalidOption } from '../errors.ts'
import { clearGrad } from '../nn/contents.ts'
import { tensorOfData } from '../ops/creation.ts'
import type { Tensor } from '../tensor/tensor.ts'

export interface SgdOptions {
  readonly lr: number
  readonly momentum?: number
  readonly dampening?: number
  readonly weightDecay?: number
  readonly nesterov?: boolean
}

/** Parameters that share options; the options may be changed between steps. */
export interface SgdGroup {
  params: Tensor[]
  lr: number
  momentum: number
  dampening: number
  weightDecay: number
  nesterov: boolean
}

export type SgdParams =
  | readonly Tensor[]
  | readonly (Partial<SgdOptions> & { readonly params: readonly Tensor[] })[]

export class SGD {
  readonly paramGroups: SgdGroup[]
  readonly #momentum: WeakMap<Tensor, Tensor> = new WeakMap()
  readonly #rates: Map<number, Tensor> = new Map()

  constructor(params: SgdParams, options: SgdOptions) {
    this.paramGroups = groupsOf(params).map((group) => completed(group, options))
  }

  zeroGrad({ setToNone = true }: { readonly setToNone?: boolean } = {}): void {
    for (const { params } of this.paramGroups) for (const param of params) clearGrad(param, setToNone)
  }

  /** Moves every parameter that has a gradient. Gives back the loss of `closure`. */
  step(closure?: () => Tensor): Tensor | null {
    const loss = closure?.() ?? null
    noGrad(() => {
      for (const group of this.paramGroups) for (const param of group.params) this.#update(param, group)
    })
    return loss
  }

  #update(param: Tensor, group: SgdGroup): void {
    if (param.grad === null) return
    const { weightDecay, momentum, nesterov } = group
    let direction = param.grad.detach()
    if (weightDecay !== 0) direction = direction.add(param, { alpha: weightDecay })
    if (momentum !== 0) {
      const buffer = this.#accumulate(param, direction, group)
      direction = nesterov ? direction.add(buffer, { alpha: momentum }) : buffer
    }
    param.sub_(direction.mul(this.#rate(group.lr)))
  }

  /** The first buffer is the direction itself, not dampened. */
  #accumulate(param: Tensor, direction: Tensor, { momentum, dampening }: SgdGroup): Tensor {
    const known = this.#momentum.get(param)
    if (known !== undefined) return known.mul_(momentum).add_(direction, { alpha: 1 - dampening })
    const buffer = direction.clone()
    this.#momentum.set(param, buffer)
    notePersistent(buffer.memory)
    return buffer
  }

  /** The rate as a 0-d tensor, made once while it does not change. */
  #rate(lr: number): Tensor {
    let rate = this.#rates.get(lr)
    if (rate === undefined) {
      rate = tensorOfData(float32, [], Float32Array.of(lr))
      if (this.#rates.size >= this.paramGroups.length) this.#rates.clear()
      this.#rates.set(lr, rate)
    }
    return rate
  }
}

function groupsOf(
  params: SgdParams,
): readonly (Partial<SgdOptions> & { readonly params: readonly Tensor[] })[] {
  if (params.length === 0) throw invalidOption('optimizer got an empty parameter list')
  return isGroups(params) ? params : [{ params }]
}

const isGroups = (
  params: SgdParams,
): params is readonly (Partial<SgdOptions> & { readonly params: readonly Tensor[] })[] => {
  const [first] = params
  return first !== undefined && 'params' in first
}

function completed(
  group: Partial<SgdOptions> & { readonly params: readonly Tensor[] },
  defaults: SgdOptions,
): SgdGroup {
  const { lr, momentum = 0, dampening = 0, weightDecay = 0, nesterov = false } = { ...defaults, ...group }
  if (lr < 0) throw invalidOption(`Invalid learning rate: ${lr}`)
  if (momentum < 0) throw invalidOption(`Invalid momentum value: ${momentum}`)
  if (weightDecay < 0) throw invalidOption(`Invalid weight_decay value: ${weightDecay}`)
  if (nesterov && (momentum <= 0 || dampening !== 0)) {
    throw invalidOption('Nesterov momentum requires a momentum and zero dampening')
  }
  return { params: [...group.params], lr, momentum, dampening, weightDecay, nesterov }
}
