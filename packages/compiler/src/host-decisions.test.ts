// What the host decides where it does not share the device's memory: which steps wait for it, and that plans count what they copy.
import {
  add,
  type Capabilities,
  cond,
  type Graph,
  gt,
  hostCapabilities,
  hostDecisions,
  mul,
  type Plan,
  planFromJson,
  plansIn,
  planToJson,
  printPlan,
  program,
  scan,
  sort,
  sub,
  sum,
  transferBytes,
  type Value,
  whileLoop,
} from '@heddle/core'
import { expect, test } from 'vitest'
import { planFor } from './compile.ts'

const far: Capabilities = { ...hostCapabilities, hostSteps: 'transfer' }

const halved = (x: Value): Value =>
  whileLoop(
    (value: Value) => gt(sum(value), 1),
    (value: Value) => mul(value, 0.5),
    x,
  )

const ofVector = (build: (x: Value) => Value, size = 3): Graph =>
  program('vector', ({ input }) => ({ y: build(input('x', 'f32', [size])) }))

const halving = ofVector(halved)
const choosing = ofVector((x) =>
  cond(
    gt(sum(x), 0),
    () => mul(x, 2),
    () => add(x, 1),
  ),
)
/** The loop is inside a loop inside the branch. */
const choosingLoops = ofVector((x) =>
  cond(
    gt(sum(x), 0),
    () => scan((h: Value) => ({ carry: add(halved(h), 1) }), { init: x, length: 4 }).carry,
    () => add(x, 1),
  ),
)

const kindsIn = (plan: Plan): readonly string[] =>
  plan.steps.flatMap((step) => [step.kind, ...plansIn(step).flatMap(kindsIn)])

test('host decisions: a while loop copies its condition each turn', () => {
  const plan = planFor(halving, far)

  expect(transferBytes(plan)).toEqual({ toHost: 1, toDevice: 0 })
  expect(printPlan(plan)).toContain('= while(x), 1 bytes there and 0 back each turn')
  expect(printPlan(plan)).toContain('counting one turn of a while loop')
  expect(printPlan(planFromJson(planToJson(plan)))).toBe(printPlan(plan))
})

test('host decisions: a branch is a selection, unless a body may have no end', () => {
  expect(kindsIn(planFor(choosing, far))).not.toContain('branch')
  expect(kindsIn(planFor(choosingLoops, far)).filter((kind) => kind !== 'kernel')).toEqual([
    'branch',
    'loop',
    'while',
  ])
  expect(printPlan(planFor(choosingLoops, far))).toMatch(/= branch\(.*\), 5 bytes there and 0 back\n/)
})

test('host decisions: nothing is copied where the host shares the memory', () => {
  for (const graph of [halving, choosing, choosingLoops]) {
    expect(transferBytes(planFor(graph, hostCapabilities))).toEqual({ toHost: 0, toDevice: 0 })
  }
})

test('host decisions: what the steps of a body copy is counted as often as they run', () => {
  const sorting = ofVector(
    (x) => scan((h: Value) => ({ carry: sort(sub(h, 1)).values }), { init: x, length: 5 }).carry,
    600,
  )

  expect(transferBytes(planFor(sorting, far))).toEqual({ toHost: 5 * 2400, toDevice: 5 * 2400 })
})

test('host decisions: the list names the ops whose steps wait', () => {
  const waiting = [halving, choosing, choosingLoops].flatMap((graph) => kindsIn(planFor(graph, far)))
  const ops = { branch: 'cond', while: 'whileLoop' } as const

  expect(hostDecisions.map(({ op }) => op)).toEqual(
    (['branch', 'while'] as const).filter((kind) => waiting.includes(kind)).map((kind) => ops[kind]),
  )
})
