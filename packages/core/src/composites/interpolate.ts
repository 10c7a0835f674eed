// Images of another size: nearest elements, linear and cubic interpolation, or means of areas.
import { formatShape, type Shape } from '../dim.ts'
import type { HeddleError } from '../errors.ts'
import { asFloat } from '../front/elementwise.ts'
import { asValue, errorHere } from '../front/operand.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { adaptiveAvgPool1d, adaptiveAvgPool2d, adaptiveAvgPool3d } from './adaptive-pooling.ts'
import { cubicTaps, linearTaps, nearestTaps, resampleAxis, type TapTable } from './resample-axis.ts'
import { type PerAxis, perSpatialAxis } from './spatial.ts'

/** Spatial axes each mode is for. */
const ranks = {
  nearest: [1, 2, 3],
  'nearest-exact': [1, 2, 3],
  area: [1, 2, 3],
  linear: [1],
  bilinear: [2],
  trilinear: [3],
  bicubic: [2],
} as const

export type InterpolationMode = keyof typeof ranks

export interface InterpolateOptions {
  /** Spatial extents of the result. Either this or `scaleFactor`. */
  readonly size?: PerAxis | undefined
  /** Spatial extents of the result in those of x, rounded down. Positions are counted with the factor itself, not rounded. */
  readonly scaleFactor?: number | readonly number[] | undefined
  /** Default `'nearest'`. `'linear'`, `'bilinear'`, `'trilinear'` for one, two, three spatial axes, `'bicubic'` for two. */
  readonly mode?: InterpolationMode | undefined
  /**
   * Whether the centres of the elements at the corners meet, instead of their outer edges; for linear and cubic modes. Default
   * false.
   */
  readonly alignCorners?: boolean | undefined
}

/** An axis before and after, and how far elements of the result are apart on it. */
interface Resized {
  readonly dim: number
  readonly out: number
  readonly step: number
}

function resized(extents: readonly number[], { size, scaleFactor }: InterpolateOptions): readonly Resized[] {
  if ((size === undefined) === (scaleFactor === undefined)) throw sizeOrScale(size, scaleFactor) // C2
  if (size !== undefined) {
    const out = perSpatialAxis('interpolate', 'size', size, extents.length, 1)
    return extents.map((dim, k) => ({ dim, out: out[k] ?? 1, step: dim / (out[k] ?? 1) }))
  }
  const given = scaleFactor ?? 1
  const factors = typeof given === 'number' ? extents.map(() => given) : given
  const axes = extents.map((dim, k) => {
    const factor = factors[k] ?? Number.NaN
    return { dim, out: Math.floor(dim * factor), step: 1 / factor }
  })
  if (factors.length !== extents.length || axes.some(({ out }) => !(out >= 1 && Number.isFinite(out))))
    throw scale(factors, extents) // C3
  return axes
}

function tapsOf(
  mode: InterpolationMode,
  { dim, out, step }: Resized,
  alignCorners: boolean,
): TapTable | undefined {
  const apart = alignCorners ? (out > 1 ? (dim - 1) / (out - 1) : 0) : step
  switch (mode) {
    case 'nearest':
    case 'nearest-exact':
      return nearestTaps(dim, out, step, mode)
    case 'linear':
    case 'bilinear':
    case 'trilinear':
      // As PyTorch's: an axis that keeps its extent is left as it is, even if the factor is not quite 1.
      return out === dim ? undefined : linearTaps(dim, out, apart, alignCorners)
    case 'bicubic':
      return out === dim && apart === 1 ? undefined : cubicTaps(dim, out, apart, alignCorners)
    case 'area':
      return undefined
    default:
      return mode satisfies never
  }
}

const area = { 1: adaptiveAvgPool1d, 2: adaptiveAvgPool2d, 3: adaptiveAvgPool3d }

/**
 * Images of another size.
 *
 * Shapes: `x [N, C, d…]` → `[N, C, size…]`, with one, two or three spatial axes. Dtypes: nearest modes any, kept; others floats,
 * kept; integers and bools give f32.
 * - C1 x has the rank the mode is for, and its spatial axes are not empty. Throws `SHAPE_INTERPOLATE`.
 * - C2 one of `size` and `scaleFactor` is given. C3 something is left. C4 `alignCorners` goes with linear and cubic modes. Throw
 *   `ATTR_INTERPOLATE`.
 *
 * Gradient: each element is shared among its taps. By a factor that keeps an extent, such as 1.1 of 5, PyTorch's derivative of
 * nearest and cubic modes is that of a copy, which its result is not; this one is that of the result.
 * Numerics: every element is made of its taps alone (1, 2 or 4 an axis), so NaN and infinities spread no further; where a
 * linear mode keeps an extent they stay (PyTorch adds 0 times each element, which makes NaN of an infinity).
 * Source: positions and rounding as in PyTorch, without recomputing the factor from the sizes.
 *
 * @example
 * interpolate(x, { scaleFactor: 2, mode: 'bilinear' }) // x: f32[1, 3, 4, 5] gives f32[1, 3, 8, 10]
 */
export const interpolate: (x: Value, options: InterpolateOptions) => Value = traced(
  (x: Value, options: InterpolateOptions): Value => {
    const { mode = 'nearest', alignCorners = false } = options
    const isNearest = mode === 'nearest' || mode === 'nearest-exact'
    const value = isNearest ? asValue('interpolate', x) : asFloat('interpolate', x)
    const extents = value.type.shape.slice(2)
    const rank = extents.length
    const fits: readonly number[] | undefined = ranks[mode]
    if (fits === undefined) throw unknownMode(mode)
    if (!fits.includes(rank) || extents.includes(0)) throw interpolateShape(mode, value.type.shape, fits) // C1
    if (options.alignCorners === true && (isNearest || mode === 'area')) throw corners(mode) // C4
    const axes = resized(extents, options)
    if (mode === 'area') return area[rank as 1 | 2 | 3](value, { outputSize: axes.map(({ out }) => out) })
    let result = value
    axes.forEach((each, k) => {
      const table = tapsOf(mode, each, alignCorners)
      if (table !== undefined) result = resampleAxis(result, 2 + k, table)
    })
    return result
  },
)

const interpolateShape = (mode: string, x: Shape, fits: readonly number[]): HeddleError =>
  errorHere(
    'SHAPE_INTERPOLATE',
    `interpolate: x is ${formatShape(x)}; for mode '${mode}' it must be [N, C, …] with ${fits.join(' or ')} spatial axes, none of them empty`,
    { x, mode, constraint: 'C1' },
  )

const sizeOrScale = (size: unknown, scaleFactor: unknown): HeddleError =>
  errorHere(
    'ATTR_INTERPOLATE',
    `interpolate: ${size === undefined ? 'neither size nor scaleFactor is given' : `both size ${String(size)} and scaleFactor ${String(scaleFactor)} are given`}; give one of the two`,
    { size, scaleFactor, constraint: 'C2' },
  )

const scale = (factors: readonly number[], extents: readonly number[]): HeddleError =>
  errorHere(
    'ATTR_INTERPOLATE',
    `interpolate: scaleFactor ${formatShape(factors)} for spatial extents ${formatShape(extents)}; give one number, or one per spatial axis, that leave at least one element`,
    { factors, extents, constraint: 'C3' },
  )

const corners = (mode: string): HeddleError =>
  errorHere(
    'ATTR_INTERPOLATE',
    `interpolate: alignCorners with mode '${mode}'; it goes with linear, bilinear, trilinear and bicubic`,
    { mode, constraint: 'C4' },
  )

const unknownMode = (mode: string): HeddleError =>
  errorHere(
    'ATTR_INTERPOLATE',
    `interpolate: mode is '${mode}'; it must be one of ${Object.keys(ranks).join(', ')}`,
    { mode },
  )
