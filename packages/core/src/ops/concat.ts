// Joins arrays along an axis.
import { z } from 'zod'
import { addDims, type Dim, dimEqual, formatShape } from '../dim.ts'
import { HeddleError } from '../errors.ts'
import { read, tabulate } from '../interpret/nd-array.ts'
import { defineOp, type OpDef, variadic } from '../ir/define.ts'
import type { TensorType } from '../ir/tensor-type.ts'
import { offsetIndex } from '../kernel/index-arithmetic.ts'
import type { ValueId } from '../kernel/scalar.ts'
import type { AxisAttrs } from './reduce.ts'
import { checkAxis, dimAt } from './support.ts'

/** Where each operand begins along the axis, and where the last one ends. */
function offsets(inputs: readonly TensorType[], axis: number): readonly Dim[] {
  const starts: Dim[] = [0]
  for (const { shape } of inputs) starts.push(addDims(starts.at(-1) ?? 0, dimAt(shape, axis)))
  return starts
}

/**
 * Shapes: `x0 […, d0, …]`, `x1 […, d1, …]`, … → `y […, d0 + d1 + …, …]` along `axis`. Any dtype; kept.
 * - C1 at least one operand. Throws `GRAPH_ARITY`.
 * - C2 dtypes and all other axes are equal. Throws `SHAPE_CONCAT`.
 */
export const concat: OpDef<number, AxisAttrs> = defineOp('concat', {
  summary: 'joins along an axis',
  why: 'one read per element; a sum of padded arrays adds, and loses -0',
  kind: 'view',
  arity: variadic,
  attrs: z.strictObject({ axis: z.int().nonnegative() }),
  infer: (inputs, { axis }) => {
    const [first] = inputs
    if (first === undefined)
      throw new HeddleError('GRAPH_ARITY', 'concat: takes one operand or more, got none', {
        details: { op: 'concat', operands: 0, constraint: 'C1' },
      })
    checkAxis('concat', axis, first.shape)
    inputs.forEach((input, operand) => {
      const fits =
        input.dtype === first.dtype &&
        input.shape.length === first.shape.length &&
        input.shape.every((dim, other) => other === axis || dimEqual(dim, dimAt(first.shape, other)))
      if (!fits) throw concatShape(operand, first, input, axis) // C2
    })
    const joined = offsets(inputs, axis).at(-1) ?? 0
    return { dtype: first.dtype, shape: first.shape.map((dim, other) => (other === axis ? joined : dim)) }
  },
  evaluate: (inputs, { axis }, type) => {
    const starts = offsets(inputs, axis)
    return tabulate(type.dtype, type.shape, (at) => {
      const position = at[axis] ?? 0
      const operand = inputs.findIndex((_, k) => position < (starts[k + 1] ?? 0))
      const source = inputs[operand]
      if (source === undefined) return Number.NaN
      return read(
        source,
        at.map((i, other) => (other === axis ? i - (starts[operand] ?? 0) : i)),
      )
    })
  },
  vjp: ({ b, inputs, cotangent, attrs: { axis } }) => {
    const starts = offsets(
      inputs.map((input) => input.type),
      axis,
    )
    const { shape } = cotangent.type
    return inputs.map((_, operand) =>
      b.slice(cotangent, {
        starts: shape.map((__, other) => (other === axis ? (starts[operand] ?? 0) : 0)),
        limits: shape.map((dim, other) => (other === axis ? (starts[operand + 1] ?? 0) : dim)),
        steps: shape.map(() => 1),
      }),
    )
  },
  lowering: {
    kind: 'pull',
    cost: 1,
    accesses: ({ at, attrs: { axis }, inputs }) => {
      const starts = offsets(inputs, axis)
      return inputs.map((input, operand) => {
        const index = at.map((i, other) => (other === axis ? offsetIndex(i, -(starts[operand] ?? 0)) : i))
        const along = index[axis]
        return {
          operand,
          index,
          guards:
            along === undefined || inputs.length === 1
              ? []
              : [{ index: along, low: 0, high: dimAt(input.shape, axis) }],
        }
      })
    },
    // The last operand needs no test: where no other holds, it does.
    scalar: ({ k, values, accesses, type }) => {
      let chosen: ValueId = values.at(-1) ?? 0
      for (let operand = values.length - 2; operand >= 0; operand--) {
        chosen = k.call(
          'select',
          type.dtype,
          k.within(accesses[operand]?.guards ?? []),
          values[operand] ?? 0,
          chosen,
        )
      }
      return chosen
    },
  },
  samples: [
    {
      inputs: [
        { dtype: 'f32', shape: [2, 3] },
        { dtype: 'f32', shape: [2, 2] },
      ],
      attrs: { axis: 1 },
    },
    {
      inputs: [
        { dtype: 'f32', shape: [1, 2] },
        { dtype: 'f32', shape: [3, 2] },
        { dtype: 'f32', shape: [0, 2] },
      ],
      attrs: { axis: 0 },
    },
    { inputs: [{ dtype: 'i32', shape: [3] }], attrs: { axis: 0 } },
  ],
  errorSamples: [
    {
      inputs: [
        { dtype: 'f32', shape: [2, 3] },
        { dtype: 'f32', shape: [3, 3] },
      ],
      attrs: { axis: 1 },
      code: 'SHAPE_CONCAT',
    },
    {
      inputs: [
        { dtype: 'f32', shape: [2] },
        { dtype: 'i32', shape: [2] },
      ],
      attrs: { axis: 0 },
      code: 'SHAPE_CONCAT',
    },
    { inputs: [], attrs: { axis: 0 }, code: 'GRAPH_ARITY' },
  ],
})

const concatShape = (operand: number, first: TensorType, other: TensorType, axis: number): HeddleError =>
  new HeddleError(
    'SHAPE_CONCAT',
    `concat: operand 0 is ${first.dtype}${formatShape(first.shape)}, operand ${operand} is ${other.dtype}${formatShape(other.shape)}; all must agree except along axis ${axis}`,
    { details: { operand, first, other, axis, constraint: 'C2' } },
  )
