// log |gamma| and digamma in float64, for f64 kernels in JavaScript and as the reference of the f32 expansions.

/** `sum over n >= 2 of n^-k`, by Euler and Maclaurin's formula from n = 64 on. */
function zetaLess1(k: number): number {
  const N = 64
  let sum = 0
  for (let n = N - 1; n >= 2; n--) sum += n ** -k
  const tail =
    N / (k - 1) +
    1 / 2 +
    (k / N) * (1 / 12 - (((k + 1) * (k + 2)) / (N * N)) * (1 / 720 - ((k + 3) * (k + 4)) / (N * N * 30240)))
  return sum + tail * N ** -k
}

/** Coefficients of `lgamma(2 + t) = t (1 - gamma) + sum of (-t)^k (zeta(k) - 1) / k`, from k = 2. */
const series: readonly number[] = Array.from({ length: 36 }, (_, at) => zetaLess1(at + 2) / (at + 2))
const ONE_LESS_GAMMA = 0.42278433509846713

/** lgamma(2 + t) for |t| <= 1/2. */
function lgammaNear2(t: number): number {
  let sum = 0
  for (let at = series.length - 1; at >= 0; at--) sum = -t * (sum + (series[at] ?? 0))
  return t * ONE_LESS_GAMMA - t * sum
}

const HALF_LOG_2_PI = 0.9189385332046727

/** Stirling's series, from 12 on. */
function stirling(x: number): number {
  const z = 1 / (x * x)
  const tail =
    1 / 12 - z * (1 / 360 - z * (1 / 1260 - z * (1 / 1680 - z * (1 / 1188 - z * (691 / 360360 - z / 156)))))
  return (x - 0.5) * Math.log(x) - x + HALF_LOG_2_PI + tail / x
}

function positiveLgamma(x: number): number {
  if (x < 0.5) return positiveLgamma(x + 1) - Math.log(x)
  if (x < 1.5) return lgammaNear2(x - 1) - Math.log1p(x - 1)
  if (x >= 12) return stirling(x)
  // A product of what lies between x and a number next to 2.
  let product = 1
  let rest = x
  while (rest >= 2.5) {
    rest -= 1
    product *= rest
  }
  return lgammaNear2(rest - 2) + Math.log(product)
}

/** `log |gamma(x)|`; Infinity at 0, at negative integers and at both infinities. */
export function lgamma64(x: number): number {
  if (Number.isNaN(x)) return x
  if (x === Infinity || x === -Infinity || x === 0) return Infinity
  if (x > 0) return positiveLgamma(x)
  const fraction = x - Math.round(x)
  if (fraction === 0) return Infinity
  const sine = Math.abs(Math.sin(Math.PI * fraction))
  return Math.log(Math.PI / (sine * -x)) - positiveLgamma(-x)
}

/** The derivative of `lgamma64`; NaN at negative integers, infinite at 0, of the sign opposite to the zero's. */
export function digamma64(x: number): number {
  if (x === 0) return -1 / x
  if (x < 0) {
    const fraction = x - Math.round(x)
    return fraction === 0 || x === -Infinity
      ? Number.NaN
      : digamma64(1 - x) - Math.PI / Math.tan(Math.PI * fraction)
  }
  let sum = 0
  let rest = x
  for (; rest < 12; rest++) sum -= 1 / rest
  const z = 1 / (rest * rest)
  const tail = 1 / 12 - z * (1 / 120 - z * (1 / 252 - z * (1 / 240 - z * (1 / 132 - (z * 691) / 32760))))
  return sum + Math.log(rest) - 0.5 / rest - z * tail
}
