import { add, program } from '@heddle/core'

export default program('sorted', ({ input }) => {
  const x = add(input('x', 'f32', [2, 600]), 1)
  return { order: add(x.builder.argSort(x, { axis: 1, descending: false }), 1) }
})
