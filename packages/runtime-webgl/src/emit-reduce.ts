// Reducing stages as loops of a fragment, which computes four rows (the elements of its texel). Three ways to use the lanes:
// `rows`: lanes are the four rows, positions are walked one by one (four at a time where the innermost axis allows);
// `positions`: lanes are four consecutive positions, row after row; `both`: the same with the four rows inside one loop, so
// that loads the rows share are made once (a matrix product with both operands consecutive along k). The cheapest is kept.
// The order of combination is not that of `ReduceStage`: this runtime is not bit-reproducible.
import {
  type AxisId,
  type Combine,
  type ContractStage,
  type DType,
  dtypes,
  type IndexExpression,
  type ReduceStage,
  type ScalarCode,
} from '@heddle/core'
import { type CodeScope, type EvaluatedCode, evaluateCode, indexAsValue, type Shader } from './emit-code.ts'
import { type AxisGroup, affineIndex, axisGroup, type IndexValue } from './emit-index.ts'
import { callText, defineCall, type GlslValue, glslType, literal, widen } from './emit-scalar.ts'
import { createFunctions } from './glsl-functions.ts'
import { createWriter, type GlslWriter } from './glsl-writer.ts'

export interface RowSpace {
  readonly axes: readonly AxisId[]
  /** Rows of the kernel: elements of its outputs. */
  readonly count: number
}

type LaneUse = 'rows' | 'positions' | 'both'

/** A stage as both kinds of reduction see it. */
interface Reduction {
  readonly axes: readonly AxisId[]
  readonly code: ScalarCode
  readonly accumulators: ReduceStage['accumulators']
}

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
    return accumulators.map(({ combine, dtype }) =>
      literal(dtype, isArg(combine) ? 0 : identityOf(combine, dtype)),
    )
  }
  const uses: LaneUse[] = ['rows', 'positions']
  if (rows.count > 1 && code.length * 4 <= MAX_UNROLLED_OPS) uses.push('both')
  let best: { readonly use: LaneUse; readonly cost: number } | undefined
  for (const use of uses) {
    const trial = { ...shader, writer: createWriter(), functions: createFunctions(), samplers: [] }
    emitWith(use, reduction, rows, trial)
    if (best === undefined || trial.writer.cost < best.cost) best = { use, cost: trial.writer.cost }
  }
  return emitWith(best?.use ?? 'rows', reduction, rows, shader)
}

function emitWith(use: LaneUse, reduction: Reduction, rows: RowSpace, shader: Shader): readonly GlslValue[] {
  switch (use) {
    case 'rows':
      return emitLanesAsRows(reduction, rows, shader)
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

function emitLanesAsRows(reduction: Reduction, rows: RowSpace, shader: Shader): readonly GlslValue[] {
  const { writer } = shader
  const axes = reduction.axes.filter((axis) => extentOf(shader, axis) > 1)
  const innermost = axes[axes.length - 1]
  const isUnrolled =
    innermost !== undefined &&
    extentOf(shader, innermost) % 4 === 0 &&
    reduction.code.length * 4 <= MAX_UNROLLED_OPS
  const groups: AxisGroup[] = [rowGroup(rows, shader)]
  for (const axis of axes.slice(0, -1)) groups.push(openAxis(axis, 1, shader))
  const steps: AxisGroup[] = []
  if (innermost !== undefined) {
    const group = openAxis(innermost, isUnrolled ? 4 : 1, shader)
    for (let step = 0; step < (isUnrolled ? 4 : 1); step++) steps.push(shifted(group, step))
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

interface Tail {
  readonly position: string
  readonly count: number
}

/** The running result of one accumulator: variables declared before the outermost loop. */
interface State {
  readonly declarations: readonly string[]
  readonly value: GlslValue
  /** Position of the extreme, for argmax and argmin. */
  readonly at: GlslValue | undefined
}

/** One step of every accumulator in the innermost loop; several scopes are several positions of one step. */
function combineAll(
  reduction: Reduction,
  scopes: readonly CodeScope[],
  leastWidth: 1 | 4,
  shader: Shader,
  tail?: Tail,
): readonly State[] {
  const roots = reduction.accumulators.map(({ value }) => value)
  const steps = scopes.map((scope) => evaluateCode(reduction.code, roots, scope))
  return reduction.accumulators.map(({ combine, value, dtype }) => {
    const values = steps.map((step) => {
      const computed = step.resultOf(value)
      const laned = leastWidth === 4 ? widen(computed) : computed
      return tail === undefined ? laned : maskTail(laned, identityOf(combine, laned.dtype), tail, shader)
    })
    return isArg(combine)
      ? combineArg(combine, values, steps, reduction.axes, shader)
      : combinePlain(combine, dtype, values, shader)
  })
}

function maskTail(value: GlslValue, identity: number, { position, count }: Tail, shader: Shader): GlslValue {
  const { level } = shader.writer
  const text = shader.writer.define('bvec4', `lessThan(${position} + LANE, ivec4(${count}))`, level)
  const inside: GlslValue = { text, dtype: 'bool', width: 4, level }
  return defineCall('select', value.dtype, [inside, value, literal(value.dtype, identity)], shader)
}

function combinePlain(combine: Combine, dtype: DType, values: readonly GlslValue[], shader: Shader): State {
  const { writer, functions } = shader
  let parts = values
  while (parts.length > 1) {
    const halves: GlslValue[] = []
    for (let at = 0; at + 1 < parts.length; at += 2) {
      halves.push(defineCall(operationOf(combine), dtype, parts.slice(at, at + 2), shader))
    }
    parts = halves
  }
  const step = parts[0] ?? literal(dtype, 0)
  const state = variable('a', dtype, step.width, identityOf(combine, dtype), shader)
  const total = callText(operationOf(combine), dtype, [state.value, step], functions)
  writer.statement(`${state.value.text} = ${total.text};`)
  return { ...state, at: undefined }
}

function combineArg(
  combine: Combine,
  values: readonly GlslValue[],
  steps: readonly EvaluatedCode[],
  axes: readonly AxisId[],
  shader: Shader,
): State {
  const { writer, functions } = shader
  const width = values.some((value) => value.width === 4) ? 4 : 1
  const dtype = values[0]?.dtype ?? 'f32'
  const best = variable('best', dtype, width, identityOf(combine, dtype), shader)
  const at = variable('at', 'i32', width, 0, shader, isPositionLaned(steps, axes, shader) ? 'LANE' : '0')
  values.forEach((computed, step) => {
    const value = width === 4 ? widen(computed) : computed
    const position = steps[step]?.indexOf(positionOf(axes, shader))
    const better = writer.fresh('better')
    const type = glslType('bool', value.width)
    writer.statement(`${type} ${better} = ${beats(combine, value, best.value, shader)};`)
    const isBetter: GlslValue = { text: better, dtype: 'bool', width: value.width, level: writer.level }
    const here = position === undefined ? literal('i32', 0) : indexAsValue(position, writer)
    writer.statement(
      `${at.value.text} = ${callText('select', 'i32', [isBetter, here, at.value], functions).text};`,
    )
    const kept = callText('select', value.dtype, [isBetter, value, best.value], functions)
    writer.statement(`${best.value.text} = ${kept.text};`)
  })
  return { declarations: [...best.declarations, ...at.declarations], value: best.value, at: at.value }
}

/** Whether the lanes of the stage's position differ: lanes then start at their own first position. */
function isPositionLaned(steps: readonly EvaluatedCode[], axes: readonly AxisId[], shader: Shader): boolean {
  const index = steps[0]?.indexOf(positionOf(axes, shader))
  return index !== undefined && (index.lanes === 'vector' || index.stride !== 0)
}

/** Row-major position over the stage's axes. */
function positionOf(axes: readonly AxisId[], shader: Shader): IndexExpression {
  let stride = 1
  const terms = [...axes].reverse().map((axis) => {
    const term = { coefficient: stride, atom: { kind: 'axis', axis } } as const
    stride *= extentOf(shader, axis)
    return term
  })
  return { constant: 0, terms: terms.reverse() }
}

function beats(combine: Combine, value: GlslValue, best: GlslValue, shader: Shader): string {
  const [x, y] = combine === 'argmax' ? [best, value] : [value, best]
  if (value.dtype !== 'f32') return callText('lt', 'bool', [x, y], shader.functions).text
  const name = shader.functions.request(combine === 'argmax' ? 'beatsMax' : 'beatsMin', value.width)
  return `${name}(${value.text}, ${best.text})`
}

/** Combines the four lanes of a finished result into one value. */
function foldLanes(combine: Combine, { value, at }: State, shader: Shader): GlslValue {
  const { writer } = shader
  const { level } = writer
  const laneOf = (of: GlslValue, lane: string): GlslValue => ({
    ...of,
    text: `${of.text}.${lane}`,
    width: 1,
    level,
  })
  if (at === undefined) {
    const fold = (a: GlslValue, b: GlslValue): GlslValue =>
      defineCall(operationOf(combine), value.dtype, [a, b], shader)
    const first = fold(laneOf(value, 'x'), laneOf(value, 'y'))
    return fold(first, fold(laneOf(value, 'z'), laneOf(value, 'w')))
  }
  const best = variable('best', value.dtype, 1, 0, shader, `${value.text}.x`)
  const place = variable('at', 'i32', 1, 0, shader, `${at.text}.x`)
  for (const line of [...best.declarations, ...place.declarations]) writer.statement(line)
  for (const lane of ['y', 'z', 'w']) {
    const wins = beats(combine, laneOf(value, lane), best.value, shader)
    const loses = beats(combine, best.value, laneOf(value, lane), shader)
    writer.statement(`if (${wins} || (!(${loses}) && ${at.text}.${lane} < ${place.value.text})) {`)
    writer.statement(`  ${best.value.text} = ${value.text}.${lane};`)
    writer.statement(`  ${place.value.text} = ${at.text}.${lane};`)
    writer.statement('}')
  }
  return place.value
}

/** Closes the loops of a stage; its variables are declared before the outermost. */
function closeLoops(depth: number, states: readonly State[], writer: GlslWriter): void {
  for (let left = depth; left > 1; left--) writer.close()
  writer.close(states.flatMap((state) => state.declarations))
}

function variable(
  prefix: string,
  dtype: DType,
  width: 1 | 4,
  initial: number,
  shader: Shader,
  start?: string,
): { readonly value: GlslValue; readonly declarations: readonly string[] } {
  const type = glslType(dtype, width)
  const text = shader.writer.fresh(prefix)
  const declarations = [`${type} ${text} = ${type}(${start ?? literal(dtype, initial).text});`]
  return { value: { text, dtype, width, level: shader.writer.level }, declarations }
}

const isArg = (combine: Combine): boolean => combine === 'argmax' || combine === 'argmin'

function operationOf(combine: Combine): 'add' | 'mul' | 'minimum' | 'maximum' {
  switch (combine) {
    case 'sum':
      return 'add'
    case 'product':
      return 'mul'
    case 'min':
    case 'argmin':
      return 'minimum'
    case 'max':
    case 'argmax':
      return 'maximum'
    default:
      return combine satisfies never
  }
}

function identityOf(combine: Combine, dtype: DType): number {
  if (combine === 'sum') return 0
  if (combine === 'product') return 1
  const isLow = combine === 'max' || combine === 'argmax'
  switch (dtypes[dtype].kind) {
    case 'float':
      return isLow ? -Infinity : Infinity
    case 'int':
      return isLow ? -(2 ** 31) : 2 ** 31 - 1
    case 'uint':
      return isLow ? 0 : 2 ** 32 - 1
    case 'bool':
      return isLow ? 0 : 1
  }
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

export function extentOf({ kernel }: Shader, axis: AxisId): number {
  return kernel.axes[axis]?.extent ?? 1
}
