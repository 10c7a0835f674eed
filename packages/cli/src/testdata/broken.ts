import { matmul, program } from '@heddle/core'

export default program('broken', ({ input }) => {
  const x = input('x', 'f32', [2, 3])
  const y = input('y', 'f32', [4, 3])
  return { z: matmul(x, y) }
})
