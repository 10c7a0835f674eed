// Index expressions as GLSL integers for the four lanes of a texel. An index is kept as `base + offset + stride * lane`
// while that form is known (then a whole texel can be fetched at once), with its range and a known divisor of its base;
// otherwise it is an ivec4. Nothing here reads memory; every rule is exact over the integers in 32 bits.
import type { AxisId, IndexExpression } from '@heddle/core'
import type { Width } from './glsl-functions.ts'
import { intLiteral } from './glsl-literal.ts'
import type { GlslWriter } from './glsl-writer.ts'

/** `base + offset + stride * lane`; `base` is an int, or for `lanes: 'vector'` an ivec4 (then stride and offset are 0). */
export interface IndexValue {
  readonly lanes: 'affine' | 'vector'
  readonly base: string
  readonly offset: number
  readonly stride: number
  /** Bounds over all lanes, inclusive. */
  readonly low: number
  readonly high: number
  /** Divides `base` always; 0 where the base is the literal 0. */
  readonly multiple: number
  /** Depth of the block where `base` exists. */
  readonly level: number
}

/** Axes walked together by one linear position, outermost first. */
export interface AxisGroup {
  readonly axes: readonly AxisId[]
  readonly extents: readonly number[]
  readonly linear: IndexValue
}

/** What an index expression may refer to. */
export interface IndexScope {
  readonly writer: GlslWriter
  /** Every axis in scope is in one group, or in none if its extent is 1. */
  readonly groups: readonly AxisGroup[]
  /** An i32 scalar value as an index. */
  readonly valueAt: (id: number) => IndexValue
  /** Requests the floor division helpers. */
  readonly helper: (name: 'floorDivide' | 'floorModulo', width: Width) => string
}

const ZERO_BASE = '0'

export const constantIndex = (value: number): IndexValue => ({
  lanes: 'affine',
  base: ZERO_BASE,
  offset: value,
  stride: 0,
  low: value,
  high: value,
  multiple: 0,
  level: 0,
})

/** An index that is the same, or steps by `stride`, over the lanes. */
export const affineIndex = (
  base: string,
  level: number,
  facts: { stride?: number; multiple?: number; low: number; high: number },
): IndexValue => ({ lanes: 'affine', base, offset: 0, stride: 0, multiple: 1, level, ...facts })

export const vectorIndex = (base: string, level: number, low: number, high: number): IndexValue => ({
  lanes: 'vector',
  base,
  offset: 0,
  stride: 0,
  low,
  high,
  multiple: 1,
  level,
})

/** Whether all lanes hold the same index. */
export const isSame = (value: IndexValue): boolean => value.lanes === 'affine' && value.stride === 0

/** The group of `axes` walked by `linear`; axes of extent 1 are left out, their index is 0. */
export function axisGroup(
  axes: readonly AxisId[],
  extentOf: (axis: AxisId) => number,
  linear: IndexValue,
): AxisGroup {
  const kept = axes.filter((axis) => extentOf(axis) !== 1)
  return { axes: kept, extents: kept.map(extentOf), linear }
}

export function evaluateIndexExpression(expression: IndexExpression, scope: IndexScope): IndexValue {
  const parts: IndexValue[] = [constantIndex(expression.constant)]
  const coefficients = new Map<AxisId, number>()
  for (const { coefficient, atom } of expression.terms) {
    switch (atom.kind) {
      case 'axis':
        coefficients.set(atom.axis, coefficient)
        break
      case 'quotient':
        parts.push(scale(divide(evaluateIndexExpression(atom.of, scope), atom.by, scope), coefficient, scope))
        break
      case 'remainder':
        parts.push(scale(modulo(evaluateIndexExpression(atom.of, scope), atom.by, scope), coefficient, scope))
        break
      case 'value':
        parts.push(scale(scope.valueAt(atom.value), coefficient, scope))
        break
      default:
        atom satisfies never
    }
  }
  for (const group of scope.groups) parts.push(...groupParts(group, coefficients, scope))
  return sum(parts, scope)
}

/**
 * The terms of one group. A run of neighbouring axes whose coefficients are those of a row-major walk is one term in the
 * linear position: `c * ((linear / inner) mod run)`, which is what keeps elementwise loads consecutive for odd extents.
 */
function groupParts(
  group: AxisGroup,
  coefficients: ReadonlyMap<AxisId, number>,
  scope: IndexScope,
): IndexValue[] {
  const parts: IndexValue[] = []
  const coefficientAt = (position: number): number => coefficients.get(group.axes[position]!) ?? 0
  let inner = 1
  let last = group.axes.length - 1
  while (last >= 0) {
    const coefficient = coefficientAt(last)
    let run = group.extents[last]!
    let first = last
    while (coefficient !== 0 && first > 0 && coefficientAt(first - 1) === coefficient * run) {
      first--
      run *= group.extents[first]!
    }
    if (coefficient !== 0) {
      const position = divide(group.linear, inner, scope)
      parts.push(scale(first === 0 ? position : modulo(position, run, scope), coefficient, scope))
    }
    inner *= run
    last = first - 1
  }
  return parts
}

export function scale(value: IndexValue, factor: number, scope: IndexScope): IndexValue {
  if (factor === 1) return value
  const ends = [value.low * factor, value.high * factor]
  const bounds = { low: Math.min(...ends), high: Math.max(...ends) }
  if (value.lanes === 'vector') {
    const base = scope.writer.define('ivec4', `${value.base} * ${intLiteral(factor)}`, value.level)
    return { ...value, base, ...bounds, multiple: value.multiple * Math.abs(factor) }
  }
  return {
    ...value,
    base:
      value.base === ZERO_BASE
        ? ZERO_BASE
        : scope.writer.define('int', `${value.base} * ${intLiteral(factor)}`, value.level),
    offset: value.offset * factor,
    stride: value.stride * factor,
    multiple: value.multiple * Math.abs(factor),
    ...bounds,
  }
}

/** Adds the outermost parts first, so that what does not change in a loop is added before it. */
export function sum(values: readonly IndexValue[], scope: IndexScope): IndexValue {
  const { writer } = scope
  let offset = 0
  let stride = 0
  let low = 0
  let high = 0
  for (const value of values) {
    offset += value.offset
    stride += value.stride
    low += value.low
    high += value.high
  }
  const affine = values.filter((value) => value.lanes === 'affine' && value.base !== ZERO_BASE)
  const base = addTexts('int', affine, writer)
  const vectors = values.filter((value) => value.lanes === 'vector')
  if (vectors.length === 0) return { lanes: 'affine', ...base, offset, stride, low, high }

  const total = addTexts('ivec4', vectors, writer)
  const level = Math.max(base.level, total.level)
  const scalar = withOffset(base.base, offset)
  const terms = [total.base]
  if (stride !== 0) terms.push(`${stride} * LANE`)
  if (scalar !== '0') terms.push(scalar)
  const text = terms.length === 1 ? total.base : writer.define('ivec4', terms.join(' + '), level)
  const multiple = gcd(gcd(total.multiple, base.multiple), gcd(offset, stride))
  return { lanes: 'vector', base: text, offset: 0, stride: 0, low, high, multiple, level }
}

function addTexts(
  type: 'int' | 'ivec4',
  values: readonly IndexValue[],
  writer: GlslWriter,
): Pick<IndexValue, 'base' | 'level' | 'multiple'> {
  let base = ZERO_BASE
  let level = 0
  let multiple = 0
  for (const value of [...values].sort((x, y) => x.level - y.level)) {
    level = Math.max(level, value.level)
    multiple = gcd(multiple, value.multiple)
    base = base === ZERO_BASE ? value.base : writer.define(type, `${base} + ${value.base}`, level)
  }
  return { base, level, multiple }
}

/** `floor(value / by)`. */
export function divide(value: IndexValue, by: number, scope: IndexScope): IndexValue {
  if (by === 1) return value
  const bounds = { low: Math.floor(value.low / by), high: Math.floor(value.high / by) }
  if (bounds.low === bounds.high) return constantIndex(bounds.low)
  const split = splitByDivisor(value, by)
  if (split === undefined) {
    const text = divisionText(asVector(value, scope.writer), by, value.low, 'ivec4', scope)
    return vectorIndex(scope.writer.define('ivec4', text, value.level), value.level, bounds.low, bounds.high)
  }
  const { quotientOffset, aligned } = split
  if (quotientOffset !== undefined) {
    const base = scope.writer.define(
      'int',
      divisionText(value.base, by, 0, 'int', scope), // exact, hence whatever the sign
      value.level,
    )
    const multiple = value.multiple / by
    return { ...value, base, offset: quotientOffset, stride: 0, multiple, ...bounds }
  }
  const base = scope.writer.define(
    'int',
    divisionText(withOffset(value.base, aligned), by, value.low, 'int', scope),
    value.level,
  )
  return { ...value, base, offset: 0, stride: 0, multiple: 1, ...bounds }
}

/** `value - by * floor(value / by)`. */
export function modulo(value: IndexValue, by: number, scope: IndexScope): IndexValue {
  if (by === 1) return constantIndex(0)
  const block = Math.floor(value.low / by)
  if (block === Math.floor(value.high / by)) return sum([value, constantIndex(-block * by)], scope)
  const split = splitByDivisor(value, by)
  const bounds = { low: 0, high: by - 1 }
  if (split === undefined) {
    const text = remainderText(asVector(value, scope.writer), by, value.low, 'ivec4', scope)
    return vectorIndex(scope.writer.define('ivec4', text, value.level), value.level, 0, by - 1)
  }
  const { quotientOffset, aligned, rest, divisor } = split
  if (quotientOffset !== undefined) {
    return { ...value, base: ZERO_BASE, level: 0, offset: rest, multiple: 0, ...bounds }
  }
  const base = scope.writer.define(
    'int',
    remainderText(withOffset(value.base, aligned), by, value.low, 'int', scope),
    value.level,
  )
  return { ...value, base, offset: rest, multiple: divisor, ...bounds }
}

interface DivisorSplit {
  /** Where the base is itself a multiple of `by`: floor(offset / by). */
  readonly quotientOffset: number | undefined
  /** The part of the offset that is added to the base before dividing; `offset = aligned + rest`. */
  readonly aligned: number
  readonly rest: number
  readonly divisor: number
}

/**
 * With g a divisor of base and of `by`, base + aligned is a multiple of g, so it lies at least g below the next multiple of
 * `by`: lanes that stay under g share one quotient. Undefined where lanes may fall into different quotients.
 */
function splitByDivisor(value: IndexValue, by: number): DivisorSplit | undefined {
  if (value.lanes === 'vector' || value.stride < 0) return undefined
  const divisor = gcd(value.multiple, by)
  const isWhole = value.multiple !== 0 && divisor === by
  const rest = floorModulo(value.offset, divisor)
  if (value.stride !== 0 && rest + 3 * value.stride >= divisor) return undefined
  const aligned = value.offset - rest
  return { quotientOffset: isWhole ? Math.floor(value.offset / by) : undefined, aligned, rest, divisor }
}

function divisionText(x: string, by: number, low: number, type: 'int' | 'ivec4', scope: IndexScope): string {
  const shift = Math.log2(by)
  if (Number.isInteger(shift)) return `(${x}) >> ${shift}`
  return low >= 0
    ? `(${x}) / ${by}`
    : `${scope.helper('floorDivide', type === 'int' ? 1 : 4)}(${x}, ${type}(${by}))`
}

function remainderText(x: string, by: number, low: number, type: 'int' | 'ivec4', scope: IndexScope): string {
  if (Number.isInteger(Math.log2(by))) return `(${x}) & ${by - 1}`
  return low >= 0
    ? `(${x}) % ${by}`
    : `${scope.helper('floorModulo', type === 'int' ? 1 : 4)}(${x}, ${type}(${by}))`
}

/** The index of all lanes as an int expression (lanes must be the same). */
export const asScalar = (value: IndexValue): string => withOffset(value.base, value.offset)

/** The indices of the four lanes as an ivec4 name. */
export function asVector(value: IndexValue, writer: GlslWriter): string {
  if (value.lanes === 'vector') return value.base
  const scalar = withOffset(value.base, value.offset)
  if (value.stride === 0) return writer.define('ivec4', `ivec4(${scalar})`, value.level)
  const steps = value.stride === 1 ? 'LANE' : `${intLiteral(value.stride)} * LANE`
  return writer.define('ivec4', `${scalar} + ${steps}`, value.level)
}

export function withOffset(base: string, offset: number): string {
  if (base === ZERO_BASE) return intLiteral(offset)
  if (offset === 0) return base
  return offset < 0 ? `${base} - ${-offset}` : `${base} + ${offset}`
}

export function gcd(x: number, y: number): number {
  let a = Math.abs(x)
  let b = Math.abs(y)
  while (b !== 0) [a, b] = [b, a % b]
  return a
}

const floorModulo = (x: number, by: number): number => (by === 0 ? x : x - by * Math.floor(x / by))
