// Hooks on what is saved, on several gradients, and on gradients that have arrived.
import { expect, it } from 'vitest'
import * as torch from '../index.ts'

const { graph } = torch.autograd
const leaf = (...values: readonly number[]): torch.Tensor => torch.tensor(values, { requiresGrad: true })

it('hands over what is saved, and takes what comes back for it', () => {
  const x = leaf(0, 1)
  const shown: unknown[] = []
  const y = graph.savedTensorsHooks(
    (saved) => {
      shown.push(saved.tolist())
      return saved.tolist() as number[]
    },
    (numbers) => torch.tensor(numbers).mul(3),
    () => x.mul(x).sum(),
  )
  expect(shown.length).toBeGreaterThan(0)
  y.backward()
  expect(x.grad?.tolist()).toEqual([0, 6])
})

it('holds to the end of a block, and can be forbidden', () => {
  const x = leaf(2)
  let count = 0
  {
    using _ = graph.savedTensorsHooks(
      (saved) => {
        count++
        return saved
      },
      (saved) => saved,
    )
    x.exp()
  }
  x.exp()
  expect(count).toBe(1)
  graph.disableSavedTensorsHooks('not here', () => {
    expect(() => graph.saveOnCpu()).toThrow('not here')
  })
  const y = graph.saveOnCpu(() => x.exp())
  y.backward()
  expect(x.grad?.item()).toBeCloseTo(Math.exp(2), 5)
})

it('says what unpacking must give', () => {
  const x = leaf(1)
  const y = graph.savedTensorsHooks(
    (saved) => saved,
    () => 3 as never,
    () => x.exp(),
  )
  expect(() => y.backward()).toThrow(
    'Output of saved tensor unpack_hook expected to be a Tensor but got result of type int',
  )
})

it('calls with several gradients once all are there', () => {
  const [x, y, z] = [leaf(1), leaf(2), leaf(3)]
  const seen: unknown[] = []
  const handle = graph.registerMultiGradHook([x, y, z], (grads) => {
    seen.push(grads.map((grad) => grad?.tolist() ?? null))
  })
  x.mul(y).sum().backward()
  x.mul(y).mul(z).sum().backward()
  expect(seen).toEqual([
    [[2], [1], null],
    [[6], [3], [2]],
  ])
  handle.remove()
  x.mul(y).sum().backward()
  expect(seen).toHaveLength(2)
})

it('calls when a leaf has its gradient', () => {
  const x = leaf(1, 2)
  const seen: unknown[] = []
  const handle = x.registerPostAccumulateGradHook((own) => {
    seen.push(own.grad?.tolist())
    own.grad = null
  })
  x.mul(2).sum().backward()
  x.mul(3).sum().backward()
  expect(seen).toEqual([
    [2, 2],
    [3, 3],
  ])
  expect(x.grad).toBeNull()
  handle.remove()
  expect(() => x.mul(2).registerPostAccumulateGradHook(() => {})).toThrow(
    'post accumulate grad hooks cannot be registered on non-leaf tensors',
  )
})

it('tells where gradients come along', () => {
  const x = leaf(1)
  const y = x.mul(2)
  expect(graph.getGradientEdge(y)).toEqual({ node: y.gradFn, outputNr: 0 })
  expect(graph.getGradientEdge(x).node.name()).toBe('AccumulateGrad')
  expect(() => graph.getGradientEdge(torch.ones(1))).toThrow('does not require gradients')
  y.gradFn?.metadata.set('layer', 1)
  expect(y.gradFn?.metadata.get('layer')).toBe(1)
})
