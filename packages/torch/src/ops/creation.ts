// Functions that make tensors: from data, and of constants. What they make is known at once.

import { dtypes, sizeOf, type TypedArray, writeElement } from '@heddle/core'
import { checked } from '../arguments/checked.ts'
import { newFloatingOnly } from '../autograd/errors.ts'
import * as dtypeList from '../dtypes.ts'
import { bool, type DType, getDefaultDtype, int64, numberIn } from '../dtypes.ts'
import { cellOfData, cellOfDraw } from '../engine/cell.ts'
import { cpu, type Device } from '../engine/device.ts'
import { argumentError, formatSize, mixedData, notSupported, type TorchError, unevenData } from '../errors.ts'
import { Memory } from '../tensor/memory.ts'
import { Tensor } from '../tensor/tensor.ts'
import { getDefaultDevice, resolveDevice } from './devices.ts'
import { type Out, takingOut } from './out.ts'
import { type SizesAnd, sizesAnd } from './signature.ts'

export interface TensorOptions {
  readonly dtype?: DType
  readonly device?: Device | string
  readonly requiresGrad?: boolean
}

export type NestedData = number | boolean | bigint | Tensor | readonly NestedData[]

/** A tensor of host data, which it owns from now on; on the CPU unless there are options that leave the device open. */
export function tensorOfData(
  dtype: DType,
  shape: readonly number[],
  data: TypedArray,
  { device = getDefaultDevice(), requiresGrad = false }: TensorOptions = { device: cpu },
): Tensor {
  const made = new Tensor({ memory: new Memory(cellOfData(resolveDevice(device), dtype.core, shape, data)) })
  return requiresGrad ? requiring(made) : made
}

/** A new tensor that requires a gradient. */
function requiring(made: Tensor): Tensor {
  if (!made.dtype.isFloatingPoint) throw newFloatingOnly()
  return made.requiresGrad_()
}

/** A tensor of random numbers, which `fill` draws into an array of their dtype, row-major; `facts`: all that `fill` depends on. */
export function tensorOfDraw(
  dtype: DType,
  shape: readonly number[],
  fill: (data: TypedArray) => void,
  facts: readonly unknown[],
  { device = getDefaultDevice(), requiresGrad = false }: TensorOptions = {},
): Tensor {
  const draw = (): TypedArray => {
    const data = dtypes[dtype.core].allocate(sizeOf(shape))
    fill(data)
    return data
  }
  const made = new Tensor({
    memory: new Memory(cellOfDraw(resolveDevice(device), dtype.core, shape, draw, facts)),
  })
  return requiresGrad ? requiring(made) : made
}

const typedDTypes: ReadonlyMap<unknown, DType> = new Map<unknown, DType>([
  [Float32Array, dtypeList.float32],
  [Float64Array, dtypeList.float64],
  [globalThis.Float16Array, dtypeList.float16],
  [BigInt64Array, int64],
  [Int32Array, dtypeList.int32],
  [Int16Array, dtypeList.int16],
  [Int8Array, dtypeList.int8],
  [Uint8Array, dtypeList.uint8],
  [Uint8ClampedArray, dtypeList.uint8],
])

/** The dtype of a typed array's elements. Throws where PyTorch has none. */
export function dtypeOfArray(data: object): DType {
  const found = typedDTypes.get(data.constructor)
  if (found === undefined) throw notSupported(`a tensor of a ${data.constructor.name}`)
  return found
}

const isTyped = (data: unknown): data is TypedArray => ArrayBuffer.isView(data) && !(data instanceof DataView)

/**
 * A tensor with a copy of the data: nested arrays, a typed array, one number, bigint or boolean. Numbers make a tensor of the
 * default dtype, bigints int64, booleans bool.
 */
export function tensor(data: NestedData | TypedArray, options: TensorOptions = {}): Tensor {
  if (data instanceof Tensor)
    return data
      .detach()
      .clone()
      .to({ dtype: options.dtype ?? data.dtype, device: options.device ?? data.device })
  const { shape, items } = isTyped(data) ? { shape: [data.length], items: data } : flatten(data)
  const dtype = options.dtype ?? (isTyped(data) ? dtypeOfArray(data) : dtypeOfItems(items))
  const array = dtypes[dtype.core].allocate(items.length)
  for (let at = 0; at < array.length; at++)
    writeElement(dtype.core, array, at, convert(dtype, items[at] ?? 0))
  return tensorOfData(dtype, shape, array, options)
}

type Item = number | boolean | bigint

/** An item as an element of a dtype. */
export function convert(dtype: DType, item: Item): number | bigint {
  if (typeof item === 'bigint' && dtype === int64) return BigInt.asIntN(64, item)
  return numberIn(dtype.core, Number(item))
}

function dtypeOfItems(items: TypedArray | readonly Item[]): DType {
  const list: Iterable<Item> = items
  const kinds = new Set<string>()
  for (const item of list) kinds.add(typeof item)
  if (kinds.has('number') || kinds.size === 0) return getDefaultDtype()
  return kinds.has('bigint') ? int64 : bool
}

/** Nested lists as a shape and its items in row-major order. Their depth is the rank, which is small. */
function flatten(data: NestedData): { readonly shape: readonly number[]; readonly items: readonly Item[] } {
  const shape: number[] = []
  let level: readonly NestedData[] = [data]
  while (level.length > 0 && isNestedList(level)) {
    const length = level[0]?.length ?? 0
    const odd = level.find((each) => each.length !== length)
    if (odd !== undefined) throw unevenData(length, odd.length, shape.length)
    shape.push(length)
    level = level.flat(1)
  }
  if (level.length > 0 && level.every((item) => item instanceof Tensor))
    return flattenTensors(shape, level as readonly Tensor[])
  const items = level.filter((item): item is Item => !isNested(item) && !(item instanceof Tensor))
  if (items.length !== level.length) throw mixedData()
  return { shape, items }
}

function flattenTensors(shape: readonly number[], tensors: readonly Tensor[]) {
  const [first] = tensors
  const inner = first?.shape ?? []
  const items = tensors.flatMap((each) => [...(each.reshape(-1).tolist() as Item[])])
  return { shape: [...shape, ...inner], items }
}

const isNestedList = (level: readonly NestedData[]): level is readonly (readonly NestedData[])[] =>
  level.every(isNested)
const isNested = (data: NestedData): data is readonly NestedData[] => Array.isArray(data)

/** Every element of a shape the same. */
export function constant(
  shape: readonly number[],
  value: number | bigint,
  dtype: DType,
  options: TensorOptions,
): Tensor {
  requireSizes(shape)
  const data = dtypes[dtype.core].allocate(sizeOf(shape))
  if (value !== 0) {
    const element = convert(dtype, value)
    for (let at = 0; at < data.length; at++) writeElement(dtype.core, data, at, element)
  }
  return tensorOfData(dtype, shape, data, options)
}

type OfSizes = (...args: SizesAnd<TensorOptions & Out>) => Tensor

const filled = (name: string, value: number): OfSizes =>
  takingOut(name, (...args) => {
    const { sizes, options = {} } = sizesAnd<TensorOptions>(args)
    return constant(sizes, value, options.dtype ?? getDefaultDtype(), options)
  })

export const zeros: OfSizes = filled('zeros', 0)
export const ones: OfSizes = filled('ones', 1)
/** Of any contents; here zeros. */
export const empty: OfSizes = filled('empty', 0)

type Full = (
  size: readonly number[],
  fillValue: number | bigint | boolean,
  options?: TensorOptions & Out,
) => Tensor

/** The dtype a number has: int64 if it is whole, unless a gradient is required, which only floats have. */
export const dtypeOfNumber = (value: number | bigint, { requiresGrad = false }: TensorOptions): DType =>
  typeof value === 'bigint' || (Number.isInteger(value) && !requiresGrad) ? int64 : getDefaultDtype()

/** Every element `value`; whole numbers give int64, booleans bool. */
export const full: Full = takingOut('full', (size, fillValue, options = {}) => {
  const natural = typeof fillValue === 'boolean' ? bool : dtypeOfNumber(fillValue, options)
  const value = typeof fillValue === 'bigint' ? fillValue : Number(fillValue)
  return constant(size, value, options.dtype ?? natural, options)
})

type Like = (input: Tensor, options?: TensorOptions) => Tensor
const like = (name: string, value: number): Like =>
  checked(name, (input, options = {}) =>
    constant(input.shape, value, options.dtype ?? input.dtype, { device: input.device, ...options }),
  )

export const zerosLike: Like = like('zeros_like', 0)
export const onesLike: Like = like('ones_like', 1)
export const emptyLike: Like = like('empty_like', 0)
export const fullLike: (input: Tensor, fillValue: number, options?: TensorOptions) => Tensor = checked(
  'full_like',
  (input: Tensor, fillValue: number, options: TensorOptions = {}): Tensor =>
    constant(input.shape, fillValue, options.dtype ?? input.dtype, { device: input.device, ...options }),
)

/** The tensor itself if it has the dtype and device, else a copy; typed arrays share their memory. */
export function asTensor(data: NestedData | TypedArray, options: TensorOptions = {}): Tensor {
  if (!(data instanceof Tensor)) return tensor(data, options)
  return data.to({ dtype: options.dtype ?? data.dtype, device: options.device ?? data.device })
}

/** A 0-d tensor of a number, of the default dtype. */
export const scalarTensor: (value: number, options?: TensorOptions) => Tensor = checked(
  'scalar_tensor',
  (value: number, options: TensorOptions = {}): Tensor =>
    constant([], value, options.dtype ?? getDefaultDtype(), options),
)

function requireSizes(shape: readonly number[]): void {
  const negative = shape.find((extent) => extent < 0)
  if (negative !== undefined) throw negativeDimension(negative, shape)
}

const negativeDimension = (extent: number, shape: readonly number[]): TorchError =>
  argumentError(`Trying to create tensor with negative dimension ${extent}: ${formatSize(shape)}`, { shape })
