// General contraction: sums of products over paired axes, independently for paired batch axes.
import { z } from 'zod'
import { dimEqual, formatShape } from '../dim.ts'
import { HeddleError } from '../errors.ts'
import { forEachIndex, type NdArray, readNumber, tabulate } from '../interpret/nd-array.ts'
import type { Builder } from '../ir/builder.ts'
import { type ContractDims, defineOp, type OpDef } from '../ir/define.ts'
import { formatType, type TensorType } from '../ir/tensor-type.ts'
import type { Value } from '../ir/value.ts'
import { checkDType, checkSameDType } from './pointwise.ts'
import { axesSchema, checkAxis, dimAt, invert, onAxes, range } from './support.ts'

const freeAxes = (rank: number, batch: readonly number[], contract: readonly number[]): readonly number[] =>
  range(rank).filter((axis) => !batch.includes(axis) && !contract.includes(axis))

function checkPairs(
  role: string,
  left: TensorType,
  right: TensorType,
  leftAxes: readonly number[],
  rightAxes: readonly number[],
): void {
  for (const axis of leftAxes) checkAxis('dot', axis, left.shape)
  for (const axis of rightAxes) checkAxis('dot', axis, right.shape)
  const paired = leftAxes.length === rightAxes.length
  if (
    !paired ||
    leftAxes.some((axis, k) => !dimEqual(dimAt(left.shape, axis), dimAt(right.shape, rightAxes[k] ?? 0)))
  ) {
    throw dotPairs(role, left, right, leftAxes, rightAxes)
  }
}

/** C1 and C2 of `dot`: paired axes exist and have equal extents, and no axis has two roles. */
export function checkRoles(x: TensorType, y: TensorType, dims: ContractDims): void {
  const { leftBatch, rightBatch, leftContract, rightContract } = dims
  checkPairs('batch', x, y, leftBatch, rightBatch)
  checkPairs('contract', x, y, leftContract, rightContract)
  for (const axes of [
    [...leftBatch, ...leftContract],
    [...rightBatch, ...rightContract],
  ]) {
    if (new Set(axes).size !== axes.length) throw dotRoles(axes)
  }
}

/**
 * `z[batch…, m…, n…] = Σ_k x[…] y[…]`: axes in `leftBatch`/`rightBatch` are walked together, those in
 * `leftContract`/`rightContract` are summed over; the others (free) stay, in their order.
 *
 * Shapes: `x`, `y` → `[batch…, free of x…, free of y…]`. f32, f64; kept.
 * - C1 paired axes exist and have equal extents. Throws `SHAPE_DOT_PAIRS`. C2 no axis has two roles. Throws `ATTR_DOT_ROLES`.
 *
 * Numerics: products are summed in blocks of 256, each from left to right, without fused multiply-add.
 * Source: StableHLO `dot_general`.
 */
export const dot: OpDef<2, ContractDims> = defineOp('dot', {
  summary: 'sum of products over paired axes',
  why: 'kernels of its own, blocked and vectorised',
  kind: 'contraction',
  arity: 2,
  attrs: z.strictObject({
    leftBatch: axesSchema,
    rightBatch: axesSchema,
    leftContract: axesSchema,
    rightContract: axesSchema,
  }),
  infer: ([x, y], dims) => {
    checkDType('dot', x, 'float')
    checkSameDType('dot', x, y)
    checkRoles(x, y, dims)
    const { leftBatch, rightBatch, leftContract, rightContract } = dims
    const leftFree = freeAxes(x.shape.length, leftBatch, leftContract)
    const rightFree = freeAxes(y.shape.length, rightBatch, rightContract)
    return {
      dtype: x.dtype,
      shape: [...onAxes(x.shape, leftBatch), ...onAxes(x.shape, leftFree), ...onAxes(y.shape, rightFree)],
    }
  },
  evaluate: ([x, y], attrs, type) => {
    const { leftBatch, rightBatch, leftContract, rightContract } = attrs
    const leftFree = freeAxes(x.shape.length, leftBatch, leftContract)
    const rightFree = freeAxes(y.shape.length, rightBatch, rightContract)
    const summed = onAxes(x.shape, leftContract)
    const element = (
      array: NdArray,
      roles: readonly (readonly [readonly number[], readonly number[]])[],
    ): number => {
      const index = new Array<number>(array.shape.length).fill(0)
      for (const [axes, positions] of roles) {
        axes.forEach((axis, k) => {
          index[axis] = positions[k] ?? 0
        })
      }
      return readNumber(array, index)
    }
    return tabulate(type.dtype, type.shape, (at) => {
      const batch = at.slice(0, leftBatch.length)
      const m = at.slice(leftBatch.length, leftBatch.length + leftFree.length)
      const n = at.slice(leftBatch.length + leftFree.length)
      let sum = 0
      forEachIndex(summed, (k) => {
        const left = element(x, [
          [leftBatch, batch],
          [leftFree, m],
          [leftContract, k],
        ])
        sum +=
          left *
          element(y, [
            [rightBatch, batch],
            [rightFree, n],
            [rightContract, k],
          ])
      })
      return sum
    })
  },
  vjp: ({ b, inputs: [x, y], cotangent, attrs }) => {
    const { leftBatch, rightBatch, leftContract, rightContract } = attrs
    const leftFree = freeAxes(x.type.shape.length, leftBatch, leftContract)
    const rightFree = freeAxes(y.type.shape.length, rightBatch, rightContract)
    const batch = range(leftBatch.length)
    const m = range(leftFree.length).map((k) => leftBatch.length + k)
    const n = range(rightFree.length).map((k) => leftBatch.length + leftFree.length + k)
    // dx[batch, m, k] = Σ_n dz[batch, m, n] y[batch, n, k]; dy[batch, n, k] = Σ_m dz[batch, m, n] x[batch, m, k]
    const dx = partner(b, cotangent, y, batch, rightBatch, n, rightFree)
    const dy = partner(b, cotangent, x, batch, leftBatch, m, leftFree)
    // The result's last axes are y's contracted axes in y's order: pair them with x's.
    const leftOrder = [...leftBatch, ...leftFree, ...sortedBy(rightContract, leftContract)]
    const rightOrder = [...rightBatch, ...rightFree, ...sortedBy(leftContract, rightContract)]
    return [b.permute(dx, { perm: invert(leftOrder) }), b.permute(dy, { perm: invert(rightOrder) })]
  },
  lowering: { kind: 'contract', dims: (attrs) => attrs },
  samples: [
    sample([2, 3], [3, 4], { leftContract: [1], rightContract: [0] }),
    sample([3, 5], [4, 5], { leftContract: [1], rightContract: [1] }),
    sample([5, 3], [5, 4], { leftContract: [0], rightContract: [0] }),
    sample([2, 3, 4], [2, 4, 5], { leftBatch: [0], rightBatch: [0], leftContract: [2], rightContract: [1] }),
    sample([2, 3, 4, 2], [4, 5, 3], { leftContract: [1, 2], rightContract: [2, 0] }),
    sample([4], [4], { leftContract: [0], rightContract: [0] }),
    sample([3], [4], {}),
    sample([2, 0], [0, 3], { leftContract: [1], rightContract: [0] }),
    sample([9, 17], [17, 13], { leftContract: [1], rightContract: [0] }),
  ],
  errorSamples: [
    { ...sample([2, 3], [4, 3], { leftContract: [1], rightContract: [0] }), code: 'SHAPE_DOT_PAIRS' },
    {
      ...sample([2, 2], [2, 2], { leftBatch: [0], rightBatch: [0], leftContract: [0], rightContract: [1] }),
      code: 'ATTR_DOT_ROLES',
    },
  ],
})

function sample(
  x: readonly number[],
  y: readonly number[],
  dims: Partial<ContractDims>,
): OpDef<2, ContractDims>['samples'][number] {
  return {
    inputs: [
      { dtype: 'f32', shape: x },
      { dtype: 'f32', shape: y },
    ],
    attrs: { leftBatch: [], rightBatch: [], leftContract: [], rightContract: [], ...dims },
  }
}

const partner = (
  b: Builder,
  cotangent: Value,
  other: Value,
  leftBatch: readonly number[],
  rightBatch: readonly number[],
  leftContract: readonly number[],
  rightContract: readonly number[],
): Value => b.dot(cotangent, other, { leftBatch, rightBatch, leftContract, rightContract })

/** `axes` in ascending order of the entries of `keys`. */
const sortedBy = (keys: readonly number[], axes: readonly number[]): readonly number[] =>
  range(axes.length)
    .sort((i, j) => (keys[i] ?? 0) - (keys[j] ?? 0))
    .map((k) => axes[k] ?? 0)

const dotPairs = (
  role: string,
  x: TensorType,
  y: TensorType,
  left: readonly number[],
  right: readonly number[],
): HeddleError =>
  new HeddleError(
    'SHAPE_DOT_PAIRS',
    `dot: ${role} axes ${formatShape(left)} of ${formatType(x)} are ${formatShape(onAxes(x.shape, left))}, axes ${formatShape(right)} of ${formatType(y)} are ${formatShape(onAxes(y.shape, right))}; these must be equal`,
    { details: { role, left: x.shape, right: y.shape, leftAxes: left, rightAxes: right, constraint: 'C1' } },
  )

const dotRoles = (axes: readonly number[]): HeddleError =>
  new HeddleError(
    'ATTR_DOT_ROLES',
    `dot: axes ${formatShape(axes)} name an axis twice; an axis is batch, contracted or free`,
    {
      details: { axes, constraint: 'C2' },
    },
  )
