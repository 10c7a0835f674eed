// Narrows control flow: each result is that of a loop that carries, or a branch that reads, only what this result needs.
// Siblings part only where one reads what another has no need to read, and stay one run otherwise. Bodies inside bodies come
// first. Iterative.
import {
  allRegions,
  createRegion,
  joinedBody,
  postOrder,
  type Region,
  regionNodes,
  regionPositions,
  siblingsIn,
  stackedNode,
  type Value,
  withProvenance,
} from '@heddle/core'
import { copyNode, inlineRegion } from './copy.ts'
import { needsOfLoop, withUsedInputs } from './need.ts'

interface Narrowed {
  /** What stands for a value now. */
  readonly now: (value: Value) => Value
  /** Whether that reads a source, or, in a body, one of its inputs. */
  readonly reads: (value: Value) => boolean
  /** Notes that a value that is more than one node does so. */
  readonly markReading: (value: Value) => void
}

/** Values of siblings, in their order, over operands narrowed before. */
type Narrow = (siblings: readonly Value[], narrowed: Narrowed) => readonly Value[]

/**
 * The values of `roots`, with all control flow on the way from `sources` to them narrowed: a value that still reads a source
 * needs it. Other runs stay as they are, so that they stay the runs of whoever else asks for their results.
 */
export function narrowControl(roots: readonly Value[], sources: ReadonlySet<Value>): readonly Value[] {
  const readers = readersOf(postOrder(roots), sources)
  const regions = allRegions(readers)
  const stands = new Map<Value, Value>()
  const reading = new Set<Value>([...sources, ...regions.flatMap(({ inputs }) => inputs)])
  const now = (value: Value): Value => stands.get(value) ?? value
  const narrowed: Narrowed = {
    now,
    reads: (value) => reading.has(now(value)),
    markReading: (value) => reading.add(value),
  }
  const note = (value: Value, narrow: Value): void => {
    stands.set(value, narrow)
    if (narrow.inputs.some((operand) => reading.has(operand))) reading.add(narrow)
  }
  for (const order of [...regions.map(regionNodes), readers]) {
    const groups = siblingsIn(order)
    for (const node of order) {
      if (stands.has(node)) continue
      const siblings = groups.get(node) ?? [node]
      const narrow = narrowings[node.op] ?? substitute
      const values = withProvenance(node.provenance, () => narrow(siblings, narrowed))
      siblings.forEach((sibling, k) => {
        note(sibling, values[k] as Value)
      })
    }
  }
  return roots.map(now)
}

/** Values among `order` that read one of `sources`, or a value that does. */
function readersOf(order: readonly Value[], sources: ReadonlySet<Value>): readonly Value[] {
  const reading = new Set(sources)
  return order.filter((node) => {
    const reads = node.inputs.some((operand) => reading.has(operand))
    if (reads) reading.add(node)
    return reads
  })
}

/** The same over what stands for the operands now. */
const substitute: Narrow = (nodes, { now }) =>
  nodes.map((node) =>
    node.inputs.every((operand) => now(operand) === operand)
      ? node
      : copyNode(node.builder, node, new Map(node.inputs.map((operand) => [operand, now(operand)]))),
  )

const narrowLoop: Narrow = (nodes, { now, reads }) => {
  const siblings = nodes as readonly Value<'loop'>[]
  const all = siblings.map((each) => each.attrs)
  const [first] = siblings
  if (first === undefined) return []
  const { carries, sequences } = first.attrs
  const { inputs, results } = joinedBody(all)
  const stacks = all.map((attrs) => {
    const node = stackedNode(attrs)
    return node === undefined ? [] : [now(node)]
  })
  const body = createRegion(inputs, [...results.slice(0, carries).map(now), ...stacks.flat()])
  const needs = all.map(({ result }, k) =>
    needsOfLoop(body, carries, result < carries ? [result] : [], stacks[k] ?? []),
  )
  return byNeeds(
    needs.map(({ operands }) => operands),
    (k) => reads(first.inputs[k] as Value),
    (members, operands) => {
      const live = operands.filter((k) => k < carries)
      const narrow = createRegion(
        [0, ...operands.map((k) => k + 1)].map((k) => inputs[k] as Value<'input'>),
        [...live.map((k) => body.results[k] as Value), ...new Set(members.flatMap((k) => stacks[k] ?? []))],
      )
      const positions = regionPositions(narrow)
      const attrs = {
        ...first.attrs,
        body: narrow,
        carries: live.length,
        sequences: operands.filter((k) => k >= carries && k < carries + sequences).length,
      }
      return members.map((k) => {
        const [stacked] = stacks[k] ?? []
        const result =
          stacked === undefined
            ? live.indexOf(all[k]?.result ?? 0)
            : live.length + (positions.get(stacked) ?? 0)
        return first.builder.loop(...valuesAt(first.inputs, operands, now), { ...attrs, result })
      })
    },
  )
}

const narrowCond: Narrow = (nodes, { now, reads }) => {
  const siblings = nodes as readonly Value<'cond'>[]
  const [first] = siblings
  if (first === undefined) return []
  const [predicate, ...operands] = first.inputs
  const { whenTrue, whenFalse } = first.attrs
  const narrowed = (members: readonly Value<'cond'>[]): ReturnType<typeof withUsedInputs> => {
    const wanted = members.map(({ attrs }) => attrs.result)
    return withUsedInputs([whenTrue, whenFalse].map((region) => withResults(region, wanted, now)))
  }
  return byNeeds(
    siblings.map((each) => narrowed([each]).kept),
    (k) => reads(operands[k] as Value),
    (members, kept) => {
      const { regions } = narrowed(members.map((k) => siblings[k] as Value<'cond'>))
      const [yes, no] = regions as readonly [Region, Region]
      const values = [now(predicate as Value), ...valuesAt(operands, kept, now)]
      return members.map((_, result) =>
        first.builder.cond(...values, { whenTrue: yes, whenFalse: no, result }),
      )
    },
  )
}

const narrowCheckpoint: Narrow = (nodes, { now, reads }) => {
  const siblings = nodes as readonly Value<'checkpoint'>[]
  const [first] = siblings
  if (first === undefined) return []
  const { body, isolated } = first.attrs
  const narrowed = (members: readonly Value<'checkpoint'>[]): ReturnType<typeof withUsedInputs> => {
    const wanted = members.map(({ attrs }) => attrs.result)
    return withUsedInputs([withResults(body, wanted, now)])
  }
  return byNeeds(
    siblings.map((each) => narrowed([each]).kept),
    (k) => reads(first.inputs[k] as Value),
    (members, kept) => {
      const { regions } = narrowed(members.map((k) => siblings[k] as Value<'checkpoint'>))
      const values = valuesAt(first.inputs, kept, now)
      return members.map((_, result) =>
        first.builder.checkpoint(...values, { body: regions[0] as Region, isolated, result }),
      )
    },
  )
}

/**
 * What `forward` only keeps for backward has the derivative that it has as a part of `forward`, so where it needs less than all
 * operands it is that part. Outputs have the derivative of `backward`, which may read anything, and stay as they are.
 */
const narrowCustomVjp: Narrow = (nodes, narrowed) => {
  const { now, reads, markReading } = narrowed
  return (nodes as readonly Value<'customVjp'>[]).map((node) => {
    const { builder, inputs, attrs } = node
    if (attrs.result >= attrs.outputs) {
      const { regions, kept } = withUsedInputs([withResults(attrs.forward, [attrs.result], now)])
      const needed = kept.map((k) => inputs[k] as Value)
      if (needed.filter(reads).length < inputs.filter(reads).length) {
        const [value] = inlineRegion(builder, regions[0] as Region, needed.map(now)) as [Value]
        if (needed.some(reads)) markReading(value)
        return value
      }
    }
    return substitute([node], narrowed)[0] as Value
  })
}

/**
 * What `build` makes of each class of siblings, in the order of the siblings. Of one class, and so of one run, are those that
 * need the same of the operands that read sources; what else one of them needs is there for all.
 */
function byNeeds(
  needs: readonly (readonly number[])[],
  reads: (operand: number) => boolean,
  build: (members: readonly number[], operands: readonly number[]) => readonly Value[],
): readonly Value[] {
  const classes = new Map<string, number[]>()
  needs.forEach((operands, k) => {
    const key = operands.filter(reads).join()
    const members = classes.get(key) ?? []
    classes.set(key, members)
    members.push(k)
  })
  const values: Value[] = []
  for (const members of classes.values()) {
    const operands = [...new Set(members.flatMap((k) => needs[k] ?? []))].sort((x, y) => x - y)
    build(members, operands).forEach((value, k) => {
      values[members[k] ?? 0] = value
    })
  }
  return values
}

const valuesAt = (
  operands: readonly Value[],
  at: readonly number[],
  now: Narrowed['now'],
): readonly Value[] => at.map((k) => now(operands[k] as Value))

const withResults = ({ inputs, results }: Region, wanted: readonly number[], now: Narrowed['now']): Region =>
  createRegion(
    inputs,
    wanted.map((k) => now(results[k] as Value)),
  )

const narrowings: { readonly [op: string]: Narrow } = {
  loop: narrowLoop,
  cond: narrowCond,
  checkpoint: narrowCheckpoint,
  customVjp: narrowCustomVjp,
}
