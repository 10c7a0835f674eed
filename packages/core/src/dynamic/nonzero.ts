// Elements chosen by their values, on the host: as many as there are.
import { broadcastShapes } from '../front/operand.ts'
import { forEachIndex, numbersOf, offsetOf } from '../interpret/nd-array.ts'
import { traced } from '../ir/provenance.ts'
import { type HostArray, hostArray } from '../session/host-array.ts'
import { asHostArray, copyElements } from './host-operand.ts'

/**
 * Positions of all elements that are not 0 (NaN is not), in row-major order, one a row.
 *
 * *Shapes*: x of rank r → i32 `[count, r]`. *Throws* `GRAPH_DYNAMIC_SIZE` for a value of a graph.
 *
 * @example
 * nonzero(hostArray('f32', [2, 2], Float32Array.of(1, 0, 0, 2))).toNested() // => [[0, 0], [1, 1]]
 */
export const nonzero: (x: HostArray) => HostArray = traced((x: HostArray): HostArray => {
  const array = asHostArray('nonzero', x, 'countNonzero, or select with a condition')
  const { shape } = array
  const numbers = numbersOf(array)
  const positions: number[] = []
  let at = 0
  let count = 0
  forEachIndex(shape, (index) => {
    if (numbers[at++] === 0) return
    positions.push(...index)
    count++
  })
  return hostArray('i32', [count, shape.length], Int32Array.from(positions))
})

/**
 * The elements of x where the mask is not 0, in row-major order. Both broadcast.
 *
 * *Shapes*: → `[count]`. *Dtypes*: that of x. *Throws* `SHAPE_BROADCAST`, `GRAPH_DYNAMIC_SIZE` for a value of a graph.
 *
 * @example
 * const mask = hostArray('bool', [3], Uint8Array.of(1, 0, 1))
 * maskedSelect(hostArray('i32', [3], Int32Array.of(5, 6, 7)), mask).toNested() // => [5, 7]
 */
export const maskedSelect: (x: HostArray, mask: HostArray) => HostArray = traced(
  (x: HostArray, mask: HostArray): HostArray => {
    const instead = 'select(mask, x, 0)'
    const from = asHostArray('maskedSelect', x, instead)
    const chosen = asHostArray('maskedSelect', mask, instead)
    const shape = broadcastShapes('maskedSelect', [from.shape, chosen.shape])
    const offsets: number[] = []
    const isChosen = numbersOf(chosen)
    forEachIndex(shape, (index) => {
      if (isChosen[broadcastOffset(chosen, index)] !== 0) offsets.push(broadcastOffset(from, index))
    })
    return hostArray(from.dtype, [offsets.length], copyElements(from, offsets))
  },
)

/** Offset of the element that is seen at an index of a shape the array broadcasts to. */
function broadcastOffset({ shape }: HostArray, index: readonly number[]): number {
  const own = index.slice(index.length - shape.length)
  return offsetOf(
    shape,
    own.map((position, axis) => (shape[axis] === 1 ? 0 : position)),
  )
}
