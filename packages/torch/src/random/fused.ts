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
 * `a * b + c` of three f64, rounded once (after Boldo and Melquiond 2008, "Emulation of FMA and correctly rounded sums"): the product and
 * the sums as pairs of doubles. Exact while the product neither overflows nor is subnormal.
 */
export function fusedF64(a: number, b: number, c: number): number {
  const product = a * b
  if (product === 0 || c === 0 || !Number.isFinite(product)) return product + c
  const productLow = lostByProduct(a, b, product)
  const low = c + productLow
  const high = product + low
  const highRest = lostBySum(product, low, high)
  const lowRest = lostBySum(c, productLow, low)
  const rest = highRest + lowRest
  const sum = high + rest
  const lost = lostBySum(highRest, lowRest, rest)
  if (lost === 0) return sum
  // Only if `high + rest` lies exactly between two doubles can what `rest` lost matter.
  const beyond = 2 * (rest - (sum - high))
  if (beyond === 0 || sum + beyond - sum !== beyond) return sum
  return lost > 0 === beyond > 0 ? sum + beyond : sum
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
