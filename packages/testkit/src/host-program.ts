// A program with a host step between two kernels, for tests of how runtimes and plans treat these.
import { createBuilder, type Graph } from '@heddle/core'
import { graphOf, inputValue } from './samples.ts'

/** Positions that sort the rows of `x + 1`, plus 1: a feed `x`, an output `y`. */
export function sorting(shape: readonly number[], descending = false): Graph {
  const b = createBuilder()
  const x = inputValue(b, 'x', 'f32', shape)
  const order = b.argSort(b.add(x, b.full({ ...x.type, value: 1 })), { axis: shape.length - 1, descending })
  return graphOf('sorting', [x], { y: b.add(order, b.full({ ...order.type, value: 1 })) })
}
