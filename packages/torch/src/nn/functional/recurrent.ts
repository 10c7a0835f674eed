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
}

/** One layer in one or both directions over `[length, batch, in]`; states `[directions, batch, …]`. */
const layer = operation<LayerOptions>({
  name: 'recurrent layer',
  node: (_, { mode }) => (mode === 'LSTM' || mode === 'GRU' ? 'StackBackward0' : 'StackBackward0'),
  build: (operands, { mode, directions, weightsPerCell }) => {
    const values = operands as readonly Value[]
    const [x, hidden] = values as [Value, Value]
    const hasCell = mode === 'LSTM'
    const weights = values.slice(hasCell ? 3 : 2)
    const cells = Array.from({ length: directions }, (_, k) =>
      weights.slice(k * weightsPerCell, (k + 1) * weightsPerCell),
    )
    const options = { hidden, bidirectional: directions === 2 }
    if (mode === 'LSTM') {
      const found = core.lstm(x, cells, { ...options, cell: values[2] as Value })
      return [found.output, found.hidden, found.cell]
    }
    const found =
      mode === 'GRU'
        ? core.gru(x, cells, options)
        : core.rnn(x, cells, { ...options, nonlinearity: mode === 'RNN_RELU' ? 'relu' : 'tanh' })
    return [found.output, found.hidden]
  },
})

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
): { readonly output: Tensor; readonly states: readonly Tensor[] } {
  const directions = options.bidirectional ? 2 : 1
  let output = input
  const finals: Tensor[][] = states.map(() => [])
  for (let at = 0; at < options.numLayers; at++) {
    const own = weights.slice(at * directions, (at + 1) * directions)
    const before = states.map((state) =>
      options.numLayers === 1 ? state : state.narrow(0, at * directions, directions),
    )
    const [next, ...after] = runAll(layer, [output, ...before, ...own.flat()], {
      mode: options.mode,
      directions,
      weightsPerCell: own[0]?.length ?? 0,
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
    const [x, hidden, ...rest] = operands as readonly Value[] as [Value, Value, ...Value[]]
    switch (mode) {
      case 'LSTM': {
        const [before, ...weights] = rest as [Value, ...Value[]]
        const next = core.lstmCell(x, { hidden, cell: before }, weights)
        return [next.hidden, next.cell]
      }
      case 'GRU':
        return core.gruCell(x, hidden, rest)
      default:
        return core.rnnCell(x, hidden, rest, { nonlinearity: mode === 'RNN_RELU' ? 'relu' : 'tanh' })
    }
  },
})

/** The next states of one step of a cell over `[batch, in]`, or `[in]`. */
export const recurrentCell = (
  mode: RecurrentMode,
  input: Tensor,
  states: readonly Tensor[],
  weights: readonly Tensor[],
): readonly Tensor[] => runAll(cell, [input, ...states, ...weights], { mode })
