// Computing with constants now instead of at run time, to the bit as runtimes would.
import {
  type DType,
  dtypes,
  isValueOf,
  opNames,
  opRecord,
  readElement,
  scalarOf,
  sizeOf,
  type TypedArray,
  type Value,
  writeElement,
} from '@heddle/core'
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
      const operands = root.inputs.map((operand) => {
        const { dtype, value } = (operand as Value<'full'>).attrs
        return scalarOf(dtype, value)
      })
      const value = Number(scalarValue(root, operands))
      // No number stands for a large i64.
      return isValueOf(root.type.dtype, value) ? b.full({ ...root.type, value }) : root
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
    when: ({ root }) => uniformValue(root.type.dtype, root.attrs.data) !== undefined,
    rewrite: ({ root }, b) =>
      b.full({ ...root.type, value: uniformValue(root.type.dtype, root.attrs.data) ?? 0 }),
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
      const value = uniformValue(dtype, data)
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

/** The number all elements are, to the bit; `undefined` for no elements, unusual bits, and what no number stands for. */
function uniformValue(dtype: DType, data: TypedArray): number | undefined {
  const first = readElement(dtype, data, 0)
  if (first === undefined) return undefined
  const value = Number(first)
  const usual = dtypes[dtype].allocate(1)
  if (!isValueOf(dtype, value)) return undefined
  writeElement(dtype, usual, 0, first)
  const { BYTES_PER_ELEMENT: width, buffer, byteOffset, byteLength } = data
  const expected = new Uint8Array(usual.buffer)
  const bytes = new Uint8Array(buffer, byteOffset, byteLength)
  return bytes.every((byte, at) => byte === expected[at % width]) ? value : undefined
}
