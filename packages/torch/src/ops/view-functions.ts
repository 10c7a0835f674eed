// Methods of views that PyTorch has as functions, too.
import type { Tensor } from '../tensor/tensor.ts'
import { asStrided } from './dim-views.ts'

export const asStrided_: typeof asStrided.inPlace = asStrided.inPlace
export const detach = (input: Tensor): Tensor => input.detach()
export const detach_ = (input: Tensor): Tensor => input.detach_()
