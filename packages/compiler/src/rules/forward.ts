// Rules for graphs that will not be differentiated again: the marks that only derivatives read can go.
import { p } from '../rewrite/pattern.ts'
import { type Rule, rule } from '../rewrite/rule.ts'
import { input } from './support.ts'

export const forwardRules: readonly Rule[] = [
  rule('remove-stop-gradient', {
    why: 'after differentiation it is the identity',
    match: p.stopGradient(p.any('x')),
    rewrite: ({ x }) => x,
    examples: [(b) => b.stopGradient(input(b))],
  }),
]
