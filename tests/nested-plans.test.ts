// Steps that hold plans, by themselves: what the verifier and the runtimes refuse, and what a loop leaves out.
import { planFor } from '@heddle/compiler'
import {
  add,
  type Graph,
  gt,
  hostCapabilities,
  interpreterBackend,
  type LoopStep,
  mul,
  type NestingStep,
  type Plan,
  planFromJson,
  planToJson,
  printPlan,
  program,
  scan,
  sub,
  type Value,
  verifyPlan,
  whileLoop,
} from '@heddle/core'
import { cpu } from '@heddle/runtime-cpu'
import { expect, test } from 'vitest'

const loopGraph = (): Graph =>
  program('loop', ({ input }) => {
    const { carry } = scan(
      ({ x, unseen }: { x: Value; unseen: Value }, row: Value) => ({
        carry: { x: mul(x, row), unseen: add(unseen, row) },
      }),
      {
        init: { x: input('x', 'f32', [2]), unseen: input('unseen', 'f32', [2]) },
        xs: input('rows', 'f32', [3, 2]),
      },
    )
    return { y: carry.x }
  })

const plan = planFor(loopGraph(), hostCapabilities)

function changed(change: (step: LoopStep) => NestingStep): Plan {
  return { ...plan, steps: plan.steps.map((step) => (step.kind === 'loop' ? change(step) : step)) }
}

test('a loop leaves out a carry that nothing wanted depends on', () => {
  const [step] = plan.steps

  expect(step?.kind === 'loop' ? [step.carries, step.sequences] : []).toEqual([1, 1])
  expect(printPlan(plan)).toContain('3 times')
})

test.each([
  [
    'a body that is no plan of ours',
    (step: LoopStep) => ({ ...step, body: { ...step.body, version: 0 as never } }),
    /version/,
  ],
  ['a body with a state', (step: LoopStep) => ({ ...step, body: withRole(step.body) }), /states of its own/],
  ['more carries than the body has', (step: LoopStep) => ({ ...step, carries: 2, sequences: 2 }), /operands/],
  ['a carry that is no carry', (step: LoopStep) => ({ ...step, carries: 2, sequences: 0 }), /carries/],
  ['other rows than the sequence has', (step: LoopStep) => ({ ...step, length: 4 }), /binds/],
  ['no workspace', (step: LoopStep) => ({ ...step, args: step.args.slice(0, -1) }), /parameters/],
  ['no steps', (step: LoopStep) => ({ ...step, length: 0 }), /0 steps/],
])('verifyPlan refuses %s', (_, change, words) => {
  expect(() => verifyPlan(changed(change))).toThrow(words)
})

function withRole(body: Plan): Plan {
  return { ...body, inputs: body.inputs.map((input) => ({ ...input, role: 'state' })) }
}

test('verifyPlan refuses branches of different results', () => {
  const step = plan.steps.find(({ kind }) => kind === 'loop') as LoopStep
  const empty: Plan = {
    ...step.body,
    outputs: [],
    steps: [],
    buffers: step.body.buffers.slice(0, 3),
    kernels: [],
  }
  const branch = (): NestingStep => ({
    kind: 'branch',
    whenTrue: step.body,
    whenFalse: empty,
    memory: 'shared',
    args: step.args,
  })

  expect(() => verifyPlan(changed(branch))).toThrow('PLAN_INVALID')
})

test('a runtime without loops refuses the step, and says so', () => {
  const backend = interpreterBackend({ capabilities: { loops: false } })

  expect(() => backend.prepareSync(plan)).toThrow(/BACKEND_UNSUPPORTED: interpreter: a loop step/)
})

test('JSON keeps the plans inside, and refuses what does not fit', () => {
  const json = JSON.parse(JSON.stringify(planToJson(plan)))

  expect(printPlan(planFromJson(json))).toBe(printPlan(plan))
  json.steps[0].body.kernels = 'none'
  expect(() => planFromJson(json)).toThrow(/PLAN_JSON_INVALID: plan: at steps\.0/)
})

test.each(['js', 'wasm', 'interpreter'] as const)('sources on %s list the kernels of bodies', (emitter) => {
  const executable = cpu({ emitter }).prepareSync(plan)

  expect(executable.sources().map(({ kernel }) => kernel)).toEqual(['mul_0'])
})

test.each(['js', 'wasm', 'interpreter'] as const)(
  'while loops of 0, 1 and 2 steps end in the right buffer on %s',
  (emitter) => {
    const graph = program('countdown', ({ input }) =>
      whileLoop(
        ({ x }: { x: Value; steps: Value }) => gt(x, 0),
        ({ x, steps }) => ({ x: sub(x, 1), steps: add(steps, 1) }),
        { x: input('x', 'f32', []), steps: input('steps', 'i32', []) },
      ),
    )
    const backend = cpu({ emitter })
    const executable = backend.prepareSync(planFor(graph, backend.capabilities))
    const [x, steps, left, count] = (['f32', 'i32', 'f32', 'i32'] as const).map((dtype) =>
      backend.allocate(dtype, 1),
    )

    const found = [0, 1, 2, 7].map((start) => {
      backend.write(x!, new Float32Array([start]))
      backend.write(steps!, new Int32Array([10]))
      executable.run([x!, steps!], [left!, count!])
      return [...backend.readSync(left!), ...backend.readSync(count!)]
    })

    expect(found).toEqual([
      [0, 10],
      [0, 11],
      [0, 12],
      [0, 17],
    ])
  },
)
