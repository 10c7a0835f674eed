// Reducing stages as loops of a fragment, which computes four rows (the elements of its texel). Three ways to use the lanes:
// `rows`: lanes are the four rows, positions are walked one by one (or, unrolled, four by four);
// `positions`: lanes are four consecutive positions, row after row; `both`: the same with the four rows inside one loop, so
// that loads the rows share are made once (a matrix product with both operands consecutive along k). The cheapest is kept.
// The order of combination is not that of `ReduceStage`: this runtime is not bit-reproducible.
import type { AxisId, ContractStage, ReduceStage } from '@heddle/core'
import { type CodeScope, extentOf, type Shader } from './emit-code.ts'
import { combineAll, foldLanes, type Reduction, type State, startOf, type Tail } from './emit-combine.ts'
import { type AxisGroup, affineIndex, axisGroup, type IndexValue } from './emit-index.ts'
import { type GlslValue, glslType, literal } from './emit-scalar.ts'
import { createFunctions } from './glsl-functions.ts'
import { createWriter, type GlslWriter } from './glsl-writer.ts'
import { LANES } from './storage.ts'

export interface RowSpace {
  readonly axes: readonly AxisId[]
  /** Rows of the kernel: elements of its outputs. */
  readonly count: number
}

type LaneUse = 'rows' | 'rows-unrolled' | 'positions' | 'both'

/** A line of text costs the driver about as much as this many scalar operations, spread over the runs of a program. */
const LINE_COST = 4000

/** Copies of the code in one loop body stay below this many operations. */
const MAX_UNROLLED_OPS = 96

const productOf = (extents: readonly number[]): number => extents.reduce((x, y) => x * y, 1)

/** A contraction is the sum of one more product. */
export function asReduction(stage: ReduceStage | ContractStage): Reduction {
  if (stage.kind === 'reduce') return stage
  const product = { op: 'mul', dtype: stage.dtype, args: [stage.a, stage.b] } as const
  const accumulator = { combine: 'sum', dtype: stage.dtype, value: stage.code.length } as const
  return { axes: stage.k, code: [...stage.code, product], accumulators: [accumulator] }
}

/** Writes the loops; returns one value an accumulator. */
export function emitReduction(reduction: Reduction, rows: RowSpace, shader: Shader): readonly GlslValue[] {
  const { axes, code, accumulators } = reduction
  const extents = axes.map((axis) => extentOf(shader, axis))
  if (productOf(extents) === 0) {
    return accumulators.map(({ combine, dtype }) => literal(dtype, startOf(combine, dtype)))
  }
  const uses: LaneUse[] = ['rows', 'positions']
  if (code.length * 4 <= MAX_UNROLLED_OPS) {
    const innermost = extents.filter((extent) => extent > 1).at(-1)
    if (innermost !== undefined && innermost % 4 === 0) uses.push('rows-unrolled')
    if (rows.count > 1) uses.push('both')
  }
  const scores = uses.map((use) => scoreOf(use, reduction, rows, shader))
  const best = uses[scores.indexOf(Math.min(...scores))]
  return emitWith(best ?? 'rows', reduction, rows, shader)
}

/** Work of one run over all texels plus what the text costs the driver's compiler, in scalar operations. */
function scoreOf(use: LaneUse, reduction: Reduction, rows: RowSpace, shader: Shader): number {
  const trial = { ...shader, writer: createWriter(), functions: createFunctions(), samplers: [] }
  emitWith(use, reduction, rows, trial)
  const texts = [...trial.writer.finish(), ...trial.functions.texts]
  const lines = texts.reduce((count, text) => count + text.split('\n').length, 0)
  return trial.writer.cost * Math.ceil(rows.count / LANES) + lines * LINE_COST
}

function emitWith(use: LaneUse, reduction: Reduction, rows: RowSpace, shader: Shader): readonly GlslValue[] {
  switch (use) {
    case 'rows':
      return emitLanesAsRows(reduction, rows, 1, shader)
    case 'rows-unrolled':
      return emitLanesAsRows(reduction, rows, 4, shader)
    case 'positions':
      return emitRowAfterRow(reduction, rows, shader)
    case 'both':
      return emitRowsTogether(reduction, rows, shader)
    default:
      return use satisfies never
  }
}

/** The axes of the rows, for the four elements from `e` on. */
export function rowGroup(rows: RowSpace, shader: Shader): AxisGroup {
  const high = Math.ceil(rows.count / 4) * 4 - 1
  const linear = affineIndex('e', 0, { stride: rows.count === 1 ? 0 : 1, multiple: 4, low: 0, high })
  return axisGroup(rows.axes, (axis) => extentOf(shader, axis), linear)
}

function emitLanesAsRows(
  reduction: Reduction,
  rows: RowSpace,
  unroll: 1 | 4,
  shader: Shader,
): readonly GlslValue[] {
  const { writer } = shader
  const axes = reduction.axes.filter((axis) => extentOf(shader, axis) > 1)
  const innermost = axes[axes.length - 1]
  const groups: AxisGroup[] = [rowGroup(rows, shader)]
  for (const axis of axes.slice(0, -1)) groups.push(openAxis(axis, 1, shader))
  const steps: AxisGroup[] = []
  if (innermost !== undefined) {
    const group = openAxis(innermost, unroll, shader)
    for (let step = 0; step < unroll; step++) steps.push(shifted(group, step))
  }
  const scopes = (steps.length === 0 ? [undefined] : steps).map((step): CodeScope => {
    return { shader, groups: step === undefined ? groups : [...groups, step] }
  })

  if (axes.length === 0) writer.open('', { iterations: 1 })
  const states = combineAll(reduction, scopes, 1, shader)
  closeLoops(Math.max(1, axes.length), states, writer)
  return states.map((state): GlslValue => ({ ...(state.at ?? state.value), level: writer.level }))
}

function emitRowAfterRow(reduction: Reduction, rows: RowSpace, shader: Shader): readonly GlslValue[] {
  if (rows.count === 1) {
    return emitPositions(reduction, [{ shader, groups: [rowGroup(rows, shader)] }], shader).map(
      ([value]) => value ?? literal('f32', 0),
    )
  }
  const { writer } = shader
  const bound = rows.count % 4 === 0 ? '4' : `min(4, ${rows.count} - e)`
  const lane = writer.fresh('lane')
  writer.open(`for (int ${lane} = 0; ${lane} < ${bound}; ${lane}++)`, { iterations: Math.min(4, rows.count) })
  const { level } = writer
  const element = writer.define('int', `e + ${lane}`, level)
  const linear = affineIndex(element, level, { low: 0, high: rows.count - 1 })
  const group = axisGroup(rows.axes, (axis) => extentOf(shader, axis), linear)
  const row = { component: `[${lane}]`, level }
  const results = emitPositions(reduction, [{ shader, groups: [group], row }], shader)

  const declarations: string[] = []
  const values = results.map(([value], at): GlslValue => {
    const dtype = reduction.accumulators[at]?.dtype ?? 'f32'
    const type = glslType(dtype, 4)
    const name = writer.fresh('a')
    declarations.push(`${type} ${name} = ${type}(0);`)
    writer.statement(`${name}[${lane}] = ${value?.text};`)
    return { text: name, dtype, width: 4, level: level - 1 }
  })
  writer.close(declarations)
  return values
}

function emitRowsTogether(reduction: Reduction, rows: RowSpace, shader: Shader): readonly GlslValue[] {
  const rowScopes = ['x', 'y', 'z', 'w'].map((lane, offset): CodeScope => {
    const high = Math.ceil(rows.count / 4) * 4 - 4 + offset
    const linear = { ...affineIndex('e', 0, { multiple: 4, low: offset, high }), offset }
    const group = axisGroup(rows.axes, (axis) => extentOf(shader, axis), linear)
    return { shader, groups: [group], row: { component: `.${lane}`, level: 0 } }
  })
  return emitPositions(reduction, rowScopes, shader).map((lanes, at): GlslValue => {
    const dtype = reduction.accumulators[at]?.dtype ?? 'f32'
    const type = glslType(dtype, 4)
    const text = shader.writer.define(type, `${type}(${lanes.map((lane) => lane.text).join(', ')})`, 0)
    return { text, dtype, width: 4, level: 0 }
  })
}

/** Lanes are consecutive positions. For each accumulator, the scalar result of each row scope. */
function emitPositions(
  reduction: Reduction,
  rowScopes: readonly CodeScope[],
  shader: Shader,
): readonly (readonly GlslValue[])[] {
  const { writer } = shader
  const axes = reduction.axes.filter((axis) => extentOf(shader, axis) > 1)
  const inner = axes[axes.length - 1]
  const isAligned = inner !== undefined && extentOf(shader, inner) % 4 === 0
  const nested = isAligned ? axes.slice(0, -1) : []
  const walked = isAligned ? axes.slice(-1) : axes
  const count = productOf(walked.map((axis) => extentOf(shader, axis)))
  const outer = nested.map((axis) => openAxis(axis, 1, shader))
  const position = writer.fresh('k')
  writer.open(`for (int ${position} = 0; ${position} < ${count}; ${position} += 4)`, {
    iterations: Math.ceil(count / 4),
  })
  const high = Math.ceil(count / 4) * 4 - 1
  const linear = affineIndex(position, writer.level, { stride: 1, multiple: 4, low: 0, high })
  const group = axisGroup(walked, (axis) => extentOf(shader, axis), linear)
  const tail: Tail | undefined = count % 4 === 0 ? undefined : { position, count }

  const perRow = rowScopes.map((scope) => {
    const full: CodeScope = { ...scope, groups: [...scope.groups, ...outer, group] }
    return combineAll(reduction, [full], 4, shader, tail)
  })
  closeLoops(nested.length + 1, perRow.flat(), writer)
  return reduction.accumulators.map(({ combine }, at) =>
    perRow.flatMap((states) => states.slice(at, at + 1)).map((state) => foldLanes(combine, state, shader)),
  )
}

/** Closes the loops of a stage; its variables are declared before the outermost. */
function closeLoops(depth: number, states: readonly State[], writer: GlslWriter): void {
  for (let left = depth; left > 1; left--) writer.close()
  writer.close(states.flatMap((state) => state.declarations))
}

function openAxis(axis: AxisId, step: 1 | 4, shader: Shader): AxisGroup {
  const { writer } = shader
  const extent = extentOf(shader, axis)
  const name = writer.fresh('k')
  const advance = step === 1 ? `${name}++` : `${name} += ${step}`
  writer.open(`for (int ${name} = 0; ${name} < ${extent}; ${advance})`, { iterations: extent / step })
  const linear = affineIndex(name, writer.level, { multiple: step, low: 0, high: extent - step })
  return { axes: [axis], extents: [extent], linear }
}

function shifted(group: AxisGroup, by: number): AxisGroup {
  const { linear } = group
  const moved: IndexValue = { ...linear, offset: by, low: linear.low + by, high: linear.high + by }
  return { ...group, linear: moved }
}
