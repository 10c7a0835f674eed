// `torch.nn.init`: fills a tensor in place from the default generator, outside of autograd.
import { noGrad } from '../autograd/grad-mode.ts'
import { float32 } from '../dtypes.ts'
import { invalidOption } from '../errors.ts'
import { tensorOfData } from '../ops/creation.ts'
import { defaultGenerator } from '../random/default-generator.ts'
import { fillUniform } from '../random/uniform.ts'
import type { Tensor } from '../tensor/tensor.ts'

export function uniform_(tensor: Tensor, a = 0, b = 1): Tensor {
  const data = new Float32Array(tensor.numel())
  fillUniform(defaultGenerator, 'f32', data, a, b)
  return noGrad(() => tensor.copy_(tensorOfData(float32, tensor.shape, data)))
}

/** Inputs and outputs of a weight `[out, in, …]`. */
export function fanOf(shape: readonly number[]): { readonly fanIn: number; readonly fanOut: number } {
  const [out, inputs, ...window] = shape
  if (out === undefined || inputs === undefined) {
    throw invalidOption('Fan in and fan out can not be computed for tensor with fewer than 2 dimensions')
  }
  const field = window.reduce((product, dim) => product * dim, 1)
  return { fanIn: inputs * field, fanOut: out * field }
}

/** In double and in exactly this order: the rounding decides the last bit of every weight. */
export function kaimingUniform_(tensor: Tensor, { a = 0 }: { readonly a?: number } = {}): Tensor {
  const gain = Math.sqrt(2 / (1 + a ** 2))
  const std = gain / Math.sqrt(fanOf(tensor.shape).fanIn)
  const bound = Math.sqrt(3) * std
  return uniform_(tensor, -bound, bound)
}
