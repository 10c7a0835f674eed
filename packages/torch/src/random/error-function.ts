// The error function and its inverse, in f32 to the bit as PyTorch on Linux computes them. erf is Sun Microsystems' of 1993 (fdlibm, in
// every C library since), which rounds each step; the inverse is a rational function (Pavlis 1996, after MATLAB's) with two steps of
// Newton's method, compiled to fused multiply-adds. In f64 both are good to the last bits.
import { expF32, logF32 } from './c-library-f32.ts'
import { fusedF32, fusedF64 } from './fused.ts'

const f32 = Math.fround

/** What the two precisions differ in. */
interface Arithmetic {
  readonly round: (value: number) => number
  readonly fused: (a: number, b: number, c: number) => number
  readonly exp: (x: number) => number
  readonly log: (x: number) => number
  /** A number of half the digits, so that its square is exact. */
  readonly shorten: (x: number) => number
}

const float = new Float32Array(1)
const double = new Float64Array(1)

const single: Arithmetic = {
  round: f32,
  fused: fusedF32,
  exp: expF32,
  log: logF32,
  shorten: (x) => {
    float[0] = x
    const bits = new Int32Array(float.buffer)
    bits[0] = (bits[0] as number) & -4096
    return float[0]
  },
}
const twofold: Arithmetic = {
  round: (value) => value,
  fused: fusedF64,
  exp: Math.exp,
  log: Math.log,
  shorten: (x) => {
    double[0] = x
    new Int32Array(double.buffer)[0] = 0
    return double[0]
  },
}

/** Numerator and denominator, by rising powers. */
type Quotient = readonly [readonly number[], readonly number[]]

/** erf x = x + x P/Q(x²) below 0.84375. */
const nearZero: Quotient = [
  [
    0.12837916709551256, -0.3250421072470015, -0.02848174957559851, -0.005770270296489442,
    -2.3763016656650163e-5,
  ],
  [
    1, 0.39791722395915535, 0.0650222499887673, 0.005081306281875766, 0.00013249473800432164,
    -3.960228278775368e-6,
  ],
]
/** erf x = c + P/Q(x - 1) below 1.25. */
const nearOne: Quotient = [
  [
    -0.0023621185607526594, 0.41485611868374833, -0.3722078760357013, 0.31834661990116175,
    -0.11089469428239668, 0.035478304325618236, -0.002166375594868791,
  ],
  [
    1, 0.10642088040084423, 0.540397917702171, 0.07182865441419627, 0.12617121980876164, 0.01363708391202905,
    0.011984499846799107,
  ],
]
const atOne = 0.8450629115104675
/** erf x = 1 - e^(-x² - 0.5625 + P/Q(1/x²)) / x below 1/0.35, and beyond. */
const middle: Quotient = [
  [
    -0.009864944034847148, -0.6938585727071818, -10.558626225323291, -62.375332450326006, -162.39666946257347,
    -184.60509290671104, -81.2874355063066, -9.814329344169145,
  ],
  [
    1, 19.651271667439257, 137.65775414351904, 434.56587747522923, 645.3872717332679, 429.00814002756783,
    108.63500554177944, 6.570249770319282, -0.0604244152148581,
  ],
]
const far: Quotient = [
  [
    -0.0098649429247001, -0.799283237680523, -17.757954917754752, -160.63638485582192, -637.5664433683896,
    -1025.0951316110772, -483.5191916086514,
  ],
  [
    1, 30.33806074348246, 325.7925129965739, 1536.729586084437, 3199.8582195085955, 2553.0504064331644,
    474.52854120695537, -22.44095244658582,
  ],
]

/** Horner's rule, each step rounded. */
function polynomial({ round }: Arithmetic, coefficients: readonly number[], x: number): number {
  let y = 0
  for (let k = coefficients.length - 1; k >= 0; k--)
    y = round(round(coefficients[k] as number) + round(x * y))
  return y
}

const quotient = (arithmetic: Arithmetic, [p, q]: Quotient, x: number): number =>
  arithmetic.round(polynomial(arithmetic, p, x) / polynomial(arithmetic, q, x))

function erfIn(arithmetic: Arithmetic, x: number): number {
  const { round } = arithmetic
  const size = Math.abs(x)
  if (size < 2 ** -28) return round(x + round(round(0.1283791670955126) * x))
  if (size < 0.84375) return round(x + round(x * quotient(arithmetic, nearZero, round(x * x))))
  const value =
    size < 1.25
      ? round(atOne + quotient(arithmetic, nearOne, round(size - 1)))
      : erfFarFromZero(arithmetic, size)
  return x < 0 ? -value : value
}

function erfFarFromZero(arithmetic: Arithmetic, x: number): number {
  if (x >= 6) return 1
  const { round, exp, shorten } = arithmetic
  const q = quotient(arithmetic, x < 1 / 0.35 ? middle : far, round(1 / round(x * x)))
  const short = shorten(x)
  const first = exp(round(-short * short - 0.5625))
  const second = exp(round(round(round(short - x) * round(short + x)) + q))
  return round(1 - round(round(first * second) / x))
}

const centre: Quotient = [
  [0.886226899, -1.645349621, 0.914624893, -0.140543331],
  [1, -2.118377725, 1.442710462, -0.329097515, 0.012229801],
]
const tail: Quotient = [
  [-1.970840454, -1.624906493, 3.429567803, 1.641345311],
  [1, 3.5438892, 1.6370678],
]

/** Horner's rule, each step fused. */
function fusedPolynomial({ round, fused }: Arithmetic, coefficients: readonly number[], x: number): number {
  let y = round(coefficients.at(-1) ?? 0)
  for (let k = coefficients.length - 2; k >= 0; k--) y = fused(y, x, round(coefficients[k] as number))
  return y
}

function inverseIn(arithmetic: Arithmetic, y: number): number {
  const { round, exp } = arithmetic
  const size = Math.abs(y)
  if (!(size < 1)) return size === 1 ? y * Number.POSITIVE_INFINITY : Number.NaN
  const slopeAtZero = round(2 / round(Math.sqrt(Math.PI)))
  let x = firstGuess(arithmetic, y)
  for (let step = 0; step < 2; step++) {
    const slope = round(slopeAtZero * exp(round(-x * x)))
    x = round(x - round(round(erfIn(arithmetic, x) - y) / slope))
  }
  return x
}

function firstGuess(arithmetic: Arithmetic, y: number): number {
  const { round, log } = arithmetic
  const isCentral = Math.abs(y) <= round(0.7)
  const [p, q] = isCentral ? centre : tail
  const z = isCentral ? round(y * y) : round(Math.sqrt(-log(round(round(1 - Math.abs(y)) / 2))))
  const numerator = fusedPolynomial(arithmetic, p, z)
  const denominator = fusedPolynomial(arithmetic, q, z)
  if (isCentral) return round(round(y * numerator) / denominator)
  return round((y < 0 ? -numerator : numerator) / denominator)
}

export const erfF32 = (x: number): number => erfIn(single, x)
export const erf = (x: number): number => erfIn(twofold, x)
/** Infinite at ±1, NaN beyond. */
export const erfInvF32 = (y: number): number => inverseIn(single, y)
export const erfInv = (y: number): number => inverseIn(twofold, y)
