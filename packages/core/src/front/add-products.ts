// `beta input + alpha product`, as PyTorch's add* functions. The sum is the epilogue of the contraction: one kernel.

import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { asNumbers, product, sumOfProducts } from './contract.ts'
import { add, mul } from './elementwise.ts'
import { batches, matrices, matrixVector, outerProduct } from './products.ts'
import { expand } from './shape.ts'

export interface AddProductOptions {
  /** Factor of the product. Default 1. */
  readonly alpha?: number | undefined
  /** Factor of what is added; 0 leaves it out, whatever it holds. Default 1. */
  readonly beta?: number | undefined
}

/** `input` broadcasts to the shape of the product of x and y. */
export type AddProduct = (input: Value, x: Value, y: Value, options?: AddProductOptions) => Value

const addTo = (op: string, multiply: (op: string, x: Value, y: Value) => Value): AddProduct =>
  traced((input: Value, x: Value, y: Value, { alpha = 1, beta = 1 }: AddProductOptions = {}): Value => {
    const [added, left, right] = asNumbers(op, [input, x, y]) as readonly [Value, Value, Value]
    const products = multiply(op, left, right)
    const term = expand(added, products.type.shape)
    const scaled = alpha === 1 ? products : mul(products, alpha)
    if (beta === 0) return scaled
    return add(beta === 1 ? term : mul(term, beta), scaled)
  })

/**
 * `beta input + alpha x y`.
 *
 * *Shapes*: `input` broadcasts to `[m, n]`, `x [m, k]`, `y [k, n]` → `[m, n]`. *Dtypes*: numbers, promoted to one.
 * Throws `SHAPE_PRODUCT`, `SHAPE_MATMUL_INNER`, `SHAPE_BROADCAST`, `SHAPE_EXPAND`.
 * *Gradient*: of `input` beta times the cotangent, summed over what broadcast. With beta 0 neither NaN nor Infinity of `input` is seen.
 *
 * @example
 * addmm(bias, x, y, { alpha: 0.5 }) // bias: f32[4], x: f32[2, 3], y: f32[3, 4] gives f32[2, 4]
 */
export const addmm: AddProduct = addTo('addmm', matrices)

/** `beta input + alpha x y` with a vector y: `x [m, k]`, `y [k]` → `[m]`. Otherwise as `addmm`. */
export const addmv: AddProduct = addTo('addmv', matrixVector)

/** `beta input + alpha x yᵀ` of two vectors: `x [m]`, `y [n]` → `[m, n]`. Otherwise as `addmm`. */
export const addr: AddProduct = addTo('addr', outerProduct)

/** `beta input + alpha x y` for each matrix of a batch: `x [b, m, k]`, `y [b, k, n]` → `[b, m, n]`. Otherwise as `addmm`. */
export const baddbmm: AddProduct = addTo('baddbmm', (op, x, y) => product(...batches(op, x, y)))

/**
 * `beta input + alpha Σ x y`, the products of a batch added up: `x [b, m, k]`, `y [b, k, n]` → `[m, n]`. Otherwise as `addmm`.
 *
 * *Numerics*: one contraction over b and k.
 */
export const addbmm: AddProduct = addTo('addbmm', (op, x, y) => {
  const [left, right] = batches(op, x, y)
  return sumOfProducts(left, right, {
    leftBatch: [],
    rightBatch: [],
    leftContract: [0, 2],
    rightContract: [0, 1],
  })
})
