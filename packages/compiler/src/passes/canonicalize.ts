// Brings a graph to the canonical form of docs/canonical-form.md: identities gone, constants computed, views moved outwards,
// one form for what can be written in several. Exact unless told otherwise; running it again changes nothing.
import type { Graph } from '@heddle/core'
import { rewriteGraph } from '../rewrite/driver.ts'
import { type Exactness, type Rule, rulesUpTo } from '../rewrite/rule.ts'
import { canonicalRules, forwardRules, looseRules } from '../rules/index.ts'
import type { Pass, PassContext } from './pass.ts'

export interface CanonicalizeOptions {
  /** How much rounding may change. Default `exact`: nothing. */
  readonly exactness?: Exactness
  /** The graph will not be differentiated again: marks for that go. Default false. */
  readonly forward?: boolean
  /** Names of rules to leave out. */
  readonly disable?: readonly string[]
}

export function canonicalizeWith(options: CanonicalizeOptions = {}): Pass {
  const { exactness = 'exact', forward = false, disable = [] } = options
  const asked = [...canonicalRules, ...(forward ? forwardRules : []), ...looseRules]
  const rules = rulesUpTo(exactness, asked).filter(({ name }) => !disable.includes(name))
  return {
    name: 'canonicalize',
    summary: 'identities, constants and views to one form',
    run: (graph, context) => runRules(graph, rules, context),
  }
}

function runRules(graph: Graph, rules: readonly Rule[], { fuel, note }: PassContext): Graph {
  const result = rewriteGraph(graph, rules, { fuel })
  for (const [detail, count] of result.firings) note({ kind: 'rule', count, detail })
  return result.graph
}

/** Exact rules only; keeps the marks of differentiation. */
export const canonicalize: Pass = canonicalizeWith()
