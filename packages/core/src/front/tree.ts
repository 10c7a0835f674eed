// Values in the form people keep them in: one value, an array or a record of such. Control flow takes and returns trees; the
// graph sees their leaves, in the order of the first tree of their kind.
import type { HeddleError } from '../errors.ts'
import type { Value } from '../ir/value.ts'
import { describe, errorHere, isValue } from './operand.ts'

/** A value, an array of trees, or a record of trees. What is no tree is refused with `GRAPH_TREE`. */
export type Tree = object

export interface Leaf {
  /** `carry.h`, `init[1]`: for messages. */
  readonly path: string
  readonly value: Value
}

/** The values of a tree. Recursive over what people write: a few levels. */
export function leavesOf(op: string, path: string, tree: unknown): readonly Leaf[] {
  if (isValue(tree)) return [{ path, value: tree }]
  if (tree === undefined) return []
  return branchesOf(op, path, tree).flatMap(([branch, each]) => leavesOf(op, branch, each))
}

/** The values of a tree that must have the form of another, in that one's order. */
export function leavesLike(op: string, path: string, tree: unknown, like: unknown): readonly Leaf[] {
  if (isValue(like)) {
    if (!isValue(tree)) throw treeForm(op, path, describe(tree), 'a value')
    return [{ path, value: tree }]
  }
  if (like === undefined) {
    if (tree !== undefined) throw treeForm(op, path, describe(tree), 'nothing')
    return []
  }
  const branches = new Map(branchesOf(op, path, tree))
  const wanted = branchesOf(op, path, like)
  if (branches.size !== wanted.length || Array.isArray(tree) !== Array.isArray(like))
    throw treeForm(op, path, formOf(tree), formOf(like))
  return wanted.flatMap(([branch, each]) => {
    if (!branches.has(branch)) throw treeForm(op, path, formOf(tree), formOf(like))
    return leavesLike(op, branch, branches.get(branch), each)
  })
}

/** A tree of the form of `like`, its leaves taken from `values` one after the other. */
export function treeOf<T>(like: T, values: readonly Value[]): T {
  let next = 0
  const build = (tree: unknown): unknown => {
    if (isValue(tree)) return values[next++]
    if (Array.isArray(tree)) return tree.map(build)
    if (typeof tree !== 'object' || tree === null) return tree
    return Object.fromEntries(Object.entries(tree).map(([name, each]) => [name, build(each)]))
  }
  return build(like) as T
}

function branchesOf(op: string, path: string, tree: unknown): readonly (readonly [string, unknown])[] {
  if (Array.isArray(tree)) return tree.map((each, k) => [`${path}[${k}]`, each])
  const isRecord = typeof tree === 'object' && tree !== null && !isValue(tree) && !(tree instanceof Promise)
  if (!isRecord || ArrayBuffer.isView(tree)) throw notATree(op, path, tree)
  return Object.entries(tree).map(([name, each]) => [`${path}.${name}`, each])
}

function formOf(tree: unknown): string {
  if (isValue(tree) || typeof tree !== 'object' || tree === null) return describe(tree)
  return Array.isArray(tree) ? `an array of ${tree.length}` : `a record { ${Object.keys(tree).join(', ')} }`
}

const notATree = (op: string, path: string, found: unknown): HeddleError =>
  errorHere(
    'GRAPH_TREE',
    `${op}: ${path} is ${describe(found)}; it must be a value, or an array or record of values (full makes a value of a number)`,
    { op, path },
  )

const treeForm = (op: string, path: string, found: string, wanted: string): HeddleError =>
  errorHere('GRAPH_TREE', `${op}: ${path} is ${found}; it must be ${wanted}`, { op, path })
