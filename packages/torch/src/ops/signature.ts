// The ways PyTorch lets one write arguments: positional ones in their order, and any of the trailing ones, with those that are
// keywords only, in one options object at the end: `sum(1, true)`, `sum(1, { keepdim: true })`, `sum({ dim: 1, keepdim: true })`.
import { tooManyArguments, unexpectedKeyword } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { isOptions } from './options.ts'
import { type Out, takingOut } from './out.ts'

export { isOptions }

/** Lists of arguments for parameters `P`, of which those named in `N` may be positional. */
export type Arguments<P, N extends readonly unknown[]> =
  | (object extends P ? [options?: P] : [options: P])
  | (N extends readonly [infer H extends keyof P, ...infer T extends readonly unknown[]]
      ? [P[H], ...Arguments<Omit<P, H>, T>]
      : never)

/** A function of a tensor and arguments, as a method or in place. */
export type Plain<P, N extends readonly (keyof P)[], R = Tensor> = (
  self: Tensor,
  ...args: Arguments<P, N>
) => R

/** A function of a tensor and arguments, and of what to write its result to, which the method does not take. */
export interface Fn<P, N extends readonly (keyof P)[], R = Tensor> {
  (self: Tensor, ...args: Arguments<P & Out<R>, N>): R
  /** The same without `out`; as a method the tensor is `this`. */
  readonly method: Plain<P, N, R>
}

/** A function without a first tensor. */
export type Call<P, N extends readonly (keyof P)[], R = Tensor> = (...args: Arguments<P & Out<R>, N>) => R

/** Arguments by name. Throws PyTorch's TypeErrors for unknown names and too many arguments. */
export function parse<P extends object>(
  name: string,
  positional: readonly (keyof P & string)[],
  keywords: readonly (keyof P & string)[],
  args: readonly unknown[],
): P {
  const params: Record<string, unknown> = {}
  let count = args.length
  const last = args[count - 1]
  if (isOptions(last)) {
    count--
    const given = last as Readonly<Record<string, unknown>>
    for (const key in given) {
      if (!positional.includes(key as never) && !keywords.includes(key as never))
        throw unexpectedKeyword(name, key)
      params[key] = given[key]
    }
  }
  if (count > positional.length) throw tooManyArguments(name, positional.length, count)
  for (let k = 0; k < count; k++) params[positional[k] as string] = args[k]
  return params as P
}

/** A function of a tensor with named arguments; with `F.` before its name it is of `nn.functional`. */
export function fn<P extends object, const N extends readonly (keyof P & string)[], R = Tensor>(
  name: string,
  positional: N,
  keywords: readonly (keyof P & string)[],
  body: (self: Tensor, params: P) => R,
): Fn<P, N, R> {
  const own = name.replace(/^F\./, '')
  const method = (self: Tensor, ...args: readonly unknown[]): R =>
    body(self, parse<P>(own, positional, keywords, args))
  return withMethod(name, method) as Fn<P, N, R>
}

/** A function of `nn.functional`. */
export const functional: typeof fn = (name, ...rest) => fn(`F.${name}`, ...rest)

/** A function that may take `out`, and as a method does not. */
export const withMethod = <A extends readonly unknown[], R>(
  name: string,
  method: (...args: A) => R,
): ((...args: A) => R) & { readonly method: (...args: A) => R } =>
  Object.assign(takingOut(name, method), { method })

/** A function without a first tensor. */
export const call = <P extends object, const N extends readonly (keyof P & string)[], R = Tensor>(
  name: string,
  positional: N,
  keywords: readonly (keyof P & string)[],
  body: (params: P) => R,
): Call<P, N, R> => takingOut(name, (...args) => body(parse<P>(name, positional, keywords, args)))

/** Sizes as a list or spread, and then the options: `zeros(2, 3)`, `zeros([2, 3], { dtype })`. */
export type SizesAnd<O> = (number | readonly number[] | O)[]

export function sizesAnd<O extends object>(
  args: SizesAnd<O>,
): { readonly sizes: readonly number[]; readonly options: O | undefined } {
  const last = args.at(-1)
  const options = isOptions(last) ? (last as O) : undefined
  const sizes = (options === undefined ? args : args.slice(0, -1)) as readonly (number | readonly number[])[]
  return { sizes: sizes.flat(), options }
}
