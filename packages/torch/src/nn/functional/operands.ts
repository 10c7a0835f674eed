// Operands of which some may be absent: those that are there go to the operation in their order, and their names with its options.
import type { Value } from '@heddle/core'
import type { Operand } from '../../ops/operation.ts'
import type { Tensor } from '../../tensor/tensor.ts'

/** Which operands there are. */
export interface Names {
  readonly names: readonly string[]
}

export interface Present extends Names {
  readonly operands: readonly Tensor[]
}

export type Maybe = Tensor | null | undefined

/** The tensors among `all`, and their names. */
export function present(all: Readonly<Record<string, Maybe>>): Present {
  const found = Object.entries(all).filter((entry): entry is [string, Tensor] => entry[1] != null)
  return { operands: found.map(([, tensor]) => tensor), names: found.map(([name]) => name) }
}

/** Operands by name, as `present` named them. */
export function byName(
  operands: readonly Operand[],
  { names }: Names,
): Readonly<Record<string, Value | undefined>> {
  return Object.fromEntries(names.map((name, k) => [name, operands[k] as Value]))
}

/** A number for each of `count` axes, or one for all. */
export type PerAxis = number | readonly number[]
