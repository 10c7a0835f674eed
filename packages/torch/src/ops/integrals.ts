// Areas under sampled curves by trapezoids: functions of `torch` that are no methods.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { argumentError, type TorchError } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { castTo } from './cast.ts'
import { resolveDim } from './dims.ts'
import { operation } from './operation.ts'
import { asFloat, inCommon } from './promotion.ts'
import { run } from './run.ts'
import { type Fn, fn } from './signature.ts'

interface Options {
  readonly dim: number
  /** Distance of samples, where no places are given. */
  readonly dx: number
  readonly isRunning: boolean
}

const area = operation<Options>({
  name: 'trapezoid',
  node: ([, x], { isRunning }) =>
    x !== undefined ? 'DivBackward1' : isRunning ? 'CumsumBackward0' : 'MulBackward1',
  build: ([y, x], { dim, dx, isRunning }) => {
    const value = y as Value
    const [before, after] = neighbours(value, dim)
    const heights = core.add(before, after)
    const total = (parts: Value): Value =>
      isRunning ? core.cumSum(whole(parts), { axis: dim }) : core.sum(whole(parts), { axes: [dim] })
    if (x === undefined) return core.mul(asFloat(total(heights)), dx / 2)
    const widths = widthsOf(x as Value, value, dim)
    return core.div(asFloat(total(inCommon([widths, heights], core.mul))), 2)
  },
})

const whole = (x: Value): Value => (core.isFloat(x.type.dtype) ? x : castTo(x, 'i64'))

function neighbours(x: Value, dim: number): readonly [Value, Value] {
  const extent = x.type.shape[dim] ?? 0
  const size = Math.max(extent - 1, 0)
  const from = (start: number): Value => core.narrow(x, { axis: dim, start, size })
  return [from(0), from(Math.min(1, extent))]
}

/** Distances of places: one row of them along the dimension, or one for each sample. */
function widthsOf(x: Value, y: Value, dim: number): Value {
  const { shape } = x.type
  const ones = y.type.shape.map(() => 1)
  const row = ones.with(dim, shape[0] ?? 0)
  const placed = core.reshape(x, shape.length === 1 ? row : [...ones.slice(shape.length), ...shape])
  const [before, after] = neighbours(placed, dim)
  return core.sub(after, before)
}

type Params = { x?: Tensor | null; dx?: number; dim?: number }
type Integral = Fn<Params, ['x']>

const integral = (name: string, isRunning: boolean): Integral =>
  fn(name, ['x'], ['dx', 'dim'], (y, { x, dx = 1, dim = -1 }) => {
    const options = { dim: resolveDim(dim, y.ndim), dx, isRunning }
    if (x == null) return run(area, [y], options)
    if (x.ndim === 1 && x.shape[0] !== y.shape[options.dim]) throw samplePlaces(name)
    return run(area, [y, x], options)
  })

/** The area under samples, `dx` apart or at places `x`. */
export const trapezoid: Integral = integral('trapezoid', false)
export const trapz: Integral = trapezoid
/** The area under samples up to each but the first. */
export const cumulativeTrapezoid: Integral = integral('cumulative_trapezoid', true)

const samplePlaces = (name: string): TorchError =>
  argumentError(`${name}: There must be one \`x\` value for each sample point`)
