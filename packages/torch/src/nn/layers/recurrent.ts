// Recurrent layers. Parameters are named as PyTorch's: `weight_ih_l0`, `bias_hh_l1_reverse`.
import { argumentError, formatSize, warn } from '../../errors.ts'
import { tensor, zeros } from '../../ops/creation.ts'
import type { Arguments } from '../../ops/signature.ts'
import { reprNumber } from '../../print/python.ts'
import { recurrentBound } from '../../random/init.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { type RecurrentMode, recurrent } from '../functional/recurrent.ts'
import { uniform_ } from '../init.ts'
import { Module } from '../module.ts'
import { PackedSequence, packPaddedSequence, reordered, unpacked } from '../packed-sequences.ts'
import { construct } from './construct.ts'
import { type Factory, made, setParameter } from './layer.ts'

interface Params extends Factory {
  inputSize: number
  hiddenSize: number
  numLayers?: number
  bias?: boolean
  batchFirst?: boolean
  dropout?: number
  bidirectional?: boolean
}
type RNNParams = Params & { nonlinearity?: 'tanh' | 'relu' }
type LSTMParams = Params & { projSize?: number }

const names = [
  'inputSize',
  'hiddenSize',
  'numLayers',
  'bias',
  'batchFirst',
  'dropout',
  'bidirectional',
  'device',
  'dtype',
] as const
const rnnNames = [
  'inputSize',
  'hiddenSize',
  'numLayers',
  'nonlinearity',
  'bias',
  'batchFirst',
  'dropout',
  'bidirectional',
  'device',
  'dtype',
] as const
const lstmNames = [
  'inputSize',
  'hiddenSize',
  'numLayers',
  'bias',
  'batchFirst',
  'dropout',
  'bidirectional',
  'projSize',
  'device',
  'dtype',
] as const

const gateCount: Readonly<Record<RecurrentMode, number>> = { RNN_TANH: 1, RNN_RELU: 1, LSTM: 4, GRU: 3 }

const modes = new Set<string>(Object.keys(gateCount))
type BaseParams = LSTMParams & { mode: RecurrentMode }
type BaseArguments = Arguments<Omit<BaseParams, 'mode'>, typeof lstmNames>

/** What recurrent layers have in common; a state is one tensor, or of an LSTM two. */
export class RNNBase<State = never> extends Module<
  [input: Tensor, state?: State | null],
  readonly [Tensor, State]
> {
  readonly mode: RecurrentMode
  readonly inputSize: number
  readonly hiddenSize: number
  readonly numLayers: number
  readonly bias: boolean
  readonly batchFirst: boolean
  readonly dropout: number
  readonly bidirectional: boolean
  readonly projSize: number
  /** Names of the parameters of each layer and direction. */
  readonly _allWeights: readonly (readonly string[])[]

  constructor(mode: RecurrentMode, ...args: BaseArguments) {
    super()
    const params = construct<BaseParams>('RNNBase', ['mode', ...lstmNames], [], [mode, ...args], 3)
    if (!modes.has(mode)) throw argumentError(`Unrecognized RNN mode: ${mode}`, { mode }, 'ValueError')
    const { inputSize, hiddenSize, numLayers = 1, bias = true, dropout = 0 } = params
    this.mode = mode
    this.inputSize = inputSize
    this.hiddenSize = hiddenSize
    this.numLayers = numLayers
    this.bias = bias
    this.batchFirst = params.batchFirst ?? false
    this.dropout = dropout
    this.bidirectional = params.bidirectional ?? false
    this.projSize = params.projSize ?? 0
    this.check()
    this._allWeights = this.makeParameters(params)
    this.resetParameters()
  }

  /** Draws all parameters anew. */
  resetParameters(): void {
    const bound = recurrentBound(this.hiddenSize)
    for (const parameter of this.parameters()) uniform_(parameter, -bound, bound)
  }

  private check(): void {
    const { dropout, numLayers, projSize, hiddenSize } = this
    if (!(dropout >= 0 && dropout <= 1)) {
      const text =
        'dropout should be a number in range [0, 1] representing the probability of an element being zeroed'
      throw argumentError(text, { dropout }, 'ValueError')
    }
    if (dropout > 0 && numLayers === 1) {
      warn(
        `dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects num_layers greater than 1, but got dropout=${reprNumber(dropout)} and num_layers=1`,
      )
    }
    if (projSize >= hiddenSize && projSize > 0) {
      throw argumentError('proj_size has to be smaller than hidden_size', { projSize }, 'ValueError')
    }
  }

  private makeParameters(factory: Factory): readonly (readonly string[])[] {
    const { hiddenSize, projSize, bias } = this
    const gates = gateCount[this.mode] * hiddenSize
    const directions = this.bidirectional ? 2 : 1
    const out = projSize || hiddenSize
    return Array.from({ length: this.numLayers * directions }, (_, at) => {
      const layer = Math.floor(at / directions)
      const suffix = `l${layer}${at % directions === 1 ? '_reverse' : ''}`
      const shapes: [string, readonly number[]][] = [
        [`weight_ih_${suffix}`, [gates, layer === 0 ? this.inputSize : out * directions]],
        [`weight_hh_${suffix}`, [gates, out]],
      ]
      if (bias) shapes.push([`bias_ih_${suffix}`, [gates]], [`bias_hh_${suffix}`, [gates]])
      if (projSize > 0) shapes.push([`weight_hr_${suffix}`, [projSize, hiddenSize]])
      for (const [name, shape] of shapes) setParameter(this, name, made(shape, factory))
      return shapes.map(([name]) => name)
    })
  }

  protected runAny(
    input: Tensor | PackedSequence,
    given: readonly Tensor[] | null,
  ): readonly [Tensor, readonly Tensor[]] {
    if (!(input instanceof PackedSequence)) return this.run(input, given)
    // The types of calls say that packed sequences give packed ones.
    return this.runPacked(input, given) as readonly [never, readonly Tensor[]]
  }

  /** Runs over sequences of their own lengths, sorted if need be; states are in the order of the sequences. */
  private runPacked(
    packed: PackedSequence,
    given: readonly Tensor[] | null,
  ): readonly [PackedSequence, readonly Tensor[]] {
    const { sortedIndices, unsortedIndices, batchSizes } = packed
    const { rows, lengths } = unpacked(packed)
    const sorted = given === null ? null : given.map((state) => reordered(state, sortedIndices))
    const states = this.statesFor(rows, sorted, true)
    const weights = this._allWeights.map((own) => own.map((name) => Reflect.get(this, name) as Tensor))
    const found = recurrent(rows, states, weights, this, tensor(lengths.map(BigInt)))
    const { data } = packPaddedSequence(found.output, lengths)
    return [
      new PackedSequence(data, batchSizes, sortedIndices, unsortedIndices),
      found.states.map((state) => reordered(state, unsortedIndices)),
    ]
  }

  /** Runs over `[length, batch, in]`, `[batch, length, in]` if so made, or `[length, in]`; states are zero unless given. */
  protected run(input: Tensor, given: readonly Tensor[] | null): readonly [Tensor, readonly Tensor[]] {
    if (input.ndim !== 2 && input.ndim !== 3) {
      throw argumentError(
        `${this._getName()}: Expected input to be 2-D or 3-D but received ${input.ndim}-D tensor`,
        {},
        'AssertionError',
      )
    }
    if (input.shape.at(-1) !== this.inputSize) {
      throw argumentError(
        `input.size(-1) must be equal to input_size. Expected ${this.inputSize}, got ${input.shape.at(-1)}`,
        { shape: input.shape },
      )
    }
    const isBatched = input.ndim === 3
    const batched = isBatched ? input : input.unsqueeze(this.batchFirst ? 0 : 1)
    const rows = this.batchFirst ? batched.transpose(0, 1) : batched
    const states = this.statesFor(rows, given, isBatched)
    const weights = this._allWeights.map((own) => own.map((name) => Reflect.get(this, name) as Tensor))
    const found = recurrent(rows, states, weights, this)
    // As PyTorch: in place, but for LSTM.
    const turned = (rows: Tensor): Tensor =>
      this.mode === 'LSTM' ? rows.transpose(0, 1) : rows.transpose_(0, 1)
    const output = this.batchFirst ? turned(found.output) : found.output
    if (isBatched) return [output, found.states]
    return [
      output.squeeze({ dim: this.batchFirst ? 0 : 1 }),
      found.states.map((state) => state.squeeze({ dim: 1 })),
    ]
  }

  private statesFor(rows: Tensor, given: readonly Tensor[] | null, isBatched: boolean): readonly Tensor[] {
    const count = this.numLayers * (this.bidirectional ? 2 : 1)
    const many = rows.shape[1] ?? 1
    const widths =
      this.mode === 'LSTM' ? [this.projSize || this.hiddenSize, this.hiddenSize] : [this.hiddenSize]
    if (given === null) {
      const { dtype, device } = rows
      return widths.map((width) => zeros([count, many, width], { dtype, device }))
    }
    return given.map((state, k) => {
      const batched = isBatched ? state : state.unsqueeze(1)
      const wanted = [count, many, widths[k] ?? 0]
      if (batched.ndim === 3 && batched.shape.every((extent, axis) => extent === wanted[axis])) return batched
      const what = this.mode === 'LSTM' ? (k === 0 ? 'hidden[0]' : 'hidden[1]') : 'hidden'
      throw argumentError(`Expected ${what} size (${wanted.join(', ')}), got ${formatSize(batched.shape)}`, {
        wanted,
        found: batched.shape,
      })
    })
  }

  override extraRepr(): string {
    const parts = [`${this.inputSize}, ${this.hiddenSize}`]
    if (this.projSize !== 0) parts.push(`proj_size=${this.projSize}`)
    if (this.numLayers !== 1) parts.push(`num_layers=${this.numLayers}`)
    if (!this.bias) parts.push('bias=False')
    if (this.batchFirst) parts.push('batch_first=True')
    if (this.dropout !== 0) parts.push(`dropout=${reprNumber(this.dropout)}`)
    if (this.bidirectional) parts.push('bidirectional=True')
    return parts.join(', ')
  }
}

class OneState extends RNNBase<Tensor> {
  override forward(input: Tensor, state: Tensor | null = null): readonly [Tensor, Tensor] {
    const [output, states] = this.runAny(input, state === null ? null : [state])
    return [output, states[0] as Tensor]
  }
}

/** Packed sequences give packed ones. */
type OfPacked<State> = (input: PackedSequence, state?: State | null) => readonly [PackedSequence, State]
export interface RNN extends OfPacked<Tensor> {}
export interface GRU extends OfPacked<Tensor> {}
export interface LSTM extends OfPacked<LSTMState> {}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: what the interface adds is another way to call.
export class RNN extends OneState {
  readonly nonlinearity: 'tanh' | 'relu'

  constructor(...args: Arguments<RNNParams, typeof rnnNames>) {
    const params = construct<RNNParams>('RNN', rnnNames, [], args, 2)
    const { nonlinearity = 'tanh' } = params
    if (nonlinearity !== 'tanh' && nonlinearity !== 'relu') {
      throw argumentError(`Unknown nonlinearity '${nonlinearity}'`, {}, 'ValueError')
    }
    const { nonlinearity: _, ...others } = params
    super(nonlinearity === 'relu' ? 'RNN_RELU' : 'RNN_TANH', others)
    this.nonlinearity = nonlinearity
  }
}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: what the interface adds is another way to call.
export class GRU extends OneState {
  constructor(...args: Arguments<Params, typeof names>) {
    super('GRU', construct<Params>('GRU', names, [], args, 2))
  }
}

/** Hidden state and cell. */
export type LSTMState = readonly [hidden: Tensor, cell: Tensor]

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: what the interface adds is another way to call.
export class LSTM extends RNNBase<LSTMState> {
  constructor(...args: Arguments<LSTMParams, typeof lstmNames>) {
    super('LSTM', construct<LSTMParams>('LSTM', lstmNames, [], args, 2))
  }
  override forward(input: Tensor, state: LSTMState | null = null): readonly [Tensor, LSTMState] {
    const [output, [hidden, cell]] = this.runAny(input, state)
    return [output, [hidden as Tensor, cell as Tensor]]
  }
}
