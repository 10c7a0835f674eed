// What parametrizations of tensors refuse, in PyTorch's words.
import type { DType } from '../dtypes.ts'
import { argumentError, formatSize, type TorchError } from '../errors.ts'
import { Tensor } from '../tensor/tensor.ts'
import { typeName } from './module-errors.ts'

const valueError = (text: string): TorchError => argumentError(text, {}, 'ValueError')

export const noModules = (): TorchError => valueError('ParametrizationList requires one or more modules.')
export const inverseType = (type: string): TorchError =>
  valueError(`'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). Got ${type}`)
export const inverseElement = (at: number, type: string): TorchError =>
  valueError(
    `'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). Got element ${at} of the sequence with type ${type}.`,
  )
export const inverseDType = (original: DType, found: DType): TorchError =>
  valueError(
    `When \`right_inverse\` outputs one tensor, it may not change the dtype.\noriginal.dtype: ${original}\nright_inverse(original).dtype: ${found}`,
  )
export const noInverse = (name: string): TorchError =>
  argumentError(`parametrization ${name} does not implement right_inverse.`)
export const setType = (type: string): TorchError =>
  valueError(`\`right_inverse\` should return a tensor. Got ${type}`)
export const setDType = (found: DType, original: DType): TorchError =>
  valueError(
    `The tensor returned by \`right_inverse\` has dtype ${found} while \`original\` has dtype ${original}`,
  )
export const setList = (type: string): TorchError =>
  valueError(`'right_inverse' must return a sequence of tensors. Got ${type}.`)
export const setCount = (wanted: number, found: number): TorchError =>
  valueError(
    `'right_inverse' must return a sequence of tensors of length ${wanted}. Got a sequence of length ${found}.`,
  )
export const setElement = (at: number, type: string): TorchError =>
  valueError(`\`right_inverse\` must return a sequence of tensors. Got element ${at} of type ${type}`)
export const setElementDType = (at: number, found: DType, original: DType): TorchError =>
  valueError(
    `Tensor ${at} returned by \`right_inverse\` has dtype ${found} while \`original${at}\` has dtype ${original}`,
  )
export const noTensor = (module: object, name: string): TorchError =>
  valueError(
    `Module '${String(module)}' does not have a parameter, a buffer, or a parametrized element with name '${name}'`,
  )
export const notParametrized = (module: object, name: string): TorchError =>
  valueError(`Module ${String(module)} does not have a parametrization on ${name}`)
export const severalOriginals = (): TorchError =>
  valueError(
    'Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is parametrized in terms of a sequence of tensors.',
  )

type Like = Pick<Tensor, 'shape' | 'dtype'>

const shapeText = (shape: readonly number[]): string => `torch.Size(${formatSize(shape)})`
const isShaped = (x: readonly number[], y: readonly number[]): boolean =>
  x.length === y.length && x.every((extent, axis) => extent === y[axis])

/** Throws unless `found` is a tensor of the shape and dtype of what it takes the place of. */
export function requireSame(found: unknown, before: string, after: string, like: Like): void {
  if (!(found instanceof Tensor)) {
    throw valueError(`A parametrization must return a tensor. Got ${typeName(found)}.`)
  }
  // Of a first parametrization PyTorch tells the kind before the word, of others the attribute behind the tensor.
  const isFirst = !before.startsWith('module.')
  const label = (name: string, what: string): string => (isFirst ? `${name} ${what}` : `${name}.${what}`)
  const flag = isFirst ? 'unless `unsafe` flag is enabled' : 'unless the `unsafe` flag is enabled'
  if (found.dtype !== like.dtype) {
    throw valueError(
      `Registering a parametrization may not change the dtype of the tensor, ${flag}.\n${label(before, 'dtype')}: ${like.dtype}\n${label(after, 'dtype')}: ${found.dtype}`,
    )
  }
  if (!isShaped(found.shape, like.shape)) {
    throw valueError(
      `Registering a parametrization may not change the shape of the tensor, ${flag}.\n${label(before, 'shape')}: ${shapeText(like.shape)}\n${label(after, 'shape')}: ${shapeText(found.shape)}`,
    )
  }
}

export function requireInverse(found: unknown, name: string, like: Like): void {
  if (!(found instanceof Tensor)) {
    throw valueError(`parametrization.right_inverse must return a tensor. Got: ${typeName(found)}`)
  }
  const text = (what: string, wanted: string, returned: string): string =>
    `The tensor returned by parametrization.right_inverse must have the same ${what} as module.${name}, unless the \`unsafe\` flag is enabled.\nmodule.${name}.${what}: ${wanted}\nreturned ${what}: ${returned}`
  if (found.dtype !== like.dtype) throw valueError(text('dtype', String(like.dtype), String(found.dtype)))
  if (!isShaped(found.shape, like.shape)) {
    throw valueError(text('shape', shapeText(like.shape), shapeText(found.shape)))
  }
}
