// Transformers: layers of attention and feed-forward maps, encoders and decoders of them. Drawn as PyTorch draws: copies of a layer
// share its first numbers, and `Transformer` draws all of its own once more.
// It is long because each of the five classes lists what it is made and called with.
import { getDefaultDtype } from '../../dtypes.ts'
import { argumentError } from '../../errors.ts'
import { tensor } from '../../ops/creation.ts'
import { type Arguments, parse } from '../../ops/signature.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { ModuleList } from '../containers.ts'
import { deepcopy } from '../copy.ts'
import * as activations from '../functional/activations.ts'
import { xavierUniform_ } from '../init.ts'
import { type AnyModule, Module } from '../module.ts'
import { MultiheadAttention } from './attention.ts'
import { construct } from './construct.ts'
import { Dropout } from './dropout.ts'
import type { Factory } from './layer.ts'
import { Linear } from './linear.ts'
import { LayerNorm } from './normalization.ts'

type Activation = 'relu' | 'gelu' | ((x: Tensor) => Tensor)

type LayerParams = Factory & {
  dModel: number
  nhead: number
  dimFeedforward?: number
  dropout?: number
  activation?: Activation
  layerNormEps?: number
  batchFirst?: boolean
  normFirst?: boolean
  bias?: boolean
}
const layerNames = [
  'dModel',
  'nhead',
  'dimFeedforward',
  'dropout',
  'activation',
  'layerNormEps',
  'batchFirst',
  'normFirst',
  'bias',
  'device',
  'dtype',
] as const
type LayerArguments = Arguments<LayerParams, typeof layerNames>

function activationOf(activation: Activation): (x: Tensor) => Tensor {
  if (typeof activation === 'function') return activation
  if (activation === 'relu') return (x) => activations.relu(x)
  if (activation === 'gelu') return (x) => activations.gelu(x)
  throw argumentError(`activation should be relu/gelu, not ${String(activation)}`)
}

type Mask = Tensor | null
export interface EncoderMasks {
  srcMask?: Mask
  srcKeyPaddingMask?: Mask
  /** That the mask hides what comes later; a hint. */
  isCausal?: boolean
}
const encoderMaskNames = ['srcMask', 'srcKeyPaddingMask', 'isCausal'] as const
type EncoderMaskArguments = Arguments<EncoderMasks, typeof encoderMaskNames>

const factoryOf = ({ dtype, device }: Factory): Factory => ({
  ...(dtype && { dtype }),
  ...(device && { device }),
})

/** Attention to itself, and a feed-forward map, each added to what it is given. */
export class TransformerEncoderLayer extends Module<[src: Tensor, ...EncoderMaskArguments]> {
  readonly normFirst: boolean
  readonly activation: (x: Tensor) => Tensor
  declare self_attn: MultiheadAttention
  declare linear1: Linear
  declare dropout: Dropout
  declare linear2: Linear
  declare norm1: LayerNorm
  declare norm2: LayerNorm
  declare dropout1: Dropout
  declare dropout2: Dropout

  constructor(...args: LayerArguments) {
    super()
    const params = construct<LayerParams>('TransformerEncoderLayer', layerNames, [], args, 2)
    const { dModel, nhead, dimFeedforward = 2048, dropout = 0.1, layerNormEps: eps = 1e-5 } = params
    const { batchFirst = false, normFirst = false, activation = 'relu', bias = true } = params
    const factory = { bias, ...factoryOf(params) }
    this.activation = activationOf(activation)
    this.normFirst = normFirst
    this.self_attn = new MultiheadAttention(dModel, nhead, { dropout, batchFirst, ...factory })
    this.linear1 = new Linear(dModel, dimFeedforward, factory)
    this.dropout = new Dropout(dropout)
    this.linear2 = new Linear(dimFeedforward, dModel, factory)
    this.norm1 = new LayerNorm(dModel, { eps, ...factory })
    this.norm2 = new LayerNorm(dModel, { eps, ...factory })
    this.dropout1 = new Dropout(dropout)
    this.dropout2 = new Dropout(dropout)
  }

  override forward(src: Tensor, ...args: EncoderMaskArguments): Tensor {
    const masks = parse<EncoderMasks>('TransformerEncoderLayer.forward', encoderMaskNames, [], args)
    const attend = (x: Tensor): Tensor => this.attend(x, masks)
    if (this.normFirst) {
      const x = src.add(attend(this.norm1(src)))
      return x.add(this.feedForward(this.norm2(x)))
    }
    const x = this.norm1(src.add(attend(src)))
    return this.norm2(x.add(this.feedForward(x)))
  }

  private attend(x: Tensor, masks: EncoderMasks): Tensor {
    const { srcMask: attnMask = null, srcKeyPaddingMask: keyPaddingMask = null, isCausal = false } = masks
    const [output] = this.self_attn(x, x, x, { attnMask, keyPaddingMask, needWeights: false, isCausal })
    return this.dropout1(output)
  }
  private feedForward(x: Tensor): Tensor {
    return this.dropout2(this.linear2(this.dropout(this.activation(this.linear1(x)))))
  }
}

export interface DecoderMasks {
  tgtMask?: Mask
  memoryMask?: Mask
  tgtKeyPaddingMask?: Mask
  memoryKeyPaddingMask?: Mask
  tgtIsCausal?: boolean
  memoryIsCausal?: boolean
}
const decoderMaskNames = [
  'tgtMask',
  'memoryMask',
  'tgtKeyPaddingMask',
  'memoryKeyPaddingMask',
  'tgtIsCausal',
  'memoryIsCausal',
] as const
type DecoderMaskArguments = Arguments<DecoderMasks, typeof decoderMaskNames>

/** Attention to itself and to an encoder's results, and a feed-forward map. */
export class TransformerDecoderLayer extends Module<[tgt: Tensor, memory: Tensor, ...DecoderMaskArguments]> {
  readonly normFirst: boolean
  readonly activation: (x: Tensor) => Tensor
  declare self_attn: MultiheadAttention
  declare multihead_attn: MultiheadAttention
  declare linear1: Linear
  declare dropout: Dropout
  declare linear2: Linear
  declare norm1: LayerNorm
  declare norm2: LayerNorm
  declare norm3: LayerNorm
  declare dropout1: Dropout
  declare dropout2: Dropout
  declare dropout3: Dropout

  constructor(...args: LayerArguments) {
    super()
    const params = construct<LayerParams>('TransformerDecoderLayer', layerNames, [], args, 2)
    const { dModel, nhead, dimFeedforward = 2048, dropout = 0.1, layerNormEps: eps = 1e-5 } = params
    const { batchFirst = false, normFirst = false, activation = 'relu', bias = true } = params
    const factory = { bias, ...factoryOf(params) }
    this.activation = activationOf(activation)
    this.normFirst = normFirst
    this.self_attn = new MultiheadAttention(dModel, nhead, { dropout, batchFirst, ...factory })
    this.multihead_attn = new MultiheadAttention(dModel, nhead, { dropout, batchFirst, ...factory })
    this.linear1 = new Linear(dModel, dimFeedforward, factory)
    this.dropout = new Dropout(dropout)
    this.linear2 = new Linear(dimFeedforward, dModel, factory)
    this.norm1 = new LayerNorm(dModel, { eps, ...factory })
    this.norm2 = new LayerNorm(dModel, { eps, ...factory })
    this.norm3 = new LayerNorm(dModel, { eps, ...factory })
    this.dropout1 = new Dropout(dropout)
    this.dropout2 = new Dropout(dropout)
    this.dropout3 = new Dropout(dropout)
  }

  override forward(tgt: Tensor, memory: Tensor, ...args: DecoderMaskArguments): Tensor {
    const masks = parse<DecoderMasks>('TransformerDecoderLayer.forward', decoderMaskNames, [], args)
    const { tgtMask = null, memoryMask = null, tgtKeyPaddingMask = null, memoryKeyPaddingMask = null } = masks
    const { tgtIsCausal = false, memoryIsCausal = false } = masks
    const toItself = (x: Tensor): Tensor => {
      const causal = { needWeights: false, isCausal: tgtIsCausal }
      const options = { attnMask: tgtMask, keyPaddingMask: tgtKeyPaddingMask, ...causal }
      return this.dropout1(this.self_attn(x, x, x, options)[0])
    }
    const toMemory = (x: Tensor): Tensor => {
      const causal = { needWeights: false, isCausal: memoryIsCausal }
      const options = { attnMask: memoryMask, keyPaddingMask: memoryKeyPaddingMask, ...causal }
      return this.dropout2(this.multihead_attn(x, memory, memory, options)[0])
    }
    if (this.normFirst) {
      const x = tgt.add(toItself(this.norm1(tgt)))
      const y = x.add(toMemory(this.norm2(x)))
      return y.add(this.feedForward(this.norm3(y)))
    }
    const x = this.norm1(tgt.add(toItself(tgt)))
    const y = this.norm2(x.add(toMemory(x)))
    return this.norm3(y.add(this.feedForward(y)))
  }

  private feedForward(x: Tensor): Tensor {
    return this.dropout3(this.linear2(this.dropout(this.activation(this.linear1(x)))))
  }
}

const copies = <L extends AnyModule>(layer: L, count: number): ModuleList<L> =>
  new ModuleList(Array.from({ length: count }, () => deepcopy(layer)))

type EncoderParams = {
  encoderLayer: TransformerEncoderLayer
  numLayers: number
  norm?: LayerNorm | null
  enableNestedTensor?: boolean
  maskCheck?: boolean
}
const encoderNames = ['encoderLayer', 'numLayers', 'norm', 'enableNestedTensor', 'maskCheck'] as const

export interface StackMasks {
  mask?: Mask
  srcKeyPaddingMask?: Mask
  isCausal?: boolean | null
}
const stackMaskNames = ['mask', 'srcKeyPaddingMask', 'isCausal'] as const
type StackMaskArguments = Arguments<StackMasks, typeof stackMaskNames>

/** Copies of a layer one after the other, and a norm at the end. */
export class TransformerEncoder extends Module<[src: Tensor, ...StackMaskArguments]> {
  readonly numLayers: number
  declare layers: ModuleList<TransformerEncoderLayer>
  declare norm: LayerNorm | null

  constructor(...args: Arguments<EncoderParams, typeof encoderNames>) {
    super()
    const { encoderLayer, numLayers, norm } = construct<EncoderParams>(
      'TransformerEncoder',
      encoderNames,
      [],
      args,
      2,
    )
    this.layers = copies(encoderLayer, numLayers)
    this.numLayers = numLayers
    setNorm(this, norm)
  }
  override forward(src: Tensor, ...args: StackMaskArguments): Tensor {
    const masks = parse<StackMasks>('TransformerEncoder.forward', stackMaskNames, [], args)
    const { mask = null, srcKeyPaddingMask = null, isCausal } = masks
    let output = src
    for (const layer of this.layers) {
      output = layer(output, { srcMask: mask, srcKeyPaddingMask, isCausal: isCausal ?? false })
    }
    return this.norm === null ? output : this.norm(output)
  }
}

/** A norm that is not there is no part of what PyTorch prints. */
function setNorm(module: AnyModule, norm: LayerNorm | null | undefined): void {
  Reflect.set(module, 'norm', norm ?? null)
}

type DecoderParams = { decoderLayer: TransformerDecoderLayer; numLayers: number; norm?: LayerNorm | null }
const decoderNames = ['decoderLayer', 'numLayers', 'norm'] as const

export class TransformerDecoder extends Module<[tgt: Tensor, memory: Tensor, ...DecoderMaskArguments]> {
  readonly numLayers: number
  declare layers: ModuleList<TransformerDecoderLayer>
  declare norm: LayerNorm | null

  constructor(...args: Arguments<DecoderParams, typeof decoderNames>) {
    super()
    const { decoderLayer, numLayers, norm } = construct<DecoderParams>(
      'TransformerDecoder',
      decoderNames,
      [],
      args,
      2,
    )
    this.layers = copies(decoderLayer, numLayers)
    this.numLayers = numLayers
    setNorm(this, norm)
  }
  override forward(tgt: Tensor, memory: Tensor, ...args: DecoderMaskArguments): Tensor {
    const masks = parse<DecoderMasks>('TransformerDecoder.forward', decoderMaskNames, [], args)
    let output = tgt
    for (const layer of this.layers) output = layer(output, memory, masks)
    return this.norm === null ? output : this.norm(output)
  }
}

type TransformerParams = Factory & {
  dModel?: number
  nhead?: number
  numEncoderLayers?: number
  numDecoderLayers?: number
  dimFeedforward?: number
  dropout?: number
  activation?: Activation
  customEncoder?: AnyModule | null
  customDecoder?: AnyModule | null
  layerNormEps?: number
  batchFirst?: boolean
  normFirst?: boolean
  bias?: boolean
}
const transformerNames = [
  'dModel',
  'nhead',
  'numEncoderLayers',
  'numDecoderLayers',
  'dimFeedforward',
  'dropout',
  'activation',
  'customEncoder',
  'customDecoder',
  'layerNormEps',
  'batchFirst',
  'normFirst',
  'bias',
  'device',
  'dtype',
] as const

export interface TransformerMasks {
  srcMask?: Mask
  tgtMask?: Mask
  memoryMask?: Mask
  srcKeyPaddingMask?: Mask
  tgtKeyPaddingMask?: Mask
  memoryKeyPaddingMask?: Mask
  srcIsCausal?: boolean | null
  tgtIsCausal?: boolean
  memoryIsCausal?: boolean
}
const maskNames = [
  'srcMask',
  'tgtMask',
  'memoryMask',
  'srcKeyPaddingMask',
  'tgtKeyPaddingMask',
  'memoryKeyPaddingMask',
  'srcIsCausal',
  'tgtIsCausal',
  'memoryIsCausal',
] as const
type MaskArguments = Arguments<TransformerMasks, typeof maskNames>

/** An encoder and a decoder. */
export class Transformer extends Module<[src: Tensor, tgt: Tensor, ...MaskArguments]> {
  readonly dModel: number
  readonly nhead: number
  readonly batchFirst: boolean
  declare encoder: Module<[Tensor, StackMasks?]>
  declare decoder: Module<[Tensor, Tensor, DecoderMasks?]>

  constructor(...args: Arguments<TransformerParams, typeof transformerNames>) {
    super()
    const params = construct<TransformerParams>('Transformer', transformerNames, [], args)
    const {
      dModel = 512,
      nhead = 8,
      numEncoderLayers = 6,
      numDecoderLayers = 6,
      customEncoder,
      customDecoder,
    } = params
    const { dimFeedforward = 2048, dropout = 0.1, activation = 'relu', layerNormEps = 1e-5 } = params
    const { batchFirst = false, normFirst = false, bias = true } = params
    const factory = { bias, ...factoryOf(params) }
    const layer = { dimFeedforward, dropout, activation, layerNormEps, batchFirst, normFirst, ...factory }
    const norm = (): LayerNorm => new LayerNorm(dModel, { eps: layerNormEps, ...factory })
    const encoder =
      customEncoder ??
      new TransformerEncoder(new TransformerEncoderLayer(dModel, nhead, layer), numEncoderLayers, norm())
    const decoder =
      customDecoder ??
      new TransformerDecoder(new TransformerDecoderLayer(dModel, nhead, layer), numDecoderLayers, norm())
    Reflect.set(this, 'encoder', encoder)
    Reflect.set(this, 'decoder', decoder)
    this._resetParameters()
    this.dModel = dModel
    this.nhead = nhead
    this.batchFirst = batchFirst
  }

  _resetParameters(): void {
    for (const parameter of this.parameters()) if (parameter.ndim > 1) xavierUniform_(parameter)
  }

  /** `-Infinity` above the diagonal: no place sees what comes after it. */
  static generateSquareSubsequentMask(size: number): Tensor {
    const row = Array.from({ length: size }, (_, k) => k)
    const rows = row.map((at) => row.map((seen) => (seen > at ? Number.NEGATIVE_INFINITY : 0)))
    return tensor(rows, { dtype: getDefaultDtype() }).reshape(size, size)
  }

  override forward(src: Tensor, tgt: Tensor, ...args: MaskArguments): Tensor {
    const masks = parse<TransformerMasks>('Transformer.forward', maskNames, [], args)
    this.check(src, tgt)
    const { srcMask = null, srcKeyPaddingMask = null, srcIsCausal = null, ...others } = masks
    const memory = this.encoder(src, { mask: srcMask, srcKeyPaddingMask, isCausal: srcIsCausal })
    return this.decoder(tgt, memory, others)
  }

  private check(src: Tensor, tgt: Tensor): void {
    const batch = this.batchFirst ? 0 : 1
    if (src.ndim === 3 && src.shape[batch] !== tgt.shape[batch]) {
      throw argumentError('the batch number of src and tgt must be equal')
    }
    if (src.shape.at(-1) !== this.dModel || tgt.shape.at(-1) !== this.dModel) {
      throw argumentError('the feature number of src and tgt must be equal to d_model')
    }
  }
}
