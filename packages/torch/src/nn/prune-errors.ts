// What pruning refuses, in PyTorch's words.
import { argumentError, formatSize, type TorchError } from '../errors.ts'
import { repr } from '../print/python.ts'

const valueError = (text: string): TorchError => argumentError(text, {}, 'ValueError')
const sizeText = (shape: readonly number[]): string => `torch.Size(${formatSize(shape)})`

export const noTensor = (module: { _getName(): string }, name: string): TorchError =>
  argumentError(`'${module._getName()}' object has no attribute '${name}'`, { name }, 'AttributeError')
export const amountType = (amount: unknown): TorchError =>
  argumentError(`Invalid type for amount: ${String(amount)}. Must be int or float.`, {}, 'TypeError')
export const amountRange = (amount: number): TorchError =>
  valueError(`amount=${repr(amount)} should either be a float in the range [0, 1] or a non-negative integer`)
export const amountSize = (amount: number, size: number): TorchError =>
  valueError(`amount=${amount} should be smaller than the number of parameters to prune=${size}`)
export const notStructured = (shape: readonly number[]): TorchError =>
  valueError(
    `Structured pruning can only be applied to multidimensional tensors. Found tensor of shape ${sizeText(shape)} with ${shape.length} dims`,
  )
export const dimIndex = (dim: number, shape: readonly number[]): TorchError =>
  argumentError(`Invalid index ${dim} for tensor of size ${sizeText(shape)}`, { dim }, 'IndexError')
export const noDim = (): TorchError =>
  argumentError(
    'Pruning methods of PRUNING_TYPE "structured" need to have the attribute `dim` defined.',
    {},
    'AttributeError',
  )
export const negativeDim = (rank: number): TorchError =>
  argumentError(`Index is out of bounds for tensor with dimensions ${rank}`, { rank }, 'IndexError')
export const unknownType = (type: string): TorchError => valueError(`Unrecognized PRUNING_TYPE ${type}`)
export const onlyUnstructured = (name: string, type: string): TorchError =>
  argumentError(
    `Only "unstructured" PRUNING_TYPE supported for the \`pruning_method\`. Found method <class 'torch.nn.utils.prune.${name}'> of type ${type}`,
    { name, type },
    'TypeError',
  )
export const notPruned = (name: string, module: object): TorchError =>
  valueError(`Parameter '${name}' of module ${String(module)} has to be pruned before pruning can be removed`)
