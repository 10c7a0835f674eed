// What views show, as copies: `selectCopy` is `select` into memory of its own.

import type { Value } from '@heddle/core'
import { preservedStrides } from '../tensor/layout.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { alias } from './alias.ts'
import { asStrided, diagonal, unfold } from './dim-views.ts'
import { notImplemented, withoutDerivative } from './no-derivative.ts'
import { operation } from './operation.ts'
import { select, sliceAlong, split, splitWithSizes, unbind } from './parts.ts'
import { run } from './run.ts'
import { permute, squeeze, t, transpose, unsqueeze } from './transposes.ts'
import { expand, view } from './views.ts'

const detached = operation({
  name: 'detach_copy',
  node: notImplemented,
  build: ([x]) => x as Value,
  derivative: withoutDerivative('detach_copy'),
})

const copied = operation<{ node: string }>({
  name: 'copy',
  node: (_, { node }) => node,
  build: ([x]) => x as Value,
})

/** A copy of a view, whose node is named after that of the view. */
function copyOf(shown: Tensor): Tensor {
  const copy = run(copied, [shown], { node: `${shown.gradFn?.name() ?? ''}_copy` })
  return copy.withLayout({ shape: copy.shape, strides: preservedStrides(shown.layout_), offset: 0 })
}

const one =
  <A extends readonly unknown[]>(show: (self: Tensor, ...args: A) => Tensor) =>
  (self: Tensor, ...args: A): Tensor =>
    copyOf(show(self, ...args))

const several =
  <A extends readonly unknown[]>(show: (self: Tensor, ...args: A) => readonly Tensor[]) =>
  (self: Tensor, ...args: A): readonly Tensor[] =>
    show(self, ...args).map((each) => copyOf(each))

/** A split with pieces that share the memory and are no views for autograd. */
export const unsafely =
  <A extends readonly unknown[]>(show: (self: Tensor, ...args: A) => readonly Tensor[]) =>
  (self: Tensor, ...args: A): readonly Tensor[] =>
    show(self, ...args).map((each) => {
      const { gradFn } = run(copied, [each], { node: `Unsafe${each.gradFn?.name() ?? ''}` })
      const piece = each.data
      if (gradFn !== null) piece.edge = { node: gradFn, index: 0 }
      return piece
    })

/** The function of a view without `out`. */
type Copying<F> = F extends { readonly method: (self: Tensor, ...args: infer A) => infer R }
  ? (self: Tensor, ...args: A) => R
  : F extends (self: Tensor, ...args: infer A) => infer R
    ? (self: Tensor, ...args: A) => R
    : never

export const aliasCopy: Copying<typeof alias> = one(alias)
export const asStridedCopy: Copying<typeof asStrided> = one(asStrided.method)
export const diagonalCopy: Copying<typeof diagonal> = one(diagonal.method)
export const expandCopy = (self: Tensor, size: readonly number[]): Tensor => copyOf(expand(self, size))
export const permuteCopy = (self: Tensor, dims: readonly number[]): Tensor => copyOf(permute(self, dims))
export const selectCopy: Copying<typeof select> = one(select.method)
export const splitCopy: Copying<typeof split> = several(split.method)
export const splitWithSizesCopy: Copying<typeof splitWithSizes> = several(splitWithSizes.method)
export const squeezeCopy: Copying<typeof squeeze> = one(squeeze)
export const tCopy: Copying<typeof t> = one(t)
export const transposeCopy: Copying<typeof transpose> = one(transpose)
export const unbindCopy: Copying<typeof unbind> = several(unbind.method)
export const unfoldCopy: Copying<typeof unfold> = one(unfold.method)
export const unsqueezeCopy: Copying<typeof unsqueeze> = one(unsqueeze)
export const viewCopy = (self: Tensor, size: readonly number[]): Tensor => copyOf(view(self, size))

/** Positions `start` to `end` of a dimension, every `step`-th. */
export const sliceCopy = (
  self: Tensor,
  dim = 0,
  start: number | null = null,
  end: number | null = null,
  step = 1,
): Tensor => copyOf(sliceAlong(self, dim, start, end, step))

/** A copy that is not gone back through. */
export const detachCopy = (self: Tensor): Tensor => run(detached, [self])
