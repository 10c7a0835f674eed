import { add, hostCapabilities, matmul, mul, neg, program, rootsOf, sum } from '@heddle/core'
import { expect, test } from 'vitest'
import { planFor } from '../compile.ts'
import { createGroup, demand, identityTuple } from '../fuse/group.ts'
import { orderGroups } from './order.ts'

test('order: a state is stepped forward after its last reader, hence in place', () => {
  const graph = program('count', ({ input, state, update }) => {
    const count = state('count', 'f32', [4, 4], 0)
    update(count, add(count, 1))
    return matmul(matmul(input('x', 'f32', [4, 4]), count), count)
  })

  const plan = planFor(graph, hostCapabilities)

  const donor = plan.outputs.find(({ role }) => role === 'update')?.donor ?? -1
  expect(plan.inputs[donor]?.name).toBe('count')
})

test('order: a step that others read from stays before them', () => {
  const graph = program('step', ({ state, update }) => {
    const weight = state('weight', 'f32', [4, 4], 0)
    const next = matmul(weight, weight)
    update(weight, next)
    return sum(mul(matmul(next, next), weight))
  })

  const plan = planFor(graph, hostCapabilities)

  expect(plan.outputs.find(({ role }) => role === 'update')?.donor).toBe(undefined)
})

test('order: a step that could be taken in place is not while a later kernel reads the state', () => {
  const graph = program('step', ({ input, state, update }) => {
    const weight = state('weight', 'f32', [4, 4], 0)
    const next = add(weight, 1)
    update(weight, next)
    return sum(mul(matmul(next, input('x', 'f32', [4, 4])), weight))
  })

  const plan = planFor(graph, hostCapabilities)

  expect(plan.outputs.find(({ role }) => role === 'update')?.donor).toBe(undefined)
})

test('order: kernels that wait for each other are a bug that is named', () => {
  const graph = program('circle', ({ input }) => neg(neg(input('x', 'f32', [4]))))
  const [last] = rootsOf(graph)
  const first = last?.inputs[0]
  if (last === undefined || first === undefined) throw new Error('the program has two values')
  const [early, late] = [createGroup(0, first), createGroup(1, last)]
  early.outputs.push(first)
  late.outputs.push(last)
  demand(late, first, identityTuple(1))
  demand(early, last, identityTuple(1))
  const owner = new Map([
    [first, early],
    [last, late],
  ])

  expect(() => orderGroups(graph, { groups: [early, late], owner, decisions: new Map() })).toThrow(
    'INTERNAL_INVARIANT: order: the kernel of neg needs its own result',
  )
})
