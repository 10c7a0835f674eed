// Recurrent cells: one step of a recurrent layer.
import { argumentError } from '../../errors.ts'
import { zeros } from '../../ops/creation.ts'
import type { Arguments } from '../../ops/signature.ts'
import { recurrentBound } from '../../random/init.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { type RecurrentMode, recurrentCell } from '../functional/recurrent.ts'
import { uniform_ } from '../init.ts'
import { Module } from '../module.ts'
import { construct } from './construct.ts'
import { type Factory, made, setParameter } from './layer.ts'
import type { LSTMState } from './recurrent.ts'

interface CellParams extends Factory {
  inputSize: number
  hiddenSize: number
  bias?: boolean
}
type RNNCellParams = CellParams & { nonlinearity?: 'tanh' | 'relu' }
const cellNames = ['inputSize', 'hiddenSize', 'bias', 'device', 'dtype'] as const
const rnnCellNames = ['inputSize', 'hiddenSize', 'bias', 'nonlinearity', 'device', 'dtype'] as const
type CellArguments = Arguments<CellParams, typeof cellNames>

type CellBaseParams = CellParams & { bias: boolean; numChunks: number }
const cellBaseNames = ['inputSize', 'hiddenSize', 'bias', 'numChunks', 'device', 'dtype'] as const

/** One step; what recurrent cells have in common. */
export class RNNCellBase<State = Tensor> extends Module<[input: Tensor, state?: State | null], State> {
  readonly inputSize: number
  readonly hiddenSize: number
  readonly bias: boolean

  constructor(...args: Arguments<CellBaseParams, typeof cellBaseNames>) {
    super()
    const params = construct<CellBaseParams>('RNNCellBase', cellBaseNames, [], args, 4)
    const { inputSize, hiddenSize, bias, numChunks } = params
    this.inputSize = inputSize
    this.hiddenSize = hiddenSize
    this.bias = bias
    const gates = numChunks * hiddenSize
    setParameter(this, 'weight_ih', made([gates, inputSize], params))
    setParameter(this, 'weight_hh', made([gates, hiddenSize], params))
    setParameter(this, 'bias_ih', bias ? made([gates], params) : null)
    setParameter(this, 'bias_hh', bias ? made([gates], params) : null)
    this.resetParameters()
  }

  resetParameters(): void {
    const bound = recurrentBound(this.hiddenSize)
    for (const parameter of this.parameters()) uniform_(parameter, -bound, bound)
  }

  private weights(): readonly Tensor[] {
    const names = ['weight_ih', 'weight_hh', ...(this.bias ? ['bias_ih', 'bias_hh'] : [])]
    return names.map((name) => Reflect.get(this, name) as Tensor)
  }

  protected step(mode: RecurrentMode, input: Tensor, given: readonly Tensor[] | null): readonly Tensor[] {
    if (input.ndim !== 1 && input.ndim !== 2) {
      const text = `${this._getName()}: Expected input to be 1-D or 2-D but received ${input.ndim}-D tensor`
      throw argumentError(text, {}, 'AssertionError')
    }
    if (input.shape.at(-1) !== this.inputSize) {
      throw argumentError(
        `input has inconsistent input_size: got ${input.shape.at(-1)} expected ${this.inputSize}`,
      )
    }
    const { dtype, device } = input
    const shape = [...input.shape.slice(0, -1), this.hiddenSize]
    const count = mode === 'LSTM' ? 2 : 1
    const states = given ?? Array.from({ length: count }, () => zeros(shape, { dtype, device }))
    states.forEach((state, k) => {
      if (state.shape.at(-1) !== this.hiddenSize) {
        throw argumentError(
          `hidden${k} has inconsistent hidden_size: got ${state.shape.at(-1)}, expected ${this.hiddenSize}`,
        )
      }
    })
    if (input.ndim === 2) return recurrentCell(mode, input, states, this.weights())
    const batched = states.map((state) => state.unsqueeze(0))
    const next = recurrentCell(mode, input.unsqueeze(0), batched, this.weights())
    return next.map((state) => state.squeeze({ dim: 0 }))
  }
  override extraRepr(): string {
    return `${this.inputSize}, ${this.hiddenSize}${this.bias ? '' : ', bias=False'}`
  }
}

/** `tanh` or `relu` of affine maps of input and state. */
export class RNNCell extends RNNCellBase<Tensor> {
  readonly nonlinearity: 'tanh' | 'relu'

  constructor(...args: Arguments<RNNCellParams, typeof rnnCellNames>) {
    const params = construct<RNNCellParams>('RNNCell', rnnCellNames, [], args, 2)
    const { nonlinearity = 'tanh' } = params
    const { nonlinearity: _, bias = true, ...others } = params
    super({ ...others, bias, numChunks: 1 })
    this.nonlinearity = nonlinearity
  }
  override forward(input: Tensor, state: Tensor | null = null): Tensor {
    const mode = this.nonlinearity === 'relu' ? 'RNN_RELU' : 'RNN_TANH'
    return this.step(mode, input, state === null ? null : [state])[0] as Tensor
  }
  override extraRepr(): string {
    const { nonlinearity } = this
    return super.extraRepr() + (nonlinearity === 'tanh' ? '' : `, nonlinearity=${nonlinearity}`)
  }
}

/** One step of a gated recurrent unit. */
export class GRUCell extends RNNCellBase<Tensor> {
  constructor(...args: CellArguments) {
    const { bias = true, ...params } = construct<CellParams>('GRUCell', cellNames, [], args, 2)
    super({ ...params, bias, numChunks: 3 })
  }
  override forward(input: Tensor, state: Tensor | null = null): Tensor {
    return this.step('GRU', input, state === null ? null : [state])[0] as Tensor
  }
}

/** One step of a long short-term memory: the state and the cell. */
export class LSTMCell extends RNNCellBase<LSTMState> {
  constructor(...args: CellArguments) {
    const { bias = true, ...params } = construct<CellParams>('LSTMCell', cellNames, [], args, 2)
    super({ ...params, bias, numChunks: 4 })
  }
  override forward(input: Tensor, state: LSTMState | null = null): LSTMState {
    const [hidden, cell] = this.step('LSTM', input, state)
    return [hidden as Tensor, cell as Tensor]
  }
}
