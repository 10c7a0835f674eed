// A scatter as a gather: a target cannot be read while it is written, so every element of the result starts from the
// buffer's earlier contents and combines with it, in order, the updates that name it. Axes along which the address is
// a plain row-major part are solved for instead of walked: an embedding gradient visits each row of updates once, not each
// element, and a scatter along an axis visits the updates of its own row only.
import {
  type AxisId,
  equalIndex,
  type Guard,
  type IndexExpression,
  type IndexTerm,
  type ScatterStage,
  scatterOps,
} from '@heddle/core'
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

  const solved = solveAxes(stage, element, axes, shader)
  const groups = [...solved.groups]
  const walked = axes.filter((axis) => extentOf(shader, axis) > 1 && !solved.axes.has(axis))
  for (const axis of walked) groups.push(openLoop(axis, shader))
  const indices = [...solved.digits, ...stage.guards].map(({ index }) => index)
  const where = evaluateCode(stage.code, indices.flatMap(valuesIn), { shader, groups })
  const hits = solved.digits.map(({ index, target }) => hitCondition(where.indexOf(index), target, shader))
  const isGuarded = conditionValue(where.within(stage.guards), shader)
  const isHit = hits.reduce((all, hit) => defineCall('and', 'bool', [all, hit], shader), isGuarded)

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

/** A part of the address, to be compared with the same part of the target. */
interface Digit {
  readonly index: IndexExpression
  readonly target: IndexValue
}

interface SolvedAddress {
  /** What no axis was solved for: positions within their extent, and what is left of the address. */
  readonly digits: readonly Digit[]
  readonly groups: readonly AxisGroup[]
  readonly axes: ReadonlySet<AxisId>
}

/**
 * Where the address is `extent * rest + axis`, the axis is the target's remainder: no loop over it is needed. Where it is
 * `extent * rest + position`, with a position that its guard keeps below the extent, the position is compared with the remainder,
 * and the rest is solved on.
 */
function solveAxes(
  { index: address, guards }: ScatterStage,
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
  const digits: Digit[] = []
  const groups: AxisGroup[] = []
  const solved = new Set<AxisId>()
  /** Takes the innermost part of the address, and of the target, away. */
  const split = (innermost: IndexTerm, extent: number): IndexValue => {
    const remainder = modulo(target, extent, scope)
    target = divide(target, extent, scope)
    index = {
      constant: index.constant / extent,
      terms: index.terms
        .filter((term) => term !== innermost)
        .map(({ coefficient, atom }) => ({ coefficient: coefficient / extent, atom })),
    }
    return remainder
  }
  for (;;) {
    const axis = axes.find((candidate) => isInnermost(candidate, index, shader))
    const own = index.terms.find(({ atom }) => atom.kind === 'axis' && atom.axis === axis)
    const position = own === undefined ? innermostPosition(index, guards) : undefined
    if (axis !== undefined && own !== undefined) {
      const extent = extentOf(shader, axis)
      groups.push({ axes: [axis], extents: [extent], linear: split(own, extent) })
      solved.add(axis)
    } else if (position !== undefined) {
      const { term, extent } = position
      digits.push({ index: { constant: 0, terms: [term] }, target: split(term, extent) })
    } else return { digits: [...digits, { index, target }], groups, axes: solved }
  }
}

/** A position that is the address but for multiples of the extent its guard gives, if anything else is left. */
function innermostPosition(
  { constant, terms }: IndexExpression,
  guards: readonly Guard[],
): { readonly term: IndexTerm; readonly extent: number } | undefined {
  if (terms.length < 2) return undefined
  for (const term of terms) {
    if (term.atom.kind !== 'value' || term.coefficient !== 1) continue
    const guard = guards.find(({ index }) => equalIndex(index, { constant: 0, terms: [term] }))
    const extent = guard?.low === 0 ? guard.high : 0
    const others = terms.filter((other) => other !== term)
    if (
      extent > 1 &&
      constant % extent === 0 &&
      others.every(({ coefficient }) => coefficient % extent === 0)
    )
      return { term, extent }
  }
  return undefined
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
