// Where gradients arrive: the node of a leaf adds what backward brings to the leaf's `grad`.
import type { Value } from '@heddle/core'
import { add } from '../ops/arithmetic.ts'
import { operation } from '../ops/operation.ts'
import { run } from '../ops/run.ts'
import { Memory } from '../tensor/memory.ts'
import { setAccumulator, Tensor } from '../tensor/tensor.ts'
import { isGradEnabled } from './grad-mode.ts'
import { Node } from './node.ts'

const copied = operation({ name: 'copy', node: 'CopyBackwards', build: ([x]) => x as Value })

export class AccumulateGrad extends Node {
  /** Leaves take theirs as soon as it is complete. */
  override readonly sequence: number = Number.POSITIVE_INFINITY
  /** The leaf itself. */
  readonly variable: Tensor

  constructor(variable: Tensor) {
    super('AccumulateGrad', [], [variable.type_])
    this.variable = variable
  }

  override apply([grad]: readonly (Tensor | null)[]): readonly (Tensor | null)[] {
    if (grad == null) return []
    accumulate(this.variable, grad)
    for (const hook of this.variable.postAccumulateHooks?.values() ?? []) hook(this.variable)
    return []
  }
}

/** Adds to the `grad` of a tensor: in place, unless backward itself is being recorded. */
export function accumulate(tensor: Tensor, grad: Tensor): void {
  const known = tensor.storedGrad
  if (known === null) {
    tensor.storeGrad(isGradEnabled() ? run(copied, [grad]) : new Tensor({ memory: new Memory(grad.cell) }))
  } else if (isGradEnabled()) tensor.storeGrad(add(known, grad))
  else {
    const sum = add(known, grad)
    known.write(sum.cell)
    tensor.storeGrad(known)
  }
}

setAccumulator((leaf) => new AccumulateGrad(leaf))
