// Checks derivatives against differences, in float64 through the reference interpreter: along a random direction v and for
// a random cotangent w, <J v, w> = <v, w J>, with J v by differences and by forward mode. The tolerance is derived: two step
// sizes tell the truncation error, the magnitudes tell the rounding error.
import { jvp, vjp } from '@heddle/compiler'
import type { Bindings, NdArray, Value } from '@heddle/core'
import { interpretValues, isFloat, numbersOf, tabulate } from '@heddle/core'
import { makeRandom, type Random } from './random.ts'
import { inputValue } from './samples.ts'

export interface GradientCheck {
  /** A float64 value and the inputs to differentiate it by. */
  readonly of: Value
  readonly wrt: readonly Value<'input'>[]
  readonly bindings: Bindings
  readonly seed: number
}

/** The largest step is 4 STEP: small against the distance that samples keep from kinks. */
const STEP = 2 ** -12
/** Rounding errors of one evaluation, in units of the largest magnitude met: a few operations on each element. */
const ROUNDING = 64 * 2 ** -52

/** Throws if the derivative of `of` disagrees with differences; `order` 2 checks the derivative of the derivative too. */
export function checkGradient(check: GradientCheck, order: 1 | 2): void {
  const projected = firstOrder(check)
  if (projected === undefined || order === 1) return
  firstOrder(projected)
}

/** Checks once; gives the projected derivative as a value to check again, if it depends on anything. */
function firstOrder({ of, wrt, bindings, seed }: GradientCheck): GradientCheck | undefined {
  const random = makeRandom(seed)
  const floats = wrt.filter((input) => isFloat(input.type.dtype))
  const level = Object.keys(bindings).length
  const w = inputValue(of.builder, `w${level}`, of.type.dtype, of.type.shape)
  const cotangents = vjp([of], [w], floats)
  cotangents.forEach((cotangent, k) => {
    const expected = floats[k]?.type
    if (cotangent.type.dtype !== expected?.dtype || String(cotangent.type.shape) !== String(expected.shape))
      throw new Error(
        `${of.op}: the cotangent of operand ${k} is ${cotangent.type.dtype}[${cotangent.type.shape}], the operand ${expected?.dtype}[${expected?.shape}]`,
      )
  })
  const [base] = interpretValues([of], bindings)
  const given: Bindings = { ...bindings, [w.attrs.name]: whereFinite(direction(w, random), base) }
  const directions = new Map(floats.map((input) => [input.attrs.name, direction(input, random)]))
  const numeric = differences(of, given, directions, (y) => inner(y, given[w.attrs.name]))
  const exact = interpretValues(cotangents, given)
  const analytic = floats.reduce(
    (sum, input, k) => sum + inner(exact[k], directions.get(input.attrs.name)),
    0,
  )
  const error = Math.abs(analytic - numeric.value)
  if (!(error <= numeric.error)) {
    throw new Error(
      `${of.op}: along a random direction the derivative is ${analytic}, differences give ${numeric.value}: off by ${error}, at most ${numeric.error} is allowed`,
    )
  }
  const forward = forwardAlong(of, floats, given, directions, w)
  if (!(Math.abs(forward - analytic) <= numeric.rounding)) {
    throw new Error(
      `${of.op}: along a random direction forward mode gives ${forward}, reverse mode ${analytic}; at most ${numeric.rounding} between them is allowed`,
    )
  }
  const next = projection(cotangents, floats, given, random)
  return next && { ...next, wrt: [...floats, w], seed: seed + 1 }
}

/** <J v, w>, by forward mode. */
function forwardAlong(
  of: Value,
  floats: readonly Value<'input'>[],
  given: Bindings,
  directions: ReadonlyMap<string, NdArray>,
  w: Value<'input'>,
): number {
  const tangents = floats.map(({ builder, attrs, type }) =>
    inputValue(builder, `tangent of ${attrs.name}`, type.dtype, type.shape),
  )
  const along = tangents.map(({ attrs }, k) => [attrs.name, directions.get(floats[k]?.attrs.name ?? '')])
  const bindings = { ...given, ...(Object.fromEntries(along) as Bindings) }
  const [tangent] = interpretValues(jvp([of], floats, tangents), bindings)
  return inner(tangent, given[w.attrs.name])
}

/** Weights without those of elements that have no derivative because they are NaN, such as reads outside an array. */
const whereFinite = (weights: NdArray, values: NdArray | undefined): NdArray => ({
  ...weights,
  data: numbersOf(weights).map((weight, at) => (Number.isFinite(Number(values?.data[at])) ? weight : 0)),
})

/** Σ <u, cotangent> for random constant u: a scalar whose derivative is a second derivative. */
function projection(
  cotangents: readonly Value[],
  wrt: readonly Value<'input'>[],
  given: Bindings,
  random: Random,
): Pick<GradientCheck, 'of' | 'bindings'> | undefined {
  let bindings = given
  let sum: Value | undefined
  cotangents.forEach((cotangent, k) => {
    const { builder: b, type } = cotangent
    const u = inputValue(b, `u${Object.keys(bindings).length}`, type.dtype, type.shape)
    bindings = { ...bindings, [u.attrs.name]: direction(u, random) }
    const term = b.reduceSum(b.mul(u, cotangent), { axes: type.shape.map((_, axis) => axis) })
    sum = sum === undefined ? term : b.add(sum, term)
    if (wrt[k] === undefined) throw new Error('there is a cotangent for each input')
  })
  return sum === undefined ? undefined : { of: sum, bindings }
}

/** Derivative along a direction by central differences of fourth order, and how wrong it may be. */
function differences(
  of: Value,
  bindings: Bindings,
  directions: ReadonlyMap<string, NdArray>,
  project: (y: NdArray | undefined) => number,
): { readonly value: number; readonly error: number; readonly rounding: number } {
  let largest = 0
  const at = (step: number): number => {
    const [y] = interpretValues([of], moved(bindings, directions, step))
    const value = project(y)
    if (y === undefined) return value
    for (const x of numbersOf(y)) if (Number.isFinite(x)) largest = Math.max(largest, Math.abs(x))
    return value
  }
  const central = (step: number): number =>
    (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step)
  const [fine, coarse] = [central(STEP), central(2 * STEP)]
  const size = of.type.shape.reduce((product, dim) => product * dim, 1)
  const rounding = (ROUNDING * Math.max(1, largest) * Math.max(1, size)) / STEP
  return { value: fine, error: Math.abs(fine - coarse) + rounding, rounding }
}

function moved(bindings: Bindings, directions: ReadonlyMap<string, NdArray>, step: number): Bindings {
  return Object.fromEntries(
    Object.entries(bindings).map(([name, value]) => {
      const direction = directions.get(name)
      if (direction === undefined) return [name, value]
      return [
        name,
        { ...value, data: numbersOf(value).map((x, at) => x + step * Number(direction.data[at] ?? 0)) },
      ]
    }),
  )
}

const direction = ({ type }: Value, random: Random): NdArray =>
  tabulate(type.dtype, type.shape, () => random() * 2 - 1)

function inner(x: NdArray | undefined, y: NdArray | undefined): number {
  let sum = 0
  if (x === undefined) return sum
  numbersOf(x).forEach((value, at) => {
    const weight = Number(y?.data[at] ?? 0)
    if (weight !== 0) sum += value * weight
  })
  return sum
}
