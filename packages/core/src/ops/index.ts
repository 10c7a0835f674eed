// The op table: one line per op, by family. Its type gives the builder its methods; its order is the order of the reference.

export { argSort } from './arg-sort.ts'
export {
  add,
  and,
  atan2,
  div,
  hypot,
  maximum,
  minimum,
  mul,
  or,
  pow,
  rem,
  shiftLeft,
  shiftRight,
  sub,
  xor,
} from './binary.ts'
export { bitcast, cast, select } from './choose.ts'
export { eq, le, lt, ne } from './compare.ts'
export { concat } from './concat.ts'
export { cond } from './cond.ts'
export { cumulate, cumulatePosition } from './cumulate.ts'
export { dot } from './dot.ts'
export { expand } from './expand.ts'
export { flip } from './flip.ts'
export { digamma, lgamma } from './gamma.ts'
export { gather } from './gather.ts'
export { full, input, iota, literal } from './leaves.ts'
export { loop } from './loop.ts'
export { barrier, checkpoint, customVjp } from './marks.ts'
export { pad } from './pad.ts'
export { permute } from './permute.ts'
export { randomBits } from './random-bits.ts'
export { recurrence } from './recurrence.ts'
export { argMax, argMin, reduceMax, reduceMin, reduceProduct, reduceSum } from './reduce.ts'
export { reshape } from './reshape.ts'
export { scatter } from './scatter.ts'
export {
  acosh,
  asinh,
  cosh,
  erf,
  erfc,
  erfinv,
  normalCdf,
  sigmoid,
  sinh,
  tanh,
} from './sigmoids.ts'
export { slice } from './slice.ts'
export {
  abs,
  bitwiseNot,
  ceil,
  cos,
  exp,
  exp2,
  expm1,
  floor,
  log,
  log1p,
  log2,
  log10,
  neg,
  reciprocal,
  round,
  rsqrt,
  sin,
  sqrt,
  stopGradient,
  tan,
  trunc,
} from './unary.ts'
export { whileLoop } from './while-loop.ts'
export { foldWindows, windows } from './windows.ts'
