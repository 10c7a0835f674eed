import { add, neg, program } from '@heddle/core'

export default program('twice', ({ input }) => {
  const x = input('x', 'f32', [3])
  return { y: add(neg(neg(x)), x) }
})
