// Contractions name the role of each axis, so they absorb permutations and repetitions of their operands. Exact: the same
// products are summed in the same order.
import { type Builder, type ContractDims, isOne, type Value } from '@heddle/core'
import { p } from '../rewrite/pattern.ts'
import { type Rule, rule } from '../rewrite/rule.ts'
import { dimAt, input, isIdentity, range, withoutAxes } from './support.ts'

/** One operand of a contraction with its axes by role. */
interface Side {
  readonly value: Value
  readonly batch: readonly number[]
  readonly contract: readonly number[]
}

const freeOf = ({ value, batch, contract }: Side): readonly number[] =>
  range(value.type.shape.length).filter((axis) => !batch.includes(axis) && !contract.includes(axis))

const sidesOf = ({ inputs, attrs }: Value<'dot'>): readonly [Side, Side] => [
  { value: inputs[0] as Value, batch: attrs.leftBatch, contract: attrs.leftContract },
  { value: inputs[1] as Value, batch: attrs.rightBatch, contract: attrs.rightContract },
]

const dotOf = (b: Builder, left: Side, right: Side): Value =>
  b.dot(left.value, right.value, {
    leftBatch: left.batch,
    rightBatch: right.batch,
    leftContract: left.contract,
    rightContract: right.contract,
  })

/** The side read before its permutation, and where its free axes were in the result. */
function unpermuted(side: Side): { readonly side: Side; readonly order: readonly number[] } {
  const { perm } = (side.value as Value<'permute'>).attrs
  const source = (axes: readonly number[]): readonly number[] => axes.map((axis) => dimAt(perm, axis))
  const bare: Side = {
    value: side.value.inputs[0] as Value,
    batch: source(side.batch),
    contract: source(side.contract),
  }
  const free = freeOf(bare)
  return { side: bare, order: source(freeOf(side)).map((axis) => free.indexOf(axis)) }
}

/** Axes of `side` that an expand repeats, if it is one. */
function repeated({ value }: Side): readonly number[] {
  const [x] = value.inputs
  if (value.op !== 'expand' || x === undefined) return []
  return range(value.type.shape.length).filter(
    (axis) => isOne(dimAt(x.type.shape, axis)) && !isOne(dimAt(value.type.shape, axis)),
  )
}
const repeatedFree = (side: Side): readonly number[] =>
  repeated(side).filter((axis) => freeOf(side).includes(axis))
/** Positions in the batch list that are repeated on this side only. */
const repeatedBatch = (side: Side): readonly number[] =>
  range(side.batch.length).filter((k) => repeated(side).includes(side.batch[k] ?? -1))

/** The expand again, but with extent 1 on `axes`. */
function collapse(b: Builder, { value }: Side, axes: readonly number[]): Value {
  const shape = value.type.shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim))
  return b.expand(value.inputs[0] as Value, { shape })
}

/** A batch axis one side only repeats is a free axis of the other. */
function unbatched(b: Builder, root: Value<'dot'>, which: 0 | 1): Value {
  const sides = sidesOf(root)
  const [side, other] = which === 0 ? sides : [sides[1], sides[0]]
  const gone = repeatedBatch(side)
  const goneAxes = gone.map((k) => side.batch[k] ?? 0)
  const kept = range(side.batch.length).filter((k) => !gone.includes(k))
  const shift = (axes: readonly number[]): readonly number[] =>
    axes.map((axis) => axis - goneAxes.filter((each) => each < axis).length)
  const narrow = collapse(b, side, goneAxes)
  const bare: Side = {
    value: b.reshape(narrow, { shape: withoutAxes(narrow.type.shape, goneAxes) }),
    batch: shift(kept.map((k) => side.batch[k] ?? 0)),
    contract: shift(side.contract),
  }
  const wider: Side = { ...other, batch: kept.map((k) => other.batch[k] ?? 0) }
  const product = which === 0 ? dotOf(b, bare, wider) : dotOf(b, wider, bare)

  // Where each axis of the result is now: batch that stayed, then the free axes of left and right.
  const bareFree = freeOf(bare).length
  const widerFree = freeOf(wider)
  const start = kept.length + (which === 0 ? bareFree : 0)
  const batch = range(side.batch.length).map((k) =>
    kept.includes(k) ? kept.indexOf(k) : start + widerFree.indexOf(other.batch[k] ?? -1),
  )
  const otherFree = freeOf(other).map((axis) => start + widerFree.indexOf(axis))
  const ownFree = range(bareFree).map((k) => kept.length + (which === 0 ? 0 : widerFree.length) + k)
  const perm = [...batch, ...(which === 0 ? [...ownFree, ...otherFree] : [...otherFree, ...ownFree])]
  return isIdentity(perm) ? product : b.permute(product, { perm })
}

/** Whether a permutation of a contraction's result only makes right before left of left before right. */
function isSwap({ attrs: { perm } }: Value<'permute'>, product: Value<'dot'>): boolean {
  const [left, right] = sidesOf(product)
  const [batch, m, n] = [left.batch.length, freeOf(left).length, freeOf(right).length]
  const isBlock = (at: number, from: number, count: number): boolean =>
    range(count).every((k) => perm[at + k] === from + k)
  const swaps = isBlock(batch, batch + m, n) && isBlock(batch + n, batch, m)
  return m > 0 && n > 0 && isBlock(0, 0, batch) && swaps
}

const matrix = (b: Builder, name: string, shape: readonly number[]): Value => input(b, name, shape)
const plain: ContractDims = { leftBatch: [], rightBatch: [], leftContract: [1], rightContract: [0] }
const batched: ContractDims = { leftBatch: [0], rightBatch: [0], leftContract: [2], rightContract: [1] }

export const contractionRules: readonly Rule[] = [
  rule('dot-of-permute-left', {
    why: 'the roles of axes absorb the permutation',
    match: p.dot(p.permute(p.any('x')), p.any('y')).as('root'),
    rewrite: ({ root }, b) => {
      const [left, right] = sidesOf(root)
      const { side, order } = unpermuted(left)
      const product = dotOf(b, side, right)
      const batch = left.batch.length
      const perm = range(product.type.shape.length).map((axis) => {
        const k = axis - batch
        return k >= 0 && k < order.length ? batch + (order[k] ?? 0) : axis
      })
      return isIdentity(perm) ? product : b.permute(product, { perm })
    },
    examples: [
      (b) => b.dot(b.permute(matrix(b, 'x', [3, 2]), { perm: [1, 0] }), matrix(b, 'y', [3, 4]), plain),
      (b) => b.dot(b.permute(matrix(b, 'x', [2, 4, 3]), { perm: [1, 2, 0] }), matrix(b, 'y', [3, 5]), plain),
    ],
  }),
  rule('dot-of-permute-right', {
    why: 'the roles of axes absorb the permutation',
    match: p.dot(p.any('x'), p.permute(p.any('y'))).as('root'),
    rewrite: ({ root }, b) => {
      const [left, right] = sidesOf(root)
      const { side, order } = unpermuted(right)
      const product = dotOf(b, left, side)
      const start = left.batch.length + freeOf(left).length
      const perm = range(product.type.shape.length).map((axis) =>
        axis < start ? axis : start + (order[axis - start] ?? 0),
      )
      return isIdentity(perm) ? product : b.permute(product, { perm })
    },
    examples: [
      (b) => b.dot(matrix(b, 'x', [2, 3]), b.permute(matrix(b, 'y', [4, 3]), { perm: [1, 0] }), plain),
      (b) => b.dot(matrix(b, 'x', [2, 3]), b.permute(matrix(b, 'y', [5, 4, 3]), { perm: [2, 1, 0] }), plain),
    ],
  }),
  rule('permute-of-dot', {
    why: 'the transpose of a product is the product of the operands in the other order',
    match: p.permute(p.dot(p.any('x'), p.any('y')).as('product')).as('root'),
    when: ({ product, root }) => isSwap(root, product),
    rewrite: ({ product }, b) => {
      const [left, right] = sidesOf(product)
      return dotOf(b, right, left)
    },
    examples: [
      (b) => b.permute(b.dot(matrix(b, 'x', [2, 3]), matrix(b, 'y', [3, 4]), plain), { perm: [1, 0] }),
      (b) =>
        b.permute(b.dot(matrix(b, 'x', [5, 2, 3]), matrix(b, 'y', [5, 3, 4]), batched), { perm: [0, 2, 1] }),
    ],
  }),
  rule('dot-of-repeated-free-axes', {
    why: 'rows that are equal are multiplied once',
    match: p.dot(p.any('x'), p.any('y')).as('root'),
    when: ({ root }) =>
      !root.type.shape.includes(0) && sidesOf(root).some((side) => repeatedFree(side).length > 0),
    rewrite: ({ root }, b) => {
      const [left, right] = sidesOf(root).map(
        (side): Side =>
          repeatedFree(side).length === 0 ? side : { ...side, value: collapse(b, side, repeatedFree(side)) },
      ) as [Side, Side]
      return b.expand(dotOf(b, left, right), { shape: root.type.shape })
    },
    examples: [
      (b) => b.dot(b.expand(matrix(b, 'x', [1, 3]), { shape: [2, 3] }), matrix(b, 'y', [3, 4]), plain),
    ],
  }),
  rule('dot-of-repeated-batch-left', {
    why: 'a batch of products with one left operand is one larger product',
    match: p.dot(p.expand(p.any('x')), p.any('y')).as('root'),
    when: ({ root }) => !root.type.shape.includes(0) && repeatedBatch(sidesOf(root)[0]).length > 0,
    rewrite: ({ root }, b) => unbatched(b, root, 0),
    examples: [
      (b) =>
        b.dot(b.expand(matrix(b, 'x', [1, 2, 3]), { shape: [5, 2, 3] }), matrix(b, 'y', [5, 3, 4]), batched),
    ],
  }),
  rule('dot-of-repeated-batch-right', {
    why: 'a batch of products with one right operand is one larger product',
    match: p.dot(p.any('x'), p.expand(p.any('y'))).as('root'),
    when: ({ root }) => !root.type.shape.includes(0) && repeatedBatch(sidesOf(root)[1]).length > 0,
    rewrite: ({ root }, b) => unbatched(b, root, 1),
    examples: [
      (b) =>
        b.dot(matrix(b, 'x', [5, 2, 3]), b.expand(matrix(b, 'y', [1, 3, 4]), { shape: [5, 3, 4] }), batched),
      (b) =>
        b.dot(matrix(b, 'x', [5, 6, 2, 3]), b.expand(matrix(b, 'y', [5, 1, 3, 4]), { shape: [5, 6, 3, 4] }), {
          leftBatch: [0, 1],
          rightBatch: [0, 1],
          leftContract: [3],
          rightContract: [2],
        }),
    ],
  }),
]
