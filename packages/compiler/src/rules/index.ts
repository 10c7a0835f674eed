// All rules, by what they may change. The order within an op's rules is the order of these lists.
import type { Rule } from '../rewrite/rule.ts'
import { arithmeticRules, looseArithmeticRules } from './arithmetic.ts'
import { castRules } from './casts.ts'
import { arrayConstantRules, uniformConstantRules } from './constants.ts'
import { contractionRules } from './contraction.ts'
import { forwardRules } from './forward.ts'
import { logicRules } from './logic.ts'
import { moveViewRules } from './move-views.ts'
import { looseReductionRules, reductionRules } from './reductions.ts'
import { scatterRules } from './scatter.ts'
import { constantViewRules, viewRules } from './views.ts'
import { windowRules } from './windows.ts'

/** What makes the canonical form: exact, and ending for every graph. */
export const canonicalRules: readonly Rule[] = [
  ...uniformConstantRules,
  ...arithmeticRules,
  ...logicRules,
  ...castRules,
  ...constantViewRules,
  ...viewRules,
  ...reductionRules,
  ...windowRules,
  ...contractionRules,
  ...scatterRules,
  ...moveViewRules,
]

/** Rules that change rounding or special values; asked for with `rulesUpTo`. */
export const looseRules: readonly Rule[] = [...looseArithmeticRules, ...looseReductionRules]

/** Every rule there is. */
export const allRules: readonly Rule[] = [
  ...canonicalRules,
  ...arrayConstantRules,
  ...forwardRules,
  ...looseRules,
]

export { arrayConstantRules, forwardRules }
