// What can be done four elements at a time: which values of a code list change along an axis, which loads are contiguous in
// it, and what the rest would cost. Decides nothing; see `choose-lanes.ts`.
import {
  type AxisId,
  axesOf,
  type Guard,
  type IndexAtom,
  type IndexExpression,
  type Kernel,
  type ScalarCode,
  type ScalarLoad,
  type ScalarNode,
  strideOf,
  type ValueId,
  valuesOf,
} from '@heddle/core'
import { isMath } from './math.ts'
import { type VectorLoadForm, windowsOf } from './vector-load.ts'
import { isLaneDType } from './vector-ops.ts'

/** Which values differ between neighbouring positions of `axis`. `accumulated`: whether the results of reductions do. */
export function varyingValues(
  code: ScalarCode,
  axis: AxisId | undefined,
  accumulated: boolean,
): readonly boolean[] {
  const varies: boolean[] = []
  const indexVaries = (index: IndexExpression): boolean =>
    (axis !== undefined && axesOf(index).has(axis)) || [...valuesOf(index)].some((id) => varies[id] === true)
  const guardsVary = (guards: readonly Guard[]): boolean => guards.some(({ index }) => indexVaries(index))
  for (const node of code) {
    switch (node.op) {
      case 'const':
        varies.push(false)
        break
      case 'load':
        varies.push(indexVaries(node.index) || guardsVary(node.guards))
        break
      case 'index':
        varies.push(indexVaries(node.index))
        break
      case 'within':
        varies.push(guardsVary(node.guards))
        break
      case 'accumulated':
        varies.push(accumulated)
        break
      default:
        varies.push(node.args.some((id) => varies[id] === true))
    }
  }
  return varies
}

/**
 * How far an index is, in each of four lanes, from where it is in the first: vectors begin at multiples of four of the lane axis,
 * so quotients and remainders by two and four step the same way in all of them. Undefined where it depends on the vector.
 */
export function laneSteps(index: IndexExpression, axis: AxisId): readonly number[] | undefined {
  const steps = [0, 0, 0, 0]
  for (const { coefficient, atom } of index.terms) {
    const own =
      atom.kind === 'axis' ? (atom.axis === axis ? [0, 1, 2, 3] : undefined) : stepsWithin(atom, axis)
    if (own === 'unknown') return undefined
    own?.forEach((step, lane) => {
      steps[lane] = (steps[lane] ?? 0) + coefficient * step
    })
  }
  return steps
}

/** Steps of a quotient or remainder of the lane axis plus multiples of the divisor, which divides four. */
function stepsWithin(
  atom: Exclude<IndexAtom, { readonly kind: 'axis' }>,
  axis: AxisId,
): readonly number[] | undefined | 'unknown' {
  if (atom.kind === 'value' || !axesOf(atom.of).has(axis)) return undefined
  const { of, by } = atom
  const isEven = of.terms.every(({ coefficient, atom: { kind, ...inner } }) =>
    kind === 'axis' && 'axis' in inner && inner.axis === axis ? coefficient === 1 : coefficient % by === 0,
  )
  if (4 % by !== 0 || strideOf(of, axis) !== 1 || !isEven) return 'unknown'
  const phase = ((of.constant % by) + by) % by
  return [0, 1, 2, 3].map((lane) => {
    const at = phase + lane
    return atom.kind === 'quotient' ? Math.floor(at / by) : (at % by) - phase
  })
}

/** How a load behaves along an axis: the same element, one of the shapes of vector loads, or anything else. */
export type LoadForm = 'uniform' | VectorLoadForm | 'gather'

export function loadForm(
  load: ScalarLoad,
  kernel: Kernel,
  laneAxis: AxisId,
  varies: readonly boolean[],
): LoadForm {
  const valueVaries = (index: IndexExpression): boolean =>
    [...valuesOf(index)].some((id) => varies[id] === true)
  const windows = windowsOf({ kernel, laneAxis }, load.guards)
  if (valueVaries(load.index) || load.guards.some(({ index }) => valueVaries(index))) return 'gather'
  const stride = strideOf(load.index, laneAxis)
  if (windows.length > 0) {
    const simple = windows.length === 1 && stride === 1 && load.dtype !== 'bool'
    return simple && windows.every(({ index }) => strideOf(index, laneAxis) === 1) ? 'window' : 'gather'
  }
  if (stride === 0) return 'uniform'
  if (stride === 1) return 'contiguous'
  if (load.dtype === 'bool') return 'gather'
  if (stride === undefined) return repeatedForm(laneSteps(load.index, laneAxis))
  return stride === -1 ? 'backwards' : stride === 2 ? 'alternate' : 'gather'
}

/** Neighbours that are each read by two or by four lanes: what a pooled image is to the image. */
function repeatedForm(steps: readonly number[] | undefined): LoadForm {
  if (steps === undefined || steps[1] !== 0) return 'gather'
  if (steps[2] === 1 && steps[3] === 1) return 'pairs'
  return steps[2] === 0 && steps[3] === 0 ? 'fours' : 'gather'
}

export interface LaneCost {
  /** False if some value has no vector form at all. */
  readonly possible: boolean
  readonly contiguous: number
  /** Loads and index values that go lane by lane. */
  readonly gathers: number
  /** Vector operations, a math function counting as many as it has. */
  readonly operations: number
}

/** Cost of computing `roots` and all they need with four positions of `axis` at a time. */
export function laneCost(
  kernel: Kernel,
  code: ScalarCode,
  roots: readonly ValueId[],
  axis: AxisId,
  accumulated: boolean,
): LaneCost {
  const varies = varyingValues(code, axis, accumulated)
  let possible = roots.every((id) => hasLanes(code[id]))
  let contiguous = 0
  let gathers = 0
  let operations = 0
  for (const id of reachable(code, roots)) {
    const node = code[id]
    if (node === undefined || varies[id] !== true) continue
    if (!hasLanes(node)) possible = false
    switch (node.op) {
      case 'load':
        if (loadForm(node, kernel, axis, varies) === 'gather') gathers++
        else contiguous++
        break
      case 'index':
        if (laneSteps(node.index, axis) === undefined || valuesOf(node.index).size > 0) gathers++
        break
      case 'within':
        if (node.guards.some(({ index }) => laneSteps(index, axis) === undefined || valuesOf(index).size > 0))
          gathers++
        break
      case 'const':
      case 'accumulated':
        break
      default:
        operations += isMath(node.op) ? 20 : 1
        if (!node.args.every((arg) => hasLanes(code[arg]))) possible = false
        if (node.op === 'rem' || (node.op === 'div' && node.dtype !== 'f32')) gathers++
    }
  }
  return { possible, contiguous, gathers, operations }
}

/** Whether four values of a node fit a vector; of nothing, they do. */
const hasLanes = (node: ScalarNode | undefined): boolean => node === undefined || isLaneDType(node.dtype)

/** The ids `roots` need, ascending. */
export function reachable(code: ScalarCode, roots: readonly ValueId[]): readonly ValueId[] {
  const found = new Set<ValueId>()
  const pending = [...roots]
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (found.has(id)) continue
    found.add(id)
    pending.push(...operandsOfValue(code, id))
  }
  return [...found].sort((x, y) => x - y)
}

export function operandsOfValue(code: ScalarCode, id: ValueId): readonly ValueId[] {
  const node = code[id]
  if (node === undefined) return []
  switch (node.op) {
    case 'const':
    case 'accumulated':
      return []
    case 'load':
      return [...valuesOf(node.index), ...node.guards.flatMap(({ index }) => [...valuesOf(index)])]
    case 'index':
      return [...valuesOf(node.index)]
    case 'within':
      return node.guards.flatMap(({ index }) => [...valuesOf(index)])
    default:
      return node.args
  }
}
