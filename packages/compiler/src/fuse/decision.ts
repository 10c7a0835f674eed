// Why a value is computed inside a kernel or stored by one: a stable code and a sentence, kept for `heddle explain`.
import { formatType, type Value } from '@heddle/core'

export type DecisionCode =
  | 'INLINE_SINGLE_KERNEL'
  | 'INLINE_CHEAP'
  | 'INLINE_VIEW'
  | 'ABSORB_REDUCTION'
  | 'ABSORB_CONTRACTION'
  | 'JOIN_OUTPUT'
  | 'STORE_OUTPUT'
  | 'STORE_OPERAND'
  | 'STORE_SHARED'
  | 'STORE_MANY_INDICES'
  | 'STORE_REPEATED'
  | 'STORE_DATA_INDEX'
  | 'STORE_OPERATION_LIMIT'
  | 'STORE_READ_LIMIT'
  | 'STORE_REDUCTION'
  | 'STORE_CONTRACTION'
  | 'STORE_SCATTER'
  | 'STORE_CONTROL'
  | 'STORE_HOST'

export interface Decision {
  readonly code: DecisionCode
  /** What happened and what would change it. */
  readonly sentence: string
}

const sentences: Readonly<Record<DecisionCode, string>> = {
  INLINE_SINGLE_KERNEL: 'computed inside the only kernel that needs it',
  INLINE_CHEAP: 'computed again in each kernel that needs it: cheaper than storing',
  INLINE_VIEW: 'a movement: becomes index arithmetic of its readers',
  ABSORB_REDUCTION: 'reduced inside the kernel that uses the result row by row',
  ABSORB_CONTRACTION: 'contracted inside the kernel of its elementwise epilogue',
  JOIN_OUTPUT: 'stored by the kernel that also uses it, as a further output',
  STORE_OUTPUT: 'stored: an output or the next value of a state',
  STORE_OPERAND:
    'stored: an operand that must be a plain array (of a contraction on this target, of a scatter, or of a host step)',
  STORE_SHARED: 'stored: several kernels need it and computing it again costs more',
  STORE_MANY_INDICES: 'stored: its kernel reads it at several indices',
  STORE_REPEATED: 'stored: inlined it would be computed again for every repeated element',
  STORE_DATA_INDEX: 'stored: read at a multiple of an index that is data, which might wrap around in 32 bits',
  STORE_OPERATION_LIMIT: 'stored: its kernel has as many operations as this target allows',
  STORE_READ_LIMIT: 'stored: its kernel reads as many buffers as this target allows',
  STORE_REDUCTION: 'stored: a reduction that no kernel can take in (several users, or not used row by row)',
  STORE_CONTRACTION: 'stored: a contraction whose result no single kernel uses element by element',
  STORE_SCATTER: 'stored: a scatter fills an array of its own',
  STORE_CONTROL: 'stored: a result of a loop or branch, which is a step with plans of its own',
  STORE_HOST: 'stored: computed on the host, by a function from arrays to an array',
}

const decisions = new Map<DecisionCode, Decision>()

/** The decision of a code; one object each, since every node has one. */
export function decide(code: DecisionCode): Decision {
  const known = decisions.get(code)
  if (known !== undefined) return known
  const decision = { code, sentence: sentences[code] }
  decisions.set(code, decision)
  return decision
}

export const describeDecision = (node: Value, { code, sentence }: Decision): string =>
  `${code}: ${node.op} ${formatType(node.type)}: ${sentence}`
