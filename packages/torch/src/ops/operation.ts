// Operations: what PyTorch calls them, what they compute, and what their node is called. An operation applied to operands of some
// types is a fragment, built the first time and found again after; building checks the arguments, so finding need not.
import { type DType, mixHash, structuralHash, structurallyEqual, type Value } from '@heddle/core'
import { getDefaultDtype, resultDType } from '../dtypes.ts'
import { BoundedTable } from '../engine/bounded-table.ts'
import { type Build, type DerivativeRule, type Fragment, makeFragment } from '../engine/fragment.ts'
import { type ArrayType, arrayType } from '../engine/types.ts'

/** A value of core, or a number beside values. */
export type Operand = Value | number

export interface OperationSpec<O extends object> {
  readonly name: string
  /** The name of its node, `MulBackward0`; null where nothing is differentiable. */
  readonly node: string | null | ((operands: readonly (ArrayType | number)[], options: O) => string)
  /** Of the in-place form, where that differs. */
  readonly whenInPlace?: Partial<Pick<OperationSpec<O>, 'node' | 'derivative'>>
  /** What it computes. Numbers may come as 0-d values of the dtype they take on. Throws PyTorch's errors about its arguments. */
  build(operands: readonly Operand[], options: O): Value | readonly Value[]
  /** Names of the operands, for what nodes tell of what they saved: `_savedSelf`. Default self, other. */
  readonly operands?: readonly string[]
  /** Numbers decide what is computed, like an exponent: each makes a fragment of its own. */
  readonly numbersAreStatic?: boolean
  /** In place: what is written does not depend on what is there, so elements may be shown more than once. */
  readonly overwrites?: boolean
  /** Numbers have a place among the edges of the node. */
  readonly numbersHaveEdges?: boolean
  /** The derivative, where it is not what core derives. */
  readonly derivative?: (options: O) => DerivativeRule
}

interface Entry {
  readonly types: readonly (ArrayType | number)[]
  readonly options: object
  readonly fragment: Fragment
}

export interface Operation<O extends object = object> extends OperationSpec<O> {
  readonly number: number
  readonly entries: BoundedTable<Entry[]>
  /** How many fragments differ in their numbers only. */
  readonly varieties: BoundedTable<number>
  /** The same with its result written to the first operand, once it was asked for. */
  inPlace: Operation<O> | undefined
}

/** With the fifth number that one operation has beside operands of the same types, numbers become operands there. */
const mostVarieties = 5
/** Fragments of one operation that are kept. */
const keptFragments = 512

let count = 0

export function operation<O extends object = object>(spec: OperationSpec<O>): Operation<O> {
  return {
    ...spec,
    number: count++,
    entries: new BoundedTable(keptFragments),
    varieties: new BoundedTable(keptFragments),
    inPlace: undefined,
  }
}

/**
 * The fragment for operands of these types and numbers. Undefined where there have been so many different numbers that they
 * should become operands themselves.
 */
export function fragmentFor<O extends object>(
  op: Operation<O>,
  operands: readonly (ArrayType | number)[],
  options: O,
): Fragment | undefined {
  let hash = mixHash(structuralHash(options), getDefaultDtype().itemsize)
  let numbers = 0
  for (let k = 0; k < operands.length; k++) {
    const operand = operands[k] as ArrayType | number
    if (typeof operand === 'number') numbers = mixHash(numbers + k + 1, structuralHash(operand))
    else hash = mixHash(hash, operand.id)
  }
  const isStatic = numbers === 0 || op.numbersAreStatic === true
  // Also those that were made before there were too many: which number it is must not decide what is recorded.
  if (!isStatic && (op.varieties.get(hash) ?? 0) >= mostVarieties) return undefined
  const key = numbers === 0 ? hash : mixHash(hash, numbers)
  const found = op.entries.get(key)
  if (found !== undefined) {
    for (const entry of found) if (isFor(entry, operands, options)) return entry.fragment
  }
  if (!isStatic) {
    const varieties = (op.varieties.get(hash) ?? 0) + 1
    op.varieties.set(hash, varieties)
    if (varieties >= mostVarieties) return undefined
  }
  const fragment = build(op, operands, options)
  const list = op.entries.get(key)
  const entry = { types: [...operands], options, fragment }
  if (list === undefined) op.entries.set(key, [entry])
  else list.push(entry)
  return fragment
}

function isFor({ types, options }: Entry, operands: readonly (ArrayType | number)[], given: object): boolean {
  if (types.length !== operands.length) return false
  for (let k = 0; k < types.length; k++) if (!Object.is(types[k], operands[k])) return false
  return options === given || structurallyEqual(options, given)
}

function build<O extends object>(
  op: Operation<O>,
  operands: readonly (ArrayType | number)[],
  options: O,
): Fragment {
  const types = operands.filter((operand) => typeof operand !== 'number')
  const withNumbers: Build = (values) => {
    let next = 0
    return op.build(
      operands.map((operand) => (typeof operand === 'number' ? operand : (values[next++] as Value))),
      options,
    )
  }
  return makeFragment(types, withNumbers, op.derivative?.(options))
}

/** The dtype a number has as an operand of its own beside others. */
export function dtypeOfNumber(value: number, operands: readonly (ArrayType | number)[]): DType {
  const others = operands.filter((operand) => typeof operand !== 'number').map((type) => ({ type }))
  const dtype = resultDType([...others, value])
  return dtype === 'bool' ? 'i64' : dtype
}

export const scalarType = (dtype: DType): ArrayType => arrayType(dtype, [])
