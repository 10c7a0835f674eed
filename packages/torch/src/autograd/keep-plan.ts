// Which operands and results a node keeps for backward, and which of them, as PyTorch's nodes do, it does not let be written to. It
// depends on what the operation is applied to only by type, so it is worked out once.
import { isFloat } from '@heddle/core'
import type { Derivative, Fragment } from '../engine/fragment.ts'
import { resultOf, type SavedNames, savedNamesOf } from './saved-names.ts'

export interface Place {
  readonly from: 'input' | 'output'
  readonly index: number
}

export interface KeptPlace extends Place {
  /** Where among the edges of the node that of an operand is. */
  readonly edge: number
  /** The first operand, which is written to: what it was is kept. */
  readonly isOverwritten: boolean
  /** Else contents stay as they were, whatever is written. */
  readonly isChecked: boolean
}

export interface KeepPlan {
  readonly kept: readonly KeptPlace[]
  /** What PyTorch's node keeps and this one does without: written to, it may not be gone back through. */
  readonly watched: readonly Place[]
  /** Whether a second backward fails, as what PyTorch keeps is freed. */
  readonly isFreed: boolean
}

/** What is known of the node. */
export interface NodeFacts {
  readonly name: string
  readonly fragment: Fragment
  readonly operands: readonly string[]
  readonly wanted: readonly boolean[]
  /** How many operands are numbers, and how many of these have edges. */
  readonly numbers: number
  readonly numberEdges: number
  readonly isInPlace: boolean
}

const plans = new WeakMap<Derivative, KeepPlan>()

/** What a node of this derivative keeps; `facts` are asked for the first time only. */
export function keepPlan(derivative: Derivative, facts: () => NodeFacts): KeepPlan {
  let plan = plans.get(derivative)
  if (plan === undefined) {
    plan = makePlan(derivative, facts())
    plans.set(derivative, plan)
  }
  return plan
}

function makePlan(derivative: Derivative, facts: NodeFacts): KeepPlan {
  const names = savedNamesOf(facts.name)
  const kept = derivative.sources.flatMap(({ from, index }) => {
    if (from === 'cotangent') return []
    const isOverwritten = facts.isInPlace && from === 'input' && index === 0
    const isChecked = !isOverwritten && isSaved(names, facts.operands, { from, index })
    return [{ from, index, edge: edgeOf(facts.fragment, index), isOverwritten, isChecked }]
  })
  const watched = names === undefined ? [] : watchedBeside(kept, names, facts)
  const keepsNumber = facts.numbers > 0 && facts.numberEdges > 0 && (names?.tensors.size ?? 0) > 0
  return { kept, watched, isFreed: kept.length > 0 || watched.length > 0 || keepsNumber }
}

/** Operands that are not floats have no edge. */
const edgeOf = ({ inputs }: Fragment, index: number): number =>
  inputs.slice(0, index).filter(({ dtype }) => isFloat(dtype)).length

/** Whether PyTorch's node keeps an operand or a result. */
function isSaved(
  names: SavedNames | undefined,
  operands: readonly string[],
  { from, index }: Place,
): boolean {
  if (names === undefined) return true
  const tensors = [...names.tensors]
  if (from === 'output') return tensors.some((name) => resultOf(name, operands) === index)
  if (names.tensors.has(operands[index] ?? '')) return true
  // Where its operands have other names here, any may be meant.
  return tensors.some((name) => resultOf(name, operands) === undefined && !operands.includes(name))
}

function watchedBeside(kept: readonly Place[], names: SavedNames, facts: NodeFacts): readonly Place[] {
  const { fragment, operands, isInPlace } = facts
  const places: Place[] = fragment.outputs.flatMap((_, index) => {
    const place = { from: 'output', index } as const
    return isSaved(names, operands, place) ? [place] : []
  })
  fragment.inputs.forEach((_, index) => {
    const name = operands[index] ?? ''
    const isMain = (name === 'self' || name === 'other') && names.tensors.has(name)
    if (isMain && !isInPlace && isRead(facts, index)) places.push({ from: 'input', index })
  })
  return places.filter(({ from, index }) => !kept.some((each) => each.from === from && each.index === index))
}

/** Whether PyTorch's derivatives read an operand: that of the other one does, or that of the only one. */
function isRead({ fragment, wanted, numbers }: NodeFacts, index: number): boolean {
  const others = fragment.inputs.flatMap(({ dtype }, k) => (isFloat(dtype) && k !== index ? [k] : []))
  return others.length === 0 ? numbers === 0 : others.some((k) => wanted[k])
}
