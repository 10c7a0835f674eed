// Pull lowering: "the value of this node at this index", as scalar code. A node computed inside the kernel becomes operations on
// its operands' values; any other becomes a load. Equal (node, index, guards) are computed once. Iterative: a kernel may be
// as deep as a target allows.
import {
  type Access,
  type DType,
  dtypes,
  equalIndex,
  extent,
  type Guard,
  hashString,
  holdsAlways,
  holdsNever,
  type IndexExpression,
  indexValue,
  internalError,
  linearize,
  mixHash,
  opRecord,
  type ScalarEmitter,
  type ScalarNode,
  structuralHash,
  structurallyEqual,
  substituteValues,
  type Value,
  type ValueId,
} from '@heddle/core'
import { type IndexTuple, tuplesEqual } from '../fuse/group.ts'

/** What the evaluation of one stage needs to know of its kernel. */
export interface StageContext {
  readonly ranges: (axis: number) => number
  /** Whether a node is computed in the kernel. */
  readonly isMember: (node: Value) => boolean
  /** The accumulator of a reduction or contraction of an earlier stage. */
  readonly accumulated: (node: Value) => { readonly stage: number; readonly accumulator: number } | undefined
  /** The kernel's buffer that holds a node's value. */
  readonly bufferOf: (node: Value) => number
}

export interface StageCode extends ScalarEmitter {
  readonly code: readonly ScalarNode[]
  /** The value of `node` at `tuple`. */
  value(node: Value, tuple: IndexTuple): ValueId
  /** The value of an operand where `guards` hold, `otherwise` elsewhere. */
  guarded(node: Value, tuple: IndexTuple, guards: readonly Guard[], otherwise: number): ValueId
}

interface Frame {
  readonly node: Value
  readonly tuple: IndexTuple
  readonly guards: readonly Guard[]
  readonly accesses: Access[]
  readonly values: ValueId[]
}

interface Known {
  readonly tuple: IndexTuple
  readonly guards: readonly Guard[]
  readonly id: ValueId
}

export function createStageCode(context: StageContext): StageCode {
  const code: ScalarNode[] = []
  const byHash = new Map<number, ValueId[]>()
  const known = new Map<Value, Known[]>()

  function push(node: ScalarNode): ValueId {
    const hash = hashOf(node)
    const candidates = byHash.get(hash)
    const same = candidates?.find((id) => structurallyEqual(code[id], node))
    if (same !== undefined) return same
    code.push(node)
    const id = code.length - 1
    if (candidates === undefined) byHash.set(hash, [id])
    else candidates.push(id)
    return id
  }

  const constant = (dtype: DType, value: number): ValueId =>
    push({ op: 'const', dtype, value: dtypes[dtype].round(value) })
  const open = (guards: readonly Guard[]): readonly Guard[] =>
    guards.filter((guard) => !holdsAlways(guard, context.ranges))

  const emitter: ScalarEmitter = {
    call(op, dtype, ...args) {
      const [condition, whenTrue, whenFalse] = args
      // Not only shorter: SwiftShader compares a choice between 0 and 0 with 0 and finds them different.
      if (op === 'select' && whenTrue !== undefined && whenTrue === whenFalse) return whenTrue
      const decided = op === 'select' && condition !== undefined ? code[condition] : undefined
      if (decided?.op === 'const') return (decided.value === 1 ? whenTrue : whenFalse) ?? 0
      return push({ op, dtype, args })
    },
    constant,
    index: (index) =>
      index.terms.length === 0 ? constant('i32', index.constant) : push({ op: 'index', dtype: 'i32', index }),
    within(guards) {
      if (guards.some((guard) => holdsNever(guard, context.ranges))) return constant('bool', 0)
      const left = open(guards)
      return left.length === 0 ? constant('bool', 1) : push({ op: 'within', dtype: 'bool', guards: left })
    },
    dtypeOf: (value) => code[value]?.dtype ?? 'f32',
  }

  function load(node: Value, tuple: IndexTuple, guards: readonly Guard[], otherwise: number): ValueId {
    const { dtype, shape } = node.type
    if (guards.some((guard) => holdsNever(guard, context.ranges))) return constant(dtype, otherwise)
    const index = linearize(tuple, shape.map(extent), rangesUnder(context.ranges, guards))
    return push({
      op: 'load',
      dtype,
      buffer: context.bufferOf(node),
      index,
      guards: open(guards),
      otherwise: dtypes[dtype].round(otherwise),
    })
  }

  function find(node: Value, tuple: IndexTuple, guards: readonly Guard[]): ValueId | undefined {
    return known.get(node)?.find((each) => tuplesEqual(each.tuple, tuple) && guardsEqual(each.guards, guards))
      ?.id
  }

  function remember(node: Value, tuple: IndexTuple, guards: readonly Guard[], id: ValueId): ValueId {
    const list = known.get(node)
    if (list === undefined) known.set(node, [{ tuple, guards, id }])
    else list.push({ tuple, guards, id })
    return id
  }

  /** A value that needs no operands of this stage, if the node is one. */
  function direct(node: Value, tuple: IndexTuple, guards: readonly Guard[]): ValueId | undefined {
    const found = find(node, tuple, guards)
    if (found !== undefined) return found
    const accumulator = context.accumulated(node)
    if (accumulator !== undefined) {
      return remember(
        node,
        tuple,
        guards,
        push({ op: 'accumulated', dtype: node.type.dtype, ...accumulator }),
      )
    }
    if (!context.isMember(node)) return remember(node, tuple, guards, load(node, tuple, guards, 0))
    return undefined
  }

  function frameOf(node: Value, tuple: IndexTuple, guards: readonly Guard[]): Frame {
    const { lowering } = opRecord(node.op)
    if (lowering.kind !== 'pull') throw internalError('lower', `${node.op} is not pulled`)
    const accesses = lowering.accesses({
      at: tuple,
      attrs: node.attrs,
      inputs: node.inputs.map((input) => input.type),
      type: node.type,
      ranges: rangesUnder(context.ranges, guards),
    })
    return { node, tuple, guards, accesses: [...accesses], values: [] }
  }

  function finish({ node, tuple, guards, accesses, values }: Frame): ValueId {
    const { lowering } = opRecord(node.op)
    if (lowering.kind !== 'pull') throw internalError('lower', `${node.op} is not pulled`)
    const id = lowering.scalar({
      k: emitter,
      values,
      accesses,
      at: tuple,
      attrs: node.attrs,
      type: node.type,
    })
    return remember(node, tuple, guards, id)
  }

  function evaluate(node: Value, tuple: IndexTuple, guards: readonly Guard[]): ValueId {
    const immediate = direct(node, tuple, guards)
    if (immediate !== undefined) return immediate
    const stack: Frame[] = [frameOf(node, tuple, guards)]
    for (;;) {
      const frame = stack.at(-1) as Frame
      const next = frame.values.length
      const access = frame.accesses[next]
      if (access === undefined) {
        const id = finish(frame)
        stack.pop()
        const parent = stack.at(-1)
        if (parent === undefined) return id
        parent.values.push(id)
        continue
      }
      const resolved = resolve(access, frame.values)
      frame.accesses[next] = resolved
      const operand = frame.node.inputs[resolved.operand] as Value
      const allGuards = resolved.guards.length === 0 ? frame.guards : [...frame.guards, ...resolved.guards]
      const value = direct(operand, resolved.index, allGuards)
      if (value !== undefined) frame.values.push(value)
      else stack.push(frameOf(operand, resolved.index, allGuards))
    }
  }

  return {
    ...emitter,
    code,
    value: (node, tuple) => evaluate(node, tuple, []),
    guarded(node, tuple, guards, otherwise) {
      if (guards.length === 0) return evaluate(node, tuple, [])
      const isLoad = !context.isMember(node) && context.accumulated(node) === undefined
      if (isLoad) return load(node, tuple, guards, otherwise)
      const value = evaluate(node, tuple, guards)
      return emitter.call(
        'select',
        node.type.dtype,
        emitter.within(guards),
        value,
        constant(node.type.dtype, otherwise),
      )
    },
  }
}

/** Extents of axes where guards hold: what is read there need not be simplified for positions beyond. */
function rangesUnder(ranges: (axis: number) => number, guards: readonly Guard[]): (axis: number) => number {
  const narrowed = new Map<number, number>()
  for (const { index, high } of guards) {
    const [term] = index.terms
    if (index.terms.length !== 1 || term?.coefficient !== 1 || term.atom.kind !== 'axis') continue
    const { axis } = term.atom
    const end = Math.max(0, high - index.constant)
    narrowed.set(axis, Math.min(end, narrowed.get(axis) ?? ranges(axis)))
  }
  return narrowed.size === 0 ? ranges : (axis) => narrowed.get(axis) ?? ranges(axis)
}

/** Calls are most of a kernel: hashed by what tells them apart. */
function hashOf(node: ScalarNode): number {
  if (!('args' in node)) return structuralHash(node)
  let hash = hashString(node.op)
  for (const arg of node.args) hash = mixHash(hash, arg)
  return hash
}

const guardsEqual = (x: readonly Guard[], y: readonly Guard[]): boolean =>
  x === y ||
  (x.length === y.length &&
    x.every((guard, k) => {
      const other = y[k]
      return (
        other !== undefined &&
        guard.low === other.low &&
        guard.high === other.high &&
        equalIndex(guard.index, other.index)
      )
    }))

/** Puts the ids of values read before into an access that depends on them. */
function resolve(access: Access, values: readonly ValueId[]): Access {
  const usesValues = [...access.index, ...access.guards.map((guard) => guard.index)].some((index) =>
    index.terms.some((term) => term.atom.kind === 'value' && term.atom.value < 0),
  )
  if (!usesValues) return access
  const put = (index: IndexExpression): IndexExpression =>
    substituteValues(index, (value) => indexValue(value < 0 ? (values[-1 - value] ?? 0) : value))
  return {
    operand: access.operand,
    index: access.index.map(put),
    guards: access.guards.map((guard) => ({ ...guard, index: put(guard.index) })),
  }
}
