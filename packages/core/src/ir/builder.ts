// Builds graphs: one method per op, derived from the op table, and the hash-consing that makes equal nodes one node.
// This is one of the two untyped seams: `make` looks ops up by name, so records meet attributes here without their types.
import { HeddleError } from '../errors.ts'
import * as ops from '../ops/index.ts'
import { noAttrs, type OpDef, type Tuple, variadic } from './define.ts'
import type { AttrsOf, OpName, OpTable } from './op-table.ts'
import { innermost, ownValue } from './open-region.ts'
import { currentProvenance, enter, leave, locationOf } from './provenance.ts'
import { hashString, mixHash, structuralHash, structurallyEqual } from './structural-key.ts'
import type { TensorType } from './tensor-type.ts'
import type { Value } from './value.ts'

type Method<D> =
  D extends OpDef<infer N, infer A>
    ? keyof A extends never
      ? (...inputs: Tuple<Value, N>) => Value
      : (...args: [...Tuple<Value, N>, attrs: A]) => Value
    : never

export type BuilderMethods = { readonly [K in OpName]: Method<OpTable[K]> }

/** Makes values. Values of one builder may be combined with each other only. */
export type Builder = BuilderMethods & {
  /** Number of distinct nodes made. */
  readonly nodeCount: number
  /** The node `op(inputs, attrs)`: the existing one if there is one. For parsers, importers and passes; others call the methods. */
  make(op: OpName, inputs: readonly Value[], attrs: AttrsOf<OpTable[OpName]>): Value
}

/** The record as code that does not know the op sees it. */
type AnyOp = OpDef<number, object>
// A copy: looking names up in a module namespace is slow.
const records = { ...ops } as unknown as Readonly<Record<OpName, AnyOp>>
const opHashes = new Map(Object.keys(records).map((name) => [name, hashString(name)]))

/** Names of all ops, sorted: the keys of a module come in an order of the loader's. */
export const opNames: readonly OpName[] = (Object.keys(records) as OpName[]).sort()
/** The record of an op by name. */
export const opRecord = (op: OpName): AnyOp => records[op]
export const isOpName = (name: string): name is OpName => Object.hasOwn(records, name)

interface State {
  nodeCount: number
  readonly table: Map<number, Value | Value[]>
}

export function createBuilder(): Builder {
  const state: State = { nodeCount: 0, table: new Map() }
  const builder = Object.create(methods, {
    nodeCount: { get: () => state.nodeCount },
    make: {
      value: (op: OpName, inputs: readonly Value[], attrs: AttrsOf<OpTable[OpName]>): Value =>
        // No attributes are one object, so that nodes made either way are one node.
        intern(builder, state, op, inputs, hasEntries(attrs) ? attrs : noAttrs),
    },
  }) as Builder
  return builder
}

function hasEntries(attrs: object): boolean {
  for (const _ in attrs) return true
  return false
}

const methods = Object.fromEntries(
  opNames.map((op) => {
    const { arity } = records[op]
    function method(this: Builder, ...args: readonly unknown[]): Value {
      const count = arity === variadic ? args.length - 1 : arity
      enter(method)
      try {
        return this.make(
          op,
          args.slice(0, count) as Value[],
          (args[count] ?? noAttrs) as AttrsOf<OpTable[OpName]>,
        )
      } finally {
        leave()
      }
    }
    return [op, method]
  }),
)

function intern(
  builder: Builder,
  state: State,
  op: OpName,
  inputs: readonly Value[],
  attrs: AttrsOf<OpTable[OpName]>,
): Value {
  const target = innermost(builder)
  if (target !== builder) return target.make(op, inputs, attrs)
  let hash = opHashes.get(op) ?? 0
  for (const input of inputs) {
    if (input?.builder !== builder) return builder.make(op, ownValues(builder, op, inputs), attrs)
    hash = mixHash(hash, input.id)
  }
  if (attrs !== noAttrs) hash = mixHash(hash, structuralHash(attrs))
  const found = state.table.get(hash)
  if (found !== undefined) {
    const candidates = Array.isArray(found) ? found : [found]
    for (const value of candidates) if (isSame(value, op, inputs, attrs)) return value
  }
  const provenance = currentProvenance()
  const type = inferType(op, inputs, attrs)
  const value: Value = { op, inputs, attrs, type, builder, id: state.nodeCount++, provenance }
  if (found === undefined) state.table.set(hash, value)
  else if (Array.isArray(found)) found.push(value)
  else state.table.set(hash, [found, value])
  return value
}

/** Operands from around a region that is being recorded become its own. */
function ownValues(builder: Builder, op: OpName, inputs: readonly Value[]): readonly Value[] {
  return inputs.map((input, operand) => {
    const own = input?.builder === undefined ? undefined : ownValue(builder, input)
    if (own === undefined) throw foreignValue(op, operand)
    return own
  })
}

function isSame(value: Value, op: OpName, inputs: readonly Value[], attrs: object): boolean {
  if (value.op !== op || value.inputs.length !== inputs.length) return false
  for (let k = 0; k < inputs.length; k++) if (value.inputs[k] !== inputs[k]) return false
  return structurallyEqual(value.attrs, attrs)
}

function inferType(op: OpName, inputs: readonly Value[], attrs: object): TensorType {
  try {
    return records[op].infer(typesOf(inputs), attrs)
  } catch (error) {
    if (error instanceof HeddleError)
      throw error.with({ location: locationOf(currentProvenance()), details: { op } })
    throw error
  }
}

/** Most ops have one or two operands: spelled out, since a million nodes pass here. */
function typesOf(inputs: readonly Value[]): readonly TensorType[] {
  const [x, y] = inputs
  if (inputs.length === 1 && x !== undefined) return [x.type]
  if (inputs.length === 2 && x !== undefined && y !== undefined) return [x.type, y.type]
  return inputs.map((input) => input.type)
}

function foreignValue(op: OpName, operand: number): HeddleError {
  return new HeddleError(
    'GRAPH_FOREIGN_VALUE',
    `${op}: operand ${operand} is not a value of this graph; all operands must be values made by one builder (did a value of another program, or a plain number, get in? What a body of scan, cond or whileLoop computes leaves it only as a result)`,
    { details: { op, operand }, location: locationOf(currentProvenance()) },
  )
}
