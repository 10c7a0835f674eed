// Programs far deeper than the stack, and wider than a kernel: everything that walks a graph must be iterative and near-linear.
// Growth is measured in counts (nodes visited, kernels, steps), never in seconds.
import {
  createBuilder,
  type Graph,
  graphLines,
  interpreterBackend,
  nodesOf,
  printPlan,
  type Value,
} from '@heddle/core'
import { expect, test } from 'vitest'
import { gradient } from './autodiff/gradient.ts'
import { runPipeline } from './pipeline.ts'

const { capabilities } = interpreterBackend()

function graphOf(inputs: readonly Value<'input'>[], outputs: Readonly<Record<string, Value>>): Graph {
  return {
    name: 'deep',
    inputs: inputs.map((value) => ({ value, role: 'feed', trainable: false, initial: undefined })),
    outputs: Object.entries(outputs).map(([name, value]) => ({ name, value })),
    updates: [],
  }
}

/** Lines of the text of a graph, one by one: a million need not be one string. */
function countLines(graph: Graph): number {
  let count = 0
  for (const _ of graphLines(graph)) count++
  return count
}

/** `x -> x + w -> (x + w) * w -> …`: a chain of `length` ops, its sum, and its derivative. */
function chain(length: number): Graph {
  const b = createBuilder()
  const x = b.input({ name: 'x', dtype: 'f32', shape: [4] }) as Value<'input'>
  const w = b.input({ name: 'w', dtype: 'f32', shape: [4] }) as Value<'input'>
  let value: Value = x
  for (let k = 0; k < length; k++) value = k % 2 === 0 ? b.add(value, w) : b.mul(value, w)
  const loss = b.reduceSum(value, { axes: [0] })
  const [dx] = gradient(loss, [x])
  return graphOf([x, w], { loss, dx: dx ?? x })
}

test('depth: a chain of 1,000,000 ops is built, differentiated, optimised, planned and printed', () => {
  const graph = chain(1_000_000)

  const { optimized, plan } = runPipeline(graph, capabilities, { verify: false })

  expect(nodesOf(graph).length).toBeGreaterThan(1_500_000)
  expect(nodesOf(optimized).length).toBeLessThanOrEqual(nodesOf(graph).length)
  expect(plan.steps.length).toBeLessThan(20_000)
  expect(plan.kernels.length).toBeLessThan(50)
  expect(printPlan(plan).split('\n').length).toBeGreaterThan(plan.steps.length)
  expect(countLines(optimized)).toBeGreaterThan(nodesOf(optimized).length)
}, 240_000)

test('depth: twice the chain is at most twice the nodes, steps and kernels', () => {
  const [small, large] = [20_000, 40_000].map((length) =>
    runPipeline(chain(length), capabilities, { verify: false }),
  )

  const sizes = [small, large].map((compilation) => ({
    nodes: compilation === undefined ? 0 : nodesOf(compilation.optimized).length,
    steps: compilation?.plan.steps.length ?? 0,
    kernels: compilation?.plan.kernels.length ?? 0,
  }))
  expect(sizes[1]?.nodes).toBeLessThanOrEqual(2 * (sizes[0]?.nodes ?? 0) + 10)
  expect(sizes[1]?.steps).toBeLessThanOrEqual(2 * (sizes[0]?.steps ?? 0) + 10)
  expect(sizes[1]?.kernels).toBeLessThanOrEqual((sizes[0]?.kernels ?? 0) + 10)
})

test('depth: a ladder of 60 times x = x + x has 60 nodes, forward and backward, and as many lines', () => {
  const b = createBuilder()
  const x = b.input({ name: 'x', dtype: 'f32', shape: [] }) as Value<'input'>
  let value: Value = x
  for (let k = 0; k < 60; k++) value = b.add(value, value)
  const [dx] = gradient(value, [x])
  const graph = graphOf([x], { y: value, dx: dx ?? x })

  const { plan } = runPipeline(graph, capabilities)

  expect(nodesOf(graph).length).toBeLessThan(200)
  expect(plan.steps.length).toBeLessThanOrEqual(3)
  expect(countLines(graph)).toBeLessThan(250)
})

test('depth: a sum tree of 100,000 leaves is differentiated, planned within the limits of a kernel, and printed', () => {
  const b = createBuilder()
  const leaves = Array.from({ length: 100_000 }, (_, k) =>
    b.input({ name: `x${k}`, dtype: 'f32', shape: [2] }),
  )
  let level: readonly Value[] = leaves
  while (level.length > 1) {
    const next: Value[] = []
    for (let k = 0; k < level.length; k += 2) {
      const [left, right] = [level[k], level[k + 1]]
      if (left !== undefined) next.push(right === undefined ? left : b.add(left, right))
    }
    level = next
  }
  const loss = b.reduceSum(level[0] as Value, { axes: [0] })
  const gradients = gradient(loss, leaves.slice(0, 100))
  const graph = graphOf(leaves as Value<'input'>[], { loss, g: gradients[0] as Value })

  const { plan } = runPipeline(graph, capabilities, { verify: false })

  for (const kernel of plan.kernels) {
    expect(kernel.buffers.filter(({ access }) => access === 'read').length).toBeLessThanOrEqual(
      capabilities.maxReads,
    )
  }
  expect(plan.steps.length).toBeLessThan(10_000)
  expect(countLines(graph)).toBeGreaterThan(200_000)
  expect(printPlan(plan).length).toBeGreaterThan(100_000)
}, 120_000)
