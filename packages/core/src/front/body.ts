// Records a body: runs the user's function once, on values that stand for what the op hands in, with everything it builds
// going into a region of its own.
import type { HeddleError } from '../errors.ts'
import { type Builder, createBuilder } from '../ir/builder.ts'
import { innermost, openRegion } from '../ir/open-region.ts'
import { userCode } from '../ir/provenance.ts'
import type { Region } from '../ir/region.ts'
import type { TensorType } from '../ir/tensor-type.ts'
import type { Value } from '../ir/value.ts'
import { builderOf, errorHere } from './operand.ts'
import type { Leaf } from './tree.ts'

export interface RecordedBody<R> {
  /** What the user's function returned. */
  readonly returned: R
  /** Values from around the body that it reads. */
  readonly captured: readonly Value[]
  /** The value inside; throws `GRAPH_FOREIGN_VALUE` for one of another program. */
  own(leaf: Leaf): Value
  finish(results: readonly Value[], captured: readonly Value[]): Region
}

export function recordBody<R>(
  op: string,
  around: Builder,
  inputs: readonly (readonly [string, TensorType])[],
  body: (inputs: readonly Value[]) => R,
): RecordedBody<R> {
  const region = openRegion(around, createBuilder(), inputs)
  let returned: R
  // What is returned may be a value from around the body, which is captured when it is asked for.
  const owned = new Map<Value, Value | undefined>()
  try {
    returned = userCode(() => body(region.inputs))
    for (const value of valuesIn(returned)) owned.set(value, region.own(value))
  } finally {
    region.close()
  }
  return {
    returned,
    captured: region.captured,
    own: ({ path, value }) => owned.get(value) ?? raise(foreignResult(op, path)),
    finish: region.finish,
  }
}

/** The builder of the first leaf, or the region open in it. */
export function builderAround(op: string, leaves: readonly Leaf[]): Builder {
  if (leaves.length === 0) throw noValues(op)
  return innermost(
    builderOf(
      op,
      leaves.map(({ value }) => value),
    ),
  )
}

export const typesOf = (prefix: string, types: readonly TensorType[]): (readonly [string, TensorType])[] =>
  types.map((type, k) => [`${prefix}${k}`, type])

export const unionOf = (...lists: readonly (readonly Value[])[]): readonly Value[] => [
  ...new Set(lists.flat()),
]

/** All values of whatever a body returned. */
function valuesIn(returned: unknown): readonly Value[] {
  if (typeof returned !== 'object' || returned === null) return []
  if ('builder' in returned && 'op' in returned) return [returned as Value]
  if (ArrayBuffer.isView(returned) || returned instanceof Promise) return []
  return Object.values(returned).flatMap(valuesIn)
}

function raise(error: HeddleError): never {
  throw error
}

const foreignResult = (op: string, path: string): HeddleError =>
  errorHere(
    'GRAPH_FOREIGN_VALUE',
    `${op}: ${path} is a value of another program, or of another body that has ended; a body returns what it computes, or values from around it`,
    { op, path },
  )

const noValues = (op: string): HeddleError =>
  errorHere('GRAPH_TREE', `${op}: is given no value at all; at least one says which program this is`, { op })
