import { kaimingUniform, linear, program, relu } from '@heddle/core'
export default program('layer', ({ input, parameter }) => {
  const x = input('x', 'f32', [64, 784])
  const w = parameter('w', [10, 784], kaimingUniform({ fanIn: 784 }))
  return { y: relu(linear(x, w)) }
})
