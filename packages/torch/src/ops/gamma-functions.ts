// `torch.polygamma`, whose order comes first.
import type { Tensor } from '../tensor/tensor.ts'
import { polygamma as ofOrder } from './gammas.ts'
import { type Out, takingOut } from './out.ts'

/** The `n`-th derivative of digamma. */
export const polygamma: (n: number, input: Tensor, options?: Out) => Tensor = takingOut(
  'polygamma',
  (n, input) => ofOrder.method(input, n),
)
