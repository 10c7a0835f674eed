// `torch.Size`: an array of extents that prints as PyTorch's.
import { sizeOf } from '@heddle/core'
import { showAsText } from '../show.ts'

const known = new WeakMap<readonly number[], Size>()

export class Size extends Array<number> {
  static override get [Symbol.species](): ArrayConstructor {
    return Array
  }
  /** The number of elements. */
  numel(): number {
    return sizeOf(this)
  }
  /** `torch.Size([2, 3])` */
  override toString(): string {
    return `torch.Size([${this.join(', ')}])`
  }
}
showAsText(Size)

/** The extents of a shape; one object for one array. */
export function sizeOfShape(shape: readonly number[]): Size {
  let size = known.get(shape)
  if (size === undefined) {
    size = new Size(shape.length)
    for (let axis = 0; axis < shape.length; axis++) size[axis] = shape[axis] as number
    known.set(shape, Object.freeze(size))
  }
  return size
}
