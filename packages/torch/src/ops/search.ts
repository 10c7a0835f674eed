// Where elements belong among sorted ones, and whether they are among given ones: functions of `torch` that are no methods.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { resultDType } from '../dtypes.ts'
import { argumentError, formatSize, type TorchError } from '../errors.ts'
import { Tensor } from '../tensor/tensor.ts'
import { castTo } from './cast.ts'
import { tensor } from './creation.ts'
import { type Operand, operation } from './operation.ts'
import { type Argument, run } from './run.ts'
import { type Call, call } from './signature.ts'

interface SearchOptions {
  readonly right: boolean
  readonly isInt32: boolean
}

/** Operands: the sorted rows, what is sought, and what sorts the rows if they are not. */
const searched = operation<SearchOptions>({
  name: 'searchsorted',
  node: null,
  build: ([rows, sought, sorter], { right, isInt32 }) => {
    const place = sorter === undefined ? undefined : castTo(sorter as Value, 'i32')
    const found = core.searchSorted(rows as Value, sought as Operand, { right, sorter: place })
    return castTo(found, isInt32 ? 'i32' : 'i64')
  },
})

type Search = {
  sortedSequence: Tensor
  input: Argument
  outInt32?: boolean
  right?: boolean
  side?: 'left' | 'right' | null
  sorter?: Tensor | null
}

/** For each element how many of a sorted row are smaller; to the `right`, or equal. */
export const searchsorted: Call<Search, ['sortedSequence', 'input']> = call(
  'searchsorted',
  ['sortedSequence', 'input'],
  ['outInt32', 'right', 'side', 'sorter'],
  ({ sortedSequence: rows, input, outInt32 = false, right = false, side, sorter }) => {
    if (side != null && side !== 'left' && side !== 'right') throw sideName(String(side satisfies never))
    if (right && side === 'left') throw oppositeSides()
    requireRows(rows, input)
    if (sorter != null && formatSize(sorter.type_.shape) !== formatSize(rows.type_.shape))
      throw sorterSize(rows.type_.shape, sorter.type_.shape)
    const operands = sorter == null ? [rows, input] : [rows, input, sorter]
    return run(searched, operands, { right: right || side === 'right', isInt32: outInt32 })
  },
)

function requireRows(rows: Tensor, input: Argument): void {
  const { shape } = rows.type_
  if (rows.ndim === 0) throw rowRank()
  const sought = typeof input === 'number' ? [] : input.type_.shape
  if (rows.ndim === 1) return
  if (sought.length === 0) throw scalarRows(rows.ndim)
  if (formatSize(shape.slice(0, -1)) !== formatSize(sought.slice(0, -1))) throw rowSizes(shape, sought)
}

type Buckets = { input: Argument; boundaries: Tensor; outInt32?: boolean; right?: boolean }

/** For each element the interval between boundaries it lies in. */
export const bucketize: Call<Buckets, ['input', 'boundaries']> = call(
  'bucketize',
  ['input', 'boundaries'],
  ['outInt32', 'right'],
  ({ input, boundaries, outInt32 = false, right = false }) => {
    if (boundaries.ndim !== 1) throw boundaryRank(boundaries.ndim)
    return run(searched, [boundaries, input], { right, isInt32: outInt32 })
  },
)

const among = operation<{ invert: boolean }>({
  name: 'isin',
  node: null,
  build: ([elements, given], { invert }) => {
    const [x, y] = [elements as Value, given as Value]
    const dtype = resultDType([x, y])
    const value = castTo(x, dtype)
    const count = core.sizeOf(y.type.shape)
    if (count === 0) return core.full(value.builder, 'bool', x.type.shape, invert ? 1 : 0)
    const row = core.sort(core.reshape(castTo(y, dtype), [count])).values
    // NaN is last and equal to nothing; a search must not end at it.
    const ascending = core.isFloat(dtype) ? core.select(core.isNan(row), Number.POSITIVE_INFINITY, row) : row
    const place = core.minimum(core.searchSorted(ascending, value), count - 1)
    const found = core.gather(row, place, { axis: 0 })
    return invert ? core.ne(value, found) : core.eq(value, found)
  },
})

type Among = {
  elements: Argument
  testElements: Argument
  assumeUnique?: boolean
  invert?: boolean
}
const asTensor = (operand: Argument): Tensor => (operand instanceof Tensor ? operand : tensor(operand))

/** Whether each element is among `testElements`; inverted, whether it is not. */
export const isin: Call<Among, ['elements', 'testElements']> = call(
  'isin',
  ['elements', 'testElements'],
  ['assumeUnique', 'invert'],
  ({ elements, testElements, invert = false }) =>
    run(among, [asTensor(elements), asTensor(testElements)], { invert }),
)

const sideName = (side: string): TorchError =>
  argumentError(`torch.searchsorted(): side can only be 'left' or 'right' but got ${side}`, { side })
const oppositeSides = (): TorchError =>
  argumentError(
    "torch.searchsorted(): side and right can't be set to opposites, got side of left while right was True",
  )
const rowRank = (): TorchError =>
  argumentError('torch.searchsorted(): boundaries tensor should have positive dimension, but got 0 dimension')
const scalarRows = (rank: number): TorchError =>
  argumentError(
    `torch.searchsorted(): input value can be a scalar only when boundaries tensor dimension is 1, but we got boundaries tensor dim(${rank}) and input value's dim(0) numel(1)`,
    { rank },
  )
const rowSizes = (rows: readonly number[], input: readonly number[]): TorchError =>
  argumentError(
    `torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries tensor and input value tensor must match, but we got boundaries tensor ${formatSize(rows)} and input value tensor ${formatSize(input)}`,
    { rows, input },
  )
const sorterSize = (rows: readonly number[], sorter: readonly number[]): TorchError =>
  argumentError(
    `torch.searchsorted(): boundary and sorter must have the same size, but got boundary tensor ${formatSize(rows)}and got sorter tensor ${formatSize(sorter)}`,
    { rows, sorter },
  )
const boundaryRank = (rank: number): TorchError =>
  argumentError(`boundaries tensor must be 1 dimension, but got dim(${rank})`, { rank })
