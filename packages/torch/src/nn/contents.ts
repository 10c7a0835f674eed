// Changing what tensors of a module hold while they stay the same objects.
import { noGrad } from '../autograd/grad-mode.ts'
import { DType } from '../dtypes.ts'
import { Device } from '../engine/device.ts'
import { resolveDevice } from '../ops/devices.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { isLazy } from './parameter.ts'

export interface ToOptions {
  readonly device?: Device | string
  readonly dtype?: DType
}

/** Drops a gradient, or fills it with zeros. */
export function clearGrad(tensor: Tensor, setToNone: boolean): void {
  if (setToNone) tensor.storeGrad(null)
  else if (tensor.grad !== null) {
    if (tensor.grad.gradFn === null) tensor.grad.requiresGrad_(false)
    else tensor.grad.detach_()
    tensor.grad.zero_()
  }
}

/** Device and dtype in any of the ways one may say them. */
export function targetOf(args: readonly (Device | string | DType | Tensor | ToOptions)[]): {
  readonly device: Device | undefined
  readonly dtype: DType | undefined
} {
  let device: Device | undefined
  let dtype: DType | undefined
  for (const arg of args) {
    if (arg instanceof DType) dtype = arg
    else if (arg instanceof Device || typeof arg === 'string') device = resolveDevice(arg)
    else {
      if (arg.device !== undefined) device = resolveDevice(arg.device)
      if (arg.dtype !== undefined) dtype = arg.dtype
    }
  }
  return { device, dtype }
}

/** The parameter and its gradient hold what `fn` makes of them. */
export function replaceContents(parameter: Tensor, fn: (tensor: Tensor) => Tensor): void {
  const replace = (tensor: Tensor): void => {
    // What has no shape yet still has a device and a dtype.
    const applied = noGrad(() => fn(isLazy(tensor) ? tensor.data : tensor))
    if (applied !== tensor) tensor.data = applied
  }
  const { grad } = parameter
  replace(parameter)
  if (grad !== null) replace(grad)
}
