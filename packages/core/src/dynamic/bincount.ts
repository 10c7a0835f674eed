// How often each whole number occurs: inside a graph with a length that is fixed, on the host with the length that the numbers need.
import { dtypes, isInteger, writeElement } from '../dtype.ts'
import type { HeddleError } from '../errors.ts'
import { type CountsOptions, countsOf } from '../front/histogram.ts'
import { errorHere, isValue } from '../front/operand.ts'
import { numbersOf } from '../interpret/nd-array.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { type HostArray, hostArray } from '../session/host-array.ts'
import { dynamicSize } from './host-operand.ts'

export interface HostCountsOptions {
  /** Least number of counts. Default 0. */
  readonly minLength?: number | undefined
  /** What each element counts, of the shape of x. Default 1. */
  readonly weights?: HostArray | undefined
}

export interface Bincount {
  (x: Value, options: CountsOptions): Value
  (x: HostArray, options?: HostCountsOptions): HostArray
}

/**
 * How often each of 0, 1, 2, … occurs among integers, or the sum of the weights of each.
 *
 * Of a value, `length` numbers are counted and others are not; of a host array as many as the largest needs, at least `minLength`.
 *
 * *Shapes*: any → `[length]`. *Dtypes*: integers; counts are i32, sums of weights have their dtype.
 * - C1 x is integers. Throws `DTYPE_INDICES`. C2 weights have the shape of x. Throws `SHAPE_WEIGHTS`.
 * - C3 a value is given a length. Throws `GRAPH_DYNAMIC_SIZE`. C4 numbers of a host array are not negative. Throws `INPUT_RANGE`.
 *
 * *Gradient*: of the sums of weights, to each weight.
 *
 * @example
 * bincount(hostArray('i32', [3], Int32Array.of(1, 3, 1))).toNested() // => [0, 2, 0, 1]
 */
export const bincount: Bincount = traced(
  (x: Value | HostArray, options: CountsOptions | HostCountsOptions = {}): Value | HostArray => {
    if (!isValue(x)) return countsOnHost(x, options as HostCountsOptions)
    if ('length' in options) return countsOf(x, options)
    throw dynamicSize('bincount', x, 'bincount(x, { length })') // C3
  },
) as Bincount

function countsOnHost(x: HostArray, { minLength = 0, weights }: HostCountsOptions): HostArray {
  if (!isInteger(x.dtype)) throw notIntegers(x) // C1
  if (weights !== undefined && weights.shape.join() !== x.shape.join()) throw weightsShape(x, weights) // C2
  const numbers = numbersOf(x)
  const counted = weights === undefined ? undefined : numbersOf(weights)
  let length = minLength
  for (const value of numbers) {
    if (value < 0) throw negative(value) // C4
    length = Math.max(length, value + 1)
  }
  const totals = new Float64Array(length)
  numbers.forEach((value, at) => {
    totals[value] = (totals[value] ?? 0) + (counted?.[at] ?? 1)
  })
  const dtype = weights?.dtype ?? 'i32'
  const data = dtypes[dtype].allocate(length)
  for (const [at, total] of totals.entries()) writeElement(dtype, data, at, dtypes[dtype].round(total))
  return hostArray(dtype, [length], data)
}

const notIntegers = ({ dtype, shape }: HostArray): HeddleError =>
  errorHere('DTYPE_INDICES', `bincount: x is ${dtype}[${shape.join(', ')}]; it must be integers`, {
    dtype,
    shape,
  })

const weightsShape = (x: HostArray, weights: HostArray): HeddleError =>
  errorHere(
    'SHAPE_WEIGHTS',
    `bincount: x is [${x.shape.join(', ')}], weights are [${weights.shape.join(', ')}]; their shapes must be equal`,
    { x: x.shape, weights: weights.shape },
  )

const negative = (value: number): HeddleError =>
  errorHere('INPUT_RANGE', `bincount: ${value} is among the numbers; they must not be negative`, { value })
