// The text of a tensor, as PyTorch prints it.
import { getDefaultDtype } from '../dtypes.ts'
import { readCell } from '../engine/evaluate.ts'
import { formatTensor } from '../print/format-tensor.ts'
import type { Tensor } from './tensor.ts'

/** `tensor([1., 2.], grad_fn=<AddBackward0>)` */
export function print(tensor: Tensor): string {
  const { dtype, shape } = tensor.type_
  return formatTensor({
    dtype,
    shape,
    data: readCell(tensor.cell),
    requiresGrad: tensor.requiresGrad,
    gradFn: tensor.gradFn?.name(),
    device: String(tensor.device),
    defaultDType: getDefaultDtype().core,
  })
}
