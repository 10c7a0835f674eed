// Applies rules to a graph until none fires. Bottom-up: a node is looked at when its operands are final, so a pattern sees
// final operands and the result is a fixpoint after one walk. Nodes are rebuilt in their own builder, where equal ones are
// one, and keep their provenance. Iterative; every distinct node is visited once.
import {
  formatType,
  type Graph,
  HeddleError,
  locationOf,
  mapRoots,
  type OpName,
  rootsOf,
  typesEqual,
  type Value,
  withProvenance,
} from '@heddle/core'
import type { Fuel } from '../passes/pass.ts'
import type { Rule } from './rule.ts'

/** One step: `before` became `after`. */
export interface Firing {
  readonly rule: string
  readonly before: Value
  readonly after: Value
}

export interface RewriteOptions {
  /** Firings still allowed; counted down. Default: no limit. */
  readonly fuel?: Fuel
  readonly trace?: (firing: Firing) => void
}

export interface Rewritten {
  readonly graph: Graph
  /** How often each rule fired, by name. */
  readonly firings: ReadonlyMap<string, number>
  /** Distinct nodes looked at. */
  readonly visited: number
}

/** Firings that wait for each other's results, above which the rules surely never end: each made the next one's node. */
const deepest = 10_000

/**
 * Throws `RULE_TYPE` when a rule changes a type, `RULE_DIVERGES` when rules undo each other or never end, `RULE_FAILED` when
 * a rewrite throws; each names the rule.
 */
export function rewriteGraph(graph: Graph, rules: readonly Rule[], options: RewriteOptions = {}): Rewritten {
  const { fuel = { left: Number.POSITIVE_INFINITY }, trace } = options
  const byRoot = indexByRoot(rules)
  const firings = new Map<string, number>()
  /** Final form of every finished value. */
  const final = new Map<Value, Value>()
  /** What an unfinished value became: its final form is that value's. */
  const became = new Map<Value, Value>()
  const stack: Value[] = []
  let last: Rule | undefined

  const fire = (node: Value): Value | undefined => {
    if (fuel.left <= 0) return undefined
    for (const rule of byRoot.get(node.op) ?? []) {
      const after = applyRule(rule, node)
      if (after === undefined || after === node) continue
      checkFiring(rule, node, after)
      fuel.left--
      last = rule
      firings.set(rule.name, (firings.get(rule.name) ?? 0) + 1)
      trace?.({ rule: rule.name, before: node, after })
      if (became.size > deepest) throw diverges(rule, node, firings)
      return after
    }
    return undefined
  }

  const finish = (root: Value): void => {
    stack.push(root)
    for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
      if (final.has(node)) {
        stack.pop()
        continue
      }
      const next = became.get(node)
      if (next !== undefined) {
        const result = final.get(next)
        // Back at a node whose own result is asked for on the way to it.
        if (result === undefined) throw diverges(last, node, firings)
        final.set(node, result)
        became.delete(node)
        stack.pop()
        continue
      }
      if (pushUnfinished(node, final, stack)) continue
      const rebuilt = rebuild(node, final)
      const after = rebuilt === node ? fire(node) : rebuilt
      if (after === undefined) {
        final.set(node, node)
        stack.pop()
      } else {
        became.set(node, after)
        stack.push(after)
      }
    }
  }

  for (const root of rootsOf(graph)) finish(root)
  return {
    graph: last === undefined ? graph : mapRoots(graph, (value) => final.get(value) as Value),
    firings,
    visited: final.size,
  }
}

function indexByRoot(rules: readonly Rule[]): ReadonlyMap<OpName, readonly Rule[]> {
  const byRoot = new Map<OpName, Rule[]>()
  for (const rule of rules) {
    for (const op of rule.roots) byRoot.set(op, [...(byRoot.get(op) ?? []), rule])
  }
  return byRoot
}

/** Puts unfinished operands on the stack, the first on top; whether there were any. */
function pushUnfinished(node: Value, final: ReadonlyMap<Value, Value>, stack: Value[]): boolean {
  let any = false
  for (let k = node.inputs.length - 1; k >= 0; k--) {
    const operand = node.inputs[k] as Value
    if (final.has(operand)) continue
    stack.push(operand)
    any = true
  }
  return any
}

/** The node over the final forms of its operands; itself if those are its operands. */
function rebuild(node: Value, final: ReadonlyMap<Value, Value>): Value {
  if (node.inputs.every((operand) => final.get(operand) === operand)) return node
  const inputs = node.inputs.map((operand) => final.get(operand) as Value)
  return withProvenance(node.provenance, () => node.builder.make(node.op, inputs, node.attrs))
}

function applyRule(rule: Rule, node: Value): Value | undefined {
  try {
    return withProvenance(node.provenance, () => rule.apply(node))
  } catch (error) {
    if (error instanceof HeddleError) throw failed(rule, node, error)
    throw error
  }
}

function checkFiring(rule: Rule, before: Value, after: Value): void {
  if (after.builder !== before.builder || !typesEqual(before.type, after.type))
    throw wrongType(rule, before, after)
}

const context = (rule: Rule, node: Value): Pick<HeddleError, 'details' | 'location'> => ({
  details: { rule: rule.name, op: node.op },
  location: locationOf(node.provenance),
})

const wrongType = (rule: Rule, before: Value, after: Value): HeddleError =>
  new HeddleError(
    'RULE_TYPE',
    `${rule.name}: turned ${before.op} ${formatType(before.type)} into ${after.op} ${formatType(after.type)}${after.builder === before.builder ? '' : ' of another builder'}; a rule keeps type and builder`,
    context(rule, before),
  )

const failed = (rule: Rule, node: Value, cause: HeddleError): HeddleError =>
  new HeddleError(
    'RULE_FAILED',
    `${rule.name}: rewriting ${node.op} ${formatType(node.type)} failed: ${cause.message}`,
    { ...context(rule, node), cause },
  )

function diverges(rule: Rule | undefined, node: Value, firings: ReadonlyMap<string, number>): HeddleError {
  const most = [...firings].sort(([, x], [, y]) => y - x).slice(0, 4)
  const counts = most.map(([name, count]) => `${name} ${count}`).join(', ')
  return new HeddleError(
    'RULE_DIVERGES',
    `${rule?.name}: rewriting ${node.op} ${formatType(node.type)} does not end (fired: ${counts}); rules must not undo each other`,
    {
      details: { rule: rule?.name, op: node.op, firings: Object.fromEntries(most) },
      location: locationOf(node.provenance),
    },
  )
}
