// Operations as functions, where PyTorch has both: each is the method of its first operand.
import type { DType } from './dtypes.ts'
import { type Operand, Tensor } from './tensor.ts'
import type { Dims, ReduceOptions } from './tensor-options.ts'

interface Alpha {
  readonly alpha?: number
}

export const add = (x: Tensor, y: Operand, options?: Alpha): Tensor => x.add(y, options)
export const sub = (x: Tensor, y: Operand, options?: Alpha): Tensor => x.sub(y, options)
export const mul = (x: Tensor, y: Operand): Tensor => x.mul(y)
export const div = (x: Tensor, y: Operand): Tensor => x.div(y)
export const pow = (x: Tensor, exponent: Operand): Tensor => x.pow(exponent)
export const neg = (x: Tensor): Tensor => x.neg()
export const matmul = (x: Tensor, y: Tensor): Tensor => x.matmul(y)
export const exp = (x: Tensor): Tensor => x.exp()
export const log = (x: Tensor): Tensor => x.log()
export const sqrt = (x: Tensor): Tensor => x.sqrt()
export const abs = (x: Tensor): Tensor => x.abs()
export const tanh = (x: Tensor): Tensor => x.tanh()
export const relu = (x: Tensor): Tensor => x.relu()
export const sigmoid = (x: Tensor): Tensor => x.sigmoid()
export const eq = (x: Tensor, y: Operand): Tensor => x.eq(y)
export const ne = (x: Tensor, y: Operand): Tensor => x.ne(y)
export const lt = (x: Tensor, y: Operand): Tensor => x.lt(y)
export const le = (x: Tensor, y: Operand): Tensor => x.le(y)
export const gt = (x: Tensor, y: Operand): Tensor => x.gt(y)
export const ge = (x: Tensor, y: Operand): Tensor => x.ge(y)
export const sum = (x: Tensor, dim?: Dims | ReduceOptions | null, keepdim?: boolean): Tensor =>
  x.sum(dim, keepdim)
export const mean = (x: Tensor, dim?: Dims | ReduceOptions | null, keepdim?: boolean): Tensor =>
  x.mean(dim, keepdim)
export const max = (x: Tensor, other?: Tensor): Tensor => x.max(other)
export const reshape = (x: Tensor, shape: readonly number[]): Tensor => x.reshape(shape)
export const t = (x: Tensor): Tensor => x.t()
export const permute = (x: Tensor, dims: readonly number[]): Tensor => x.permute(dims)
export const clone = (x: Tensor): Tensor => x.clone()

export const isTensor = (candidate: unknown): candidate is Tensor => candidate instanceof Tensor
export const isFloatingPoint = (x: { readonly dtype: DType }): boolean => x.dtype.isFloatingPoint
