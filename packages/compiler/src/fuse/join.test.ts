// A stored value joins a kernel that uses it anyway, as one more output, unless the two would then wait for each other.
import { add, cumSum, type Graph, mul, program, scatterAdd, sum, tanh, type Value } from '@heddle/core'
import { gpuTarget } from '@heddle/testkit'
import { expect, test } from 'vitest'
import { runPipeline } from '../pipeline.ts'

/** For each kernel or host step, in order, the ops of what it stores. */
const stepsOf = (graph: Graph): readonly (readonly string[])[] =>
  runPipeline(graph, gpuTarget).schedule.groups.map(({ outputs }) => outputs.map(({ op }) => op))

const shares = (use: (shared: Value) => Readonly<Record<string, Value>>): Graph =>
  program('shares', ({ input }) => use(tanh(tanh(input('x', 'f32', [8, 8])))))

test('fuse: a value that is an output joins the kernel of its user', () => {
  const graph = shares((shared) => ({ shared, y: add(shared, 1) }))

  expect(stepsOf(graph)).toEqual([['add', 'tanh']])
})

test('fuse: a value does not join a kernel that reads the reduction of it', () => {
  const graph = shares((shared) => ({ y: mul(shared, sum(shared, { axis: 1, keepDims: true })) }))

  expect(stepsOf(graph)).toEqual([['mul'], ['reduceSum'], ['tanh']])
})

test('fuse: a value does not join a kernel that reads what a host step makes of it', () => {
  const graph = shares((shared) => ({ y: mul(shared, cumSum(shared, { axis: 0 })) }))

  expect(stepsOf(graph)).toEqual([['mul'], ['cumulate'], ['tanh']])
})

test('fuse: a value does not join a kernel that reads what others make of it in several steps', () => {
  const graph = shares((shared) => {
    const rows = sum(shared, { axis: 1, keepDims: true })
    return { y: mul(shared, sum(cumSum(rows, { axis: 0 }))) }
  })

  expect(stepsOf(graph)).toEqual([['mul'], ['reduceSum'], ['cumulate'], ['reduceSum'], ['tanh']])
})

test('fuse: nothing is stored along with a scatter, which fills its array in two kernels', () => {
  const graph = program('counts', ({ input }) => {
    const shared = tanh(tanh(input('x', 'f32', [8])))
    return { shared, y: scatterAdd(shared, input('at', 'i32', [3]), 1) }
  })

  expect(stepsOf(graph)).toEqual([['scatter'], ['tanh']])
})
