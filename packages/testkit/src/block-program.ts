// A gradient through blocks of layers, for tests of what keeping or computing again costs.
import { gradient } from '@heddle/compiler'
import { type Graph, matmul, program, sum, tanh, type Value } from '@heddle/core'

/** Four blocks of four layers that share a weight; `wrap` says what a block is made of, say a `checkpoint`. */
export const blockProgram = (wrap: (block: (x: Value) => Value, x: Value) => Value): Graph =>
  program('net', ({ input }) => {
    const w = input('w', 'f32', [16, 16])
    const block = (x: Value): Value => {
      let y = x
      for (let layer = 0; layer < 4; layer++) y = tanh(matmul(y, w))
      return y
    }
    let y: Value = input('x', 'f32', [16, 16])
    for (let part = 0; part < 4; part++) y = wrap(block, y)
    const [dw = y] = gradient(sum(y), [w])
    return { dw }
  })
