// The scalar code of one stage as JavaScript: values used once stand where they are used, the others get names, each at the
// outermost loop where its operands are known. One pass over the list; expressions are kept short, so nothing nests deeply.
import type { ScalarCode, ScalarNode, ValueId } from '@heddle/core'
import { scalarOf, valuesOf } from '@heddle/core'
import { renderCall } from './call.ts'
import type { Placed, ValueReader } from './index-text.ts'
import { placeGuards, placeIndex } from './index-text.ts'
import type { Nest } from './nest.ts'
import type { Expression } from './text.ts'
import { atom, compound, fromCondition, literal, loaded, operand } from './text.ts'

/** Longer expressions are given a name. */
const longestInline = 60

export interface CodeRoots {
  /** Values the stage uses. */
  readonly values: readonly ValueId[]
  /** Values its store indices and guards use. */
  readonly indexValues?: readonly ValueId[]
}

/** What code refers to besides its own values. */
export interface CodeContext {
  readonly buffer: (buffer: number) => string
  readonly accumulated: (stage: number, accumulator: number) => Placed
}

export interface EmittedCode {
  /** A value where it is used at the current depth. */
  readonly value: (value: ValueId) => Expression
  readonly reader: ValueReader
}

export function emitCode(nest: Nest, code: ScalarCode, roots: CodeRoots, context: CodeContext): EmittedCode {
  const uses = countUses(code, roots)
  const placed: Placed[] = []

  const name = (id: ValueId): Placed => {
    const found = placed[id]!
    if (isName(found) || code[id]!.op === 'const') return found
    const bound: Placed = { ...atom(nest.bind(found.depth, found.text)), depth: found.depth }
    placed[id] = bound
    return bound
  }
  /** Operands known further out are computed there. */
  const take = (id: ValueId, depth: number): Expression => {
    const found = placed[id]!
    return found.depth < depth ? name(id) : found
  }

  for (const [id, node] of code.entries()) {
    if (uses[id] === 0) {
      placed.push({ ...atom('0'), depth: 0 })
      continue
    }
    placed.push(placeNode(nest, node, code, placed, take, name, context))
    if (uses[id]! > 1 || placed[id]!.text.length > longestInline) name(id)
  }
  return { value: (id) => take(id, nest.depth), reader: name }
}

/** Which values are needed, and how often. */
function countUses(code: ScalarCode, { values, indexValues = [] }: CodeRoots): number[] {
  const uses = code.map(() => 0)
  const use = (id: ValueId): void => {
    uses[id] = uses[id]! + 1
  }
  for (const id of values) use(id)
  for (const id of indexValues) use(id)
  for (let id = code.length - 1; id >= 0; id--) {
    const node = code[id]!
    if (uses[id] === 0) continue
    if ('args' in node) for (const arg of node.args) use(arg)
    if ('index' in node) for (const value of valuesOf(node.index)) use(value)
    if ('guards' in node) for (const { index } of node.guards) for (const value of valuesOf(index)) use(value)
  }
  return uses
}

function placeNode(
  nest: Nest,
  node: ScalarNode,
  code: ScalarCode,
  placed: readonly Placed[],
  take: (id: ValueId, depth: number) => Expression,
  reader: ValueReader,
  context: CodeContext,
): Placed {
  switch (node.op) {
    case 'const':
      return { ...literal(scalarOf(node.dtype, node.value)), depth: 0 }
    case 'index': {
      const index = placeIndex(nest, node.index, reader)
      // A sum may be -0, which no integer is.
      return index.isAtom ? index : { ...compound(`(${index.text}) | 0`), depth: index.depth }
    }
    case 'within': {
      const condition = placeGuards(nest, node.guards, reader)
      if (condition === undefined) return { ...atom('1'), depth: 0 }
      return { ...fromCondition(condition.text), depth: condition.depth }
    }
    case 'accumulated':
      return context.accumulated(node.stage, node.accumulator)
    case 'load': {
      const index = placeIndex(nest, node.index, reader)
      const { dtype, otherwise } = node
      const element = loaded(dtype, `${context.buffer(node.buffer)}[${index.text}]`)
      const condition = placeGuards(nest, node.guards, reader)
      if (condition === undefined) return { ...atom(element), depth: index.depth }
      const depth = Math.max(index.depth, condition.depth)
      const without = literal(scalarOf(dtype, otherwise)).text
      return { ...compound(`${condition.text} ? ${element} : ${without}`), depth }
    }
    default: {
      const depth = node.args.reduce((deepest, arg) => Math.max(deepest, placed[arg]!.depth), 0)
      const args = node.args.map((arg) => take(arg, depth))
      return { ...renderCall(node.op, args, node.dtype, code[node.args[0]!]!.dtype), depth }
    }
  }
}

function isName(expression: Expression): boolean {
  return /^\w+$/.test(operand(expression))
}
