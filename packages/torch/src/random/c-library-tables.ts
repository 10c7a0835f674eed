// The tables of `c-library.ts`, computed from what they mean when they are first asked for: values at the points of a grid as the
// nearest double and what it lacks.
import { reciprocals } from './log-reciprocals.ts'
import { tangentPoints as tangentAngles } from './tangent-points.ts'

const pointCount = 128
/** Binary digits behind the point of the whole numbers that stand for fractions here. */
const digits = 200n
const one = 1n << digits

/** The nearest double to a fraction. */
const nearest = (fraction: bigint): number => Number(fraction) * 2 ** -Number(digits)
/** What a double lacks of it. */
const lacking = (fraction: bigint, value: number): number =>
  nearest(fraction - (BigInt(value * 2 ** 100) << (digits - 100n)))

function once<T>(compute: () => T): () => T {
  let known: T | undefined
  return () => {
    known ??= compute()
    return known
  }
}

export interface LogarithmPoints {
  readonly reciprocals: Float64Array
  /** Minus the logarithms of the reciprocals, to 43 binary digits. */
  readonly logarithms: Float64Array
}

export const logarithmPoints: () => LogarithmPoints = once(() => ({
  reciprocals: Float64Array.from(reciprocals),
  // They were chosen so that the forty-third digit is followed by many zeros or ones: the host's logarithm is good enough.
  logarithms: Float64Array.from(reciprocals, (each) => Math.round(-Math.log(each) * 2 ** 43) / 2 ** 43),
}))

export interface PowerPoints {
  /** 2^(k / 128). */
  readonly powers: Float64Array
  /** What it lacks, in proportion to it. */
  readonly tails: Float64Array
}

export const powerPoints: () => PowerPoints = once(() => {
  const [powers, tails] = [new Float64Array(pointCount), new Float64Array(pointCount)]
  let step = 2n * one
  for (let halvings = 0; halvings < 7; halvings++) step = squareRoot(step << digits)
  let power = one
  for (let at = 0; at < pointCount; at++) {
    const value = nearest(power)
    powers[at] = value
    tails[at] = lacking(power, value) / value
    power = (power * step) >> digits
  }
  return { powers, tails }
})

/** By Newton's method, rounded down. */
function squareRoot(value: bigint): bigint {
  let root = 1n << BigInt(Math.ceil(value.toString(2).length / 2))
  for (;;) {
    const next = (root + value / root) >> 1n
    if (next >= root) return root
    root = next
  }
}

export interface AnglePoints {
  /** sin(k / 128) and what it lacks; the same of the cosine. */
  readonly sines: Float64Array
  readonly sineTails: Float64Array
  readonly cosines: Float64Array
  readonly cosineTails: Float64Array
}

export const anglePoints: () => AnglePoints = once(() => {
  const column = (): Float64Array => new Float64Array(pointCount)
  const table = { sines: column(), sineTails: column(), cosines: column(), cosineTails: column() }
  for (let at = 0; at < pointCount; at++) {
    const { sine, cosine } = sineAndCosine((BigInt(at) * one) / 128n)
    table.sines[at] = nearest(sine)
    table.sineTails[at] = lacking(sine, nearest(sine))
    table.cosines[at] = nearest(cosine)
    table.cosineTails[at] = lacking(cosine, nearest(cosine))
  }
  return table
})

export interface TangentPoints {
  readonly angles: Float64Array
  readonly tangents: Float64Array
  readonly cotangents: Float64Array
}

export const tangentPoints: () => TangentPoints = once(() => {
  const [tangents, cotangents] = [
    new Float64Array(tangentAngles.length),
    new Float64Array(tangentAngles.length),
  ]
  tangentAngles.forEach((angle, at) => {
    const { sine, cosine } = sineAndCosine(BigInt(angle * 2 ** 60) << (digits - 60n))
    tangents[at] = nearest((sine << digits) / cosine)
    cotangents[at] = nearest((cosine << digits) / sine)
  })
  return { angles: Float64Array.from(tangentAngles), tangents, cotangents }
})

/** Their series. */
function sineAndCosine(angle: bigint): { readonly sine: bigint; readonly cosine: bigint } {
  let [sine, cosine, term] = [0n, 0n, one]
  for (let k = 0n; term !== 0n; k++) {
    const signed = k % 4n < 2n ? term : -term
    if (k % 2n === 0n) cosine += signed
    else sine += signed
    term = (term * angle) / one / (k + 1n)
  }
  return { sine, cosine }
}
