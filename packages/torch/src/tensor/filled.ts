// Tensors of one number everywhere, made without an array of them.
import { apply, type Cell } from '../engine/cell.ts'
import type { Device } from '../engine/device.ts'
import { type Fragment, makeFragment } from '../engine/fragment.ts'
import type { ArrayType } from '../engine/types.ts'
import { Memory } from './memory.ts'
import { Tensor } from './tensor.ts'

const fragments = new Map<number, WeakMap<ArrayType, Fragment>>()

/** `value` everywhere, outside of autograd's graph. */
export function filled(device: Device, type: ArrayType, value: number): Tensor {
  let byType = fragments.get(value)
  if (byType === undefined) {
    byType = new WeakMap()
    fragments.set(value, byType)
  }
  let fragment = byType.get(type)
  if (fragment === undefined) {
    const { dtype, shape } = type
    fragment = makeFragment([], (_, b) => b.full({ dtype, shape, value }))
    byType.set(type, fragment)
  }
  return new Tensor({ memory: new Memory(apply(device, fragment, [])[0] as Cell) })
}
