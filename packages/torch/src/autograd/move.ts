// The same elements on another device. What is moved is evaluated; its gradient moves back.
import { cellOfData } from '../engine/cell.ts'
import type { Device } from '../engine/device.ts'
import { readCell } from '../engine/evaluate.ts'
import { preservedStrides } from '../tensor/layout.ts'
import { Memory } from '../tensor/memory.ts'
import { gradientEdge, Tensor } from '../tensor/tensor.ts'
import { isGradEnabled } from './grad-mode.ts'
import { Node } from './node.ts'

class Moved extends Node {
  readonly #from: Device

  constructor(self: Tensor) {
    super('ToCopyBackward0', [gradientEdge(self)], [self.type_])
    this.#from = self.device
  }

  override apply([grad]: readonly (Tensor | null)[]): readonly (Tensor | null)[] {
    return [grad == null ? null : moved(grad, this.#from)]
  }
}

/** The tensor itself if it is there, else a copy. Throws where the device cannot hold it. */
export function moved(self: Tensor, device: Device): Tensor {
  const { dtype, shape } = self.type_
  if (device === self.device) return self
  device.requireHeld(dtype)
  const node = isGradEnabled() && self.requiresGrad ? new Moved(self) : null
  const memory = new Memory(cellOfData(device, dtype, shape, readCell(self.cell)))
  const copy = new Tensor({ memory, edge: node && { node, index: 0 } }, self.type_)
  if (self.isContiguous()) return copy
  return copy.withLayout({ shape, strides: preservedStrides(self.layout_), offset: 0 })
}
