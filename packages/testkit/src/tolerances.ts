// The one table of tolerances: by kind of runtime, float dtype and class of operation, in units in the last place. Nothing
// here is tuned to a test; whole graphs get their bounds from these numbers by error analysis (`bounds.ts`).
import type { Capabilities, DType, MathFunction } from '@heddle/core'
import { isFloat, mathBounds } from '@heddle/core'

/** Classes of rounding operations. Everything else (moves, comparisons, integers, min, max, floor, ...) is exact. */
export type RoundingClass = 'arithmetic' | 'division' | 'root' | MathFunction

export interface Tolerances {
  /** Most units in the last place of the result that one operation may be off by, besides its operands' errors. */
  readonly ulps: Readonly<Record<RoundingClass, number>>
  /** Distance from 1 to the next number. One unit in the last place of y is at most `epsilon * |y|`. */
  readonly epsilon: number
  /** Below this magnitude a result may be flushed to zero: an absolute error of this size is always allowed. */
  readonly smallest: number
  /** Operands below `smallest` may be taken for zero. */
  readonly flushesDenormals: boolean
  /** Largest finite number: beyond it a result may be infinite. */
  readonly largest: number
  /** Largest argument of sin, cos and tan for which `ulps` holds; beyond it only the range of the function is known. */
  readonly largestAngle: number
}

/** How closely a runtime follows the order and the rounding of a kernel. */
export type Precision = 'reproducible' | 'approximate'

export const precisionOf = ({ bitReproducible }: Pick<Capabilities, 'bitReproducible'>): Precision =>
  bitReproducible ? 'reproducible' : 'approximate'

const f32 = {
  epsilon: 2 ** -23,
  smallest: 2 ** -126,
  largest: (2 - 2 ** -23) * 2 ** 127,
  largestAngle: mathBounds.sin.domain[1],
}
const f64 = {
  epsilon: 2 ** -52,
  smallest: 2 ** -1022,
  largest: Number.MAX_VALUE,
  largestAngle: 2 ** 52,
}

/** Ops on these compute in f32: what is here is about rounding to them. Subnormals of f16 are no subnormals of f32. */
const f16 = { ...f32, epsilon: 2 ** -10, smallest: 2 ** -25, largest: 65504 }
const bf16 = { ...f32, epsilon: 2 ** -7, largest: (2 - 2 ** -7) * 2 ** 127 }

/** IEEE 754: each operation is the exact one rounded to nearest. */
const nearest = { arithmetic: 0.5, division: 0.5, root: 0.5 }
/**
 * GLSL ES 3.00, section 4.5.1: highp add, subtract and multiply are rounded somehow, perhaps towards zero; division is
 * within 2.5 ulp; sqrt is 1 / inversesqrt, the latter within 2 ulp.
 */
const glsl = { arithmetic: 1, division: 2.5, root: 4.5 }

/** The f32 expansions are within their measured bounds times `factor`, where their own steps round `factor` times worse. */
const expansions = (factor: number): Readonly<Record<MathFunction, number>> =>
  perFunction((name) => factor * mathBounds[name].ulp)

/** In float64 these are ours, not the host's. */
const ours: ReadonlySet<MathFunction> = new Set(['erf', 'erfc', 'erfinv', 'normalCdf', 'lgamma', 'digamma'])

/** Host functions in f64, on both sides of a comparison: each is within 1 ulp, ours within 2. */
const hostFunctions = (factor: number): Readonly<Record<MathFunction, number>> =>
  perFunction((name) => factor * (ours.has(name) ? 4 : 2))

function perFunction(ulps: (name: MathFunction) => number): Readonly<Record<MathFunction, number>> {
  return {
    exp: ulps('exp'),
    exp2: ulps('exp2'),
    expm1: ulps('expm1'),
    log: ulps('log'),
    log2: ulps('log2'),
    log10: ulps('log10'),
    log1p: ulps('log1p'),
    sin: ulps('sin'),
    cos: ulps('cos'),
    tan: ulps('tan'),
    sinh: ulps('sinh'),
    cosh: ulps('cosh'),
    tanh: ulps('tanh'),
    asinh: ulps('asinh'),
    acosh: ulps('acosh'),
    sigmoid: ulps('sigmoid'),
    erf: ulps('erf'),
    erfc: ulps('erfc'),
    erfinv: ulps('erfinv'),
    normalCdf: ulps('normalCdf'),
    lgamma: ulps('lgamma'),
    digamma: ulps('digamma'),
    pow: ulps('pow'),
    atan2: ulps('atan2'),
    hypot: ulps('hypot'),
  }
}

type FloatDType = 'f32' | 'f64' | 'f16' | 'bf16'
/** A float dtype that the table left out would not be one of its keys. */
const isFloatDType = (dtype: DType): dtype is FloatDType => isFloat(dtype)

const table: Readonly<Record<Precision, Readonly<Record<FloatDType, Tolerances>>>> = {
  reproducible: {
    f32: { ...f32, flushesDenormals: false, ulps: { ...nearest, ...expansions(1) } },
    f64: { ...f64, flushesDenormals: false, ulps: { ...nearest, ...hostFunctions(1) } },
    f16: { ...f16, flushesDenormals: false, ulps: { ...nearest, ...expansions(1) } },
    bf16: { ...bf16, flushesDenormals: false, ulps: { ...nearest, ...expansions(1) } },
  },
  approximate: {
    f32: { ...f32, flushesDenormals: true, ulps: { ...glsl, ...expansions(2) } },
    f64: { ...f64, flushesDenormals: true, ulps: { ...glsl, ...hostFunctions(2) } },
    // Rounding to these is exact everywhere: it is done by integer operations.
    f16: { ...f16, flushesDenormals: false, ulps: { ...glsl, ...nearest, ...expansions(2) } },
    bf16: { ...bf16, flushesDenormals: true, ulps: { ...glsl, ...nearest, ...expansions(2) } },
  },
}

/** Tolerances of a float dtype; `undefined` for integers and bool, which are exact everywhere. */
export function tolerancesOf(precision: Precision, dtype: DType): Tolerances | undefined {
  return isFloatDType(dtype) ? table[precision][dtype] : undefined
}

/** Absolute rounding error of one operation of `kind` whose result is within `magnitude`. */
export function roundingError(tolerances: Tolerances, kind: RoundingClass, magnitude: number): number {
  return tolerances.ulps[kind] * tolerances.epsilon * magnitude + tolerances.smallest
}

/**
 * Absolute error of adding up `count` numbers whose magnitudes add up to `magnitude`, in any order: γ(n) Σ|x| with
 * γ(n) = n u / (1 - n u) and n = count - 1 additions (Higham, Accuracy and Stability of Numerical Algorithms, section 4.2).
 * `products` adds one rounding for each term that is itself a product.
 */
export function summationError(
  tolerances: Tolerances,
  count: number,
  magnitude: number,
  products = false,
): number {
  const roundings = Math.max(0, count - 1) + (products ? 1 : 0)
  const n = roundings * tolerances.ulps.arithmetic * tolerances.epsilon
  if (n >= 1) return Number.POSITIVE_INFINITY
  return (n / (1 - n)) * magnitude + roundings * tolerances.smallest
}
