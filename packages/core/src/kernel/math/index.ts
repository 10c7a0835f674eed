// The mathematical functions of kernels: one f32 expansion each, the same operations in the same order on every runtime.
import type { MathFunction, ScalarFunction, ScalarOp } from '../scalar.ts'
import { exp, expm1 } from './exponential.ts'
import { log, log1p } from './logarithm.ts'
import { pow } from './power.ts'
import { erf, tanh } from './saturating.ts'
import { cos, sin, tan } from './trigonometric.ts'

export const mathFunctions: Readonly<Record<MathFunction, ScalarFunction>> = {
  exp,
  expm1,
  log,
  log1p,
  sin,
  cos,
  tan,
  tanh,
  erf,
  pow,
}

export const isMathFunction = (op: ScalarOp): op is MathFunction => Object.hasOwn(mathFunctions, op)

/** In the order of the table. */
export const mathFunctionNames: readonly MathFunction[] = Object.keys(mathFunctions).filter(
  (name): name is MathFunction => name in mathFunctions,
)
