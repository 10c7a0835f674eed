// In which order PyTorch's kernels visit the elements of a strided tensor that they fill one by one: along the axes with the smallest
// strides first, wherever they stand in the shape. Of a contiguous tensor that is the logical order; a transposed one is filled in
// the order of its memory.

/** The offset of each element from the tensor's first, in the order in which they are drawn. */
export function drawOrder(shape: readonly number[], strides: readonly number[]): Int32Array {
  const axes = fastestFirst(shape, strides)
  const offsets = new Int32Array(shape.reduce((size, extent) => size * extent, 1))
  let known = Math.min(1, offsets.length)
  for (const axis of axes) {
    const [extent, stride] = [shape[axis] ?? 1, strides[axis] ?? 0]
    for (let at = known; at < known * extent; at++) {
      offsets[at] = (offsets[at % known] as number) + Math.floor(at / known) * stride
    }
    known *= extent
  }
  return offsets
}

/** Sorted by insertion from the last axis on; an axis of stride 0 is passed over, equal strides by rising extents. */
function fastestFirst(shape: readonly number[], strides: readonly number[]): readonly number[] {
  const axes = shape.map((_, axis) => axis).reverse()
  for (let from = 1; from < axes.length; from++) {
    let at = from
    for (let before = from - 1; before >= 0; before--) {
      const [first, second] = [axes[before] as number, axes[at] as number]
      const order = comparison(shape, strides, first, second)
      if (order < 0) break
      if (order === 0) continue
      axes[before] = second
      axes[at] = first
      at = before
    }
  }
  return axes
}

function comparison(shape: readonly number[], strides: readonly number[], a: number, b: number): number {
  const [strideA, strideB] = [strides[a] ?? 0, strides[b] ?? 0]
  if (strideA === 0 || strideB === 0) return 0
  if (strideA !== strideB) return strideA - strideB
  return (shape[a] ?? 1) > (shape[b] ?? 1) ? 1 : 0
}
