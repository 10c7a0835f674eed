// Computing with constants now instead of at run time, to the bit as runtimes would.
import { dtypes, opNames, opRecord, sizeOf, type TypedArray, type Value } from '@heddle/core'
import { p } from '../rewrite/pattern.ts'
import { type Rule, rule } from '../rewrite/rule.ts'
import { foldedData, isFoldable, scalarValue } from './constant-values.ts'
import { constant, input } from './support.ts'

/** Control flow is expanded, or stays what it is. */
const computed = opNames.filter((op) => opRecord(op).kind !== 'control')
const elementwise = opNames.filter((op) => opRecord(op).kind === 'elementwise')

/** Of any size: one element is computed. Part of the canonical form. */
export const uniformConstantRules: readonly Rule[] = [
  rule('elementwise-of-constants', {
    why: 'computed once, now',
    match: p.anyOf(elementwise).as('root'),
    when: ({ root }) => root.inputs.every((operand) => operand.op === 'full'),
    rewrite: ({ root }, b) => {
      const operands = root.inputs.map((operand) => (operand as Value<'full'>).attrs.value)
      return b.full({ ...root.type, value: scalarValue(root, operands) })
    },
    examples: [
      (b) => b.exp(constant(b, input(b).type, 1)),
      (b) => b.div(constant(b, input(b).type, 1), constant(b, input(b).type, 3)),
      (b) => b.lt(constant(b, input(b).type, Number.NaN), constant(b, input(b).type, 3)),
    ],
  }),
  rule('literal-of-one-value', {
    why: 'a constant of equal elements needs no memory',
    match: p.literal().as('root'),
    when: ({ root }) => uniformValue(root.attrs.data) !== undefined,
    rewrite: ({ root }, b) => b.full({ ...root.type, value: uniformValue(root.attrs.data) ?? 0 }),
    examples: [(b) => b.literal({ dtype: 'f32', shape: [3], data: new Float32Array([-0, -0, -0]) })],
  }),
]

/** Elements a folded array may have. */
export const foldLimit = 4096

/** Of arrays, up to `foldLimit` elements: takes memory in the plan, so a pass of its own. */
export const arrayConstantRules: readonly Rule[] = [
  rule('fold-array', {
    why: `computed once, now; at most ${foldLimit} elements`,
    match: p.anyOf(computed).as('root'),
    when: ({ root }) => isFoldable(root) && sizeOf(root.type.shape) <= foldLimit && !isVast(root),
    rewrite: ({ root }, b) => {
      const { dtype, shape } = root.type
      const data = foldedData(root)
      const value = uniformValue(data)
      return value === undefined ? b.literal({ dtype, shape, data }) : b.full({ dtype, shape, value })
    },
    examples: [
      (b) => b.exp(b.literal({ dtype: 'f32', shape: [3], data: new Float32Array([0, 1, Number.NaN]) })),
      (b) =>
        b.permute(b.literal({ dtype: 'i32', shape: [2, 2], data: new Int32Array([1, 2, 3, 4]) }), {
          perm: [1, 0],
        }),
      (b) =>
        b.reduceMax(b.literal({ dtype: 'f32', shape: [3], data: new Float32Array([1, -0, 5]) }), {
          axes: [0],
        }),
    ],
  }),
]

/** Small results of operands too large to read now. */
const isVast = ({ inputs }: Value): boolean => inputs.some(({ type }) => sizeOf(type.shape) > 16 * foldLimit)

/** The one value all elements have, to the bit; `undefined` for no elements or a NaN of unusual bits. */
function uniformValue(data: TypedArray): number | undefined {
  const [first] = data
  if (first === undefined || !data.every((value) => Object.is(value, first))) return undefined
  if (data instanceof Uint8Array && first > 1) return undefined
  return Number.isNaN(first) && !hasUsualNans(data) ? undefined : first
}

function hasUsualNans(data: TypedArray): boolean {
  const usual = dtypes[data instanceof Float32Array ? 'f32' : 'f64'].allocate(1).fill(Number.NaN)
  const bytesOf = (array: TypedArray, at: number): string =>
    new Uint8Array(
      array.buffer,
      array.byteOffset + at * array.BYTES_PER_ELEMENT,
      array.BYTES_PER_ELEMENT,
    ).join()
  return data.every((_, at) => bytesOf(data, at) === bytesOf(usual, 0))
}
