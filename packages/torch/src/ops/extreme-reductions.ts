// The largest and smallest elements, of all or along a dimension, and where they are.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import type { DerivativeRule } from '../engine/fragment.ts'
import { argumentError, type TorchError } from '../errors.ts'
import { Tensor } from '../tensor/tensor.ts'
import { castTo } from './cast.ts'
import { resolveDim } from './dims.ts'
import { refuseBool } from './dtype-errors.ts'
import { maximum, minimum } from './extremes.ts'
import { type Named, named } from './named.ts'
import { notImplemented, withoutDerivative } from './no-derivative.ts'
import { operation } from './operation.ts'
import type { Out } from './out.ts'
import { type AlongDim, alongDim, axesAlong, requireAny, requireElements, specifyDim } from './reduced.ts'
import { run, runAll } from './run.ts'
import { type Fn, fn, isOptions, parse, withMethod } from './signature.ts'

const along = (name: string, node: string, build: typeof core.maxWithIndex) =>
  operation<AlongDim>({
    name,
    node,
    build: ([x], { dim, keepDims }) => {
      const { values, indices } = build(x as Value, { axis: dim, keepDims })
      return [values, castTo(indices, 'i64')]
    },
  })

const wholly = (name: string, node: string, build: (x: Value) => Value) =>
  operation({
    name,
    node,
    build: ([x]) => build(x as Value),
    derivative: () => sharedAmongEqual,
  })

/** Elements equal to the extreme share its cotangent; where that is NaN, those that are NaN. */
const sharedAmongEqual: DerivativeRule = ({ operands: [x], results: [y], cotangents: [dy] }) => {
  const [value, found] = [x as Value, y as Value]
  const isEqual = core.select(core.isNan(found), core.isNan(value), core.eq(value, found))
  const count = castTo(core.sum(isEqual), value.type.dtype)
  return [core.select(isEqual, core.div(dy as Value, count), 0)]
}

type ExtremeParams = { dim: number; keepdim?: boolean }
/** Of all elements, of each pair, or along a dimension with positions. */
export interface ExtremeFn {
  (self: Tensor, options?: Out): Tensor
  (self: Tensor, other: Tensor, options?: Out): Tensor
  (self: Tensor, dim: number, options?: Omit<ExtremeParams, 'dim'> & Out<Pair>): Pair
  (self: Tensor, dim: number, keepdim: boolean, options?: Out<Pair>): Pair
  (self: Tensor, options: ExtremeParams & Out<Pair>): Pair
}
type Pair = Named<'values' | 'indices'>

function extreme(
  name: 'max' | 'min',
  whole: ReturnType<typeof wholly>,
  alongOne: ReturnType<typeof along>,
  pairwise: typeof maximum,
): ExtremeFn {
  const ofDim = fn<ExtremeParams, ['dim', 'keepdim'], Pair>(
    name,
    ['dim', 'keepdim'],
    [],
    (self, { dim, keepdim }) => {
      const options = alongDim(self, dim, keepdim)
      requireElements(`${name}()`, self, options.dim)
      const [values, indices] = runAll(alongOne, [self], options) as [Tensor, Tensor]
      return named(name, { values, indices })
    },
  )
  const ofAll = withMethod(name, (self: Tensor, ...args: readonly unknown[]): Tensor => {
    parse(name, [], [], args)
    requireAny(name, self, 'RuntimeError', specifyDim)
    return run(whole, [self])
  })
  const choose = (args: readonly unknown[]) => {
    const [first] = args
    if (typeof first === 'number') return ofDim
    if (first instanceof Tensor) return pairwise
    return isOptions(first) && 'dim' in first ? ofDim : ofAll
  }
  const call = (self: Tensor, ...args: readonly unknown[]): unknown =>
    choose(args)(self, ...(args as [never]))
  const method = (self: Tensor, ...args: readonly unknown[]): unknown =>
    choose(args).method(self, ...(args as [never]))
  return Object.assign(call, { method }) as ExtremeFn
}

/** The largest element, of each pair, or along a dimension. Ties share the gradient; along a dimension the first gets it. */
export const max: ExtremeFn = extreme(
  'max',
  wholly('max', 'MaxBackward1', (x) => core.max(x)),
  along('max', 'MaxBackward0', core.maxWithIndex),
  maximum,
)
/** The smallest element, of each pair, or along a dimension. */
export const min: ExtremeFn = extreme(
  'min',
  wholly('min', 'MinBackward1', (x) => core.min(x)),
  along('min', 'MinBackward0', core.minWithIndex),
  minimum,
)

interface Position {
  /** undefined: of all elements. */
  readonly dim: number | undefined
  readonly keepDims: boolean
}
type PositionFn = Fn<{ dim?: number | null; keepdim?: boolean }, ['dim', 'keepdim']>

function position(name: string, build: typeof core.argMax): PositionFn {
  const op = operation<Position>({
    name,
    node: null,
    build: ([x], { dim, keepDims }) => {
      const value = x as Value
      refuseBool(`${name}_cpu`, value)
      const isScalar = value.type.shape.length === 0
      return castTo(build(value, { axis: isScalar ? 'all' : (dim ?? 'all'), keepDims }), 'i64')
    },
  })
  return fn(name, ['dim', 'keepdim'], [], (self, { dim, keepdim = false }) => {
    if (dim == null) {
      requireAny(name, self, 'IndexError', '')
      return run(op, [self], { dim: undefined, keepDims: keepdim })
    }
    const axis = resolveDim(dim, self.ndim)
    requireElements(`${name}()`, self, axis)
    return run(op, [self], { dim: axis, keepDims: keepdim })
  })
}

/** Where the largest element is: the first of ties. */
export const argmax: PositionFn = position('argmax', core.argMax)
/** Where the smallest element is: the first of ties. */
export const argmin: PositionFn = position('argmin', core.argMin)

const both = operation<Position>({
  name: 'aminmax',
  node: notImplemented,
  build: ([x], { dim, keepDims }) => {
    const value = x as Value
    const { shape } = value.type
    const axes = dim === undefined ? shape.map((_, axis) => axis) : axesAlong(shape.length, dim)
    const { min: least, max: most } = core.aminmax(value, { axes, keepDims })
    return [least, most]
  },
  derivative: withoutDerivative('aminmax'),
})

type MinMaxParams = { dim?: number | null; keepdim?: boolean }

/** The smallest and the largest, of all elements or along a dimension. */
export const aminmax: Fn<MinMaxParams, [], Named<'min' | 'max'>> = fn(
  'aminmax',
  [],
  ['dim', 'keepdim'],
  (self, { dim, keepdim = false }) => {
    if (dim == null && self.numel() === 0) throw emptyMinMax()
    const axis = dim == null ? undefined : resolveDim(dim, self.ndim)
    if (axis !== undefined) requireElements('aminmax', self, axis)
    const [least, most] = runAll(both, [self], { dim: axis, keepDims: keepdim }) as [Tensor, Tensor]
    return named('aminmax', { min: least, max: most })
  },
)

const emptyMinMax = (): TorchError =>
  argumentError('aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity.')
