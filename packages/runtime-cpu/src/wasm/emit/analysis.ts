// What can be done four elements at a time: which values of a code list change along an axis, which loads are contiguous in
// it, and what the rest would cost. Decides nothing; see `choose-lanes.ts`.
import {
  type AxisId,
  axesOf,
  type Guard,
  type IndexExpression,
  type Kernel,
  type ScalarCode,
  type ScalarLoad,
  strideOf,
  type ValueId,
  valuesOf,
} from '@heddle/core'
import { isMath } from './math.ts'
import { type VectorLoadForm, windowsOf } from './vector-load.ts'

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
  return stride === -1 ? 'backwards' : stride === 2 ? 'alternate' : 'gather'
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
  let possible = roots.every((id) => code[id]?.dtype !== 'f64')
  let contiguous = 0
  let gathers = 0
  let operations = 0
  for (const id of reachable(code, roots)) {
    const node = code[id]
    if (node === undefined || varies[id] !== true) continue
    if (node.dtype === 'f64') possible = false
    switch (node.op) {
      case 'load':
        if (loadForm(node, kernel, axis, varies) === 'gather') gathers++
        else contiguous++
        break
      case 'index':
        if (strideOf(node.index, axis) === undefined || valuesOf(node.index).size > 0) gathers++
        break
      case 'within':
        if (node.guards.some(({ index }) => strideOf(index, axis) === undefined || valuesOf(index).size > 0))
          gathers++
        break
      case 'const':
      case 'accumulated':
        break
      default:
        operations += isMath(node.op) ? 20 : 1
        if (node.args.some((arg) => code[arg]?.dtype === 'f64')) possible = false
        if (node.op === 'rem' || (node.op === 'div' && node.dtype !== 'f32')) gathers++
    }
  }
  return { possible, contiguous, gathers, operations }
}

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
