// Nodes of views whose memory was written to: the tensor they are views of gets a node that gives the written part to the
// operation and the rest back to where it came from; views get a node for what they show since.

import { internalError } from '@heddle/core'
import type { ArrayType } from '../engine/types.ts'
import { filled } from '../tensor/filled.ts'
import type { Layout } from '../tensor/layout.ts'
import type { View, ViewStep } from '../tensor/memory.ts'
import { gradientEdge, type Tensor } from '../tensor/tensor.ts'
import { type Edge, Node } from './node.ts'
import { SavedNode } from './saved-node.ts'

const look = (view: View, whole: Tensor): Tensor => view.steps.reduce((seen, step) => step.look(seen), whole)

/** `whole` with `part` where the view looks. */
function place(view: View, whole: Tensor, part: Tensor): Tensor {
  const steps = view.direct === undefined ? view.steps : [view.direct()]
  const wholes = [whole]
  for (const step of steps.slice(0, -1)) wholes.push(step.look(wholes.at(-1) as Tensor))
  return steps.reduceRight((inner, step, k) => placed(step, wholes[k] as Tensor, inner), part)
}

function placed({ place }: ViewStep, whole: Tensor, part: Tensor): Tensor {
  if (place === undefined) throw internalError('torch', 'a view is placed along a step that has no way back')
  return place(whole, part)
}

/** Of a tensor of which a part was written to. */
export class CopySlices extends Node {
  readonly #view: View
  readonly #write: Node

  constructor(base: ArrayType, baseEdge: Edge | null, view: View, write: Node) {
    super('CopySlices', [baseEdge, ...write.edges.slice(1)], [base])
    this.#view = view
    this.#write = write
  }

  override apply([grad]: readonly (Tensor | null)[], wanted: readonly boolean[]): readonly (Tensor | null)[] {
    if (grad == null) return this.edges.map(() => null)
    const part = look(this.#view, grad)
    const [own, ...others] = this.#write.apply([part], [true, ...wanted.slice(1)])
    const { device } = grad
    const inner = own ?? filled(device, part.type_, 0)
    return [place(this.#view, grad, inner), ...others]
  }

  override release(): void {
    this.#write.release()
  }
}

class AsStrided extends SavedNode {
  readonly #view: View
  readonly #layout: Layout

  constructor(base: Tensor, view: View, layout: Layout) {
    super('AsStridedBackward0', [gradientEdge(base)], [])
    this.#view = view
    this.#layout = layout
  }

  override saved(name: string): unknown {
    const { shape, strides, offset } = this.#layout
    return new Map<string, unknown>([
      ['size', shape],
      ['stride', strides],
      ['storage_offset', offset],
    ]).get(name)
  }

  override apply([grad]: readonly (Tensor | null)[]): readonly (Tensor | null)[] {
    if (grad == null) return [null]
    return [this.#view.steps.reduceRight((back, step) => step.back(back), grad)]
  }
}

/** A node for what a view shows of its base now. */
export const regeneratedView = (base: Tensor, view: View, layout: Layout): Node =>
  new AsStrided(base, view, layout)
