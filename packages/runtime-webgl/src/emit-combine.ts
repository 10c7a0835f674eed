// Accumulators in a shader: how a value joins the running result of a loop, and how four lanes become one. Works for every
// `Combine` and dtype; knows nothing of the loops around it.
import {
  type AxisId,
  type Combine,
  type DType,
  dtypes,
  type IndexExpression,
  identityOf,
  isFloat,
  type ReduceStage,
  type ScalarCode,
} from '@heddle/core'
import {
  type CodeScope,
  type EvaluatedCode,
  evaluateCode,
  extentOf,
  indexAsValue,
  type Shader,
} from './emit-code.ts'
import { callText, defineCall, type GlslValue, glslType, literal, widen } from './emit-scalar.ts'

/** A stage as both kinds of reduction see it. */
export interface Reduction {
  readonly axes: readonly AxisId[]
  readonly code: ScalarCode
  readonly accumulators: ReduceStage['accumulators']
}

/** The positions of a last step that do not exist. */
export interface Tail {
  readonly position: string
  readonly count: number
}

/** The running result of one accumulator: variables declared before the outermost loop. */
export interface State {
  readonly declarations: readonly string[]
  readonly value: GlslValue
  /** Position of the extreme, for argmax and argmin. */
  readonly at: GlslValue | undefined
}

/** One step of every accumulator in the innermost loop; several scopes are several positions of one step. */
export function combineAll(
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
      return tail === undefined ? laned : maskTail(laned, startOf(combine, laned.dtype), tail, shader)
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
  const state = variable('a', dtype, step.width, startOf(combine, dtype), shader)
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
  const best = variable('best', dtype, width, startOf(combine, dtype), shader)
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
  if (!isFloat(value.dtype)) return callText('lt', 'bool', [x, y], shader.functions).text
  const name = shader.functions.request(combine === 'argmax' ? 'beatsMax' : 'beatsMin', value.width)
  return `${name}(${value.text}, ${best.text})`
}

/** Combines the four lanes of a finished result into one value. */
export function foldLanes(combine: Combine, { value, at }: State, shader: Shader): GlslValue {
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

/** What a running result starts with; an extreme starts below, or above, every value. */
export function startOf(combine: Combine, dtype: DType): number {
  const plain = combine === 'argmax' ? 'max' : combine === 'argmin' ? 'min' : combine
  const identity = identityOf(plain, dtype)
  if (dtype !== 'i64') return Number(identity)
  const { lowest, highest } = dtypes.i32 // i64 has 32 bits here
  return Math.min(Math.max(Number(identity), Number(lowest)), Number(highest))
}
