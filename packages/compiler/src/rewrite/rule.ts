// A rewrite rule as a named value: what it looks for, what it becomes, why, and examples on which it must fire. Tests are
// derived from the examples. A rule knows nothing of drivers and passes.
import type { Builder, OpName, Value } from '@heddle/core'
import { match, type Pattern } from './pattern.ts'
import { computesInStorage } from './storage.ts'

/**
 * What a rule may change. `exact`: nothing, for any operands, NaN, ±Infinity and -0 among them (the bits inside a NaN do not
 * count). `reassociates`: the order of rounding. `approximates`: values within the tolerance of the ops, or special values.
 * Only exact rules run unless others are asked for.
 */
export type Exactness = 'exact' | 'reassociates' | 'approximates'

/** Builds a value on which the rule must fire at the root. */
export type Example = (b: Builder) => Value

export interface RuleSpec<C> {
  /** One clause: what is gained. */
  readonly why: string
  readonly exactness?: Exactness
  readonly match: Pattern<C>
  /** A pure condition on what was captured. */
  readonly when?: (captures: C) => boolean
  /** The replacement, of the same type, from the same builder. */
  readonly rewrite: (captures: C, b: Builder) => Value
  readonly examples: readonly Example[]
}

export interface Rule {
  /** `kebab-case`: what people type to disable it. */
  readonly name: string
  readonly why: string
  readonly exactness: Exactness
  /** Ops its root may have. */
  readonly roots: readonly OpName[]
  /** What `apply` matches, for tests that make values of that form. */
  readonly pattern: Pattern
  /** The replacement of `node`, or `undefined` where the rule does not fire. */
  readonly apply: (node: Value) => Value | undefined
  readonly examples: readonly Example[]
}

export function rule<C>(name: string, spec: RuleSpec<C>): Rule {
  const { why, exactness = 'exact', match: pattern, when, rewrite, examples } = spec
  return {
    name,
    why,
    exactness,
    roots: pattern.ops ?? [],
    pattern,
    examples,
    apply: (node) => {
      // Rules speak of dtypes that compute: 1 / sqrt(x) in f16 rounds once or twice, as it is written.
      if (computesInStorage(node)) return undefined
      const captures = match(pattern, node)
      if (captures === undefined || (when !== undefined && !when(captures))) return undefined
      return rewrite(captures, node.builder)
    },
  }
}

const order: readonly Exactness[] = ['exact', 'reassociates', 'approximates']

/** The rules that change no more than `allowed` says. */
export const rulesUpTo = (allowed: Exactness, rules: readonly Rule[]): readonly Rule[] =>
  rules.filter((each) => order.indexOf(each.exactness) <= order.indexOf(allowed))
