// The derivative of a loop is a loop in the other direction, whose body is the derivative of the body. It carries the
// cotangents of what was carried and the sums of those of constants; it stacks those of sequences. What it needs of a forward
// step is read from sequences and constants, or from stacks that further siblings of the forward loop give, or computed
// again from these: whatever keeps the fewest bytes per step (`saved.ts`).
import {
  type Builder,
  createBuilder,
  createRegion,
  isFloat,
  postOrder,
  type Region,
  regionNodes,
  regionPositions,
  stackedNode,
  type TensorType,
  type Value,
} from '@heddle/core'
import { copyInto } from '../regions/copy.ts'
import { dependents } from './dependents.ts'
import type { RegionRuleArgs } from './region-rules.ts'
import { cheapestCut, forwardOf } from './saved.ts'

type Loop = Value<'loop'>

/** The body's derivative, in the body's own builder. */
interface BodyDerivative {
  /** Operands that get a cotangent; carries first. */
  readonly active: readonly number[]
  /** The cotangent of the body's input of each; `undefined` for none. */
  readonly results: readonly (Value | undefined)[]
  /** Stands for the cotangent of what carry `active[k]` is next; one per active carry. */
  readonly carried: readonly Value<'input'>[]
  /** Stands for a row of the cotangent of a stack. */
  readonly rows: readonly { readonly row: Value<'input'>; readonly cotangent: Value }[]
}

export function differentiateLoop(args: RegionRuleArgs<'loop'>): readonly (Value | null)[] {
  const { b, siblings, cotangents } = args
  const [{ inputs: operands, attrs }] = siblings
  const { body, carries, sequences, length, reverse } = attrs
  const derivative = differentiateBody(args)
  const { active, results } = derivative
  const kept = valuesKept(body, results)
  const made = backwardBody(attrs, derivative, kept)

  const finalCotangent = (carry: number): Value => {
    const at = siblings.findIndex((each) => each.attrs.result === carry)
    return cotangents[at] ?? zero(b, (operands[carry] as Value).type)
  }
  const stack = stackOf(b, siblings[0], kept)
  const isSequence = (k: number): boolean => k >= carries && k < carries + sequences
  const carriedIn = active.flatMap((k, at) => {
    if (k < carries) return [finalCotangent(k)]
    return isSequence(k) || results[at] === undefined ? [] : [zero(b, (operands[k] as Value).type)]
  })
  const inputs = [
    ...carriedIn,
    ...made.stacked.map(stack),
    ...made.sequences.map((k) => operands[k] as Value),
    ...derivative.rows.map(({ cotangent }) => cotangent),
    ...made.constants.map((k) => operands[k] as Value),
  ]
  const count = carriedIn.length
  const result = (which: number): Value =>
    b.loop(...inputs, {
      body: made.region,
      carries: count,
      sequences: made.stacked.length + made.sequences.length + derivative.rows.length,
      length,
      reverse: !reverse,
      result: which,
    })
  const positions = regionPositions(made.region)
  const parts: (Value | null)[] = operands.map(() => null)
  let carry = 0
  active.forEach((operand, k) => {
    if (results[k] === undefined && operand >= carries) return
    const row = made.rows[k]
    if (isSequence(operand))
      parts[operand] = row === undefined ? null : result(count + (positions.get(row) ?? 0))
    else parts[operand] = result(carry++)
  })
  return parts
}

/** The derivative of one step, in the builder of the body. */
function differentiateBody({
  siblings,
  cotangents,
  wants,
  differentiate,
}: RegionRuleArgs<'loop'>): BodyDerivative {
  const [{ attrs }] = siblings
  const { body, carries } = attrs
  const inputs = body.inputs.slice(1)
  const active = activeOperands(body, carries, (k) => wants(k))
  const inner = (body.inputs[0] as Value).builder
  const placeholder = (name: string, { dtype, shape }: TensorType): Value<'input'> =>
    inner.input({ name, dtype, shape }) as Value<'input'>
  const activeCarries = active.filter((k) => k < carries)
  const carried = activeCarries.map((k) => placeholder(`cotangent of carry ${k}`, (inputs[k] as Value).type))
  const stacks = siblings.flatMap((sibling, k) => {
    const [node, cotangent] = [stackedNode(sibling.attrs), cotangents[k]]
    return node === undefined || cotangent === undefined ? [] : [{ node, cotangent }]
  })
  const rows = stacks.map(({ node, cotangent }, k) => ({
    row: placeholder(`cotangent of stack ${k}`, node.type),
    cotangent,
  }))
  const results = differentiate(
    [...activeCarries.map((k) => body.results[k] as Value), ...stacks.map(({ node }) => node)],
    [...carried, ...rows.map(({ row }) => row)],
    active.map((k) => inputs[k] as Value),
  )
  return { active, results, carried, rows }
}

/** Operands that get a cotangent: the float ones that are wanted, and every float carry that comes to depend on them. */
function activeOperands(
  body: Region,
  carries: number,
  wants: (operand: number) => boolean,
): readonly number[] {
  const inputs = body.inputs.slice(1)
  const float = inputs.flatMap(({ type }, k) => (isFloat(type.dtype) ? [k] : []))
  const active = new Set(float.filter(wants))
  for (let before = -1; before < active.size; ) {
    before = active.size
    const reached = dependents(
      regionNodes(body),
      [...active].map((k) => inputs[k] as Value),
    )
    for (const k of float) if (k < carries && reached.has(body.results[k] as Value)) active.add(k)
  }
  return [...active].sort((x, y) => x - y)
}

/** Values of the forward step that backward is given; everything else it needs it computes from these. */
function valuesKept(body: Region, results: readonly (Value | undefined)[]): readonly Value[] {
  const [position, ...inputs] = body.inputs
  const backward = postOrder(results.filter((result) => result !== undefined))
  const forward = forwardOf(regionNodes(body), backward)
  const free = new Set<Value>([position as Value, ...inputs])
  const isForward = new Set(forward)
  const read = new Set(backward.filter((node) => !isForward.has(node)).flatMap(({ inputs: each }) => each))
  for (const result of results) if (result !== undefined) read.add(result)
  return cheapestCut(
    forward,
    forward.filter((node) => read.has(node)),
    free,
  )
}

interface BackwardBody {
  readonly region: Region
  /** By active operand: the cotangent of its row, for sequences. */
  readonly rows: readonly (Value | undefined)[]
  /** Values of the forward step that are stacked for it. */
  readonly stacked: readonly Value[]
  /** Forward operands it reads as they are. */
  readonly sequences: readonly number[]
  readonly constants: readonly number[]
}

function backwardBody(
  { body, carries, sequences: sequenceCount }: Loop['attrs'],
  { active, results, carried, rows }: BodyDerivative,
  kept: readonly Value[],
): BackwardBody {
  const b = createBuilder()
  const input = (name: string, { dtype, shape }: TensorType): Value<'input'> =>
    b.input({ name, dtype, shape }) as Value<'input'>
  const known = new Map<Value, Value>()
  const stand = (value: Value, name: string): Value<'input'> => {
    const made = input(name, value.type)
    known.set(value, made)
    return made
  }
  const [position, ...inputs] = body.inputs
  const operandOf = new Map<Value, number>(inputs.map((each, k) => [each, k]))
  const isSequence = (k: number): boolean => k >= carries && k < carries + sequenceCount
  const isStacked = (value: Value): boolean => {
    const operand = operandOf.get(value)
    return value !== position && (operand === undefined || operand < carries)
  }
  const operands = kept.flatMap((value) => operandOf.get(value) ?? [])
  const stacked = kept.filter(isStacked)
  const sequences = operands.filter(isSequence)
  const constants = operands.filter((k) => k >= carries && !isSequence(k))

  const positionInput = stand(position as Value, 'position')
  const sums = active.map((k, at) =>
    k < carries || isSequence(k) || results[at] === undefined
      ? undefined
      : input(`sum${k}`, (inputs[k] as Value).type),
  )
  const handed = [
    positionInput,
    ...carried.map((each, k) => stand(each, `cotangent${k}`)),
    ...sums.filter((sum) => sum !== undefined),
    ...stacked.map((each, k) => stand(each, `kept${k}`)),
    ...sequences.map((k) => stand(inputs[k] as Value, `x${k}`)),
    ...rows.map(({ row }, k) => stand(row, `row${k}`)),
    ...constants.map((k) => stand(inputs[k] as Value, `constant${k}`)),
  ]
  copyInto(
    b,
    results.filter((result) => result !== undefined),
    known,
  )
  const found = results.map((result) => (result === undefined ? undefined : (known.get(result) as Value)))
  const next = active.flatMap((k, at): Value[] => {
    const [part, sum] = [found[at], sums[at]]
    if (k < carries) return [part ?? zero(b, (inputs[k] as Value).type)]
    return sum === undefined || part === undefined ? [] : [b.add(sum, part)]
  })
  const rowResults = active.map((k, at) => (isSequence(k) ? found[at] : undefined))
  const region = createRegion(handed, [...next, ...rowResults.filter((row) => row !== undefined)])
  return { region, rows: rowResults, stacked, sequences, constants }
}

/** The stack over all forward steps of a value of the body, as one more result of the forward loop. */
function stackOf(b: Builder, loop: Loop, kept: readonly Value[]): (value: Value) => Value {
  const { attrs, inputs } = loop
  const inside = regionPositions(attrs.body)
  const body = kept.every((value) => inside.has(value))
    ? attrs.body
    : createRegion(attrs.body.inputs, [...attrs.body.results, ...kept])
  const positions = regionPositions(body)
  const stacked = (value: Value): Value =>
    b.loop(...inputs, { ...attrs, body, result: attrs.carries + (positions.get(value) ?? 0) })
  return (value) => {
    const carry = attrs.body.inputs.indexOf(value as Value<'input'>) - 1
    const next = carry < 0 || carry >= attrs.carries ? undefined : attrs.body.results[carry]
    // What is kept after each step says what was carried before the next one.
    const isKnown = next !== undefined && next !== value && kept.includes(next) && attrs.length > 0
    return isKnown ? before(b, stacked(next), inputs[carry] as Value, attrs.reverse) : stacked(value)
  }
}

/** What was carried before each step, from what was carried after it: one step later, and `first` before all. */
function before(b: Builder, after: Value, first: Value, reverse: boolean): Value {
  const { shape } = after.type
  const [length = 0, ...row] = shape
  const kept = b.slice(after, {
    starts: [reverse ? 1 : 0, ...row.map(() => 0)],
    limits: [reverse ? length : length - 1, ...row],
    steps: shape.map(() => 1),
  })
  const start = b.reshape(first, { shape: [1, ...row] })
  return reverse ? b.concat(kept, start, { axis: 0 }) : b.concat(start, kept, { axis: 0 })
}

const zero = (b: Builder, { dtype, shape }: TensorType): Value => b.full({ dtype, shape, value: 0 })
