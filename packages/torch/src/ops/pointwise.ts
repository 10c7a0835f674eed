// Functions of each element, with their in-place forms: `add` comes with `add_`.
import type { Tensor } from '../tensor/tensor.ts'
import { type OperationSpec, operation } from './operation.ts'
import type { Out } from './out.ts'
import { type Argument, runElementwise, runInPlace } from './run.ts'
import { type Arguments, type Fn, type Plain, parse, withMethod } from './signature.ts'

export interface Applied<O extends object> {
  readonly operands: readonly Argument[]
  readonly options?: O
}

/** A function, and the same writing its result to the first operand. */
export interface Pointwise<P, N extends readonly (keyof P)[]> extends Fn<P, N> {
  readonly inPlace: Plain<P, N>
}

/** Functions whose first operand may be a number, where the second is a tensor: `pow(2, x)`. */
export interface FromNumber<P, N extends readonly (keyof P)[]> extends Pointwise<P, N> {
  (self: number, ...args: Arguments<P & Out, N>): Tensor
  (self: Tensor, ...args: Arguments<P & Out, N>): Tensor
}

/** Functions of one tensor alone. */
export type Unary = Pointwise<Record<never, never>, []>

/** `check` sees the arguments of each call: for what depends on elements. */
export function pointwise<
  P extends object,
  const N extends readonly (keyof P & string)[],
  O extends object = object,
>(
  spec: OperationSpec<O>,
  positional: N,
  keywords: readonly (keyof P & string)[],
  apply: (params: P) => Applied<O>,
  check: (self: Argument, operands: readonly Argument[], options: O | undefined) => void = () => {},
): FromNumber<P, N> {
  const op = operation(spec)
  const call = (self: Argument, ...args: Arguments<P, N>): Tensor => {
    const { operands, options } = apply(parse<P>(spec.name, positional, keywords, args))
    check(self, operands, options)
    return runElementwise(op, [self, ...operands], options)
  }
  const inPlace: Plain<P, N> = (self, ...args) => {
    const { operands, options } = apply(parse<P>(`${spec.name}_`, positional, keywords, args))
    check(self, operands, options)
    return runInPlace(op, self, operands, options)
  }
  return Object.assign(withMethod(spec.name, call), {
    inPlace: withMethod(`${spec.name}_`, inPlace),
  }) as FromNumber<P, N>
}

/** A function of one tensor. */
export function unary(spec: OperationSpec<object>): Unary {
  const op = operation(spec)
  const call = (self: Tensor): Tensor => runElementwise(op, [self])
  const inPlace = (self: Tensor): Tensor => runInPlace(op, self)
  return Object.assign(withMethod(spec.name, call), {
    inPlace: withMethod(`${spec.name}_`, inPlace),
  }) as Unary
}
