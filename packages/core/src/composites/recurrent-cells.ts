// Cells of recurrent networks: one step each, with PyTorch's weights and gates. `recurrent.ts` runs them over sequences.
import { formatShape, type Shape, shapesEqual } from '../dim.ts'
import { isFloat } from '../dtype.ts'
import type { HeddleError } from '../errors.ts'
import { add, mul, sub, tanh } from '../front/elementwise.ts'
import { commonDType, errorHere, graphOf, promote } from '../front/operand.ts'
import { narrow } from '../front/slice.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { sigmoid } from './activations.ts'
import { linear } from './layers.ts'
import { relu } from './piecewise.ts'

/**
 * Of one layer in one direction, as PyTorch lays them out: `[wIh, wHh]`, or `[wIh, wHh, bIh, bHh]`; an `lstm` that projects what
 * it hands on has `wHr` last. Shapes: `wIh [gates · H, in]`, `wHh [gates · H, out]`, `bIh` and `bHh [gates · H]`, `wHr [out, H]`,
 * where out is H unless projected.
 */
export type CellWeights = readonly Value[]

export type Nonlinearity = 'tanh' | 'relu'

export interface RnnCellOptions {
  /** Default tanh. */
  readonly nonlinearity?: Nonlinearity | undefined
}

export interface LstmState {
  readonly hidden: Value
  readonly cell: Value
}

/** The weights of a cell by name. */
export interface NamedWeights {
  readonly input: Value
  readonly state: Value
  readonly inputBias: Value | undefined
  readonly stateBias: Value | undefined
  readonly projection: Value | undefined
}

/** How many gates a cell has, and whether it may project. */
export interface CellKind {
  readonly op: string
  readonly gates: number
  readonly projects: boolean
}

export const rnnKind: CellKind = { op: 'rnn', gates: 1, projects: false }
export const lstmKind: CellKind = { op: 'lstm', gates: 4, projects: true }
export const gruKind: CellKind = { op: 'gru', gates: 3, projects: false }

/**
 * `tanh(x wIhᵀ + bIh + h wHhᵀ + bHh)`, or relu of it.
 *
 * Shapes: `x [batch, in]` or `[in]`, `hidden [batch, H]` or `[H]` → the next hidden state.
 * - C1 the weights fit x and the state. Throws `SHAPE_RECURRENT_WEIGHTS`, `SHAPE_RECURRENT_STATE`.
 *
 * @example
 * rnnCell(x, hidden, [wIh, wHh]) // x: f32[2, 3], hidden: f32[2, 4], wIh: f32[4, 3], wHh: f32[4, 4] gives f32[2, 4]
 */
export const rnnCell: (x: Value, hidden: Value, weights: CellWeights, options?: RnnCellOptions) => Value =
  traced(
    (
      x: Value,
      hidden: Value,
      weights: CellWeights,
      { nonlinearity = 'tanh' }: RnnCellOptions = {},
    ): Value => {
      const [each, state, ...others] = sameFloats('rnnCell', [x, hidden, ...weights]) as [
        Value,
        Value,
        ...Value[],
      ]
      const named = nameWeights({ ...rnnKind, op: 'rnnCell' }, others, each.type.shape.at(-1) ?? 0)
      checkState('rnnCell', 'hidden', state, [...each.type.shape.slice(0, -1), sizeOfState(named)])
      return rnnStep(linear(each, named.input, named.inputBias), state, named, nonlinearity)
    },
  )

/**
 * One step of a long short-term memory: gates i, f, g, o; `c' = f c + i g`, `h' = o tanh(c')`, projected by `wHr` if that is given.
 *
 * Shapes: `x [batch, in]` or `[in]`, `hidden [batch, out]`, `cell [batch, H]` → the next of both.
 * - C1 the weights fit x and the state. Throws `SHAPE_RECURRENT_WEIGHTS`, `SHAPE_RECURRENT_STATE`.
 *
 * Source: Hochreiter and Schmidhuber, Long short-term memory (1997), with the forget gate of Gers et al. (2000).
 */
export const lstmCell: (x: Value, state: LstmState, weights: CellWeights) => LstmState = traced(
  (x: Value, { hidden, cell }: LstmState, weights: CellWeights): LstmState => {
    const [each, h, c, ...others] = sameFloats('lstmCell', [x, hidden, cell, ...weights]) as [
      Value,
      Value,
      Value,
      ...Value[],
    ]
    const named = nameWeights({ ...lstmKind, op: 'lstmCell' }, others, each.type.shape.at(-1) ?? 0)
    const leading = each.type.shape.slice(0, -1)
    checkState('lstmCell', 'hidden', h, [...leading, sizeOfState(named)])
    checkState('lstmCell', 'cell', c, [...leading, sizeOfCell(lstmKind, named)])
    return lstmStep(linear(each, named.input, named.inputBias), { hidden: h, cell: c }, named)
  },
)

/**
 * One step of a gated recurrent unit: gates r, z, n; `h' = (1 - z) n + z h`, where r scales the state's part of n.
 *
 * Shapes: `x [batch, in]` or `[in]`, `hidden [batch, H]` → the next hidden state.
 * - C1 the weights fit x and the state. Throws `SHAPE_RECURRENT_WEIGHTS`, `SHAPE_RECURRENT_STATE`.
 *
 * Source: Cho et al., Learning phrase representations using RNN encoder-decoder (2014), with cuDNN's place of r.
 */
export const gruCell: (x: Value, hidden: Value, weights: CellWeights) => Value = traced(
  (x: Value, hidden: Value, weights: CellWeights): Value => {
    const [each, state, ...others] = sameFloats('gruCell', [x, hidden, ...weights]) as [
      Value,
      Value,
      ...Value[],
    ]
    const named = nameWeights({ ...gruKind, op: 'gruCell' }, others, each.type.shape.at(-1) ?? 0)
    checkState('gruCell', 'hidden', state, [...each.type.shape.slice(0, -1), sizeOfState(named)])
    return gruStep(linear(each, named.input, named.inputBias), state, named)
  },
)

/** Steps take the input's part of the gates ready made: over a sequence it is one product for all steps. */
export function rnnStep(
  fromInput: Value,
  hidden: Value,
  { state, stateBias }: NamedWeights,
  nonlinearity: Nonlinearity,
): Value {
  const sum = add(fromInput, linear(hidden, state, stateBias))
  return nonlinearity === 'relu' ? relu(sum) : tanh(sum)
}

export function lstmStep(
  fromInput: Value,
  { hidden, cell }: LstmState,
  { state, stateBias, projection }: NamedWeights,
): LstmState {
  const gates = add(fromInput, linear(hidden, state, stateBias))
  const [i, f, g, o] = [0, 1, 2, 3].map((gate) => gateOf(gates, gate, 4)) as [Value, Value, Value, Value]
  const next = add(mul(sigmoid(f), cell), mul(sigmoid(i), tanh(g)))
  const out = mul(sigmoid(o), tanh(next))
  return { hidden: projection === undefined ? out : linear(out, projection), cell: next }
}

export function gruStep(fromInput: Value, hidden: Value, { state, stateBias }: NamedWeights): Value {
  const fromState = linear(hidden, state, stateBias)
  const both = (gate: number): Value => add(gateOf(fromInput, gate, 3), gateOf(fromState, gate, 3))
  const [reset, update] = [sigmoid(both(0)), sigmoid(both(1))]
  const fresh = tanh(add(gateOf(fromInput, 2, 3), mul(reset, gateOf(fromState, 2, 3))))
  // (1 - z) n + z h, written as PyTorch computes it.
  return add(mul(sub(hidden, fresh), update), fresh)
}

function gateOf(gates: Value, gate: number, count: number): Value {
  const size = (gates.type.shape.at(-1) ?? 0) / count
  return narrow(gates, { axis: -1, start: gate * size, size })
}

/** All in one float dtype. */
export function sameFloats(op: string, values: readonly Value[]): readonly Value[] {
  graphOf(op, values)
  const common = commonDType(op, values)
  return values.map((value) => promote(value, isFloat(common) ? common : 'f32'))
}

/** The weights of one layer and direction by name. Throws `SHAPE_RECURRENT_WEIGHTS`. */
export function nameWeights(kind: CellKind, weights: CellWeights, features: number): NamedWeights {
  const { op, gates, projects } = kind
  const hasBias = weights.length >= 4
  const projected = weights.length === 3 || weights.length === 5
  if (weights.length < 2 || weights.length > 5 || (projected && !projects))
    throw weightCount(kind, weights.length)
  const [input, state, third, fourth] = weights as readonly [Value, Value, Value?, Value?]
  const projection = projected ? weights.at(-1) : undefined
  const rows = input.type.shape[0] ?? 0
  const size = rows / gates
  const out = projection === undefined ? size : (projection.type.shape[0] ?? 0)
  const expected: readonly (readonly [string, Value | undefined, Shape])[] = [
    ['wIh', input, [rows, features]],
    ['wHh', state, [rows, out]],
    ['bIh', hasBias ? third : undefined, [rows]],
    ['bHh', hasBias ? fourth : undefined, [rows]],
    ['wHr', projection, [out, size]],
  ]
  if (rows % gates !== 0) throw gateRows(op, rows, gates)
  for (const [name, value, shape] of expected) {
    if (value !== undefined && !shapesEqual(value.type.shape, shape))
      throw weightShape(op, name, value, shape)
  }
  return {
    input,
    state,
    inputBias: hasBias ? third : undefined,
    stateBias: hasBias ? fourth : undefined,
    projection,
  }
}

/** Features of what a cell hands on. */
export const sizeOfState = ({ state }: NamedWeights): number => state.type.shape[1] ?? 0
/** Features of what a cell keeps to itself. */
export const sizeOfCell = ({ gates }: CellKind, { input }: NamedWeights): number =>
  (input.type.shape[0] ?? 0) / gates

export function checkState(op: string, name: string, state: Value, shape: Shape): void {
  if (!shapesEqual(state.type.shape, shape)) throw stateShape(op, name, state, shape)
}

const weightCount = ({ op, projects }: CellKind, count: number): HeddleError =>
  errorHere(
    'SHAPE_RECURRENT_WEIGHTS',
    `${op}: a layer has ${count} weights; there must be [wIh, wHh] or [wIh, wHh, bIh, bHh]${projects ? ', with wHr last if it projects' : ''}`,
    { op, count },
  )

const gateRows = (op: string, rows: number, gates: number): HeddleError =>
  errorHere(
    'SHAPE_RECURRENT_WEIGHTS',
    `${op}: wIh has ${rows} rows; they must be ${gates} gates of equal size`,
    { op, rows, gates },
  )

const weightShape = (op: string, name: string, value: Value, expected: Shape): HeddleError =>
  errorHere(
    'SHAPE_RECURRENT_WEIGHTS',
    `${op}: ${name} is ${formatShape(value.type.shape)}; with the other weights and its operand it must be ${formatShape(expected)}`,
    { op, name, shape: value.type.shape, expected },
  )

const stateShape = (op: string, name: string, state: Value, expected: Shape): HeddleError =>
  errorHere(
    'SHAPE_RECURRENT_STATE',
    `${op}: ${name} is ${formatShape(state.type.shape)}; it must be ${formatShape(expected)}`,
    { op, name, shape: state.type.shape, expected },
  )
