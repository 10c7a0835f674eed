// What tests of values without inputs ask for: the numbers, in row-major order.
import { interpretValues } from '../interpret/graph.ts'
import type { Value } from '../ir/value.ts'

export const valuesOf = (value: Value): readonly number[] =>
  interpretValues([value], {}).flatMap(({ data }) => [...data].map(Number))
