// A reduce stage as JavaScript: its accumulators are local variables. Sums in sixteen lanes of short bodies are unrolled over
// sixteen variables; longer bodies keep the lanes in a small array. Orders are those of `ReduceStage`, to the bit.
import type { Accumulator, AxisId, IndexExpression, ReduceStage, ScalarCode } from '@heddle/core'
import {
  identityOf,
  indexAxis,
  indexConstant,
  isFloat,
  linearize,
  offsetIndex,
  substituteAxes,
} from '@heddle/core'
import type { CodeContext } from './code.ts'
import { emitCode } from './code.ts'
import type { Placed } from './index-text.ts'
import { placeIndex } from './index-text.ts'
import type { Nest } from './nest.ts'
import { scalarOps } from './scalar-ops.ts'
import type { Expression } from './text.ts'
import { atom, literal, operand } from './text.ts'

/** Bodies of more operations, updates of accumulators counted three times, are not unrolled. */
const unrolledOps = 16
const lanes = 16

/** How one accumulator is kept while the loop runs. */
interface Running {
  /** Takes in the value at a position. */
  readonly take: (value: Expression, position: () => Placed, lane: LaneText) => void
  /** After the loop: the result. */
  readonly result: () => Expression
}

/** The lane of the current position: known when unrolled, else an expression. */
type LaneText = { readonly known: number } | { readonly text: () => string }

/** Emits the loops of the stage; the accumulators' results, by position. */
export function emitReduce(nest: Nest, stage: ReduceStage, context: CodeContext): readonly Placed[] {
  const { depth } = nest
  const extentOf = (axis: AxisId): number => nest.kernel.axes[axis]!.extent
  const axes = stage.axes.filter((axis) => extentOf(axis) !== 1)
  const count = axes.reduce((product, axis) => product * extentOf(axis), 1)
  if (count === 0) {
    return stage.accumulators.map(({ combine, dtype }) => ({
      ...literal(identityOf(combine, dtype)),
      depth: 0,
    }))
  }
  const inLanes = stage.lanes === lanes && count > 1 && stage.accumulators.some(isLaned)
  const inner = axes.at(-1)
  const innerExtent = inner === undefined ? 1 : extentOf(inner)
  const unrolls =
    inLanes &&
    stage.code.length + 3 * stage.accumulators.length <= unrolledOps &&
    (innerExtent === count || innerExtent % lanes === 0)

  const running = stage.accumulators.map((accumulator) => {
    const of = stage.code[accumulator.value]!.dtype
    if (accumulator.combine === 'argmax' || accumulator.combine === 'argmin')
      return position(nest, accumulator, of)
    if (!inLanes || !isLaned(accumulator)) return plain(nest, accumulator)
    return unrolls
      ? laneVariables(nest, accumulator, Math.min(count, lanes))
      : laneArray(nest, accumulator, count)
  })

  const at = linearize(stage.axes.map(indexAxis), stage.axes.map(extentOf))
  const body = (code: ScalarCode, index: IndexExpression, lane: LaneText): void => {
    const values = stage.accumulators.map(({ value }) => value)
    const emitted = emitCode(nest, code, { values }, context)
    for (const [a, state] of running.entries()) {
      state.take(emitted.value(values[a]!), () => placeIndex(nest, index, emitted.reader), lane)
    }
  }
  if (unrolls && inner !== undefined) {
    emitUnrolled(nest, stage.code, at, axes, body)
  } else {
    nest.openAxes(axes)
    const text = (): string => {
      const placed = placeIndex(nest, at, () => ({ ...atom('0'), depth: 0 }))
      return nest.bind(nest.depth, `${operand(placed)} & ${lanes - 1}`)
    }
    body(stage.code, at, { text })
    nest.closeTo(depth)
  }
  return running.map((state) => ({ ...state.result(), depth }))
}

/** Sixteen positions a turn; what is left over after the last whole turn is written out. */
function emitUnrolled(
  nest: Nest,
  code: ScalarCode,
  at: IndexExpression,
  axes: readonly AxisId[],
  body: (code: ScalarCode, index: IndexExpression, lane: LaneText) => void,
): void {
  const { depth } = nest
  const inner = axes.at(-1)!
  const { extent } = nest.kernel.axes[inner]!
  const whole = extent - (extent % lanes)
  const shifted = (by: IndexExpression): [ScalarCode, IndexExpression] => {
    const ranges = (axis: AxisId): number => nest.kernel.axes[axis]!.extent
    const move = (index: IndexExpression): IndexExpression =>
      substituteAxes(index, (axis) => (axis === inner ? by : indexAxis(axis)), ranges)
    return [moveCode(code, move), move(at)]
  }
  if (whole > 0) {
    nest.openAxes(axes.slice(0, -1))
    nest.open(`for (let i${inner} = 0; i${inner} < ${whole}; i${inner} += ${lanes})`, inner)
    for (let lane = 0; lane < lanes; lane++) {
      body(...shifted(offsetIndex(indexAxis(inner), lane)), { known: lane })
    }
    nest.closeTo(depth)
  }
  for (let lane = 0; lane < extent - whole; lane++) {
    body(...shifted(indexConstant(whole + lane)), { known: lane })
  }
}

function moveCode(code: ScalarCode, move: (index: IndexExpression) => IndexExpression): ScalarCode {
  return code.map((node) => {
    if (node.op === 'index') return { ...node, index: move(node.index) }
    if (node.op !== 'load' && node.op !== 'within') return node
    const guards = node.guards.map((guard) => ({ ...guard, index: move(guard.index) }))
    return node.op === 'load' ? { ...node, index: move(node.index), guards } : { ...node, guards }
  })
}

/** Integers wrap, so that their lanes do not matter; nor do those of extremes. */
function isLaned({ combine, dtype }: Accumulator): boolean {
  return (combine === 'sum' || combine === 'product') && isFloat(dtype)
}

/** What changes no first value: -0 + x = x, also for x = -0. */
function startOf({ combine, dtype }: Accumulator): Expression {
  return combine === 'sum' && isFloat(dtype) ? literal(-0) : literal(identityOf(combine, dtype))
}

function combined({ combine, dtype }: Accumulator, x: Expression, y: Expression): string {
  const op =
    combine === 'sum' ? 'add' : combine === 'product' ? 'mul' : combine === 'min' ? 'minimum' : 'maximum'
  return scalarOps[op]([x, y], dtype, dtype).text
}

function plain(nest: Nest, accumulator: Accumulator): Running {
  const name = nest.fresh('a')
  nest.line(`let ${name} = ${startOf(accumulator).text};`)
  return {
    take: (value) => nest.line(`${name} = ${combined(accumulator, atom(name), value)};`),
    result: () => atom(name),
  }
}

function laneVariables(nest: Nest, accumulator: Accumulator, used: number): Running {
  const names = Array.from({ length: used }, () => nest.fresh('a'))
  nest.line(`let ${names.map((name) => `${name} = ${startOf(accumulator).text}`).join(', ')};`)
  return {
    take: (value, _, lane) => {
      const name = names['known' in lane ? lane.known : 0]!
      nest.line(`${name} = ${combined(accumulator, atom(name), value)};`)
    },
    result: () => {
      foldLanes(used, (lane, other) => {
        nest.line(`${names[lane]} = ${combined(accumulator, atom(names[lane]!), atom(names[other]!))};`)
      })
      return atom(names[0]!)
    },
  }
}

/** The lanes in a typed array, which rounds what is stored in it. */
function laneArray(nest: Nest, accumulator: Accumulator, count: number): Running {
  const name = nest.fresh('lanes')
  const type = accumulator.dtype === 'f32' ? 'Float32Array' : 'Float64Array'
  nest.lineAt(0, `const ${name} = new ${type}(${lanes});`)
  nest.line(`${name}.fill(${startOf(accumulator).text});`)
  const symbol = accumulator.combine === 'sum' ? '+' : '*'
  return {
    take: (value, _, lane) => {
      const element = `${name}[${'text' in lane ? lane.text() : lane.known}]`
      nest.line(`${element} = ${element} ${symbol} ${operand(value)};`)
    },
    result: () => {
      foldLanes(Math.min(count, lanes), (lane, other) => {
        nest.line(`${name}[${lane}] = ${name}[${lane}] ${symbol} ${name}[${other}];`)
      })
      const result = nest.fresh('a')
      nest.line(`const ${result} = ${name}[0];`)
      return atom(result)
    },
  }
}

/** Folds the first `used` lanes in halves. */
function foldLanes(used: number, fold: (lane: number, other: number) => void): void {
  for (let half = lanes / 2; half >= 1; half /= 2) {
    for (let lane = 0; lane < half && lane + half < used; lane++) fold(lane, lane + half)
  }
}

/** The first position of an extreme; the first NaN is one and stays. */
function position(nest: Nest, { combine }: Accumulator, of: Accumulator['dtype']): Running {
  const best = nest.fresh('a')
  const found = nest.fresh('a')
  const worst = literal(identityOf(combine === 'argmax' ? 'max' : 'min', of))
  nest.line(`let ${best} = ${worst.text}, ${found} = 0;`)
  const symbol = combine === 'argmax' ? '>' : '<'
  return {
    take: (value, where) => {
      const name = nest.bind(nest.depth, value.text)
      const nan = isFloat(of) ? ` || (${name} !== ${name} && ${best} === ${best})` : ''
      nest.line(`if (${name} ${symbol} ${best}${nan}) { ${best} = ${name}; ${found} = ${where().text}; }`)
    },
    result: () => atom(found),
  }
}
