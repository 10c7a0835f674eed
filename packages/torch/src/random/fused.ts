// Products and sums that round once, as the processor's fused multiply-add. PyTorch's kernels are compiled to it, and the last bit
// of most uniform and normal numbers depends on it.

/** `a * b + c` of three f32, rounded once to f32. */
export function fusedF32(a: number, b: number, c: number): number {
  const product = a * b // exact: 48 bits
  const sum = product + c
  const rounded = Math.fround(sum)
  const rest = sum - rounded
  // Only if the double lies exactly between two f32 can what it lost matter: the other of them is then `sum + rest`.
  if (rest === 0 || Math.fround(sum + rest) !== sum + rest) return rounded
  const lost = lostBySum(product, c, sum)
  if (lost === 0) return rounded
  return lost > 0 ? Math.max(rounded, sum + rest) : Math.min(rounded, sum + rest)
}

/**
 * `a * b + c` of three f64, rounded once (Boldo and Melquiond 2008, "Emulation of FMA and correctly rounded sums"): the product and
 * the sums as pairs of doubles, the lowest sum rounded to odd so that the last one rounds as if all bits were there.
 * Exact while the product neither overflows nor is subnormal.
 */
export function fusedF64(a: number, b: number, c: number): number {
  const product = a * b
  if (product === 0 || c === 0 || !Number.isFinite(product)) return product + c
  const productLow = lostByProduct(a, b, product)
  const low = c + productLow
  const lowRest = lostBySum(c, productLow, low)
  const high = product + low
  const highRest = lostBySum(product, low, high)
  return high + sumToOdd(highRest, lowRest)
}

/** What `a + b` lost to rounding: exact (Knuth). */
function lostBySum(a: number, b: number, sum: number): number {
  const back = sum - a
  return a - (sum - back) + (b - back)
}

const splitter = 2 ** 27 + 1

/** What `a * b` lost to rounding: exact (Dekker), the factors cut in halves of 26 bits. */
function lostByProduct(a: number, b: number, product: number): number {
  const aScaled = splitter * a
  const aHigh = aScaled - (aScaled - a)
  const aLow = a - aHigh
  const bScaled = splitter * b
  const bHigh = bScaled - (bScaled - b)
  const bLow = b - bHigh
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow)
}

const double = new Float64Array(1)
const bits = new BigInt64Array(double.buffer)

/** The sum if it is exact, else of the two doubles around it the one whose last bit is 1. */
function sumToOdd(a: number, b: number): number {
  const sum = a + b
  const lost = lostBySum(a, b, sum)
  if (lost === 0) return sum
  double[0] = sum
  const pattern = bits[0] ?? 0n
  if ((pattern & 1n) === 1n) return sum
  // Bit patterns grow away from zero.
  bits[0] = pattern + (lost > 0 === sum > 0 ? 1n : -1n)
  return double[0]
}
