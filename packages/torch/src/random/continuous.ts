// Distributions that PyTorch draws by a formula of one 53-bit uniform or of one normal: always in double, converted to the dtype at
// the end. Only f64 shows the last bits of the functions; for the others the host's are as good, and faster.
import { type DType, isFloat, type TypedArray } from '@heddle/core'
import { exp, log } from './c-library.ts'
import { tan } from './c-library-tangent.ts'
import { notImplemented, randomArgument } from './errors.ts'
import { fusedF64 } from './fused.ts'
import type { Generator } from './generator.ts'
import { drawNormal } from './normal.ts'
import { storeInto } from './storing.ts'

/** As `exponential_(lambda)`: -ln(1 - u) / lambda. Dtypes: floats; two words per element. */
export function fillExponential(generator: Generator, dtype: DType, data: TypedArray, lambda = 1): void {
  if (!(lambda >= 0))
    throw randomArgument(`exponential_ expects lambda >= 0.0, but found lambda=${lambda}`, { lambda })
  checkFloat('exponential_cpu', dtype)
  const functions = functionsOf(dtype)
  const factor = -1 / lambda
  const store = storeInto(dtype, data)
  for (let at = 0; at < data.length; at++) store(at, factor * functions.log(1 - generator.uniform53()))
}

/** As `geometric_(p)`: ⌈ln u / ln(1 - p)⌉. Any dtype but bool; two words per element. */
export function fillGeometric(generator: Generator, dtype: DType, data: TypedArray, p: number): void {
  if (!(p > 0 && p < 1)) throw randomArgument(`geometric_ expects p to be in (0, 1), but got p=${p}`, { p })
  if (dtype === 'bool') throw notImplemented('geometric_cpu', dtype)
  const functions = functionsOf(dtype)
  const logarithm = functions.log(1 - p)
  const store = storeInto(dtype, data)
  for (let at = 0; at < data.length; at++)
    store(at, Math.ceil(functions.log(generator.uniform53()) / logarithm))
}

/** As `cauchy_(median, sigma)`: median + sigma · tan(π (u - ½)). Dtypes: floats; two words per element. */
export function fillCauchy(
  generator: Generator,
  dtype: DType,
  data: TypedArray,
  median = 0,
  sigma = 1,
): void {
  checkFloat('cauchy_cpu', dtype)
  const functions = functionsOf(dtype)
  const store = storeInto(dtype, data)
  for (let at = 0; at < data.length; at++) {
    store(at, fusedF64(sigma, functions.tan(Math.PI * (generator.uniform53() - 0.5)), median))
  }
}

/** As `log_normal_(mean, std)`: e to a normal, of which one may have been put aside. Dtypes: floats. */
export function fillLogNormal(generator: Generator, dtype: DType, data: TypedArray, mean = 1, std = 2): void {
  if (!(std > 0)) throw randomArgument(`log_normal_ expects std > 0.0, but found std=${std}`, { std })
  checkFloat('log_normal_cpu', dtype)
  const functions = functionsOf(dtype)
  const store = storeInto(dtype, data)
  for (let at = 0; at < data.length; at++) store(at, functions.exp(drawNormal(generator, mean, std)))
}

const exact = { exp, log, tan }
const functionsOf = (dtype: DType): Pick<Math, 'exp' | 'log' | 'tan'> => (dtype === 'f64' ? exact : Math)

function checkFloat(kernel: string, dtype: DType): void {
  if (!isFloat(dtype)) throw notImplemented(kernel, dtype)
}
