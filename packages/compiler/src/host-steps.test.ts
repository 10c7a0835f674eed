import {
  type Capabilities,
  createBuilder,
  type Graph,
  type HostStep,
  hostCapabilities,
  interpreterBackend,
  openSession,
  opNames,
  opRecord,
  type Plan,
  planFromJson,
  planToJson,
  printPlan,
  transferBytes,
  type Value,
  verifyPlan,
} from '@heddle/core'
import { checkProgram, conformancePrograms, graphOf, makeRandom, sorting } from '@heddle/testkit'
import { expect, test } from 'vitest'
import { planFor } from './compile.ts'
import { runPipeline } from './pipeline.ts'

const far: Capabilities = { ...hostCapabilities, hostSteps: 'transfer' }

/** A state becomes the positions that sort it. */
function reorder(): Graph {
  const b = createBuilder()
  const state = b.input({ name: 's', dtype: 'i32', shape: [4] }) as Value<'input'>
  return {
    name: 'reorder',
    inputs: [{ value: state, role: 'state', trainable: false, initial: undefined }],
    outputs: [],
    updates: [{ state: 's', value: b.argSort(state, { axis: 0, descending: true }) }],
  }
}

const hosted = ({ steps }: Plan): readonly HostStep[] => steps.filter((step) => step.kind === 'host')

test('host steps: kernels before and after are not fused across them', () => {
  const { plan } = runPipeline(sorting([2, 3]), hostCapabilities)

  expect(printPlan(plan).split('\n').slice(4, 8)).toEqual([
    'steps (3, 1 on the host)',
    '  0  add#2 = add_0(x)',
    '  1  argSort = argSort(add#2) axis=1 descending=false on the host',
    '  2  add#1 = add_1(argSort)',
  ])
})

test('host steps: operands seen under another shape are not copied', () => {
  const b = createBuilder()
  const x = b.input({ name: 'x', dtype: 'f32', shape: [2, 3] }) as Value<'input'>
  const sorted = (value: Value): Value => b.argSort(value, { axis: 0, descending: false })
  const flat = b.reshape(b.reshape(x, { shape: [3, 2] }), { shape: [6] })
  const columns = b.permute(x, { perm: [1, 0] })
  const graph = graphOf('orders', [x], { flat: sorted(flat), columns: sorted(columns) })

  const { plan } = runPipeline(graph, hostCapabilities, { passes: [] })

  // Only the permutation moves elements.
  expect(plan.kernels.map(({ origin }) => origin.ops)).toEqual([['permute']])
  expect(() => verifyPlan(plan)).not.toThrow()
})

test('host steps: a plan says what moves where the host is far', () => {
  const { plan } = runPipeline(sorting([2, 600]), far)

  expect(transferBytes(plan)).toEqual({ toHost: 4800, toDevice: 4800 })
  expect(printPlan(plan)).toContain('1 on the host; a run moves 4800 bytes to the host and 4800 back')
  expect(printPlan(plan)).toContain('axis=1 descending=false on the host, 4800 bytes there and 4800 back')
})

test('host steps: short rows are sorted on the device where the host is far', () => {
  expect(hosted(runPipeline(sorting([2, 512]), far).plan)).toEqual([])
  expect(hosted(runPipeline(sorting([2, 513]), far).plan)).toHaveLength(1)
})

test('host steps: come back from JSON identical', () => {
  const { plan } = runPipeline(sorting([2, 3]), hostCapabilities)

  expect(planFromJson(JSON.parse(JSON.stringify(planToJson(plan))))).toEqual(plan)
})

test('host steps: JSON with attributes that are not the op’s, or an op that is none of the host, is refused', () => {
  const { plan } = runPipeline(sorting([2, 3]), hostCapabilities)
  const withStep = (change: object): unknown => {
    const json = JSON.parse(JSON.stringify(planToJson(plan)))
    Object.assign(json.steps[1], change)
    return json
  }

  expect(() => planFromJson(withStep({ attrs: { axis: 1 } }))).toThrow(
    'PLAN_JSON_INVALID: plan: at steps.1.attrs: argSort:',
  )
  expect(() => planFromJson(withStep({ op: 'add' }))).toThrow("'add' is no op that runs on the host")
})

test.each<[string, Partial<HostStep>]>([
  ['an op that does not run on the host', { op: 'add' }],
  ['attributes it does not have', { attrs: { axis: 1 } as HostStep['attrs'] }],
  ['an axis its operand does not have', { attrs: { axis: 2, descending: false } }],
  ['a type the op does not give', { type: { dtype: 'f32', shape: [2, 3] } }],
  ['too many operands', { inputs: [1, 2].map(() => ({ dtype: 'f32' as const, shape: [2, 3] })) }],
  ['a result that overwrites its operand', { args: [2, 2] }],
])('host steps: the verifier refuses %s', (_, change) => {
  const { plan } = runPipeline(sorting([2, 3]), hostCapabilities)
  const steps = plan.steps.map((step) => (step.kind === 'host' ? { ...step, ...change } : step))

  expect(() => verifyPlan({ ...plan, steps })).toThrow('PLAN_INVALID: plan sorting: step 1')
})

test('host steps: the verifier refuses a result in the memory of what the host still reads', () => {
  const { plan } = runPipeline(reorder(), hostCapabilities)
  const outputs = plan.outputs.map((output) => ({ ...output, donor: 0 }))

  expect(() => verifyPlan({ ...plan, outputs })).toThrow(
    'is written at step 0 (argSort) before s is read (P9)',
  )
})

test('host steps: an output never takes the memory of a state that the host still reads', () => {
  expect(runPipeline(reorder(), hostCapabilities).plan.outputs[0]?.donor).toBeUndefined()
})

const expanded = interpreterBackend({ capabilities: { hostSteps: 'transfer' } })
const hostedOps: ReadonlySet<string> = new Set(opNames.filter((op) => opRecord(op).lowering.kind === 'host'))
const samples = conformancePrograms(far).filter(({ id }) => hostedOps.has(/^op\/(\w+)/.exec(id)?.[1] ?? ''))

test.each(samples.map((program) => [program.id, program] as const))(
  'host steps: expanded, %s is what it means',
  async (_, program) => {
    await checkProgram(expanded, planFor, program)
  },
)

test('host steps: every op of the host has samples that are expanded', () => {
  const kept = new Set(samples.flatMap(({ graph }) => hosted(planFor(graph, far)).map(({ op }) => op)))

  expect(new Set(samples.map(({ graph }) => graph.outputs[0]?.value.op))).toEqual(hostedOps)
  expect([...kept]).toEqual(['argSort'])
})

const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 1, -1, 2]

test.each([
  ['argSort', (x: Value) => x.builder.argSort(x, { axis: 1, descending: false })],
  ['argSort, descending', (x: Value) => x.builder.argSort(x, { axis: 0, descending: true })],
  [
    'cumulatePosition of the largest',
    (x: Value) => x.builder.cumulatePosition(x, { axis: 1, combine: 'max' }),
  ],
  [
    'cumulatePosition of the smallest',
    (x: Value) => x.builder.cumulatePosition(x, { axis: 0, combine: 'min' }),
  ],
])('host steps: %s gives the same positions either way, with ties, NaN and infinities', (_, build) => {
  const b = createBuilder()
  const x = b.input({ name: 'x', dtype: 'f32', shape: [9, 13] }) as Value<'input'>
  const graph = graphOf('positions', [x], { y: build(x) })
  const random = makeRandom(5)
  const near = interpreterBackend()
  const sessions = [near, expanded].map((backend) =>
    openSession(backend.prepareSync(planFor(graph, backend.capabilities)), backend),
  )
  for (let round = 0; round < 20; round++) {
    const data = Float32Array.from({ length: 9 * 13 }, () => random.pick(special))

    const [direct, indirect] = sessions.map((session) => session.runSync({ x: data })['y']?.toNested())

    expect(indirect).toEqual(direct)
  }
})
