import { mul, program, sum } from '@heddle/core'

export default program('two-losses', ({ input, parameter }) => {
  const y = mul(input('x', 'f32', [2]), parameter('w', [2], 1))
  return { first: sum(y), second: sum(mul(y, y)) }
})
