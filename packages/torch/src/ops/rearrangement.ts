// Views that show every element once, in another shape or order: what is written goes back the other way.
import type { Value } from '@heddle/core'
import type { Layout } from '../tensor/layout.ts'
import { operation } from './operation.ts'
import { type ViewOperation, viewOperation } from './view-steps.ts'

export const valueAt = (operands: readonly (Value | number)[], k: number): Value => operands[k] as Value

interface Rearrangement<O extends object> {
  readonly name: string
  readonly node: string | null
  look(x: Value, options: O): Value
  /** The whole of that shape, given the part. */
  back(part: Value, whole: readonly number[], options: O): Value
  layout(of: Layout, options: O): Layout
}

export function rearrangement<O extends object>({
  name,
  node,
  look,
  back,
  layout,
}: Rearrangement<O>): ViewOperation<O> {
  return viewOperation<O>({
    look: operation<O>({ name, node, build: (operands, options) => look(valueAt(operands, 0), options) }),
    place: operation<O>({
      name: `${name} back`,
      node: 'AsStridedBackward0',
      build: (operands, options) => {
        const whole = valueAt(operands, 0)
        return back(valueAt(operands, 1), whole.type.shape, options)
      },
    }),
    layout,
  })
}
