// How losses are made: of operands that may be absent, with a reduction that decides what the node is called.

import type { Value } from '@heddle/core'
import type { ArrayType } from '../../engine/types.ts'
import { warn } from '../../errors.ts'
import { operation } from '../../ops/operation.ts'
import { requireBroadcast } from '../../ops/promotion.ts'
import { run } from '../../ops/run.ts'
import { type Fn, functional as fn } from '../../ops/signature.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { reductionError, sizeText } from './errors.ts'
import { byName, type Maybe, type Names, present } from './operands.ts'

export type Reduction = 'mean' | 'sum' | 'none'

/** How a reduction was named before it had a name. */
export type Legacy = { sizeAverage?: boolean | null; reduce?: boolean | null }

/** The reduction, by its name or in the old way. */
export function reductionOf<R extends string>({
  sizeAverage,
  reduce,
  reduction,
}: Legacy & { readonly reduction?: R }): R | Reduction | undefined {
  if (sizeAverage == null && reduce == null) return reduction
  const legacy = (reduce ?? true) ? ((sizeAverage ?? true) ? 'mean' : 'sum') : 'none'
  warn(`size_average and reduce args will be deprecated, please use reduction='${legacy}' instead.`)
  return legacy
}

/** A loss with named arguments, whose reduction may be named in the old way. */
export function lossFn<
  P extends Legacy & { reduction?: string },
  const N extends readonly (keyof P & string)[],
>(
  name: string,
  positional: N,
  body: (self: Tensor, params: Omit<P, 'sizeAverage' | 'reduce'>) => Tensor,
): Fn<P, N> {
  return fn<P, N>(name, positional, [], (self, params) => {
    const { sizeAverage: _, reduce: __, ...rest } = params
    const reduction = reductionOf(params)
    return body(self, { ...rest, ...(reduction !== undefined && { reduction }) })
  })
}

type Operands = Readonly<Record<string, Maybe>>
type Values = Readonly<Record<string, Value | undefined>>

/** What of its arguments a loss is recorded with, beside its operands. */
export type LossOptions<O> = O & { readonly reduction?: string | undefined }

interface Spec<O> {
  readonly name: string
  /** The node of each reduction. */
  readonly node:
    | string
    | ((reduction: string, operands: readonly (ArrayType | number)[], options: O) => string)
  readonly operands?: readonly string[]
  /** Reductions beside the usual ones. */
  readonly reductions?: readonly string[]
  build(values: Values, options: O & { readonly reduction: Reduction }): Value
}

/** A loss as a function of operands by name and options. */
export function loss<O extends object>({ name, node, operands, reductions = [], build }: Spec<O>) {
  type All = O & Names & { readonly reduction: Reduction }
  const op = operation<All>({
    name,
    node: typeof node === 'string' ? node : (types, options) => node(options.reduction, types, options),
    ...(operands === undefined ? {} : { operands }),
    build: (values, options) => build(byName(values, options), options),
  })
  return (tensors: Operands, options: O & { readonly reduction?: string | undefined }): Tensor => {
    const reduction = options.reduction ?? 'mean'
    if (!['none', 'mean', 'sum', ...reductions].includes(reduction)) throw reductionError(reduction)
    const { operands: given, names } = present(tensors)
    return run(op, given, { ...options, reduction, names } as All)
  }
}

/** The node of a loss composed of a function of each element, and its reduction. */
export const composed =
  (none: string): ((reduction: string) => string) =>
  (reduction) =>
    reduction === 'none' ? none : reduction === 'mean' ? 'MeanBackward0' : 'SumBackward0'

/** Warns of a target that is broadcast; throws PyTorch's message where it cannot be. */
export function checkTarget(input: Tensor, target: Tensor): void {
  if (sameShape(input, target)) return
  warn(
    `Using a target size (${sizeText(target.shape)}) that is different to the input size (${sizeText(input.shape)}). This will likely lead to incorrect results due to broadcasting. Please ensure they have the same size.`,
  )
  requireBroadcast(input.shape, target.shape)
}

export const sameShape = (x: Tensor, y: Tensor): boolean =>
  x.ndim === y.ndim && x.shape.every((extent, axis) => extent === y.shape[axis])
