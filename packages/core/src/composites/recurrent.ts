// Recurrent networks over sequences: any number of layers, one or both directions, on `scan`. The input's part of the gates is
// one product for all steps of a layer; only the state's part is in the loop.
import type { Shape } from '../dim.ts'
import { formatShape } from '../dim.ts'
import type { HeddleError } from '../errors.ts'
import { zeros } from '../front/constants.ts'
import { errorHere } from '../front/operand.ts'
import { splitKey } from '../front/random.ts'
import { scan } from '../front/scan.ts'
import { permute } from '../front/shape.ts'
import { concat, stack, take } from '../front/slice.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { dropout } from './dropout.ts'
import { linear } from './layers.ts'
import {
  type CellKind,
  type CellWeights,
  checkState,
  gruKind,
  gruStep,
  lstmKind,
  lstmStep,
  type NamedWeights,
  type Nonlinearity,
  nameWeights,
  rnnKind,
  rnnStep,
  sameFloats,
  sizeOfCell,
  sizeOfState,
} from './recurrent-cells.ts'

export interface RecurrentOptions {
  /** State before the first step, `[layers · directions, batch, out]`. Default 0. */
  readonly hidden?: Value | undefined
  /** Each layer runs from both ends; results are joined along features. Default false. */
  readonly bidirectional?: boolean | undefined
  /** `x [batch, length, in]` and `output [batch, length, …]`. Default false: length first. */
  readonly batchFirst?: boolean | undefined
  /** Probability that an element is dropped between layers. Default 0. */
  readonly dropout?: number | undefined
  /** For `dropout`: u32[2], used for nothing else. */
  readonly key?: Value | undefined
}

export interface RnnOptions extends RecurrentOptions {
  /** Default tanh. */
  readonly nonlinearity?: Nonlinearity | undefined
}

export interface LstmOptions extends RecurrentOptions {
  /** Cells before the first step, `[layers · directions, batch, H]`. Default 0. */
  readonly cell?: Value | undefined
}

export interface RecurrentResult {
  /** What the last layer hands on at each step, `[length, batch, directions · out]`. */
  readonly output: Value
  /** State after the last step of each layer and direction, `[layers · directions, batch, out]`. */
  readonly hidden: Value
}

export interface LstmResult extends RecurrentResult {
  /** Cells after the last step of each layer and direction, `[layers · directions, batch, H]`. */
  readonly cell: Value
}

/**
 * A network of `rnnCell`s over a sequence.
 *
 * Shapes: `x [length, batch, in]`, or without batch `[length, in]`; a list of weights per layer and direction, the direction
 * varying fastest, in PyTorch's layout (`CellWeights`).
 * - C1 x has 2 or 3 axes. Throws `SHAPE_RECURRENT_INPUT`.
 * - C2 there are weights for whole layers, which fit each other. Throws `SHAPE_RECURRENT_WEIGHTS`.
 * - C3 the state before fits. Throws `SHAPE_RECURRENT_STATE`. C4 `dropout` comes with a key. Throws `ATTR_RECURRENT_KEY`.
 *
 * @example
 * rnn(x, [[wIh, wHh]]).output // x: f32[5, 2, 3], wIh: f32[4, 3], wHh: f32[4, 4] gives f32[5, 2, 4]
 */
export const rnn: (x: Value, weights: readonly CellWeights[], options?: RnnOptions) => RecurrentResult =
  traced((x: Value, weights: readonly CellWeights[], options: RnnOptions = {}): RecurrentResult => {
    const { nonlinearity = 'tanh' } = options
    const step: Step = (row, [hidden], named) => [rnnStep(row, hidden as Value, named, nonlinearity)]
    const { output, states } = network(rnnKind, step, x, weights, options, [options.hidden])
    return { output, hidden: states[0] as Value }
  })

/**
 * A network of `lstmCell`s over a sequence; with `wHr` among the weights what it hands on is projected. As `rnn` otherwise.
 *
 * @example
 * lstm(x, [[wIh, wHh]]).output // x: f32[5, 2, 3], wIh: f32[16, 3], wHh: f32[16, 4] gives f32[5, 2, 4]
 */
export const lstm: (x: Value, weights: readonly CellWeights[], options?: LstmOptions) => LstmResult = traced(
  (x: Value, weights: readonly CellWeights[], options: LstmOptions = {}): LstmResult => {
    const step: Step = (row, [hidden, cell], named) => {
      const next = lstmStep(row, { hidden: hidden as Value, cell: cell as Value }, named)
      return [next.hidden, next.cell]
    }
    const { output, states } = network(lstmKind, step, x, weights, options, [options.hidden, options.cell])
    return { output, hidden: states[0] as Value, cell: states[1] as Value }
  },
)

/**
 * A network of `gruCell`s over a sequence. As `rnn` otherwise.
 *
 * @example
 * gru(x, [[wIh, wHh]]).output // x: f32[5, 2, 3], wIh: f32[12, 3], wHh: f32[12, 4] gives f32[5, 2, 4]
 */
export const gru: (x: Value, weights: readonly CellWeights[], options?: RecurrentOptions) => RecurrentResult =
  traced((x: Value, weights: readonly CellWeights[], options: RecurrentOptions = {}): RecurrentResult => {
    const step: Step = (row, [hidden], named) => [gruStep(row, hidden as Value, named)]
    const { output, states } = network(gruKind, step, x, weights, options, [options.hidden])
    return { output, hidden: states[0] as Value }
  })

/** From the input's part of the gates and the states to the next states; the first is handed on. */
type Step = (row: Value, states: readonly Value[], weights: NamedWeights) => readonly Value[]

interface Network {
  readonly output: Value
  /** Of each kind, over layers and directions. */
  readonly states: readonly Value[]
}

function network(
  kind: CellKind,
  step: Step,
  given: Value,
  weights: readonly CellWeights[],
  options: RecurrentOptions,
  initial: readonly (Value | undefined)[],
): Network {
  const { bidirectional = false, batchFirst = false, dropout: rate = 0, key } = options
  const directions = bidirectional ? 2 : 1
  const layers = weights.length / directions
  if (!Number.isInteger(layers) || layers === 0) throw layerCount(kind.op, weights.length, directions)
  if (rate > 0 && key === undefined) throw missingKey(kind.op, rate) // C4
  const flat = sameFloats(kind.op, [
    given,
    ...weights.flat(),
    ...initial.filter((state) => state !== undefined),
  ])
  const typed = new Map(
    [given, ...weights.flat(), ...initial.filter((state) => state !== undefined)].map((value, k) => [
      value,
      flat[k] as Value,
    ]),
  )
  const own = (value: Value): Value => typed.get(value) as Value
  const { rank, toRows, fromRows } = layoutOf(kind.op, own(given), batchFirst) // C1
  const keys = rate > 0 && key !== undefined && layers > 1 ? splitKey(key, layers - 1) : []
  const finals: Value[][] = initial.map(() => [])
  let rows = toRows(own(given))
  for (let layer = 0; layer < layers; layer++) {
    const layerKey = keys[layer - 1]
    if (layerKey !== undefined) rows = dropout(rows, layerKey, { rate })
    const outputs: Value[] = []
    for (let direction = 0; direction < directions; direction++) {
      const index = layer * directions + direction
      const named = nameWeights(kind, (weights[index] ?? []).map(own), rows.type.shape.at(-1) ?? 0) // C2
      const sizes = [sizeOfState(named), sizeOfCell(kind, named)]
      const batch = rows.type.shape.slice(1, -1)
      const before = initial.map((state, k): Value => {
        const shape = [...batch, sizes[k] ?? 0]
        if (state === undefined) return zeros(rows.builder, rows.type.dtype, shape)
        checkState(kind.op, k === 0 ? 'hidden' : 'cell', own(state), [weights.length, ...shape]) // C3
        return take(own(state), { axis: 0, index })
      })
      const { carry, ys } = scan(
        (states: readonly Value[], row: Value) => {
          const next = step(row, states, named)
          return { carry: next, y: next[0] as Value }
        },
        { init: before, xs: linear(rows, named.input, named.inputBias), reverse: direction === 1 },
      )
      outputs.push(ys)
      carry.forEach((state, k) => {
        finals[k]?.push(state)
      })
    }
    rows = outputs.length === 1 ? (outputs[0] as Value) : concat(outputs, { axis: rank - 1 })
  }
  return { output: fromRows(rows), states: finals.map((all) => stack(all, { axis: 0 })) }
}

interface Layout {
  readonly rank: number
  /** Length first. */
  readonly toRows: (x: Value) => Value
  readonly fromRows: (rows: Value) => Value
}

function layoutOf(op: string, x: Value, batchFirst: boolean): Layout {
  const rank = x.type.shape.length
  if (rank !== 2 && rank !== 3) throw inputRank(op, x.type.shape)
  const swap = (value: Value): Value => (batchFirst && rank === 3 ? permute(value, [1, 0, 2]) : value)
  return { rank, toRows: swap, fromRows: swap }
}

const layerCount = (op: string, count: number, directions: number): HeddleError =>
  errorHere(
    'SHAPE_RECURRENT_WEIGHTS',
    `${op}: is given weights of ${count} cells; there must be ${directions} per layer, for one layer or more`,
    { op, count, directions },
  )

const missingKey = (op: string, rate: number): HeddleError =>
  errorHere(
    'ATTR_RECURRENT_KEY',
    `${op}: dropout is ${rate} but there is no key; give key, a u32[2] (one of splitKey, say), or leave dropout out when evaluating`,
    { op, rate, constraint: 'C4' },
  )

const inputRank = (op: string, shape: Shape): HeddleError =>
  errorHere(
    'SHAPE_RECURRENT_INPUT',
    `${op}: x is ${formatShape(shape)}; it must be [length, batch, features] (or batch first), or [length, features]`,
    { op, shape, constraint: 'C1' },
  )
