// Recurrent networks as functions of their weights; what `nn.RNN`, `nn.LSTM`, `nn.GRU` and their cells compute. Dropout between
// layers is drawn from the default generator, layer by layer.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { operation } from '../../ops/operation.ts'
import { runAll } from '../../ops/run.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { concat } from './concat.ts'
import { dropout } from './dropout.ts'

export type RecurrentMode = 'RNN_TANH' | 'RNN_RELU' | 'LSTM' | 'GRU'

interface LayerOptions {
  readonly mode: RecurrentMode
  readonly directions: 1 | 2
  readonly weightsPerCell: number
  /** Sequences have lengths of their own: an operand after the states. */
  readonly hasLengths: boolean
}

/** One layer in one or both directions over `[length, batch, in]`; states `[directions, batch, …]`. */
const layer = operation<LayerOptions>({
  name: 'recurrent layer',
  node: 'StackBackward0',
  build: (operands, { mode, directions, weightsPerCell, hasLengths }) => {
    const values = operands as readonly Value[]
    const [x, ...others] = values as [Value, ...Value[]]
    const stateCount = mode === 'LSTM' ? 2 : 1
    const states = others.slice(0, stateCount)
    const weights = others.slice(stateCount + (hasLengths ? 1 : 0))
    const cells = Array.from({ length: directions }, (_, k) =>
      weights.slice(k * weightsPerCell, (k + 1) * weightsPerCell),
    )
    if (hasLengths) return ofLengths(mode, x, states, others[stateCount] as Value, cells)
    const options = { hidden: states[0] as Value, bidirectional: directions === 2 }
    if (mode === 'LSTM') {
      const found = core.lstm(x, cells, { ...options, cell: states[1] as Value })
      return [found.output, found.hidden, found.cell]
    }
    const found =
      mode === 'GRU'
        ? core.gru(x, cells, options)
        : core.rnn(x, cells, { ...options, nonlinearity: mode === 'RNN_RELU' ? 'relu' : 'tanh' })
    return [found.output, found.hidden]
  },
})

/** Runs each direction over sequences of their own lengths: beyond its end a sequence keeps its state. */
function ofLengths(
  mode: RecurrentMode,
  x: Value,
  states: readonly Value[],
  lengths: Value,
  cells: readonly core.CellWeights[],
): readonly Value[] {
  const shape = [...x.type.shape.slice(0, 2), 1]
  const time = core.iota(x.builder, { dtype: 'i32', shape, axis: 0 })
  const isWithin = core.lt(time, core.reshape(core.cast(lengths, 'i32'), [-1, 1]))
  const ran = cells.map((weights, direction) =>
    core.scan(
      (before: readonly Value[], [row, within]: readonly [Value, Value]) => {
        const after = nextStates(mode, row, before, weights)
        const carry = after.map((state, k) => core.select(within, state, before[k] as Value))
        return { carry, y: after[0] as Value }
      },
      {
        init: states.map((state) => core.take(state, { axis: 0, index: direction })),
        xs: [x, isWithin] as const,
        reverse: direction === 1,
      },
    ),
  )
  const output = core.concat(
    ran.map(({ ys }) => ys),
    { axis: 2 },
  )
  const finals = states.map((_, k) =>
    core.stack(
      ran.map(({ carry }) => carry[k] as Value),
      { axis: 0 },
    ),
  )
  return [output, ...finals]
}

/** What one step of a cell makes of its states. */
function nextStates(
  mode: RecurrentMode,
  x: Value,
  states: readonly Value[],
  weights: core.CellWeights,
): readonly Value[] {
  const [hidden, before] = states as [Value, Value]
  switch (mode) {
    case 'LSTM': {
      const next = core.lstmCell(x, { hidden, cell: before }, weights)
      return [next.hidden, next.cell]
    }
    case 'GRU':
      return [core.gruCell(x, hidden, weights)]
    default:
      return [core.rnnCell(x, hidden, weights, { nonlinearity: mode === 'RNN_RELU' ? 'relu' : 'tanh' })]
  }
}

export interface RecurrentOptions {
  readonly mode: RecurrentMode
  readonly numLayers: number
  readonly bidirectional: boolean
  readonly dropout: number
  readonly training: boolean
}

/** The output `[length, batch, …]` and the states after the last step, over layers and directions. */
export function recurrent(
  input: Tensor,
  states: readonly Tensor[],
  weights: readonly (readonly Tensor[])[],
  options: RecurrentOptions,
  lengths: Tensor | null = null,
): { readonly output: Tensor; readonly states: readonly Tensor[] } {
  const directions = options.bidirectional ? 2 : 1
  const extra = lengths === null ? [] : [lengths]
  let output = input
  const finals: Tensor[][] = states.map(() => [])
  for (let at = 0; at < options.numLayers; at++) {
    const own = weights.slice(at * directions, (at + 1) * directions)
    const before = states.map((state) =>
      options.numLayers === 1 ? state : state.narrow(0, at * directions, directions),
    )
    const [next, ...after] = runAll(layer, [output, ...before, ...extra, ...own.flat()], {
      mode: options.mode,
      directions,
      weightsPerCell: own[0]?.length ?? 0,
      hasLengths: lengths !== null,
    })
    output = next as Tensor
    after.forEach((state, k) => {
      finals[k]?.push(state)
    })
    const isLast = at === options.numLayers - 1
    if (options.dropout > 0 && options.training && !isLast) output = dropout(output, options.dropout)
  }
  return {
    output,
    states: finals.map((parts) => (parts.length === 1 ? (parts[0] as Tensor) : concat(parts))),
  }
}

const cell = operation<{ mode: RecurrentMode }>({
  name: 'recurrent cell',
  node: (_, { mode }) =>
    ({ RNN_TANH: 'TanhBackward0', RNN_RELU: 'ReluBackward0', LSTM: 'MulBackward0', GRU: 'AddBackward0' })[
      mode
    ],
  build: (operands, { mode }) => {
    const [x, ...others] = operands as readonly Value[] as [Value, ...Value[]]
    const stateCount = mode === 'LSTM' ? 2 : 1
    return nextStates(mode, x, others.slice(0, stateCount), others.slice(stateCount))
  },
})

/** The next states of one step of a cell over `[batch, in]`, or `[in]`. */
export const recurrentCell = (
  mode: RecurrentMode,
  input: Tensor,
  states: readonly Tensor[],
  weights: readonly Tensor[],
): readonly Tensor[] => runAll(cell, [input, ...states, ...weights], { mode })
