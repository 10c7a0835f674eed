// Tables of vectors as layers.

import { noGrad } from '../../autograd/grad-mode.ts'
import { argumentError } from '../../errors.ts'
import type { Arguments } from '../../ops/signature.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import * as functional from '../functional/embedding.ts'
import { normal_ } from '../init.ts'
import { Module } from '../module.ts'
import type { Parameter } from '../parameter.ts'
import { construct } from './construct.ts'
import { type Factory, made, reprFloat, setParameter } from './layer.ts'

interface Common extends Factory {
  numEmbeddings: number
  embeddingDim: number
  paddingIdx?: number | null
  maxNorm?: number | null
  normType?: number
  scaleGradByFreq?: boolean
  sparse?: boolean
}
type Params = Common & { _weight?: Tensor | null }
const names = [
  'numEmbeddings',
  'embeddingDim',
  'paddingIdx',
  'maxNorm',
  'normType',
  'scaleGradByFreq',
  'sparse',
  '_weight',
  'device',
  'dtype',
] as const

function resolvePadding(index: number | null | undefined, count: number, name: string): number | null {
  if (index == null) return null
  if (index < -count || index >= count) {
    throw argumentError(`${name} must be within num_embeddings`, { index, count }, 'AssertionError')
  }
  return index < 0 ? index + count : index
}

/** Normal numbers, and a row of zeros for padding. */
function draw(weight: Parameter, paddingIdx: number | null): void {
  normal_(weight)
  if (paddingIdx !== null) noGrad(() => weight.select(0, paddingIdx).fill_(0))
}

/** Rows of a table by their numbers. */
export class Embedding extends Module {
  readonly numEmbeddings: number
  readonly embeddingDim: number
  readonly paddingIdx: number | null
  readonly maxNorm: number | null
  readonly normType: number
  readonly scaleGradByFreq: boolean
  weight!: Parameter

  constructor(...args: Arguments<Params, typeof names>) {
    super()
    const params = construct<Params>('Embedding', names, [], args, 2)
    const { numEmbeddings, embeddingDim, _weight: weight } = params
    this.numEmbeddings = numEmbeddings
    this.embeddingDim = embeddingDim
    this.paddingIdx = resolvePadding(params.paddingIdx, numEmbeddings, 'Padding_idx')
    this.maxNorm = params.maxNorm ?? null
    this.normType = params.normType ?? 2
    this.scaleGradByFreq = params.scaleGradByFreq ?? false
    setParameter(this, 'weight', weight ?? made([numEmbeddings, embeddingDim], params))
    if (weight == null) this.resetParameters()
  }

  resetParameters(): void {
    draw(this.weight, this.paddingIdx)
  }

  /** A layer of a given table, which is not trained unless `freeze` is false. */
  static fromPretrained(
    embeddings: Tensor,
    { freeze = true, ...others }: { freeze?: boolean } & Omit<Common, 'numEmbeddings' | 'embeddingDim'> = {},
  ): Embedding {
    const [numEmbeddings = 0, embeddingDim = 0] = embeddings.shape
    const layer = new Embedding({ numEmbeddings, embeddingDim, _weight: embeddings, ...others })
    layer.weight.requiresGrad_(!freeze)
    return layer
  }
  override forward(input: Tensor): Tensor {
    const { weight, paddingIdx, maxNorm, normType, scaleGradByFreq } = this
    return functional.embedding(input, weight, { paddingIdx, maxNorm, normType, scaleGradByFreq })
  }
  override extraRepr(): string {
    const parts = [`${this.numEmbeddings}, ${this.embeddingDim}`]
    if (this.paddingIdx !== null) parts.push(`padding_idx=${this.paddingIdx}`)
    if (this.maxNorm !== null) parts.push(`max_norm=${reprFloat(this.maxNorm)}`)
    if (this.normType !== 2) parts.push(`norm_type=${reprFloat(this.normType)}`)
    if (this.scaleGradByFreq) parts.push('scale_grad_by_freq=True')
    return parts.join(', ')
  }
}

type Mode = 'sum' | 'mean' | 'max'
type BagParams = Params & { mode?: Mode; includeLastOffset?: boolean }
const bagNames = [
  'numEmbeddings',
  'embeddingDim',
  'maxNorm',
  'normType',
  'scaleGradByFreq',
  'mode',
  'sparse',
  '_weight',
  'includeLastOffset',
  'paddingIdx',
  'device',
  'dtype',
] as const

/** Rows of a table, reduced bag by bag. */
export class EmbeddingBag extends Module<
  [input: Tensor, offsets?: Tensor | null, perSampleWeights?: Tensor | null]
> {
  readonly numEmbeddings: number
  readonly embeddingDim: number
  readonly paddingIdx: number | null
  readonly maxNorm: number | null
  readonly normType: number
  readonly scaleGradByFreq: boolean
  readonly mode: Mode
  readonly includeLastOffset: boolean
  weight!: Parameter

  constructor(...args: Arguments<BagParams, typeof bagNames>) {
    super()
    const params = construct<BagParams>('EmbeddingBag', bagNames, [], args, 2)
    const { numEmbeddings, embeddingDim, _weight: weight } = params
    this.numEmbeddings = numEmbeddings
    this.embeddingDim = embeddingDim
    this.paddingIdx = resolvePadding(params.paddingIdx, numEmbeddings, 'padding_idx')
    this.maxNorm = params.maxNorm ?? null
    this.normType = params.normType ?? 2
    this.scaleGradByFreq = params.scaleGradByFreq ?? false
    this.mode = params.mode ?? 'mean'
    this.includeLastOffset = params.includeLastOffset ?? false
    setParameter(this, 'weight', weight ?? made([numEmbeddings, embeddingDim], params))
    if (weight == null) this.resetParameters()
  }

  resetParameters(): void {
    draw(this.weight, this.paddingIdx)
  }
  override forward(
    input: Tensor,
    offsets: Tensor | null = null,
    perSampleWeights: Tensor | null = null,
  ): Tensor {
    const { weight, paddingIdx, maxNorm, normType, scaleGradByFreq, mode, includeLastOffset } = this
    return functional.embeddingBag(input, weight, {
      offsets,
      perSampleWeights,
      paddingIdx,
      maxNorm,
      normType,
      scaleGradByFreq,
      mode,
      includeLastOffset,
    })
  }
  override extraRepr(): string {
    const parts = [`${this.numEmbeddings}, ${this.embeddingDim}`]
    if (this.maxNorm !== null) parts.push(`max_norm=${reprFloat(this.maxNorm)}`)
    if (this.normType !== 2) parts.push(`norm_type=${reprFloat(this.normType)}`)
    if (this.scaleGradByFreq) parts.push('scale_grad_by_freq=True')
    parts.push(`mode=${this.mode}`)
    if (this.paddingIdx !== null) parts.push(`padding_idx=${this.paddingIdx}`)
    return parts.join(', ')
  }
}
