// The error function and its inverse to the bit as PyTorch on Linux computes them. erf is Sun Microsystems' of 1993 (fdlibm), of which
// the C library rounds each step; its f64 variant sums polynomials by pairs of terms. The inverse is a rational function (Pavlis 1996,
// after MATLAB's) with two steps of Newton's method, which PyTorch's build turns into fused multiply-adds.
import { exp, log } from './c-library.ts'
import { expF32, logF32 } from './c-library-f32.ts'
import { fusedF32, fusedF64 } from './fused.ts'

const f32 = Math.fround

/** Numerator and denominator, by rising powers, for f64 and rounded for f32. */
interface Quotient {
  readonly p: readonly number[]
  readonly q: readonly number[]
  readonly pF32: Float32Array
  readonly qF32: Float32Array
}

const quotient = (p: readonly number[], q: readonly number[]): Quotient => ({
  p,
  q,
  pF32: Float32Array.from(p),
  qF32: Float32Array.from(q),
})

/** erf x = x + x P/Q(x²) below 0.84375. */
const nearZero = quotient(
  [
    0.12837916709551256, -0.3250421072470015, -0.02848174957559851, -0.005770270296489442,
    -2.3763016656650163e-5,
  ],
  [
    1, 0.39791722395915535, 0.0650222499887673, 0.005081306281875766, 0.00013249473800432164,
    -3.960228278775368e-6,
  ],
)
/** erf x = c + P/Q(x - 1) below 1.25. */
const nearOne = quotient(
  [
    -0.0023621185607526594, 0.41485611868374833, -0.3722078760357013, 0.31834661990116175,
    -0.11089469428239668, 0.035478304325618236, -0.002166375594868791,
  ],
  [
    1, 0.10642088040084423, 0.540397917702171, 0.07182865441419627, 0.12617121980876164, 0.01363708391202905,
    0.011984499846799107,
  ],
)
const atOne = 0.8450629115104675
/** erf x = 1 - e^(-x² - 0.5625 + P/Q(1/x²)) / x below 1 / 0.35, and beyond. */
const tailFrom = 1 / 0.35
const middle = quotient(
  [
    -0.009864944034847148, -0.6938585727071818, -10.558626225323291, -62.375332450326006, -162.39666946257347,
    -184.60509290671104, -81.2874355063066, -9.814329344169145,
  ],
  [
    1, 19.651271667439257, 137.65775414351904, 434.56587747522923, 645.3872717332679, 429.00814002756783,
    108.63500554177944, 6.570249770319282, -0.0604244152148581,
  ],
)
const far = quotient(
  [
    -0.0098649429247001, -0.799283237680523, -17.757954917754752, -160.63638485582192, -637.5664433683896,
    -1025.0951316110772, -483.5191916086514,
  ],
  [
    1, 30.33806074348246, 325.7925129965739, 1536.729586084437, 3199.8582195085955, 2553.0504064331644,
    474.52854120695537, -22.44095244658582,
  ],
)

/** Horner's rule, each step rounded to f32. */
function polynomialF32(coefficients: Float32Array, x: number): number {
  let y = 0
  for (let k = coefficients.length - 1; k >= 0; k--) y = f32((coefficients[k] as number) + f32(x * y))
  return y
}

const divideF32 = ({ pF32, qF32 }: Quotient, x: number): number =>
  f32(polynomialF32(pF32, x) / polynomialF32(qF32, x))

export function erfF32(x: number): number {
  const size = Math.abs(x)
  if (size < 2 ** -28) return f32(x + f32(f32(0.1283791670955126) * x))
  if (size < 0.84375) return f32(x + f32(x * divideF32(nearZero, f32(x * x))))
  if (size >= 6) return Math.sign(x)
  const value = size < 1.25 ? f32(atOne + divideF32(nearOne, f32(size - 1))) : farF32(size)
  return x < 0 ? -value : value
}

const float = new Float32Array(1)
const floatBits = new Int32Array(float.buffer)

function farF32(x: number): number {
  const q = divideF32(x < tailFrom ? middle : far, f32(1 / f32(x * x)))
  float[0] = x
  floatBits[0] = (floatBits[0] as number) & -4096
  const short = float[0] // its square is exact
  const first = expF32(f32(-short * short - 0.5625))
  const second = expF32(f32(f32(f32(short - x) * f32(short + x)) + q))
  return f32(1 - f32(f32(first * second) / x))
}

/** (c0 + c1 x) + x² (c2 + c3 x) + x⁴ (…) …, from the left. */
function polynomial(coefficients: readonly number[], x: number): number {
  const square = x * x
  let sum = 0
  let power = 1
  for (let k = 0; k < coefficients.length; k += 2) {
    const even = coefficients[k] as number
    const odd = coefficients[k + 1]
    sum += power * (odd === undefined ? even : even + x * odd)
    power = k === 6 ? square * square * (square * square) : power * square
  }
  return sum
}

const divide = ({ p, q }: Quotient, x: number): number => polynomial(p, x) / polynomial(q, x)

export function erf(x: number): number {
  const size = Math.abs(x)
  if (size < 2 ** -28) return x + 0.1283791670955126 * x
  if (size < 0.84375) return x + x * divide(nearZero, x * x)
  if (size >= 6) return Math.sign(x)
  const value = size < 1.25 ? atOne + divide(nearOne, size - 1) : farFromZero(size)
  return x < 0 ? -value : value
}

const double = new Float64Array(1)
const doubleBits = new Int32Array(double.buffer)

function farFromZero(x: number): number {
  const q = divide(x < tailFrom ? middle : far, 1 / (x * x))
  double[0] = x
  doubleBits[0] = 0
  const short = double[0] // its square is exact
  return 1 - (exp(-short * short - 0.5625) * exp((short - x) * (short + x) + q)) / x
}

/** The inverse of erf for |y| <= 0.7: y P/Q(y²). */
const centre = quotient(
  [0.886226899, -1.645349621, 0.914624893, -0.140543331],
  [1, -2.118377725, 1.442710462, -0.329097515, 0.012229801],
)
/** Beyond: P/Q(√(-ln((1 - |y|) / 2))). */
const tail = quotient([-1.970840454, -1.624906493, 3.429567803, 1.641345311], [1, 3.5438892, 1.6370678])

/** Infinite at ±1, NaN beyond. */
export function erfInvF32(y: number): number {
  const size = Math.abs(y)
  if (!(size < 1)) return size === 1 ? y * Number.POSITIVE_INFINITY : Number.NaN
  let x = guessF32(y)
  for (let step = 0; step < 2; step++) {
    const slope = f32(slopeAtZeroF32 * expF32(f32(-x * x)))
    x = f32(x - f32(f32(erfF32(x) - y) / slope))
  }
  return x
}

const slopeAtZeroF32 = f32(2 / f32(Math.sqrt(Math.PI)))

function guessF32(y: number): number {
  const size = Math.abs(y)
  if (size <= f32(0.7)) {
    const z = f32(y * y)
    return f32(f32(y * fusedPolynomialF32(centre.pF32, z)) / fusedPolynomialF32(centre.qF32, z))
  }
  const z = f32(Math.sqrt(-logF32(f32(f32(1 - size) / 2))))
  const x = f32(fusedPolynomialF32(tail.pF32, z) / fusedPolynomialF32(tail.qF32, z))
  return y < 0 ? -x : x
}

/** Horner's rule, each step fused. */
function fusedPolynomialF32(coefficients: Float32Array, x: number): number {
  let y = coefficients[coefficients.length - 1] as number
  for (let k = coefficients.length - 2; k >= 0; k--) y = fusedF32(y, x, coefficients[k] as number)
  return y
}

/** Infinite at ±1, NaN beyond. */
export function erfInv(y: number): number {
  const size = Math.abs(y)
  if (!(size < 1)) return size === 1 ? y * Number.POSITIVE_INFINITY : Number.NaN
  let x = guess(y)
  for (let step = 0; step < 2; step++) x -= (erf(x) - y) / (slopeAtZero * exp(-x * x))
  return x
}

const slopeAtZero = 2 / Math.sqrt(Math.PI)

function guess(y: number): number {
  const size = Math.abs(y)
  if (size <= 0.7) {
    const z = y * y
    return (y * fusedPolynomial(centre.p, z)) / fusedPolynomial(centre.q, z)
  }
  const z = Math.sqrt(-log((1 - size) / 2))
  const x = fusedPolynomial(tail.p, z) / fusedPolynomial(tail.q, z)
  return y < 0 ? -x : x
}

function fusedPolynomial(coefficients: readonly number[], x: number): number {
  let y = coefficients[coefficients.length - 1] as number
  for (let k = coefficients.length - 2; k >= 0; k--) y = fusedF64(y, x, coefficients[k] as number)
  return y
}
