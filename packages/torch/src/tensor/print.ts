// The text of a tensor.
import { formatShape } from '@heddle/core'
import type { Tensor } from './tensor.ts'

export const print = (tensor: Tensor): string => `tensor(${tensor.dtype.name}${formatShape(tensor.shape)})`
