// Pooling over windows at random places, as layers: drawn anew in each call, unless samples are given.
import { argumentError, type TorchError } from '../../errors.ts'
import type { Arguments } from '../../ops/signature.ts'
import { repr } from '../../print/python.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import * as functional from '../functional/fractional-pooling.ts'
import type { PerAxis } from '../functional/operands.ts'
import { Module } from '../module.ts'
import { construct } from './construct.ts'

type Params = {
  kernelSize: PerAxis
  outputSize?: PerAxis | null
  outputRatio?: PerAxis | null
  returnIndices?: boolean
  _randomSamples?: Tensor | null
}
const names = ['kernelSize', 'outputSize', 'outputRatio', 'returnIndices', '_randomSamples'] as const

abstract class FractionalMaxPool extends Module {
  readonly kernelSize: PerAxis
  readonly outputSize: PerAxis | null
  readonly outputRatio: PerAxis | null
  readonly returnIndices: boolean

  constructor(...args: Arguments<Params, typeof names>) {
    super()
    const { name } = new.target
    const params = construct<Params>(name, names, [], args, 1)
    const all = (entries: PerAxis): readonly number[] =>
      typeof entries === 'number' ? new Array<number>(this.rank).fill(entries) : entries
    this.kernelSize = all(params.kernelSize)
    this.returnIndices = params.returnIndices ?? false
    this.registerBuffer('_random_samples', params._randomSamples ?? null)
    this.outputSize = params.outputSize == null ? null : all(params.outputSize)
    this.outputRatio = params.outputRatio == null ? null : all(params.outputRatio)
    if (this.outputSize === null && this.outputRatio === null) throw noSize(name)
    if (this.outputSize !== null && this.outputRatio !== null) throw twoSizes()
    if (this.outputRatio !== null && !all(this.outputRatio).every((each) => each > 0 && each < 1)) {
      throw ratioRange(all(this.outputRatio))
    }
  }
  protected abstract readonly rank: number
  protected abstract readonly pool: functional.FractionalMaxPool

  override forward(input: Tensor): Tensor {
    const { kernelSize, outputSize, outputRatio, returnIndices } = this
    const _randomSamples = Reflect.get(this, '_random_samples') as Tensor | null
    const options = { kernelSize, outputSize, outputRatio, _randomSamples }
    // The type of a call is that without positions, as `forward` of all layers.
    return this.pool(input, { ...options, returnIndices: returnIndices as false })
  }
}

/** Of `[N, C, H, W]` or `[C, H, W]`. */
export class FractionalMaxPool2d extends FractionalMaxPool {
  protected get rank(): number {
    return 2
  }
  protected get pool(): functional.FractionalMaxPool {
    return functional.fractionalMaxPool2d
  }
}
/** Of `[N, C, D, H, W]` or `[C, D, H, W]`. */
export class FractionalMaxPool3d extends FractionalMaxPool {
  protected get rank(): number {
    return 3
  }
  protected get pool(): functional.FractionalMaxPool {
    return functional.fractionalMaxPool3d
  }
}

const valueError = (text: string): TorchError => argumentError(text, {}, 'ValueError')
const noSize = (name: string): TorchError =>
  valueError(`${name} requires specifying either an output size, or a pooling ratio`)
const twoSizes = (): TorchError => valueError('only one of output_size and output_ratio may be specified')
const ratioRange = (ratios: readonly number[]): TorchError =>
  valueError(`output_ratio must be between 0 and 1 (got ${repr(ratios)})`)
