// Writing at positions that are data. A position outside the axis writes nothing: nothing is clamped, and nothing is counted
// from the end. Updates are written in row-major order: of several assignments to one place the last stays.

import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import type { ScatterCombine } from '../kernel/kernel.ts'
import { resolveAxis } from './axes.ts'
import { type GatherOptions, positions } from './gather.ts'
import { asValue, broadcastTo, builderOf, canBroadcast, constantValue, type Operand } from './operand.ts'

export interface ScatterOptions extends GatherOptions {
  /** What happens where something is: it is replaced (`assign`, the default), or combined with the update. */
  readonly combine?: ScatterCombine | undefined
}

/**
 * `base`, with slices written at positions along an axis, which the axes of `indices` stand for: the counterpart of `gather`.
 *
 * *Shapes*: updates broadcast to the shape `gather(base, indices)` has; a number is written everywhere. *Dtypes*: any to
 * assign, numbers otherwise; that of base. *Throws* `SHAPE_SCATTER`, `DTYPE_INDICES`. *Gradient*: `assign` passes on to the
 * last update of a place (PyTorch's to all of them, which its documentation calls incorrect) and to what of the base is left; `multiply` is exact with zeros; ties of `minimum` and `maximum`
 * share equally, with the base.
 *
 * @example
 * scatter(x, literal(b, [1, 1], { dtype: 'i32' }), literal(b, [5, 6])) // x = [1, 2, 3] gives [1, 6, 3]
 */
export const scatter: (base: Value, indices: Value, updates: Operand, options?: ScatterOptions) => Value =
  traced(
    (
      base: Value,
      indices: Value,
      updates: Operand,
      { axis = 0, combine = 'assign' }: ScatterOptions = {},
    ): Value => scatterSlices('scatter', [base, indices, updates], { axis, combine }),
  )

/**
 * `scatter` that adds: `base`, with `updates` added at positions along an axis. Positions that occur twice are added twice.
 * Throws `SHAPE_SCATTER`.
 *
 * @example
 * scatterAdd(zeros(b, 'i32', [3]), cast(bins, 'i32'), 1) // bins = [1, 2, 1, 9] gives [0, 2, 1]
 */
export const scatterAdd: (base: Value, indices: Value, updates: Operand, options?: GatherOptions) => Value =
  traced(
    (base: Value, indices: Value, updates: Operand, { axis = 0 }: GatherOptions = {}): Value =>
      scatterSlices('scatterAdd', [base, indices, updates], { axis, combine: 'add' }),
  )

function scatterSlices(
  op: string,
  [base, indices, updates]: readonly [Value, Value, Operand],
  { axis, combine }: { readonly axis: number; readonly combine: ScatterCombine },
): Value {
  const b = builderOf(op, [asValue(op, base), indices, updates])
  const { shape, dtype } = base.type
  const resolved = resolveAxis(op, axis, shape)
  const at = positions(op, indices)
  const target = [...shape.slice(0, resolved), ...at.type.shape, ...shape.slice(resolved + 1)]
  const values =
    typeof updates === 'number'
      ? constantValue(op, b, dtype, target, updates)
      : canBroadcast(updates.type.shape, target)
        ? broadcastTo(updates, target)
        : updates
  return b.scatter(base, at, values, { axis: resolved, combine })
}
