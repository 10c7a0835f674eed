// Which dtypes each scalar op takes and gives: one total table, read by the verifier. It says nothing about values.
// Dtypes that are only stored are moved, chosen and converted to and from what they compute as; nothing else takes them.
import { computeDTypes, type DType, dtypeNames, dtypes, isFloat, isInteger } from '../dtype.ts'
import type { ScalarOp } from './scalar.ts'

type Kinds = 'float' | 'number' | 'integer' | 'logic' | 'computed' | 'any'

/**
 * `same`: all operands have the result's dtype. `compare`: two operands of one dtype, bool result. The others are as
 * `kernel/scalar.ts` says. `on` limits the dtype of the operands.
 */
export interface ScalarType {
  readonly form: 'same' | 'compare' | 'select' | 'cast' | 'bitcast'
  readonly arity: number
  readonly on: Kinds
}

const unary = (on: Kinds): ScalarType => ({ form: 'same', arity: 1, on })
const binary = (on: Kinds): ScalarType => ({ form: 'same', arity: 2, on })
const compare: ScalarType = { form: 'compare', arity: 2, on: 'computed' }

export const scalarTypes: Readonly<Record<ScalarOp, ScalarType>> = {
  add: binary('number'),
  sub: binary('number'),
  mul: binary('number'),
  div: binary('number'),
  rem: binary('number'),
  minimum: binary('computed'),
  maximum: binary('computed'),
  neg: unary('number'),
  abs: unary('number'),
  floor: unary('float'),
  ceil: unary('float'),
  trunc: unary('float'),
  round: unary('float'),
  sqrt: unary('float'),
  lt: compare,
  le: compare,
  eq: compare,
  ne: compare,
  and: binary('logic'),
  or: binary('logic'),
  xor: binary('logic'),
  not: unary('logic'),
  shl: binary('integer'),
  shr: binary('integer'),
  select: { form: 'select', arity: 3, on: 'any' },
  cast: { form: 'cast', arity: 1, on: 'any' },
  bitcast: { form: 'bitcast', arity: 1, on: 'any' },
  exp: unary('float'),
  exp2: unary('float'),
  expm1: unary('float'),
  log: unary('float'),
  log2: unary('float'),
  log10: unary('float'),
  log1p: unary('float'),
  sin: unary('float'),
  cos: unary('float'),
  tan: unary('float'),
  sinh: unary('float'),
  cosh: unary('float'),
  tanh: unary('float'),
  asinh: unary('float'),
  acosh: unary('float'),
  sigmoid: unary('float'),
  erf: unary('float'),
  erfc: unary('float'),
  erfinv: unary('float'),
  normalCdf: unary('float'),
  lgamma: unary('float'),
  digamma: unary('float'),
  pow: binary('float'),
  atan2: binary('float'),
  hypot: binary('float'),
}

const members: Readonly<Record<Kinds, readonly DType[]>> = {
  float: computeDTypes.filter(isFloat),
  number: computeDTypes.filter((dtype) => dtype !== 'bool'),
  integer: computeDTypes.filter(isInteger),
  logic: computeDTypes.filter((dtype) => !isFloat(dtype)),
  computed: computeDTypes,
  any: dtypeNames,
}

/** `undefined` if `op` may take `operands` and give `result`; else what is wrong, as a clause. */
export function scalarTypeError(op: ScalarOp, result: DType, operands: readonly DType[]): string | undefined {
  const type = scalarTypes[op]
  if (type === undefined) return 'is not a scalar op'
  const { form, arity, on } = type
  if (operands.length !== arity) return `has ${operands.length} operands; it takes ${arity}`
  const [x, y, z] = operands
  const operand = form === 'select' ? y : x
  if (operand === undefined || !members[on].includes(operand)) {
    return `has a ${operand} operand; it takes ${members[on].join(', ')}`
  }
  switch (form) {
    case 'same':
      return operands.every((dtype) => dtype === result)
        ? undefined
        : `gives ${result} from ${operands.join(', ')}; all must be equal`
    case 'compare':
      return x === y && result === 'bool'
        ? undefined
        : `gives ${result} from ${operands.join(', ')}; a comparison gives bool from equal dtypes`
    case 'select':
      return x === 'bool' && y === result && z === result
        ? undefined
        : `gives ${result} from ${operands.join(', ')}; it takes (bool, ${result}, ${result})`
    case 'cast': {
      const [from, to] = [dtypes[operand].computesAs, dtypes[result].computesAs]
      return from === to || (from === operand && to === result)
        ? undefined
        : `gives ${result} from ${operand}; by way of ${from} and ${to}`
    }
    case 'bitcast':
      return operand === result ||
        (operand !== 'bool' && result !== 'bool' && dtypes[operand].bytes === dtypes[result].bytes)
        ? undefined
        : `gives ${result} from ${operand}; they differ in width`
    default:
      return form satisfies never
  }
}
