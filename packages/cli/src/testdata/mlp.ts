import { crossEntropy, kaimingUniform, linear, program, relu } from '@heddle/core'

export default program('mlp', ({ input, parameter }) => {
  const x = input('x', 'f32', [4, 6])
  const y = input('y', 'i32', [4])
  const hidden = relu(linear(x, parameter('w1', [5, 6], kaimingUniform({ fanIn: 6 })), parameter('b1', [5], 0)))
  const logits = linear(hidden, parameter('w2', [3, 5], kaimingUniform({ fanIn: 5 })), parameter('b2', [3], 0))
  return { loss: crossEntropy(logits, y), logits }
})
