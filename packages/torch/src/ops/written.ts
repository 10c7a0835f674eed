// Functions that write to a copy of their first tensor, with the forms that write to it itself: `scatter` comes with `scatter_`.
import type { Tensor } from '../tensor/tensor.ts'
import type { Operation } from './operation.ts'
import type { Applied, Pointwise } from './pointwise.ts'
import { run, runInPlace } from './run.ts'
import { type Plain, parse, withMethod } from './signature.ts'

interface Written<P, O extends object> {
  readonly op: Operation<O>
  /** What the operation is applied to behind `self`. Checks what the operation cannot: what tensors hold. */
  readonly apply: (self: Tensor, params: P) => Applied<O>
}

/** Both forms; `choose` says which operation the arguments ask for. */
export function written<P extends object, const N extends readonly (keyof P & string)[], O extends object>(
  name: string,
  positional: N,
  keywords: readonly (keyof P & string)[],
  choose: (params: P) => Written<P, O>,
): Pointwise<P, N> {
  const call: Plain<P, N> = (self, ...args) => {
    const params = parse<P>(name, positional, keywords, args)
    const { op, apply } = choose(params)
    const { operands, options } = apply(self, params)
    return run(op, [self, ...operands], options)
  }
  const inPlace: Plain<P, N> = (self, ...args) => {
    const params = parse<P>(`${name}_`, positional, keywords, args)
    const { op, apply } = choose(params)
    const { operands, options } = apply(self, params)
    return runInPlace(op, self, operands, options)
  }
  return Object.assign(withMethod(name, call), { inPlace }) as Pointwise<P, N>
}
