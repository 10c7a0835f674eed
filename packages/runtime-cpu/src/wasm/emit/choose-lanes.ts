// Decides where a kernel computes four elements at a time: along its innermost row axis (elementwise kernels, reductions over
// outer axes), along the innermost axis of each stage (reductions of contiguous rows), or nowhere.
import { type AxisId, type Kernel, type Stage, strideOf, type ValueId, valuesOf } from '@heddle/core'
import { type LaneCost, laneCost } from './analysis.ts'
import { isOperation } from './combine.ts'
import { reducesInOwnLanes } from './reduce-shape.ts'
import { isLaneDType } from './vector-ops.ts'

export interface LaneChoice {
  /** Neighbouring rows at once, with `groups` vectors an iteration where there are enough rows. */
  readonly rows: { readonly axis: AxisId; readonly groups: number } | undefined
  /** By stage: whether it runs along its own innermost axis. */
  readonly own: readonly boolean[]
}

export function chooseLanes(kernel: Kernel): LaneChoice {
  const none = { rows: undefined, own: kernel.stages.map(() => false) }
  if (kernel.stages.some(({ kind }) => kind === 'scatter')) return none
  const own = { rows: undefined, own: kernel.stages.map((stage) => ownLanes(kernel, stage)) }
  const withAxes = kernel.stages.filter((stage) => axesOfStage(stage).length > 0)
  const rows = rowChoice(kernel)
  if (withAxes.length === 0) return rows ?? none
  if (withAxes.every((stage) => own.own[kernel.stages.indexOf(stage)] === true)) return own
  return rows ?? own
}

const axesOfStage = (stage: Stage): readonly AxisId[] => (stage.kind === 'contract' ? stage.k : stage.axes)

/** Stores along an axis must be neighbours too, or they are written one by one. */
function storesAlong(kernel: Kernel, stage: Stage, axis: AxisId): 'contiguous' | 'apart' | 'impossible' {
  if (stage.kind !== 'map') return 'contiguous'
  let form: 'contiguous' | 'apart' = 'contiguous'
  for (const { buffer, index } of stage.stores) {
    const stride = strideOf(index, axis)
    if (stride === undefined || valuesOf(index).size > 0) return 'impossible'
    if (!isLaneDType(kernel.buffers[buffer]?.dtype ?? 'f32')) return 'impossible'
    if (stride !== 1) form = 'apart'
  }
  return form
}

function rootsOf(stage: Stage): readonly ValueId[] {
  switch (stage.kind) {
    case 'map':
      return stage.stores.map(({ value }) => value)
    case 'reduce':
      return stage.accumulators.map(({ value }) => value)
    case 'contract':
      return [stage.a, stage.b]
    case 'scatter':
      return [stage.value]
    default:
      return stage satisfies never
  }
}

/** Lane-by-lane work must be a small part, or single values are faster. */
const worthwhile = ({ possible, gathers, contiguous, operations }: LaneCost): boolean =>
  possible && gathers * 3 <= operations + contiguous

function ownLanes(kernel: Kernel, stage: Stage): boolean {
  if (stage.kind === 'reduce') return reducesInOwnLanes(kernel, stage)
  const inner = stage.kind === 'map' ? stage.axes.at(-1) : undefined
  if (inner === undefined || (kernel.axes[inner]?.extent ?? 0) < 4) return false
  if (storesAlong(kernel, stage, inner) !== 'contiguous') return false
  return worthwhile(laneCost(kernel, codeOf(stage), rootsOf(stage), inner, false))
}

const codeOf = (stage: Stage) => stage.code

function rowChoice(kernel: Kernel): LaneChoice | undefined {
  const axis = kernel.rows.at(-1)
  const extent = axis === undefined ? 0 : (kernel.axes[axis]?.extent ?? 0)
  if (axis === undefined || extent < 4) return undefined
  let operations = 0
  let total: LaneCost = { possible: true, contiguous: 0, gathers: 0, operations: 0 }
  for (const stage of kernel.stages) {
    const stores = storesAlong(kernel, stage, axis)
    if (stores === 'impossible' || !positionsHaveLanes(stage)) return undefined
    const cost = laneCost(kernel, codeOf(stage), rootsOf(stage), axis, true)
    const apart = stores === 'apart' ? 1 : 0
    if (stage.kind === 'reduce' && !stage.accumulators.every(({ dtype }) => isLaneDType(dtype)))
      return undefined
    if (stage.kind === 'contract' && stage.dtype === 'f64') return undefined
    operations += cost.operations + cost.contiguous
    total = {
      possible: total.possible && cost.possible,
      contiguous: total.contiguous + cost.contiguous,
      gathers: total.gathers + cost.gathers + apart,
      operations: total.operations + cost.operations,
    }
  }
  if (!worthwhile(total)) return undefined
  const reduces = kernel.stages.some(({ kind }) => kind !== 'map')
  const wanted = reduces ? (operations <= 6 ? 8 : operations <= 24 ? 4 : 1) : operations <= 12 ? 2 : 1
  let groups = wanted
  while (groups > 1 && extent < groups * 4) groups /= 2
  return { rows: { axis, groups }, own: kernel.stages.map(() => false) }
}

/** Masks have no order, so positions of extreme bools are found one row at a time. */
const positionsHaveLanes = (stage: Stage): boolean =>
  stage.kind !== 'reduce' ||
  stage.accumulators.every(
    ({ combine, value }) => isOperation(combine) || stage.code[value]?.dtype !== 'bool',
  )
