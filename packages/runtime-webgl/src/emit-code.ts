// Scalar code lists in GLSL: loads, guards and index values of one stage, over the four lanes of a texel. A load whose lanes
// are consecutive fetches whole texels, one whose lanes agree fetches once, any other fetches a lane at a time. Fetches are
// clamped into their texture unless their range is known, so nothing outside a buffer is ever sampled.
import {
  type AxisId,
  type Guard,
  type IndexExpression,
  internalError,
  type Kernel,
  type ScalarCode,
  type ScalarLoad,
  type ScalarNode,
  type ValueId,
} from '@heddle/core'
import {
  type AxisGroup,
  affineIndex,
  asScalar,
  asVector,
  constantIndex,
  evaluateIndexExpression,
  type IndexScope,
  type IndexValue,
  isSame,
  sum,
  vectorIndex,
  withOffset,
} from './emit-index.ts'
import { defineCall, type GlslValue, glslType, literal } from './emit-scalar.ts'
import type { FunctionSet } from './glsl-functions.ts'
import { glslLiteral } from './glsl-literal.ts'
import type { GlslType, GlslWriter } from './glsl-writer.ts'
import { formatOf, formatWords, type TexelFormat, textureShape } from './storage.ts'
import { checkConstant } from './texels.ts'

/** A shader being written. */
export interface Shader {
  readonly kernel: Kernel
  readonly writer: GlslWriter
  readonly functions: FunctionSet
  /** Kernel buffers that are sampled, by texture unit. */
  readonly samplers: number[]
  /** Results of the reducing stages before. */
  readonly accumulated: (readonly GlslValue[])[]
}

/** Where a code list is evaluated: the axes in scope, and which of the texel's rows is meant where lanes are not rows. */
export interface CodeScope {
  readonly shader: Shader
  readonly groups: readonly AxisGroup[]
  /** Component of row results to use, such as `x` or `[lane]`, with the block depth at which it exists. */
  readonly row?: { readonly component: string; readonly level: number }
}

const FETCH_COST = 8

/** Values of `roots` and all they need; ids not needed are not emitted. */
export interface EvaluatedCode {
  readonly resultOf: (id: ValueId) => GlslValue
  readonly indexOf: (expression: IndexExpression) => IndexValue
  readonly within: (guards: readonly Guard[]) => Condition
}

export function evaluateCode(code: ScalarCode, roots: readonly ValueId[], scope: CodeScope): EvaluatedCode {
  const values: (GlslValue | undefined)[] = []
  const indices = new Map<ValueId, IndexValue>()
  const { writer, functions } = scope.shader
  const resultOf = (id: ValueId): GlslValue => {
    const value = values[id]
    if (value === undefined) throw internalError('webgl', `value %${id} is used before it is computed`)
    return value
  }
  const indexScope: IndexScope = {
    writer,
    groups: scope.groups,
    valueAt: (id) => indices.get(id) ?? valueAsIndex(resultOf(id)),
    helper: (name, width) => functions.request(name, width),
  }
  const indexOf = (expression: IndexExpression): IndexValue => evaluateIndexExpression(expression, indexScope)
  const within = (guards: readonly Guard[]): Condition => condition(guards, indexOf, indexScope)

  const needed = neededIds(code, roots)
  for (let id = 0; id < code.length; id++) {
    const node = code[id]
    if (node === undefined || !needed.has(id)) continue
    switch (node.op) {
      case 'const':
        checkConstant(node.dtype, node.value, `kernel ${scope.shader.kernel.name}`)
        values[id] = literal(node.dtype, node.value)
        break
      case 'load':
        values[id] = loadValue(node, indexOf(node.index), within(node.guards), scope.shader)
        break
      case 'index': {
        const index = indexOf(node.index)
        indices.set(id, index)
        values[id] = indexAsValue(index, writer)
        break
      }
      case 'within':
        values[id] = conditionValue(within(node.guards), scope.shader)
        break
      case 'accumulated':
        values[id] = accumulatedValue(scope, node.stage, node.accumulator)
        break
      default:
        values[id] = defineCall(node.op, node.dtype, node.args.map(resultOf), scope.shader)
    }
  }
  return { resultOf, indexOf, within }
}

function neededIds(code: ScalarCode, roots: readonly ValueId[]): ReadonlySet<ValueId> {
  const needed = new Set<ValueId>(roots)
  for (let id = code.length - 1; id >= 0; id--) {
    const node = code[id]
    if (node !== undefined && needed.has(id)) for (const operand of operandsOf(node)) needed.add(operand)
  }
  return needed
}

function operandsOf(node: ScalarNode): ValueId[] {
  switch (node.op) {
    case 'const':
    case 'accumulated':
      return []
    case 'load':
      return [node.index, ...node.guards.map((guard) => guard.index)].flatMap(valuesIn)
    case 'index':
      return valuesIn(node.index)
    case 'within':
      return node.guards.flatMap((guard) => valuesIn(guard.index))
    default:
      return [...node.args]
  }
}

/** Scalar values an index expression reads. */
export function valuesIn(expression: IndexExpression): ValueId[] {
  const found: ValueId[] = []
  for (const { atom } of expression.terms) {
    if (atom.kind === 'value') found.push(atom.value)
    else if (atom.kind !== 'axis') found.push(...valuesIn(atom.of))
  }
  return found
}

function valueAsIndex({ text, width, level }: GlslValue): IndexValue {
  const literalValue = Number(text.replace(/[()]/g, ''))
  if (Number.isInteger(literalValue)) return constantIndex(literalValue)
  const low = -(2 ** 31)
  const high = 2 ** 31 - 1
  return width === 4 ? vectorIndex(text, level, low, high) : affineIndex(text, level, { low, high })
}

export function indexAsValue(index: IndexValue, writer: GlslWriter): GlslValue {
  const { level } = index
  if (!isSame(index)) return { text: asVector(index, writer), dtype: 'i32', width: 4, level }
  return { text: writer.define('int', asScalar(index), level), dtype: 'i32', width: 1, level }
}

function accumulatedValue(scope: CodeScope, stage: number, accumulator: number): GlslValue {
  const value = scope.shader.accumulated[stage]?.[accumulator]
  if (value === undefined) throw internalError('webgl', `accumulator ${stage}.${accumulator} does not exist`)
  if (value.width === 1 || scope.row === undefined) return value
  const { component, level } = scope.row
  const text = scope.shader.writer.define(glslType(value.dtype, 1), `${value.text}${component}`, level)
  return { ...value, text, width: 1, level: Math.max(level, value.level) }
}

/** A conjunction of guards: the part all lanes share, and the part that differs between lanes. */
export interface Condition {
  readonly isNever: boolean
  readonly shared: GlslValue | undefined
  readonly laned: GlslValue | undefined
}

function condition(
  guards: readonly Guard[],
  indexOf: (expression: IndexExpression) => IndexValue,
  scope: IndexScope,
): Condition {
  let shared: GlslValue | undefined
  let laned: GlslValue | undefined
  for (const { index, low, high } of guards) {
    const value = indexOf(index)
    if (value.low >= low && value.high < high) continue
    if (value.low >= high || value.high < low) return { isNever: true, shared: undefined, laned: undefined }
    const text = comparison(value, low, high, scope)
    const { level } = value
    if (isSame(value)) {
      const joined = shared === undefined ? text : `${shared.text} && ${text}`
      const deepest = Math.max(level, shared?.level ?? 0)
      shared = { text: scope.writer.define('bool', joined, deepest), dtype: 'bool', width: 1, level: deepest }
    } else {
      const joined = laned === undefined ? text : `bvec4(uvec4(${laned.text}) & uvec4(${text}))`
      const deepest = Math.max(level, laned?.level ?? 0)
      laned = { text: scope.writer.define('bvec4', joined, deepest), dtype: 'bool', width: 4, level: deepest }
    }
  }
  return { isNever: false, shared, laned }
}

/** `low <= value < high`, each side only where it can fail; both by one unsigned comparison. */
function comparison(value: IndexValue, low: number, high: number, scope: IndexScope): string {
  const test = (operator: string, name: string, bound: number): string =>
    isSame(value)
      ? `${asScalar(value)} ${operator} ${bound}`
      : `${name}(${asVector(value, scope.writer)}, ivec4(${bound}))`
  if (value.high < high) return test('>=', 'greaterThanEqual', low)
  if (value.low >= low) return test('<', 'lessThan', high)
  const shifted = sum([value, constantIndex(-low)], scope)
  return isSame(shifted)
    ? `uint(${asScalar(shifted)}) < ${high - low}u`
    : `lessThan(uvec4(${asVector(shifted, scope.writer)}), uvec4(${high - low}u))`
}

export function conditionValue({ isNever, shared, laned }: Condition, shader: Shader): GlslValue {
  if (isNever) return literal('bool', 0)
  if (shared !== undefined && laned !== undefined) return defineCall('and', 'bool', [shared, laned], shader)
  return shared ?? laned ?? literal('bool', 1)
}

function loadValue(node: ScalarLoad, index: IndexValue, guard: Condition, shader: Shader): GlslValue {
  const size = shader.kernel.buffers[node.buffer]?.size ?? 0
  checkConstant(node.dtype, node.otherwise, `kernel ${shader.kernel.name}`)
  if (guard.isNever || size === 0) return literal(node.dtype, node.otherwise)
  const texel = fetch(node.buffer, index, guard.shared, node.otherwise, shader)
  const value = node.dtype === 'bool' ? defineCall('cast', 'bool', [texel], shader) : texel
  if (guard.laned === undefined) return value
  return defineCall('select', node.dtype, [guard.laned, value, literal(node.dtype, node.otherwise)], shader)
}

/** The elements at `index`, unconverted: bools are ints. Where `guard` fails nothing is fetched. */
export function fetch(
  buffer: number,
  index: IndexValue,
  guard: GlslValue | undefined,
  otherwise: number,
  shader: Shader,
): GlslValue {
  const { writer } = shader
  const { size = 0, dtype = 'f32' } = shader.kernel.buffers[buffer] ?? {}
  const format = texelFormat(buffer, shader)
  const unit = samplerUnit(buffer, shader)
  const level = Math.max(index.level, guard?.level ?? 0)
  const stored = dtype === 'bool' ? 'i32' : dtype
  const guarded = (type: GlslType, text: string, fetches: number): string => {
    const fallback = `${type}(${glslLiteral(stored, otherwise)})`
    const conditional = guard === undefined ? text : `${guard.text} ? ${text} : ${fallback}`
    return writer.define(type, conditional, level, fetches * FETCH_COST)
  }
  const vector = glslType(stored, 4)
  const texels = textureShape(size).texels

  if (index.lanes === 'affine' && Math.abs(index.stride) <= 1) {
    const first = index.stride < 0 ? index.offset - 3 : index.offset
    const within = index.multiple % 4 === 0 ? ((first % 4) + 4) % 4 : undefined
    if (within !== undefined && (within === 0 || index.stride === 0)) {
      const texel = texelIndex(index, (first - within) / 4, texels, writer)
      const text = guarded(vector, `T${unit}(${texel})`, 1)
      if (index.stride === 0) return { text: `${text}.${'xyzw'[within]}`, dtype: stored, width: 1, level }
      return { text: index.stride < 0 ? `${text}.wzyx` : text, dtype: stored, width: 4, level }
    }
    if (index.stride === 0) {
      const safe = clampText('int', asScalar(index), index.low < 0 || index.high >= size, size - 1)
      const at = writer.define('int', safe, index.level)
      const scalar = guarded(glslType(stored, 1), `T${unit}(${at} >> 2)[${at} & 3]`, 1)
      return { text: scalar, dtype: stored, width: 1, level }
    }
    const start = withOffset(index.base, first)
    const text = guarded(vector, `${unalignedFunction(unit, format, texels, shader)}(${start})`, 2)
    return { text: index.stride < 0 ? `${text}.wzyx` : text, dtype: stored, width: 4, level }
  }

  const lanes = clampText('ivec4', asVector(index, writer), index.low < 0 || index.high >= size, size - 1)
  const at = writer.define('ivec4', lanes, index.level)
  const text = guarded(vector, `${gatherFunction(unit, format, shader)}(${at})`, 4)
  return { text, dtype: stored, width: 4, level }
}

/** Texel of an index whose base is a multiple of 4. */
function texelIndex(index: IndexValue, offset: number, texels: number, writer: GlslWriter): string {
  const base = index.base === '0' ? '0' : writer.define('int', `${index.base} >> 2`, index.level)
  const text = withOffset(base, offset)
  const mayLeave = index.low < 0 || index.high >= texels * 4
  return writer.define('int', clampText('int', text, mayLeave, texels - 1), index.level)
}

function clampText(type: 'int' | 'ivec4', text: string, mayLeave: boolean, last: number): string {
  if (!mayLeave) return text
  return type === 'int' ? `clamp(${text}, 0, ${last})` : `clamp(${text}, ivec4(0), ivec4(${last}))`
}

function texelFormat(buffer: number, { kernel }: Shader): TexelFormat {
  const dtype = kernel.buffers[buffer]?.dtype ?? 'f32'
  return formatOf(dtype)
}

function samplerUnit(buffer: number, { samplers }: Shader): number {
  const known = samplers.indexOf(buffer)
  return known >= 0 ? known : samplers.push(buffer) - 1
}

/** One fetch a lane. */
function gatherFunction(unit: number, format: TexelFormat, { functions }: Shader): string {
  const { vector } = formatWords[format]
  const lanes = ['x', 'y', 'z', 'w'].map((lane) => `T${unit}(i.${lane} >> 2)[i.${lane} & 3]`)
  functions.add(`gather${unit}`, () => {
    return `${vector} gather${unit}(ivec4 i) {\n  return ${vector}(${lanes.join(', ')});\n}`
  })
  return `gather${unit}`
}

/** Four consecutive elements from any start: two texels and a shift; lanes outside the texture are arbitrary. */
function unalignedFunction(unit: number, format: TexelFormat, texels: number, { functions }: Shader): string {
  const { vector } = formatWords[format]
  functions.add(`row${unit}`, () => {
    return `${vector} row${unit}(int i) {
  int t = i >> 2, s = i & 3;
  ${vector} a = T${unit}(clamp(t, 0, ${texels - 1}));
  if (s == 0) return a;
  ${vector} b = T${unit}(clamp(t + 1, 0, ${texels - 1}));
  return s == 1 ? ${vector}(a.yzw, b.x) : s == 2 ? ${vector}(a.zw, b.xy) : ${vector}(a.w, b.xyz);
}`
  })
  return `row${unit}`
}

export function extentOf({ kernel }: Shader, axis: AxisId): number {
  return kernel.axes[axis]?.extent ?? 1
}
