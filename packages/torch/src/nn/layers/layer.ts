// What layers share: parameters made and drawn as PyTorch does, options printed as Python writes them.
import type { DType } from '../../dtypes.ts'
import type { Device } from '../../engine/device.ts'
import { empty } from '../../ops/creation.ts'
import { repr } from '../../print/python.ts'
import { defaultBiasBound } from '../../random/init.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { kaimingUniform_, uniform_ } from '../init.ts'
import type { AnyModule } from '../module.ts'
import { Parameter } from '../parameter.ts'

/** Where a layer's parameters are made, and of what. */
export interface Factory {
  dtype?: DType
  device?: Device | string
}

export const made = (shape: readonly number[], { dtype, device }: Factory): Tensor =>
  empty([...shape], { ...(dtype && { dtype }), ...(device && { device }) })

/** A parameter, or its absence, under a name. */
export function setParameter(module: AnyModule, name: string, data: Tensor | null): Parameter | null {
  if (data === null) {
    module.registerParameter(name, null)
    return null
  }
  const parameter = new Parameter(data)
  module.registerParameter(name, parameter)
  return parameter
}

/** The default numbers of a linear map or convolution, weight first. */
export function drawLinear(weight: Tensor, bias: Tensor | null): void {
  kaimingUniform_(weight, { a: Math.sqrt(5) })
  if (bias === null) return
  const bound = defaultBiasBound(weight.shape)
  uniform_(bias, -bound, bound)
}

/** `kernel_size=3, stride=2` */
export const options = (entries: Readonly<Record<string, unknown>>): string =>
  Object.entries(entries)
    .map(([name, value]) => `${name}=${repr(value)}`)
    .join(', ')

/** A float as Python prints it, whole ones too. */
export { reprFloat } from '../../print/python.ts'
export { repr }
