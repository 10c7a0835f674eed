// Distinct elements or slices. How many there are depends on the elements: what is pending runs, and the host looks for them.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { derivativeMissing } from '../autograd/errors.ts'
import { int64 } from '../dtypes.ts'
import { readCell } from '../engine/evaluate.ts'
import { contiguous } from '../tensor/layout.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { tensorOfData } from './creation.ts'
import { resolveDim } from './dims.ts'
import { operation } from './operation.ts'
import { run } from './run.ts'
import { type Fn, fn } from './signature.ts'

interface Chosen {
  readonly node: string
  readonly name: string
  readonly dim: number | undefined
}

/** Elements at positions, or slices along a dimension. */
const chosen = operation<Chosen>({
  name: 'unique',
  node: (_, { node }) => node,
  build: ([x, positions], { dim }) => {
    const value = x as Value
    const at = core.cast(positions as Value, 'i32')
    if (dim !== undefined) return core.gather(value, at, { axis: dim })
    return core.gather(core.reshape(value, [core.sizeOf(value.type.shape)]), at, { axis: 0 })
  },
  derivative:
    ({ name }) =>
    () => {
      throw derivativeMissing(name)
    },
})

type Result = Tensor | readonly Tensor[]

/** The values, then what else was asked for. */
function gathered(
  self: Tensor,
  found: core.Unique,
  form: Chosen,
  { returnInverse = false, returnCounts = false }: UniqueParams,
): Result {
  const { inverse, counts } = found
  const count = counts.data.length
  const firsts = new BigInt64Array(count).fill(-1n)
  for (let at = 0; at < inverse.data.length; at++) {
    const run = Number(inverse.data[at])
    if (firsts[run] === -1n) firsts[run] = BigInt(at)
  }
  const positions = tensorOfData(int64, [count], firsts, { device: self.device })
  const values = slicesFirst(run(chosen, [self, positions], form), form.dim)
  const extras = [
    ...(returnInverse ? [wholeNumbers(inverse, self)] : []),
    ...(returnCounts ? [wholeNumbers(counts, self)] : []),
  ]
  return extras.length === 0 ? values : [values, ...extras]
}

/** In memory slices lie one after the other. */
function slicesFirst(values: Tensor, dim: number | undefined): Tensor {
  if (dim === undefined || dim === 0) return values
  const { shape } = values.type_
  const [first, ...rest] = contiguous([shape[dim] as number, ...shape.toSpliced(dim, 1)]).strides
  return values.withLayout({ shape, strides: rest.toSpliced(dim, 0, first as number), offset: 0 })
}

const wholeNumbers = ({ shape, data }: core.Unique['counts'], { device }: Tensor): Tensor =>
  tensorOfData(
    int64,
    shape,
    BigInt64Array.from({ length: data.length }, (_, at) => BigInt(Number(data[at]))),
    { device },
  )

const hostArrayOf = ({ cell, type_: { dtype, shape } }: Tensor) =>
  core.hostArray(dtype, shape, readCell(cell))

type UniqueParams = {
  sorted?: boolean
  returnInverse?: boolean
  returnCounts?: boolean
  dim?: number | null
}

/** The distinct elements in ascending order, or slices along `dim`; with where each went and how often each occurs, if asked for. */
export const unique: Fn<UniqueParams, ['sorted', 'returnInverse', 'returnCounts', 'dim'], Result> = fn(
  'unique',
  ['sorted', 'returnInverse', 'returnCounts', 'dim'],
  [],
  (self, params) => {
    const dim = params.dim == null ? undefined : resolveDim(params.dim, self.ndim)
    const found = core.unique(hostArrayOf(self), dim === undefined ? {} : { axis: dim })
    const form =
      dim === undefined
        ? { node: 'Unique2Backward0', name: '_unique2', dim }
        : { node: 'UniqueDimBackward0', name: 'unique_dim', dim }
    return gathered(self, found, form, params)
  },
)

type ConsecutiveParams = { returnInverse?: boolean; returnCounts?: boolean; dim?: number | null }

/** The elements, or slices along `dim`, that differ from the one before. */
export const uniqueConsecutive: Fn<ConsecutiveParams, ['returnInverse', 'returnCounts', 'dim'], Result> = fn(
  'unique_consecutive',
  ['returnInverse', 'returnCounts', 'dim'],
  [],
  (self, params) => {
    const dim = params.dim == null ? undefined : resolveDim(params.dim, self.ndim)
    const found = core.uniqueConsecutive(hostArrayOf(self), dim === undefined ? {} : { axis: dim })
    const form = { node: 'UniqueConsecutiveBackward0', name: 'unique_consecutive', dim }
    return gathered(self, found, form, params)
  },
)
