// Attention as a layer.
import { argumentError } from '../../errors.ts'
import { type Arguments, parse } from '../../ops/signature.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { multiHeadAttentionForward } from '../functional/attention.ts'
import { constant_, xavierNormal_, xavierUniform_ } from '../init.ts'
import { Module } from '../module.ts'
import { construct } from './construct.ts'
import { type Factory, made, setParameter } from './layer.ts'
import { NonDynamicallyQuantizableLinear } from './linear.ts'

type Params = Factory & {
  embedDim: number
  numHeads: number
  dropout?: number
  bias?: boolean
  addBiasKv?: boolean
  addZeroAttn?: boolean
  kdim?: number | null
  vdim?: number | null
  batchFirst?: boolean
}
const names = [
  'embedDim',
  'numHeads',
  'dropout',
  'bias',
  'addBiasKv',
  'addZeroAttn',
  'kdim',
  'vdim',
  'batchFirst',
  'device',
  'dtype',
] as const

export interface AttentionOptions {
  /** `[N, S]`: true (or an infinite negative number) where a key is padding. */
  keyPaddingMask?: Tensor | null
  /** Default true. */
  needWeights?: boolean
  /** `[L, S]` or `[N heads, L, S]`: true where a query must not see a key, or what is added to the scores. */
  attnMask?: Tensor | null
  averageAttnWeights?: boolean
  isCausal?: boolean
}
type Forward = AttentionOptions & { key: Tensor; value: Tensor }
const forwardNames = [
  'key',
  'value',
  'keyPaddingMask',
  'needWeights',
  'attnMask',
  'averageAttnWeights',
  'isCausal',
] as const
type ForwardArguments = [query: Tensor, ...Arguments<Forward, typeof forwardNames>]

/** Attention of several heads. */
export class MultiheadAttention extends Module<ForwardArguments, readonly [Tensor, Tensor | null]> {
  readonly embedDim: number
  readonly numHeads: number
  readonly dropout: number
  readonly batchFirst: boolean
  readonly kdim: number
  readonly vdim: number
  readonly headDim: number
  readonly addZeroAttn: boolean
  declare readonly in_proj_weight: Tensor | null
  declare readonly in_proj_bias: Tensor | null
  declare readonly q_proj_weight: Tensor | null
  declare readonly k_proj_weight: Tensor | null
  declare readonly v_proj_weight: Tensor | null
  declare readonly bias_k: Tensor | null
  declare readonly bias_v: Tensor | null
  declare readonly out_proj: NonDynamicallyQuantizableLinear

  constructor(...args: Arguments<Params, typeof names>) {
    super()
    const params = construct<Params>('MultiheadAttention', names, [], args, 2)
    const { embedDim, numHeads, dropout = 0, bias = true, addBiasKv = false, addZeroAttn = false } = params
    if (embedDim <= 0 || numHeads <= 0) {
      throw argumentError(
        `embed_dim and num_heads must be greater than 0, got embed_dim=${embedDim} and num_heads=${numHeads} instead`,
        {},
        'ValueError',
      )
    }
    this.embedDim = embedDim
    this.numHeads = numHeads
    this.dropout = dropout
    this.batchFirst = params.batchFirst ?? false
    this.kdim = params.kdim ?? embedDim
    this.vdim = params.vdim ?? embedDim
    this.headDim = Math.floor(embedDim / numHeads)
    this.addZeroAttn = addZeroAttn
    if (this.headDim * numHeads !== embedDim) {
      throw argumentError('embed_dim must be divisible by num_heads', {}, 'AssertionError')
    }
    this.makeParameters(params, bias, addBiasKv)
  }

  /** In PyTorch's order: the output's weights are drawn when it is made, then the others. */
  private makeParameters(params: Params, bias: boolean, addBiasKv: boolean): void {
    const { embedDim, kdim, vdim } = this
    const isShared = kdim === embedDim && vdim === embedDim
    const own = (columns: number): Tensor | null => (isShared ? null : made([embedDim, columns], params))
    if (isShared) {
      setParameter(this, 'in_proj_weight', made([3 * embedDim, embedDim], params))
      for (const name of ['q', 'k', 'v']) setParameter(this, `${name}_proj_weight`, null)
    } else {
      setParameter(this, 'q_proj_weight', own(embedDim))
      setParameter(this, 'k_proj_weight', own(kdim))
      setParameter(this, 'v_proj_weight', own(vdim))
      setParameter(this, 'in_proj_weight', null)
    }
    setParameter(this, 'in_proj_bias', bias ? made([3 * embedDim], params) : null)
    const output = { inFeatures: embedDim, outFeatures: embedDim, bias }
    Reflect.set(
      this,
      'out_proj',
      new NonDynamicallyQuantizableLinear({
        ...(params.dtype && { dtype: params.dtype }),
        ...(params.device && { device: params.device }),
        ...output,
      }),
    )
    setParameter(this, 'bias_k', addBiasKv ? made([1, 1, embedDim], params) : null)
    setParameter(this, 'bias_v', addBiasKv ? made([1, 1, embedDim], params) : null)
    this._resetParameters()
  }

  _resetParameters(): void {
    for (const weight of [this.in_proj_weight, this.q_proj_weight, this.k_proj_weight, this.v_proj_weight]) {
      if (weight !== null) xavierUniform_(weight)
    }
    if (this.in_proj_bias !== null) constant_(this.in_proj_bias, 0)
    if (this.in_proj_bias !== null && this.out_proj.bias !== null) constant_(this.out_proj.bias, 0)
    for (const extra of [this.bias_k, this.bias_v]) if (extra !== null) xavierNormal_(extra)
  }

  override forward(
    query: Tensor,
    ...args: Arguments<Forward, typeof forwardNames>
  ): readonly [Tensor, Tensor | null] {
    const { key, value, ...options } = parse<Forward>('MultiheadAttention.forward', forwardNames, [], args)
    const swaps = this.batchFirst && query.ndim === 3
    const known = new Map<Tensor, Tensor>()
    // Tensors that are one stay one: then there is one projection.
    const lengthFirst = (x: Tensor): Tensor => {
      if (!swaps) return x
      const moved = known.get(x) ?? x.transpose(1, 0)
      known.set(x, moved)
      return moved
    }
    const [output, weights] = multiHeadAttentionForward(
      lengthFirst(query),
      lengthFirst(key),
      lengthFirst(value),
      {
        embedDimToCheck: this.embedDim,
        numHeads: this.numHeads,
        inProjWeight: this.in_proj_weight,
        inProjBias: this.in_proj_bias,
        useSeparateProjWeight: this.in_proj_weight === null,
        qProjWeight: this.q_proj_weight,
        kProjWeight: this.k_proj_weight,
        vProjWeight: this.v_proj_weight,
        biasK: this.bias_k,
        biasV: this.bias_v,
        addZeroAttn: this.addZeroAttn,
        dropoutP: this.dropout,
        outProjWeight: this.out_proj.weight,
        outProjBias: this.out_proj.bias,
        training: this.training,
        ...options,
      },
    )
    return [swaps ? output.transpose(1, 0) : output, weights]
  }
}
