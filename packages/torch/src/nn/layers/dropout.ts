// Dropouts as layers.
import type { Arguments } from '../../ops/signature.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import * as functional from '../functional/dropout.ts'
import { dropoutProbability } from '../functional/errors.ts'
import { Module } from '../module.ts'
import { construct } from './construct.ts'
import { options } from './layer.ts'

type Params = { p?: number; inplace?: boolean }

abstract class AnyDropout extends Module {
  readonly p: number
  readonly inplace: boolean

  constructor(...args: Arguments<Params, ['p', 'inplace']>) {
    super()
    const { p = 0.5, inplace = false } = construct<Params>(new.target.name, ['p', 'inplace'], [], args)
    if (!(p >= 0 && p <= 1)) throw dropoutProbability(p)
    this.p = p
    this.inplace = inplace
  }
  override extraRepr(): string {
    return options({ p: this.p, inplace: this.inplace })
  }
}

/** In training each element 0 with probability `p`, the others divided by `1 - p`. */
export class Dropout extends AnyDropout {
  override forward(input: Tensor): Tensor {
    return functional.dropout(input, this.p, this.training, this.inplace)
  }
}
/** `Dropout` of whole channels, of `[N, C, L]` or `[C, L]`. */
export class Dropout1d extends AnyDropout {
  override forward(input: Tensor): Tensor {
    return functional.dropout1d(input, this.p, this.training, this.inplace)
  }
}
/** `Dropout` of whole channels, of `[N, C, H, W]`. */
export class Dropout2d extends AnyDropout {
  override forward(input: Tensor): Tensor {
    return functional.dropout2d(input, this.p, this.training, this.inplace)
  }
}
/** `Dropout` of whole channels, of `[N, C, D, H, W]`. */
export class Dropout3d extends AnyDropout {
  override forward(input: Tensor): Tensor {
    return functional.dropout3d(input, this.p, this.training, this.inplace)
  }
}
/** `Dropout` that keeps mean and variance of what `SELU` gives. */
export class AlphaDropout extends AnyDropout {
  override forward(input: Tensor): Tensor {
    return functional.alphaDropout(input, this.p, this.training)
  }
}
/** `AlphaDropout` of whole channels. */
export class FeatureAlphaDropout extends AnyDropout {
  override forward(input: Tensor): Tensor {
    return functional.featureAlphaDropout(input, this.p, this.training)
  }
}
