// Fusion: decides for every node whether it is computed inside its users' kernel or stored, and by which kernel. One walk from
// the roots to the inputs, so that all users of a node are settled before it. No value is computed twice per element unless
// its cost says so; a reduction is never repeated. How a group becomes a kernel is `lower/`.
import {
  type Capabilities,
  type Graph,
  type IndexExpression,
  internalError,
  nodesOf,
  opRecord,
  rootsOf,
  siblingsIn,
  sizeOf,
  type Value,
  valuesOf,
} from '@heddle/core'
import { tryAbsorbContraction, tryAbsorbReduction } from './absorb.ts'
import { contractionSources } from './contraction.ts'
import { type Decision, type DecisionCode, decide } from './decision.ts'
import {
  accessesAt,
  createGroup,
  demand,
  type Group,
  type IndexTuple,
  identityTuple,
  isMadeInside,
  outputTuple,
  reducesPerElement,
  standsAlone,
  tuplesEqual,
} from './group.ts'
import { behindReshapes } from './same-array.ts'

export interface FuseOptions {
  /** Off: every op is a kernel of its own (but movements between buffers); for differential tests. */
  readonly fusion: boolean
}

export interface Schedule {
  /** In no particular order; `plan/order.ts` sorts them. */
  readonly groups: readonly Group[]
  /** The group that stores a value. */
  readonly owner: ReadonlyMap<Value, Group>
  readonly decisions: ReadonlyMap<Value, Decision>
}

/** Scalar operations up to which a value is computed again rather than stored. */
const recomputeLimit = 24
/** Indices at which a kernel may compute the same node. */
const maxTuples = 4
/** Groups looked at to prove that joining a kernel makes no cycle. */
const maxCycleSearch = 64

export function fuse(
  graph: Graph,
  capabilities: Capabilities,
  options: FuseOptions = { fusion: true },
): Schedule {
  return createFuser(capabilities, options).run(graph)
}

interface Fuser {
  run(graph: Graph): Schedule
}

function createFuser(capabilities: Capabilities, { fusion }: FuseOptions): Fuser {
  const groups: Group[] = []
  const owner = new Map<Value, Group>()
  const decisions = new Map<Value, Decision>()
  /** Groups that need a node not settled yet. */
  const waiting = new Map<Value, Set<Group>>()
  const mustStore = new Map<Value, DecisionCode>()
  const useCounts = new Map<Value, number>()
  /** Results of control flow that are one run. */
  let runs: ReadonlyMap<Value, readonly Value[]> = new Map()

  function need(group: Group, node: Value, tuple: IndexTuple): void {
    demand(group, node, tuple)
    const groupsWaiting = waiting.get(node)
    if (groupsWaiting === undefined) waiting.set(node, new Set([group]))
    else groupsWaiting.add(group)
  }

  function settle(node: Value, code: DecisionCode, group?: Group): void {
    const decision = decide(code)
    decisions.set(node, decision)
    if (group !== undefined && code !== 'INLINE_VIEW') group.reasons.push({ node, decision })
  }

  /** Computes `node` inside `group` wherever the group needs it. */
  function inline(group: Group, node: Value): void {
    const tuples = group.demands.get(node) ?? []
    group.demands.delete(node)
    group.members.set(node, tuples)
    group.operations += Math.max(1, costOf(node)) * tuples.length
    for (const tuple of tuples) {
      for (const access of accessesAt(group, node, tuple)) {
        const operand = node.inputs[access.operand]
        if (operand !== undefined) need(group, operand, access.index)
      }
    }
  }

  /** Makes `node` an output: of a kernel that uses it anyway if possible, else of a new one. */
  function store(node: Value, code: DecisionCode): void {
    const users = [...(waiting.get(node) ?? [])]
    const joined = fusion ? users.find((group) => canJoin(group, node, users)) : undefined
    const group = joined ?? createGroup(groups.length, node)
    if (joined === undefined) groups.push(group)
    owner.set(node, group)
    group.outputs.push(node)
    settle(node, joined === undefined ? code : 'JOIN_OUTPUT', group)
    if (joined === undefined) need(group, node, outputTuple(group, node))
    fill(group, node)
  }

  /** Puts the op that computes a stored node into its group. */
  function fill(group: Group, node: Value): void {
    const { lowering } = opRecord(node.op)
    switch (lowering.kind) {
      case 'pull':
        inline(group, node)
        break
      case 'reduce':
        if (!tryAbsorbReduction(group, node, capabilities, need))
          throw internalError('fuse', `${node.op} has no kernel`)
        break
      case 'contract':
        if (!tryAbsorbContraction(group, node, need)) throw internalError('fuse', `${node.op} has no kernel`)
        break
      case 'scatter':
        fillAlone(group, node, node.inputs)
        break
      case 'host':
        fillAlone(group, node, node.inputs.map(behindReshapes))
        break
      case 'control':
      case 'leaf':
        throw internalError('fuse', `${node.op} cannot be stored`)
      default:
        lowering satisfies never
    }
  }

  /** A group of one node, which reads whole arrays. */
  function fillAlone(group: Group, node: Value, arrays: readonly Value[]): void {
    group.members.set(node, [identityTuple(group.rank)])
    group.demands.delete(node)
    for (const array of arrays) need(group, array, identityTuple(array.type.shape.length))
  }

  /** All results of a run, at the first of them: then all their users are settled. */
  function storeSiblings(node: Value): void {
    const siblings = runs.get(node) ?? [node]
    const group = createGroup(groups.length, node)
    groups.push(group)
    group.outputs.push(...siblings)
    for (const sibling of siblings) {
      owner.set(sibling, group)
      settle(sibling, 'STORE_CONTROL', group)
    }
    fillAlone(group, node, node.inputs.map(behindReshapes))
  }

  function canJoin(group: Group, node: Value, users: readonly Group[]): boolean {
    const [root] = group.outputs
    const tuples = group.demands.get(node) ?? []
    const { kind } = opRecord(node.op).lowering
    const mayShare =
      kind === 'pull' || (kind === 'reduce' && group.rows === undefined && group.contraction === undefined)
    if (root === undefined || !mayShare) return false
    if (kind === 'reduce' && !reducesPerElement(group, node, tuples[0] ?? [])) return false
    if (mustRead(group, node)) return false
    if (group.outputs.length >= capabilities.maxWrites || tuples.length !== 1 || standsAlone(group))
      return false
    if (sizeOf(node.type.shape) !== sizeOf(root.type.shape)) return false
    if (!tuplesEqual(tuples[0] ?? [], outputTuple(group, node))) return false
    if (!fits(group, node)) return false
    const others = new Set(users.filter((user) => user !== group))
    return others.size === 0 || !reaches(group, others)
  }

  /** Whether the group's contraction reads `node` as an array, which the same kernel cannot make. */
  const mustRead = ({ contraction }: Group, node: Value): boolean =>
    capabilities.contractOperands === 'strided' &&
    contraction !== undefined &&
    contractionSources(contraction.node).includes(node)

  /** Whether `from` may depend on one of `targets`; true when unsure. */
  function reaches(from: Group, targets: ReadonlySet<Group>): boolean {
    const seen = new Set<Group>([from])
    const stack = [from]
    while (stack.length > 0) {
      const group = stack.pop() as Group
      if (targets.has(group) || seen.size > maxCycleSearch) return true
      for (const value of group.demands.keys()) {
        const next = owner.get(value)
        if (next !== undefined && !seen.has(next)) {
          seen.add(next)
          stack.push(next)
        }
      }
    }
    return false
  }

  /** Whether a value is read from memory by kernels that use it, as far as is known before they are made. */
  const isArray = (value: Value): boolean => !isMadeInside(value) || mustStore.has(value)
  const fits = (group: Group, node: Value): boolean =>
    limitOf(group, node, capabilities, isArray) === undefined

  function visit(node: Value): void {
    const users = [...(waiting.get(node) ?? [])]
    const { lowering } = opRecord(node.op)
    // An input or literal is an array already; one that is an output is copied by the plan.
    if (lowering.kind === 'leaf') return
    if (lowering.kind === 'control') {
      if (runs.get(node)?.[0] === node) storeSiblings(node)
      return
    }
    const forced = mustStore.get(node)
    if (forced !== undefined) store(node, forced)
    else if (users.length === 0) return
    else if (lowering.kind === 'scatter') store(node, 'STORE_SCATTER')
    else if (lowering.kind === 'host') store(node, 'STORE_HOST')
    else if (lowering.kind === 'pull') pull(node, users)
    else absorbOrStore(node, users)
  }

  /** A reduction or contraction: into its only user's kernel if it is used there element by element or row by row. */
  function absorbOrStore(node: Value, users: readonly Group[]): void {
    const isReduction = opRecord(node.op).lowering.kind === 'reduce'
    const [group] = users
    const absorb = (user: Group): boolean =>
      isReduction
        ? tryAbsorbReduction(user, node, capabilities, need)
        : tryAbsorbContraction(user, node, need)
    if (fusion && users.length === 1 && group !== undefined && fits(group, node) && absorb(group)) {
      settle(node, isReduction ? 'ABSORB_REDUCTION' : 'ABSORB_CONTRACTION', group)
    } else store(node, isReduction ? 'STORE_REDUCTION' : 'STORE_CONTRACTION')
  }

  function pull(node: Value, users: readonly Group[]): void {
    const code = pullDecision(node, users, opRecord(node.op).kind === 'view')
    if (code.startsWith('STORE')) {
      store(node, code)
      return
    }
    settle(node, code, users.length === 1 ? users[0] : undefined)
    for (const group of users) inline(group, node)
  }

  function pullDecision(node: Value, users: readonly Group[], isView: boolean): DecisionCode {
    for (const group of users) {
      const limit = limitOf(group, node, capabilities, isArray)
      if (limit !== undefined) return limit
    }
    const cost = costOf(node)
    if (isMadeInside(node)) return 'INLINE_CHEAP'
    const indices = users.reduce((most, group) => Math.max(most, group.demands.get(node)?.length ?? 0), 0)
    if (isView && users.some((group) => mayWrap(group, node))) return 'STORE_DATA_INDEX'
    if (isView) return indices > maxTuples ? 'STORE_MANY_INDICES' : 'INLINE_VIEW'
    if (!fusion) return 'STORE_SHARED'
    if (indices > 1 && (indices > maxTuples || inlineCost(node) * indices > recomputeLimit))
      return 'STORE_MANY_INDICES'
    if (users.length > 1) {
      const isCheap = inlineCost(node) <= recomputeLimit && !finishes(node)
      return isCheap ? 'INLINE_CHEAP' : 'STORE_SHARED'
    }
    const [group] = users
    if (group !== undefined && cost > recomputeLimit / 4 && repeats(group, node, capabilities))
      return 'STORE_REPEATED'
    return 'INLINE_SINGLE_KERNEL'
  }

  /**
   * Whether a node is the only user, directly or through movements, of a reduction or contraction of its size: stored, it is that
   * one's epilogue, and the bare result need not be stored at all.
   */
  function finishes(node: Value): boolean {
    return node.inputs.some((operand) => {
      let value = operand
      while (opRecord(value.op).kind === 'view' && useCounts.get(value) === 1 && value.inputs.length === 1) {
        value = value.inputs[0] as Value
      }
      const { kind } = opRecord(value.op).lowering
      const isHeavy = kind === 'reduce' || kind === 'contract'
      return isHeavy && useCounts.get(value) === 1 && sizeOf(value.type.shape) === sizeOf(node.type.shape)
    })
  }

  /** Cost of computing a node and the unsettled elementwise values behind it, as far as the limit. */
  function inlineCost(node: Value): number {
    let cost = 0
    const stack: Value[] = [node]
    const seen = new Set<Value>(stack)
    while (stack.length > 0 && cost <= recomputeLimit) {
      const value = stack.pop() as Value
      const { lowering, kind } = opRecord(value.op)
      if (lowering.kind !== 'pull') {
        // A reduction or contraction would have to be stored for this: as if it were free to read.
        continue
      }
      cost += kind === 'view' ? 0 : Math.max(1, lowering.cost)
      for (const operand of value.inputs) {
        const storedAnyway = mustStore.has(operand) || (waiting.get(operand)?.size ?? 0) > 1
        if (!seen.has(operand) && !storedAnyway) {
          seen.add(operand)
          stack.push(operand)
        }
      }
    }
    return cost
  }

  return {
    run(graph) {
      for (const root of rootsOf(graph)) mustStore.set(root, 'STORE_OUTPUT')
      const order = nodesOf(graph)
      runs = siblingsIn(order)
      for (const node of order) {
        const { lowering } = opRecord(node.op)
        for (const operand of new Set(node.inputs)) useCounts.set(operand, (useCounts.get(operand) ?? 0) + 1)
        if (lowering.kind === 'contract' && capabilities.contractOperands === 'strided') {
          for (const source of contractionSources(node)) markStored(source)
        }
        if (lowering.kind === 'host' || lowering.kind === 'control')
          for (const operand of node.inputs) markStored(behindReshapes(operand))
        else if (lowering.kind === 'scatter' || (!fusion && lowering.kind !== 'pull')) {
          for (const operand of node.inputs) if (!isMadeInside(operand)) markStored(operand)
        }
      }
      for (let at = order.length - 1; at >= 0; at--) visit(order[at] as Value)
      return { groups, owner, decisions }
    },
  }

  function markStored(node: Value): void {
    if (opRecord(node.op).lowering.kind !== 'leaf' && !mustStore.has(node))
      mustStore.set(node, 'STORE_OPERAND')
  }
}

function costOf(node: Value): number {
  const { lowering } = opRecord(node.op)
  return lowering.kind === 'pull' ? lowering.cost : 1
}

/** Whether a guard of a view, read where the group reads it, would be more than a bare data-dependent index. */
function mayWrap(group: Group, node: Value): boolean {
  const tuples = group.demands.get(node) ?? []
  const isData = (index: IndexExpression): boolean => valuesOf(index).size > 0
  const isBare = ({ terms: [term, ...others] }: IndexExpression): boolean =>
    others.length === 0 && term?.coefficient === 1 && term.atom.kind === 'value'
  return tuples.some(
    (tuple) =>
      tuple.some(isData) &&
      accessesAt(group, node, tuple).some(({ guards }) =>
        guards.some(({ index }) => isData(index) && !isBare(index)),
      ),
  )
}

/** Why a node does not fit into a group, if it does not. */
function limitOf(
  group: Group,
  node: Value,
  capabilities: Capabilities,
  isArray: (value: Value) => boolean,
): DecisionCode | undefined {
  if (isMadeInside(node)) return undefined
  const tuples = group.demands.get(node)?.length ?? 1
  if (group.operations + Math.max(1, costOf(node)) * tuples > capabilities.maxOps)
    return 'STORE_OPERATION_LIMIT'
  let open = -1
  for (const value of group.demands.keys()) if (isArray(value)) open++
  for (const operand of new Set(node.inputs)) {
    if (!group.demands.has(operand) && !group.members.has(operand) && isArray(operand)) open++
  }
  return open > capabilities.maxReads && node.inputs.length > 1 ? 'STORE_READ_LIMIT' : undefined
}

/** Whether inlining computes each element more than once, in a loop it cannot be lifted out of. */
function repeats(group: Group, node: Value, capabilities: Capabilities): boolean {
  const [tuple] = group.demands.get(node) ?? []
  if (tuple === undefined) return false
  const used = new Set<number>()
  for (const index of tuple)
    for (const term of index.terms) if (term.atom.kind === 'axis') used.add(term.atom.axis)
  let iterations = 1
  group.axes.forEach((axis, id) => {
    if (id < group.rank || used.has(id)) iterations *= axis.extent
  })
  if (iterations <= sizeOf(node.type.shape)) return false
  if (!capabilities.rowKernels) return true
  // Constant along the inner loops only: the emitters lift it.
  const axes = [...used].sort((x, y) => x - y)
  return axes.some((axis, k) => axis !== k)
}
