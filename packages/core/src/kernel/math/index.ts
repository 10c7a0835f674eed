// The mathematical functions of kernels: one f32 expansion each, the same operations in the same order on every runtime.
import type { MathFunction, ScalarFunction, ScalarOp } from '../scalar.ts'
import { erfc, erfinv, normalCdf } from './error-function.ts'
import { exp, expm1, sigmoid } from './exponential.ts'
import { digamma, lgamma } from './gamma.ts'
import { acosh, asinh, cosh, sinh } from './hyperbolic.ts'
import { log, log1p, log2, log10 } from './logarithm.ts'
import { atan2, hypot } from './plane.ts'
import { exp2, pow } from './power.ts'
import { erf, tanh } from './saturating.ts'
import { cos, sin, tan } from './trigonometric.ts'

export const mathFunctions: Readonly<Record<MathFunction, ScalarFunction>> = {
  exp,
  exp2,
  expm1,
  log,
  log2,
  log10,
  log1p,
  sin,
  cos,
  tan,
  sinh,
  cosh,
  tanh,
  asinh,
  acosh,
  sigmoid,
  erf,
  erfc,
  erfinv,
  normalCdf,
  lgamma,
  digamma,
  pow,
  atan2,
  hypot,
}

export const isMathFunction = (op: ScalarOp): op is MathFunction => Object.hasOwn(mathFunctions, op)

/** In the order of the table. */
export const mathFunctionNames: readonly MathFunction[] = Object.keys(mathFunctions).filter(
  (name): name is MathFunction => name in mathFunctions,
)
