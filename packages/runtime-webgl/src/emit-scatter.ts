// A scatter as a gather: a target cannot be read while it is written, so every element of the result starts from the
// buffer's earlier contents and combines with it, in order, the updates that name it. Axes along which the address is a plain row-major
// part are solved for instead of walked: an embedding gradient visits each row of updates once, not each element.
import { type AxisId, type IndexExpression, type ScatterStage, scatterOps } from '@heddle/core'
import { conditionValue, evaluateCode, extentOf, fetch, type Shader, valuesIn } from './emit-code.ts'
import {
  type AxisGroup,
  affineIndex,
  asScalar,
  asVector,
  constantIndex,
  divide,
  type IndexScope,
  type IndexValue,
  isSame,
  modulo,
} from './emit-index.ts'
import { callText, defineCall, type GlslValue, glslType, widen } from './emit-scalar.ts'

/** Writes the loops; returns the new contents of the texel's elements. `axes` are all axes of the updates, in order. */
export function emitScatter(stage: ScatterStage, axes: readonly AxisId[], shader: Shader): GlslValue {
  const { writer, kernel, functions } = shader
  const size = kernel.buffers[stage.buffer]?.size ?? 0
  const element = affineIndex('e', 0, { stride: 1, multiple: 4, low: 0, high: Math.ceil(size / 4) * 4 - 1 })
  const stored = widen(fetch(stage.buffer, element, undefined, 0, shader))
  const isBool = kernel.buffers[stage.buffer]?.dtype === 'bool'
  const old = isBool ? defineCall('cast', 'bool', [stored], shader) : stored
  if (axes.some((axis) => extentOf(shader, axis) === 0)) return old
  const total = writer.fresh('a')
  writer.statement(`${glslType(old.dtype, 4)} ${total} = ${old.text};`)

  const solved = solveAxes(stage.index, element, axes, shader)
  const groups = [...solved.groups]
  const walked = axes.filter((axis) => extentOf(shader, axis) > 1 && !solved.axes.has(axis))
  for (const axis of walked) groups.push(openLoop(axis, shader))
  const addresses = [solved.index, ...stage.guards.map((guard) => guard.index)].flatMap(valuesIn)
  const where = evaluateCode(stage.code, addresses, { shader, groups })
  const hit = hitCondition(where.indexOf(solved.index), solved.target, shader)
  const isGuarded = conditionValue(where.within(stage.guards), shader)
  const isHit = defineCall('and', 'bool', [isGuarded, hit], shader)

  const sum: GlslValue = { text: total, dtype: old.dtype, width: 4, level: writer.level }
  writer.open(`if (${isHit.width === 1 ? isHit.text : `any(${isHit.text})`})`, {
    iterations: 1,
    conditional: true,
  })
  const value = evaluateCode(stage.code, [stage.value], { shader, groups }).resultOf(stage.value)
  const { combine } = stage
  const result =
    combine === 'assign' ? widen(value) : defineCall(scatterOps[combine], old.dtype, [sum, value], shader)
  const kept = isHit.width === 1 ? result : callText('select', old.dtype, [isHit, result, sum], functions)
  writer.statement(`${total} = ${kept.text};`)
  for (let depth = 0; depth <= walked.length; depth++) writer.close()
  return { ...sum, level: writer.level }
}

interface SolvedAddress {
  /** What is left of the address, to be compared with `target`. */
  readonly index: IndexExpression
  readonly target: IndexValue
  readonly groups: readonly AxisGroup[]
  readonly axes: ReadonlySet<AxisId>
}

/** Where the address is `extent * rest + axis`, the axis is the target's remainder: no loop over it is needed. */
function solveAxes(
  address: IndexExpression,
  element: IndexValue,
  axes: readonly AxisId[],
  shader: Shader,
): SolvedAddress {
  const scope: IndexScope = {
    writer: shader.writer,
    groups: [],
    valueAt: () => constantIndex(0),
    helper: (name, width) => shader.functions.request(name, width),
  }
  let index = address
  let target = element
  const groups: AxisGroup[] = []
  const solved = new Set<AxisId>()
  for (;;) {
    const axis = axes.find((candidate) => isInnermost(candidate, index, shader))
    if (axis === undefined) return { index, target, groups, axes: solved }
    const extent = extentOf(shader, axis)
    groups.push({ axes: [axis], extents: [extent], linear: modulo(target, extent, scope) })
    solved.add(axis)
    target = divide(target, extent, scope)
    index = {
      constant: index.constant / extent,
      terms: index.terms
        .filter(({ atom }) => !(atom.kind === 'axis' && atom.axis === axis))
        .map(({ coefficient, atom }) => ({ coefficient: coefficient / extent, atom })),
    }
  }
}

/** Whether the address is a multiple of the axis's extent, plus the axis. */
function isInnermost(axis: AxisId, { constant, terms }: IndexExpression, shader: Shader): boolean {
  const extent = extentOf(shader, axis)
  if (extent <= 1 || constant % extent !== 0) return false
  const own = terms.find(({ atom }) => atom.kind === 'axis' && atom.axis === axis)
  return own?.coefficient === 1 && terms.every((term) => term === own || term.coefficient % extent === 0)
}

function openLoop(axis: AxisId, { writer, ...shader }: Shader): AxisGroup {
  const extent = extentOf({ writer, ...shader }, axis)
  const name = writer.fresh('u')
  writer.open(`for (int ${name} = 0; ${name} < ${extent}; ${name}++)`, { iterations: extent })
  const linear = affineIndex(name, writer.level, { low: 0, high: extent - 1 })
  return { axes: [axis], extents: [extent], linear }
}

function hitCondition(index: IndexValue, target: IndexValue, { writer }: Shader): GlslValue {
  const level = Math.max(index.level, target.level)
  if (isSame(index) && isSame(target)) {
    const text = writer.define('bool', `(${asScalar(index)}) == (${asScalar(target)})`, level)
    return { text, dtype: 'bool', width: 1, level }
  }
  const text = `equal(${asVector(index, writer)}, ${asVector(target, writer)})`
  return { text: writer.define('bvec4', text, level), dtype: 'bool', width: 4, level }
}
