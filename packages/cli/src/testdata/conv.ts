import { conv2d, maxPool2d, program, relu } from '@heddle/core'

export default program('conv', ({ input, parameter }) => {
  const image = input('image', 'f32', [1, 1, 6, 6])
  const weight = parameter('weight', [2, 1, 3, 3], 0.1)
  return { features: maxPool2d(relu(conv2d(image, weight)), { size: 2 }) }
})
