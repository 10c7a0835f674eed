// Tensors put one after the other along a dimension, or beside each other along a new one. They take a list, and are no methods.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { resultDType } from '../dtypes.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { atleast1d, atleast2d, atleast3d } from './aligned.ts'
import { castTo } from './cast.ts'
import { zeros } from './creation.ts'
import { resolveDim } from './dims.ts'
import * as errors from './join-errors.ts'
import { operation } from './operation.ts'
import { run } from './run.ts'
import { type Call, call } from './signature.ts'
import { reshape } from './views.ts'

interface DimOption {
  readonly dim: number
}

const joined = operation<DimOption>({
  name: 'cat',
  node: 'CatBackward0',
  build: (operands, { dim }) => {
    const values = operands as readonly Value[]
    const dtype = resultDType(values)
    // A vector of no elements has any shape here, as it had before there were shapes of no elements.
    const parts = values.filter(({ type: { shape } }) => !isNothing(shape))
    const cast = (parts.length === 0 ? values.slice(0, 1) : parts).map((value) => castTo(value, dtype))
    return core.concat(cast, { axis: dim })
  },
})

const isNothing = (shape: readonly number[]): boolean => shape.length === 1 && shape[0] === 0

type Tensors = { tensors: readonly Tensor[] }
type Along = Tensors & { dim?: number }
type Join = Call<Along, ['tensors', 'dim']>
type JoinAll = Call<Tensors, ['tensors']>

function joinAlong({ tensors, dim = 0 }: Along): Tensor {
  if (tensors.length === 0) throw errors.catNothing()
  const scalar = tensors.findIndex((each) => each.ndim === 0)
  if (scalar >= 0) throw errors.catScalar(scalar)
  const first = tensors.find((each) => !isNothing(each.shape)) ?? (tensors[0] as Tensor)
  const axis = resolveDim(dim, first.ndim)
  tensors.forEach((each, place) => {
    if (isNothing(each.shape)) return
    if (each.ndim !== first.ndim) throw errors.catRank(first.ndim, each.ndim)
    const odd = each.shape.findIndex((extent, at) => at !== axis && extent !== first.shape[at])
    if (odd >= 0) throw errors.catSize(axis, first.shape[odd] as number, each.shape[odd] as number, place)
  })
  return run(joined, tensors, { dim: axis })
}

const join = (name: string): Join => call<Along, ['tensors', 'dim']>(name, ['tensors', 'dim'], [], joinAlong)

/** Tensors one after the other along a dimension. */
export const cat: Join = join('cat')
export const concat: Join = join('concat')
export const concatenate: Join = join('concatenate')

const stacked = operation<DimOption>({
  name: 'stack',
  node: 'StackBackward0',
  build: (operands, { dim }) => {
    const values = operands as readonly Value[]
    const dtype = resultDType(values)
    return core.stack(
      values.map((value) => castTo(value, dtype)),
      { axis: dim },
    )
  },
})

/** Tensors of one shape along a new dimension. */
export const stack: Join = call('stack', ['tensors', 'dim'], [], ({ tensors, dim = 0 }: Along) => {
  const [first] = tensors
  if (first === undefined) throw errors.stackNothing()
  const axis = resolveDim(dim, first.ndim + 1)
  tensors.forEach((each, place) => {
    const isSame = each.ndim === first.ndim && each.shape.every((extent, at) => extent === first.shape[at])
    if (!isSame) throw errors.stackSize(first.shape, each.shape, place)
  })
  return run(stacked, tensors, { dim: axis })
})

const joinRaised = (
  name: string,
  raise: (tensors: readonly Tensor[]) => readonly Tensor[],
  dimOf: (raised: readonly Tensor[]) => number,
): JoinAll =>
  call(name, ['tensors'], [], ({ tensors }: Tensors) => {
    if (tensors.length === 0) throw errors.raiseNothing(name)
    const raised = raise(tensors)
    return joinAlong({ tensors: raised, dim: dimOf(raised) })
  })

/** Side by side: along the second dimension, vectors along the first. */
export const hstack: JoinAll = joinRaised(
  'hstack',
  (tensors) => atleast1d(tensors),
  ([first]) => (first?.ndim === 1 ? 0 : 1),
)
/** Below each other, vectors as rows. */
export const vstack: JoinAll = joinRaised(
  'vstack',
  (tensors) => atleast2d(tensors),
  () => 0,
)
export const rowStack: JoinAll = joinRaised(
  'row_stack',
  (tensors) => atleast2d(tensors),
  () => 0,
)
/** Behind each other: along the third dimension. */
export const dstack: JoinAll = joinRaised(
  'dstack',
  (tensors) => atleast3d(tensors),
  () => 2,
)
/** Side by side, vectors as columns. */
export const columnStack: JoinAll = joinRaised(
  'column_stack',
  (tensors) => tensors.map((each) => (each.ndim <= 1 ? reshape(each, each.numel(), 1) : each)),
  () => 1,
)

const onDiagonal = operation({
  name: 'block_diag',
  node: 'BlockDiagBackward0',
  build: (operands) => {
    const values = operands as readonly Value[]
    const dtype = resultDType(values)
    const blocks = values.map((value) => {
      const { shape } = value.type
      return core.reshape(castTo(value, dtype), shape.length === 2 ? shape : [1, shape[0] ?? 1])
    })
    const columns = blocks.reduce((sum, { type }) => sum + (type.shape[1] as number), 0)
    let left = 0
    const rows = blocks.map((block) => {
      const [height, width] = block.type.shape as readonly [number, number]
      const zeros = (extent: number): Value => core.zeros(block.builder, dtype, [height, extent])
      const row = core.concat([zeros(left), block, zeros(columns - left - width)], { axis: 1 })
      left += width
      return row
    })
    return core.concat(rows, { axis: 0 })
  },
})

/** A matrix with the tensors on its diagonal, and zeros elsewhere. */
export function blockDiag(...tensors: readonly Tensor[]): Tensor {
  const odd = tensors.findIndex((each) => each.ndim > 2)
  if (odd >= 0) throw errors.blockRank(odd, tensors[odd]?.ndim ?? 0)
  if (tensors.length === 0) return zeros(1, 0)
  return run(onDiagonal, tensors)
}
