// Steps for control flow: bodies become plans of their own, siblings the results of one step. Only what somebody wants is
// computed: a carry that nothing wanted depends on is left out.
import {
  type BranchStep,
  type Graph,
  type HostAccess,
  internalError,
  joinedBody,
  type LoopStep,
  type NestingStep,
  nestingParameters,
  type Plan,
  type Region,
  type StepParameter,
  stackedNode,
  type Value,
  type WhileStep,
} from '@heddle/core'
import { needsOfLoop } from '../regions/need.ts'

/** What a step needs of the plan it becomes part of. */
export interface NestingTools {
  readonly compile: (body: Graph) => Plan
  /** How the host gets what it decides by. */
  readonly memory: HostAccess
  readonly reads: (value: Value) => number
  readonly writes: (value: Value) => number
  /** Memory that nobody else sees. */
  readonly scratch: (parameter: StepParameter) => number
}

/** The step that computes all of `siblings`. */
export function nestingStep(siblings: readonly Value[], tools: NestingTools): NestingStep {
  const [first] = siblings
  switch (first?.op) {
    case 'loop':
      return loopStep(siblings as readonly Value<'loop'>[], tools)
    case 'whileLoop':
      return whileStep(siblings as readonly Value<'whileLoop'>[], tools)
    case 'cond':
      return branchStep(siblings as readonly Value<'cond'>[], tools)
    case 'checkpoint':
      return onceStep(siblings as readonly Value<'checkpoint'>[], tools)
    default:
      throw internalError('plan', `${first?.op} runs regions that no step runs`)
  }
}

/** The step with its arguments: `values` are those of the first parameters; the others are its own memory. */
function bound<S extends NestingStep>(
  step: S,
  values: readonly (Value | undefined)[],
  { reads, writes, scratch }: NestingTools,
): S {
  const args = nestingParameters(step).map((parameter, k) => {
    const value = values[k]
    if (value === undefined) return scratch(parameter)
    return parameter.access === 'read' ? reads(value) : writes(value)
  })
  return { ...step, args }
}

function loopStep(siblings: readonly Value<'loop'>[], tools: NestingTools): LoopStep {
  const attrs = siblings.map((each) => each.attrs)
  const [first] = siblings
  if (first === undefined) throw internalError('plan', 'a loop without results')
  const { carries, sequences, length, reverse } = first.attrs
  const body = joinedBody(attrs)
  const [position, ...inputs] = body.inputs
  const stacks = siblings.filter(({ attrs: each }) => stackedNode(each) !== undefined)
  const stacked = stacks.map(({ attrs: each }) => stackedNode(each) as Value)
  const finals = new Map(siblings.map((each) => [each.attrs.result, each]))
  const { carries: live, operands: kept } = needsOfLoop(
    body,
    carries,
    [...finals.keys()].filter((k) => k < carries),
    stacked,
  )
  const next = live.map((k) => body.results[k] as Value)
  const plan = tools.compile(
    bodyGraph(
      'body',
      [position as Value<'input'>, ...kept.map((k) => inputs[k] as Value<'input'>)],
      [...next, ...stacked],
    ),
  )
  const values = [...kept.map((k) => first.inputs[k]), ...live.map((k) => finals.get(k)), ...stacks]
  const rows = kept.filter((k) => k >= carries && k < carries + sequences).length
  const step = {
    kind: 'loop',
    body: plan,
    carries: live.length,
    sequences: rows,
    length,
    reverse,
    args: [],
  } as const
  return bound<LoopStep>(step, values, tools)
}

function whileStep(siblings: readonly Value<'whileLoop'>[], tools: NestingTools): WhileStep {
  const [first] = siblings
  if (first === undefined) throw internalError('plan', 'a loop without results')
  const { condition, body, carries, limit } = first.attrs
  const finals = new Map(siblings.map((each) => [each.attrs.result, each]))
  const step = {
    kind: 'while',
    condition: tools.compile(bodyGraph('condition', condition.inputs, condition.results.slice(0, 1))),
    body: tools.compile(bodyGraph('body', body.inputs, body.results.slice(0, carries))),
    carries,
    limit,
    memory: tools.memory,
    args: [],
  } as const
  const values = [...first.inputs, ...Array.from({ length: carries }, (_, k) => finals.get(k))]
  return bound<WhileStep>(step, values, tools)
}

function branchStep(siblings: readonly Value<'cond'>[], tools: NestingTools): BranchStep {
  const [first] = siblings
  if (first === undefined) throw internalError('plan', 'a branch without results')
  const compile = (name: string, { inputs, results }: Region): Plan =>
    tools.compile(
      bodyGraph(
        name,
        inputs,
        siblings.map(({ attrs }) => results[attrs.result] as Value),
      ),
    )
  const step = {
    kind: 'branch',
    whenTrue: compile('if true', first.attrs.whenTrue),
    whenFalse: compile('if false', first.attrs.whenFalse),
    memory: tools.memory,
    args: [],
  } as const
  return bound<BranchStep>(step, [...first.inputs, ...siblings], tools)
}

/** A body that runs once, by itself: a loop of one step. */
function onceStep(siblings: readonly Value<'checkpoint'>[], tools: NestingTools): LoopStep {
  const [first] = siblings
  if (first === undefined) throw internalError('plan', 'a body without results')
  const { inputs, results } = first.attrs.body
  const wanted = siblings.map(({ attrs }) => results[attrs.result] as Value)
  const b = (wanted[0] as Value).builder
  const position = b.input({ name: 'position', dtype: 'i32', shape: [] }) as Value<'input'>
  const body = tools.compile(bodyGraph('body', [position, ...inputs], wanted))
  const step = { kind: 'loop', body, carries: 0, sequences: 0, length: 1, reverse: false, args: [] } as const
  return bound<LoopStep>(step, [...first.inputs, ...siblings], tools)
}

const bodyGraph = (name: string, inputs: readonly Value<'input'>[], results: readonly Value[]): Graph => ({
  name,
  inputs: inputs.map((value) => ({ value, role: 'feed', trainable: false, initial: undefined })),
  outputs: results.map((value, k) => ({ name: `result${k}`, value })),
  updates: [],
})
