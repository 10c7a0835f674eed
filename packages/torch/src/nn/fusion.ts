// Batch norms taken into the layer before them, for evaluation.
import { argumentError, type TorchError } from '../errors.ts'
import { add } from '../ops/arithmetic.ts'
import { onesLike, zerosLike } from '../ops/creation.ts'
import { rsqrt } from '../ops/unary.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { deepcopy } from './copy.ts'
import type { AnyConvolution } from './layers/convolution.ts'
import type { Linear } from './layers/linear.ts'
import type { RunningNorm } from './layers/normalization.ts'
import { Parameter } from './parameter.ts'

/** Which extents the outputs of a weight have among its dimensions. */
function perOutput(factor: Tensor, rank: number, outputs: number): Tensor {
  return factor.reshape(Array.from({ length: rank }, (_, axis) => (axis === outputs ? -1 : 1)))
}

/** Weight and bias of one affine map that does what it and a norm do. */
function fused(
  weight: Tensor,
  bias: Tensor | null,
  outputs: number,
  [mean, variance, eps, scale, shift]: readonly [Tensor, Tensor, number, Tensor | null, Tensor | null],
): readonly [Parameter, Parameter] {
  const before = bias ?? zerosLike(mean)
  const inverse = rsqrt(add(variance, eps))
  const factor = inverse.mul(scale ?? onesLike(mean))
  const offset = before.sub(mean).mul(factor)
  return [
    new Parameter(weight.mul(perOutput(factor, weight.ndim, outputs)).detach()),
    new Parameter(offset.add(shift ?? zerosLike(mean)).detach()),
  ]
}

/** Weight and bias of a convolution and a norm after it; `transpose`: of a transposed one. */
export const fuseConvBnWeights = (
  weight: Tensor,
  bias: Tensor | null,
  mean: Tensor,
  variance: Tensor,
  eps: number,
  scale: Tensor | null,
  shift: Tensor | null,
  transpose: boolean | { readonly transpose?: boolean } = false,
): readonly [Parameter, Parameter] => {
  const isTransposed = typeof transpose === 'boolean' ? transpose : transpose.transpose === true
  return fused(weight, bias, isTransposed ? 1 : 0, [mean, variance, eps, scale, shift])
}

/** Weight and bias of a linear map and a norm after it. */
export const fuseLinearBnWeights = (
  weight: Tensor,
  bias: Tensor | null,
  mean: Tensor,
  variance: Tensor,
  eps: number,
  scale: Tensor | null,
  shift: Tensor | null,
): readonly [Parameter, Parameter] => fused(weight, bias, 0, [mean, variance, eps, scale, shift])

type Statistics = readonly [Tensor, Tensor, number, Tensor | null, Tensor | null]

function statisticsOf(layer: { readonly training: boolean }, norm: RunningNorm): Statistics {
  if (layer.training || norm.training) throw inTraining()
  const { running_mean: mean, running_var: variance, eps, weight, bias } = norm
  return [mean as Tensor, variance as Tensor, eps, weight, bias]
}

/** A convolution that does what `conv` and then `bn` do in evaluation. */
export function fuseConvBnEval<L extends AnyConvolution>(
  conv: L,
  bn: RunningNorm,
  transpose: boolean | { readonly transpose?: boolean } = false,
): L {
  const statistics = statisticsOf(conv, bn)
  const layer = deepcopy(conv)
  const [weight, bias] = fuseConvBnWeights(layer.weight, layer.bias, ...statistics, transpose)
  layer.weight = weight
  layer.bias = bias
  return layer
}

/** A linear map that does what `linear` and then `bn` do in evaluation. */
export function fuseLinearBnEval<L extends Linear>(linear: L, bn: RunningNorm): L {
  const statistics = statisticsOf(linear, bn)
  const layer = deepcopy(linear)
  const [weight, bias] = fuseLinearBnWeights(layer.weight, layer.bias, ...statistics)
  layer.weight = weight
  layer.bias = bias
  return layer
}

const inTraining = (): TorchError => argumentError('Fusion only for eval!', {}, 'AssertionError')
