// What a program is run on: what the user gave, and for the rest generated data, each with a sentence that says which.
// Generated values depend on the seed and the name of the input only.
import {
  type DType,
  dtypes,
  extent,
  type Graph,
  type GraphInput,
  isFloat,
  materialize,
  numbersOf,
  type Shape,
  type TypedArray,
} from '@heddle/core'
import { feedUnknown } from './errors.ts'
import type { GivenFeed } from './feed-option.ts'
import { indexRanges } from './index-ranges.ts'

export interface GeneratedData {
  readonly name: string
  readonly role: GraphInput['role']
  readonly dtype: DType
  readonly shape: Shape
  readonly data: TypedArray
  readonly source: string
}

/** Data for every feed that is not given and for every state that has no initial value. */
export function generateData(
  graph: Graph,
  seed: number,
  given: ReadonlySet<string> = new Set(),
): readonly GeneratedData[] {
  const ranges = indexRanges(graph)
  return graph.inputs.flatMap(({ value, role, initial }) => {
    const { name, dtype } = value.attrs
    if (given.has(name) || initial !== undefined) return []
    const shape = value.type.shape.map(extent)
    const { data, words } = generate(name, dtype, shape, seed, ranges.get(name))
    return [{ name, role, dtype, shape, data, source: `generated: ${words}, seed ${seed}` }]
  })
}

/** Throws `CLI_FEED_UNKNOWN` for a feed that is neither an input nor a state. */
export function checkNames(graph: Graph, given: readonly GivenFeed[]): void {
  const names = graph.inputs.map(({ value }) => value.attrs.name)
  for (const { name } of given) if (!names.includes(name)) throw feedUnknown(graph.name, name, names)
}

function generate(
  name: string,
  dtype: DType,
  shape: Shape,
  seed: number,
  positions: number | undefined,
): { readonly data: TypedArray; readonly words: string } {
  const draw = (kind: DType, high: number): TypedArray =>
    materialize({ kind: 'uniform', low: 0, high }, kind, shape, seed, name)
  if (isFloat(dtype)) {
    const data = materialize({ kind: 'normal', mean: 0, deviation: 1 }, dtype, shape, seed, name)
    return { data, words: 'normal, mean 0, deviation 1' }
  }
  if (positions !== undefined)
    return { data: draw(dtype, positions), words: `positions 0 to ${positions - 1}` }
  switch (dtypes[dtype].kind) {
    case 'bool':
      return {
        data: Uint8Array.from(numbersOf({ dtype: 'i32', data: draw('i32', 2) })),
        words: 'true or false',
      }
    case 'uint': {
      const { bytes, highest } = dtypes[dtype]
      return { data: draw(dtype, Number(highest) + 1), words: `any ${8 * bytes} bits` }
    }
    default:
      return { data: draw(dtype, 10), words: 'whole numbers 0 to 9' }
  }
}
