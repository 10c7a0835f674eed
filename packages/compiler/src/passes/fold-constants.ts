// Computes now what depends on constants alone, with the bits the runtimes would give: elementwise ops, moved and chosen
// elements, integer sums. Float sums keep their order in kernels and are left. Arrays above `foldLimit` elements are left.
import { rewriteGraph } from '../rewrite/driver.ts'
import { arrayConstantRules, canonicalRules } from '../rules/index.ts'
import type { Pass } from './pass.ts'

const rules = [...canonicalRules, ...arrayConstantRules]

/** Folded constants open the way for identities, so the canonical rules run along. */
export const foldConstants: Pass = {
  name: 'fold-constants',
  summary: 'computes what depends on constants alone',
  run: (graph, { fuel, note }) => {
    const result = rewriteGraph(graph, rules, { fuel })
    for (const [detail, count] of result.firings) note({ kind: 'rule', count, detail })
    return result.graph
  },
}
