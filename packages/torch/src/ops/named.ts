// Several results under their names, in an order: what PyTorch gives as a named tuple.
import { showAsText } from '../show.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** Results by name, also one after the other and by their places: `x.max(1)[0]`. */
export type Named<N extends string> = Readonly<Record<N, Tensor>> & Placed

interface Placed extends Iterable<Tensor> {
  readonly [place: number]: Tensor
  readonly 0: Tensor
  readonly 1: Tensor
  readonly length: number
}

interface Parts {
  readonly title: string
  readonly results: Readonly<Record<string, Tensor>>
}

class NamedTuple {
  readonly #title: string
  readonly #results: Readonly<Record<string, Tensor>>

  constructor(title: string, results: Readonly<Record<string, Tensor>>) {
    this.#title = title
    this.#results = results
  }

  static partsOf(value: unknown): Parts | undefined {
    return value instanceof NamedTuple ? { title: value.#title, results: value.#results } : undefined
  }

  get length(): number {
    return Object.keys(this.#results).length
  }
  [Symbol.iterator](): Iterator<Tensor> {
    return Object.values(this.#results)[Symbol.iterator]()
  }
  /** The same names with other results, as of the function with `out`. */
  into(results: readonly Tensor[]): Named<string> {
    const names = Object.keys(this.#results)
    return named(
      `${this.#title}_out`,
      Object.fromEntries(names.map((name, k) => [name, results[k] as Tensor])),
    )
  }
  /** `torch.return_types.max(\nvalues=tensor(...),\nindices=tensor(...))` */
  toString(): string {
    const parts = Object.entries(this.#results).map(([name, result]) => `${snakeCase(name)}=${result}`)
    return `torch.return_types.${this.#title}(\n${parts.join(',\n')})`
  }
}
const snakeCase = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
showAsText(NamedTuple)

export function named<N extends string>(title: string, results: Readonly<Record<N, Tensor>>): Named<N> {
  const tuple = new NamedTuple(title, results)
  // Places are not listed among the names.
  Object.values<Tensor>(results).forEach((result, place) => {
    Object.defineProperty(tuple, place, { value: result })
  })
  return Object.assign(tuple, results) as NamedTuple & Readonly<Record<N, Tensor>> & Placed
}

/** Results written to other tensors, under the names they have. */
export const namedLike = (made: unknown, outs: readonly Tensor[]): Named<string> | readonly Tensor[] =>
  made instanceof NamedTuple ? made.into(outs) : outs

/** What a named tuple is called and made of; undefined of anything else. */
export const partsOfNamed = (value: unknown): Parts | undefined => NamedTuple.partsOf(value)
