// Patterns over graphs: what a rule looks for. Captures accumulate in the type, so a rewrite can only name what its pattern
// bound, and a captured node has the attributes of its op. Matching builds nothing and looks only at operands, never at users.
// This is one of the two untyped seams: the methods are made from the op table by name.
import { type ArityOf, type OpName, type OpTable, opNames, type Value } from '@heddle/core'

/** What matching sees of a pattern. */
interface Shape {
  /** Ops it matches; `undefined`: any. */
  readonly ops: readonly OpName[] | undefined
  /** Patterns of the operands; `undefined`: any operands. */
  readonly operands: readonly Shape[] | undefined
  readonly name: string | undefined
  readonly test: ((node: never) => boolean) | undefined
}

/** Matches values of type `N`; a match binds the captures `C`. */
export interface Pattern<C = unknown, N extends Value = Value> extends Shape {
  /** For the type only; never set. */
  readonly captures?: C
  /** The same pattern, whose value is captured. A name used twice must match the same value. */
  as<Name extends string>(name: Name): Pattern<C & { readonly [K in Name]: N }, N>
  /** The same pattern, matching only where `test` holds: a pure function of the node. */
  where(test: (node: N) => boolean): Pattern<C, N>
}

type OpPattern<K extends OpName, N extends number = ArityOf<OpTable[K]>> = number extends N
  ? () => Pattern<unknown, Value<K>>
  : N extends 0
    ? () => Pattern<unknown, Value<K>>
    : N extends 1
      ? <A>(x: Pattern<A>) => Pattern<A, Value<K>>
      : N extends 2
        ? <A, B>(x: Pattern<A>, y: Pattern<B>) => Pattern<A & B, Value<K>>
        : N extends 3
          ? <A, B, C>(x: Pattern<A>, y: Pattern<B>, z: Pattern<C>) => Pattern<A & B & C, Value<K>>
          : never

export type PatternBuilder = { readonly [K in OpName]: OpPattern<K> } & {
  /** Any value, captured. */
  any<Name extends string>(name: Name): Pattern<{ readonly [K in Name]: Value }>
  /** A constant of one value: `full`, captured; of `value` to the bit if given. */
  constant<Name extends string>(
    name: Name,
    value?: number,
  ): Pattern<{ readonly [K in Name]: Value<'full'> }, Value<'full'>>
  /** A node of one of these ops, whatever its operands. */
  anyOf<K extends OpName>(ops: readonly K[]): Pattern<unknown, Value<K>>
  unaryOf<K extends OpName, A>(ops: readonly K[], x: Pattern<A>): Pattern<A, Value<K>>
  binaryOf<K extends OpName, A, B>(ops: readonly K[], x: Pattern<A>, y: Pattern<B>): Pattern<A & B, Value<K>>
}

function pattern(shape: Partial<Shape>): Pattern<never, never> {
  const full: Shape = { ops: undefined, operands: undefined, name: undefined, test: undefined, ...shape }
  return {
    ...full,
    as: (name: string) => pattern({ ...full, name }),
    where: (test: (node: never) => boolean) => pattern({ ...full, test: both(full.test, test) }),
  } as Pattern<never, never>
}

const both =
  (first: Shape['test'], second: (node: never) => boolean): ((node: never) => boolean) =>
  (node) =>
    (first === undefined || first(node)) && second(node)

/** Makes patterns: `p.mul(p.any('x'), p.constant('one', 1))`. */
export const p: PatternBuilder = {
  ...Object.fromEntries(
    opNames.map((op) => [
      op,
      (...operands: readonly Shape[]) =>
        pattern({ ops: [op], operands: operands.length === 0 ? undefined : operands }),
    ]),
  ),
  any: (name: string) => pattern({ name }),
  constant: (name: string, value?: number) =>
    pattern({
      ops: ['full'],
      name,
      test:
        value === undefined
          ? undefined
          : (node: Value<'full'>): boolean => Object.is(node.attrs.value, value),
    }),
  anyOf: (ops: readonly OpName[]) => pattern({ ops }),
  unaryOf: (ops: readonly OpName[], x: Shape) => pattern({ ops, operands: [x] }),
  binaryOf: (ops: readonly OpName[], x: Shape, y: Shape) => pattern({ ops, operands: [x, y] }),
} as unknown as PatternBuilder

/** The captures if `value` matches, else `undefined`. */
export function match<C>(against: Pattern<C>, value: Value): C | undefined {
  const captures: Record<string, Value> = {}
  return matches(against, value, captures) ? (captures as C) : undefined
}

/** Recursive over the pattern, which people write: a few levels. */
function matches(against: Shape, value: Value, captures: Record<string, Value>): boolean {
  const { ops, operands, name, test } = against
  if (ops !== undefined && !ops.includes(value.op)) return false
  if (operands !== undefined) {
    if (operands.length !== value.inputs.length) return false
    for (let k = 0; k < operands.length; k++) {
      if (!matches(operands[k] as Shape, value.inputs[k] as Value, captures)) return false
    }
  }
  if (test !== undefined && !test(value as never)) return false
  if (name === undefined) return true
  const bound = captures[name]
  captures[name] = value
  return bound === undefined || bound === value
}
