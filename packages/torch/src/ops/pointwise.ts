// Functions of each element, with their in-place forms: `add` comes with `add_`.
import type { Tensor } from '../tensor/tensor.ts'
import { type OperationSpec, operation } from './operation.ts'
import { type Argument, runElementwise, runInPlace } from './run.ts'
import { type Fn, parse } from './signature.ts'

export interface Applied<O extends object> {
  readonly operands: readonly Argument[]
  readonly options?: O
}

/** A function, and the same writing its result to the first operand. */
export interface Pointwise<P, N extends readonly (keyof P)[]> extends Fn<P, N> {
  readonly inPlace: Fn<P, N>
}

/** Functions of one tensor alone. */
export type Unary = Pointwise<Record<never, never>, []>

export function pointwise<
  P extends object,
  const N extends readonly (keyof P & string)[],
  O extends object = object,
>(
  spec: OperationSpec<O>,
  positional: N,
  keywords: readonly (keyof P & string)[],
  apply: (params: P) => Applied<O>,
): Pointwise<P, N> {
  const op = operation(spec)
  const call: Fn<P, N> = (self, ...args) => {
    const { operands, options } = apply(parse<P>(spec.name, positional, keywords, args))
    return runElementwise(op, [self, ...operands], options)
  }
  const inPlace: Fn<P, N> = (self, ...args) => {
    const { operands, options } = apply(parse<P>(`${spec.name}_`, positional, keywords, args))
    return runInPlace(op, self, operands, options)
  }
  return Object.assign(call, { inPlace })
}

/** A function of one tensor. */
export function unary(spec: OperationSpec<object>): Unary {
  const op = operation(spec)
  const call = (self: Tensor): Tensor => runElementwise(op, [self])
  return Object.assign(call, { inPlace: (self: Tensor): Tensor => runInPlace(op, self) })
}
