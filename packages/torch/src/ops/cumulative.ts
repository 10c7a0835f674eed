// Running sums, products and extremes along a dimension, and differences.

import type { DType as CoreDType, Value } from '@heddle/core'
import * as core from '@heddle/core'
import type { DType } from '../dtypes.ts'
import { argumentError, cppName, type TorchError } from '../errors.ts'
import { isContiguous, orderedStrides } from '../tensor/layout.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { castTo } from './cast.ts'
import { resolveDim } from './dims.ts'
import { refuseBool, requireFloat } from './dtype-errors.ts'
import { type Named, named } from './named.ts'
import { operation } from './operation.ts'
import { run, runAll, runInPlace } from './run.ts'
import { type Fn, fn } from './signature.ts'

interface Options {
  readonly dim: number
  readonly dtype: CoreDType | undefined
}
type Params = { dim: number; dtype?: DType | null }
type Running = Fn<Params, ['dim']>

const optionsOf = (self: Tensor, { dim, dtype }: Params): Options => ({
  dim: resolveDim(dim, self.ndim),
  dtype: dtype?.core,
})

function running(
  name: string,
  node: string,
  build: (x: Value, options: { axis: number }) => Value,
): Running & { readonly inPlace: Running } {
  const op = operation<Options>({
    name,
    node,
    build: ([x], { dim, dtype }) => {
      const value = x as Value
      const sums = core.isFloat(value.type.dtype) ? value.type.dtype : 'i64'
      return build(castTo(value, dtype ?? sums), { axis: dim })
    },
  })
  // In place the sum of integers stays what it was, wrapped.
  const kept = operation<Options>({
    ...op,
    build: ([x], { dim }) => {
      refuseBool(`${name}_out_cpu`, x as Value)
      return build(x as Value, { axis: dim })
    },
  })
  const inPlace: Running = fn(`${name}_`, ['dim'], ['dtype'], (self, params) => {
    const { dtype } = params
    if (dtype != null && dtype !== self.dtype) throw inPlaceDType(self.dtype.core, dtype.core)
    return runInPlace(kept, self, [], optionsOf(self, params))
  })
  const call: Running = fn(name, ['dim'], ['dtype'], (self, params) =>
    run(op, [self], optionsOf(self, params)),
  )
  return Object.assign(call, { inPlace })
}

/** Every element with all before it added; of integers and bools int64. */
export const cumsum: Running & { readonly inPlace: Running } = running(
  'cumsum',
  'CumsumBackward0',
  core.cumSum,
)
/** Every element with all before it multiplied; of integers and bools int64. */
export const cumprod: Running & { readonly inPlace: Running } = running(
  'cumprod',
  'CumprodBackward0',
  core.cumProd,
)

type OneDim = { dim: number }

const logSummed = operation<{ dim: number }>({
  name: 'logcumsumexp',
  node: 'LogcumsumexpBackward0',
  build: ([x], { dim }) => {
    requireFloat('logcumsumexp_out_cpu', x as Value)
    return core.logCumSumExp(x as Value, { axis: dim })
  },
})

/** The logarithm of the running sum of exponentials. */
export const logcumsumexp: Fn<OneDim, ['dim']> = fn('logcumsumexp', ['dim'], [], (self, { dim }) =>
  run(logSummed, [self], { dim: resolveDim(dim, self.ndim) }),
)

type Extremes = Fn<OneDim, ['dim'], Named<'values' | 'indices'>>

function extremes(name: string, node: string, build: typeof core.cumMax): Extremes {
  const op = operation<{ dim: number }>({
    name,
    node,
    build: ([x], { dim }) => {
      const { values, indices } = build(x as Value, { axis: dim })
      return [values, castTo(indices, 'i64')]
    },
  })
  return fn(name, ['dim'], [], (self, { dim }) => {
    const [values, indices] = runAll(op, [self], { dim: resolveDim(dim, self.ndim) }) as [Tensor, Tensor]
    return named(name, { values, indices })
  })
}

/** The largest element so far, and where it is: the last of ties. */
export const cummax: Extremes = extremes('cummax', 'CummaxBackward0', core.cumMax)
/** The smallest element so far, and where it is: the last of ties. */
export const cummin: Extremes = extremes('cummin', 'CumminBackward0', core.cumMin)

interface DiffOptions {
  readonly n: number
  readonly dim: number
  readonly hasPrepend: boolean
}

const differences = operation<DiffOptions>({
  name: 'diff',
  node: (_, { n }) => (n === 0 ? 'CopyBackwards' : 'SubBackward0'),
  build: (operands, { n, dim, hasPrepend }) => {
    const parts = operands as readonly Value[]
    const [x, ...beside] = parts as readonly [Value, ...Value[]]
    const order = hasPrepend ? [beside[0] as Value, x, ...beside.slice(1)] : parts
    let value = order.length === 1 ? x : core.concat(order, { axis: dim })
    for (let k = 0; k < n; k++) value = neighbours(value, dim)
    return value
  },
})

/** Each element less the one before it; of bools whether they differ. */
function neighbours(x: Value, dim: number): Value {
  const size = Math.max((x.type.shape[dim] ?? 0) - 1, 0)
  const from = (start: number): Value => core.narrow(x, { axis: dim, start, size })
  const [before, after] = [from(0), from(Math.min(1, x.type.shape[dim] ?? 0))]
  return x.type.dtype === 'bool' ? core.ne(after, before) : core.sub(after, before)
}

type DiffParams = { n?: number; dim?: number; prepend?: Tensor | null; append?: Tensor | null }

/** Differences of neighbours along a dimension, `n` times over. */
export const diff: Fn<DiffParams, ['n', 'dim', 'prepend', 'append']> = fn(
  'diff',
  ['n', 'dim', 'prepend', 'append'],
  [],
  (self, { n = 1, dim = -1, prepend, append }) => {
    if (self.ndim === 0) throw diffRank()
    if (n < 0) throw diffOrder(n)
    const beside = [prepend, append].filter((part) => part != null)
    if (beside.some((part) => part.ndim !== self.ndim)) throw diffBeside()
    const options = { n, dim: resolveDim(dim, self.ndim), hasPrepend: prepend != null }
    const result = run(differences, [self, ...beside], options)
    if (beside.length > 0 || isContiguous(self.layout_)) return result
    const { shape } = result.type_
    return result.withLayout({ shape, strides: orderedStrides(self.layout_, shape), offset: 0 })
  },
)

const inPlaceDType = (input: CoreDType, output: CoreDType): TorchError =>
  argumentError(
    `Bad in-place call: input tensor dtype ${cppName(input)} and output tensor dtype ${cppName(output)} should match`,
    { input, output },
  )
const diffRank = (): TorchError => argumentError('diff expects input to be at least one-dimensional')
const diffOrder = (n: number): TorchError => argumentError(`order must be non-negative but got ${n}`, { n })
const diffBeside = (): TorchError =>
  argumentError('diff expects prepend or append to be the same dimension as input')
