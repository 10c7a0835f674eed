import {
  add,
  type Graph,
  type IndexExpression,
  interpreterBackend,
  type Kernel,
  program,
  sum,
  transpose,
} from '@heddle/core'
import { expect, test } from 'vitest'
import { runPipeline } from '../pipeline.ts'

const { capabilities } = interpreterBackend()
const onlyKernel = (graph: Graph): Kernel => {
  const { plan } = runPipeline(graph, { ...capabilities, rowKernels: true })
  expect(plan.kernels).toHaveLength(1)
  return plan.kernels[0] as Kernel
}
const extents = (kernel: Kernel): readonly number[] => kernel.axes.map((axis) => axis.extent)
const constantOf = (index: IndexExpression | undefined): number | undefined => index?.constant

test('collapse: axes that are walked together become one', () => {
  const kernel = onlyKernel(
    program('sum', ({ input }) => ({ y: add(input('x', 'f32', [3, 4, 5]), input('z', 'f32', [3, 4, 5])) })),
  )

  expect(extents(kernel)).toEqual([60])
  expect(constantOf(kernel.stages[0]?.kind === 'map' ? kernel.stages[0].stores[0]?.index : undefined)).toBe(0)
})

test('collapse: axes an operand reads in another order stay apart', () => {
  const kernel = onlyKernel(
    program('crossed', ({ input }) => ({
      y: add(input('x', 'f32', [3, 4]), transpose(input('z', 'f32', [4, 3]))),
    })),
  )

  expect(extents(kernel)).toEqual([3, 4])
})

test('collapse: reduced axes join, so that whole planes are summed in lanes', () => {
  const kernel = onlyKernel(
    program('planes', ({ input }) => ({ y: sum(input('x', 'f32', [2, 14, 14]), { axes: [1, 2] }) })),
  )

  expect(extents(kernel)).toEqual([2, 196])
  expect(kernel.stages[0]?.kind === 'reduce' ? kernel.stages[0].lanes : 0).toBe(16)
})

test('lanes: a sum over rows that lie apart runs in one lane, across columns', () => {
  const kernel = onlyKernel(
    program('columns', ({ input }) => ({ y: sum(input('x', 'f32', [64, 32]), { axis: 0 }) })),
  )

  expect(kernel.stages[0]?.kind === 'reduce' ? kernel.stages[0].lanes : 0).toBe(1)
})
