// What PyTorch says about indices.
import { argumentError, formatSize, TorchError } from '../errors.ts'

type Sizes = readonly number[]

const indexError = (text: string, details: Readonly<Record<string, unknown>> = {}): TorchError =>
  new TorchError('IndexError', 'TORCH_INDEX', text, details)

export const outOfBounds = (index: number, dim: number, extent: number): TorchError =>
  indexError(`index ${index} is out of bounds for dimension ${dim} with size ${extent}`, {
    index,
    dim,
    extent,
  })
export const tooMany = (rank: number): TorchError =>
  indexError(`too many indices for tensor of dimension ${rank}`, { rank })
export const indexOfScalar = (): TorchError =>
  indexError(
    'invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a 0-dim tensor to a number',
  )
export const kindOfIndex = (kind: string): TorchError =>
  indexError(
    `only integers, slices (\`:\`), ellipsis (\`...\`), None and long or byte Variables are valid indices (got ${kind})`,
    { kind },
  )
export const dtypeOfIndex = (): TorchError =>
  indexError('tensors used as indices must be long, int, byte or bool tensors')
export const stepZero = (): TorchError => argumentError('slice step cannot be zero', {}, 'ValueError')
export const maskShape = (mask: Sizes, at: number, shape: Sizes, dim: number): TorchError =>
  indexError(
    `The shape of the mask ${formatSize(mask)} at index ${at} does not match the shape of the indexed tensor ${formatSize(shape)} at index ${dim}`,
    { mask, shape, dim },
  )
export const indexShapes = (shapes: readonly Sizes[]): TorchError =>
  indexError(
    `shape mismatch: indexing tensors could not be broadcast together with shapes ${shapes.map(formatSize).join(', ')}`,
    { shapes },
  )
export const valueShape = (value: Sizes, result: Sizes): TorchError =>
  argumentError(
    `shape mismatch: value tensor of shape ${formatSize(value)} cannot be broadcast to indexing result of shape ${formatSize(result)}`,
    { value, result },
  )
export const valueDtype = (target: string, source: string): TorchError =>
  argumentError(
    `Index put requires the source and destination dtypes match, got ${target} for the destination and ${source} for the source.`,
    { target, source },
  )

export const indexDevice = (device: { toString(): string }): TorchError =>
  argumentError(`indices should be either on cpu or on the same device as the indexed tensor (${device})`, {
    device: String(device),
  })
