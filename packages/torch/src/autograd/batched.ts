// `vmap`: a function of one example as a function of many. It runs once for each; what they record is one plan all the same.

import { argumentError, type TorchError } from '../errors.ts'
import { movedim } from '../ops/dim-views.ts'
import { stack } from '../ops/joins.ts'
import { select } from '../ops/parts.ts'
import { Tensor } from '../tensor/tensor.ts'
import { isList, listOf } from './lists.ts'

type Results = Tensor | readonly Tensor[]
type Dims = number | null | readonly (number | null)[]

export interface BatchOptions {
  /** The dimension of examples in each input; null: every example gets the whole. Default 0. */
  readonly inDims?: Dims
  /** Where the results have it. Default 0. */
  readonly outDims?: number | readonly number[]
}

/** A function of stacks of examples that gives stacks of what `func` gives of each. */
export function vmap<R extends Results>(
  func: (...inputs: Tensor[]) => R,
  { inDims = 0, outDims = 0 }: BatchOptions = {},
): (...inputs: Tensor[]) => R {
  return (...inputs) => {
    if (isList(inDims) && inDims.length !== inputs.length)
      throw unequalCounts('inDims', inDims, inputs.length)
    const dims = inputs.map((_, k) => (isList(inDims) ? (inDims[k] as number | null) : inDims))
    const sizes = inputs.flatMap((input, k) => (dims[k] === null ? [] : [input.size(dims[k] as number)]))
    const [count] = sizes
    if (count === undefined) throw nothingMapped()
    if (sizes.some((size) => size !== count)) throw unequalSizes(sizes)
    const found = Array.from({ length: count }, (_, at) =>
      func(...inputs.map((input, k) => (dims[k] === null ? input : select(input, dims[k] as number, at)))),
    )
    const [first] = found
    if (first === undefined) throw noExamples()
    const resultCount = listOf<Tensor>(first).length
    if (isList(outDims) && outDims.length !== resultCount)
      throw unequalCounts('outDims', outDims, resultCount)
    const joined = (parts: readonly Tensor[], k: number): Tensor => {
      const dim = isList(outDims) ? (outDims[k] as number) : outDims
      return dim === 0 ? stack(parts) : movedim(stack(parts), 0, dim)
    }
    if (first instanceof Tensor) return joined(found as readonly Tensor[], 0) as R
    return (first as readonly Tensor[]).map((_, k) =>
      joined(
        found.map((each) => (each as readonly Tensor[])[k] as Tensor),
        k,
      ),
    ) as readonly Tensor[] as R
  }
}

const nothingMapped = (): TorchError =>
  argumentError('vmap: at least one input must be mapped over: all inDims are null', {}, 'ValueError')
const unequalCounts = (name: string, dims: readonly unknown[], count: number): TorchError =>
  argumentError(
    `vmap: ${name} is not compatible with the structure of ${name === 'inDims' ? 'inputs' : 'outputs'}: it has ${dims.length} dimensions for ${count}`,
    { name, dims, count },
    'ValueError',
  )
const unequalSizes = (sizes: readonly number[]): TorchError =>
  argumentError(
    `vmap: Expected all tensors to have the same size in the mapped dimension, got sizes [${sizes.join(', ')}] for the mapped dimension`,
    { sizes },
    'ValueError',
  )
const noExamples = (): TorchError => argumentError('vmap: there is no example to map over', {}, 'ValueError')
