// Functions that make tensors: from data, of constants, and from the random generator (its numbers are drawn at once, in the
// order of the calls).
import { type DType as CoreDType, dtypes, sizeOf, type TypedArray, writeElement } from '@heddle/core'
import { bool, type DType, float32, float64, int32 } from './dtypes.ts'
import { int64Missing, invalidOption, mixedData, notSupported, unevenData } from './errors.ts'
import { defaultGenerator } from './random/default-generator.ts'
import type { Generator } from './random/generator.ts'
import { fillNormal } from './random/normal.ts'
import { fillUniform } from './random/uniform.ts'
import { type Tensor, tensorOfData } from './tensor.ts'
import { sizesOf } from './tensor-options.ts'

export interface TensorOptions {
  readonly dtype?: DType
  readonly requiresGrad?: boolean
}
export interface RandomOptions extends TensorOptions {
  readonly generator?: Generator
}

export type NestedData = number | boolean | bigint | readonly NestedData[]
type Sizes = readonly (number | readonly number[])[]
/** Sizes, as a list or spread, and then the options. */
type SizesAnd<O> = readonly (number | readonly number[] | O)[]

const isTyped = (data: unknown): data is TypedArray =>
  data instanceof Float32Array ||
  data instanceof Float64Array ||
  data instanceof Int32Array ||
  data instanceof Uint32Array ||
  data instanceof Uint8Array

const finish = (tensor: Tensor, { requiresGrad = false }: TensorOptions): Tensor =>
  requiresGrad ? tensor.requiresGrad_() : tensor

/** A tensor with a copy of the data: nested arrays, a typed array, one number or boolean. */
export function tensor(data: NestedData | TypedArray, options: TensorOptions = {}): Tensor {
  const { shape, items } = isTyped(data) ? { shape: [data.length], items: data } : flatten(data)
  const dtype = options.dtype ?? dtypeOfItems(items)
  const array = dtypes[dtype.core].allocate(items.length)
  for (let at = 0; at < array.length; at++) array[at] = convert(dtype, items[at] ?? 0)
  return finish(tensorOfData(dtype, shape, array), options)
}

type Item = number | boolean | bigint

/** Integers truncate toward zero; bools ask whether it is not 0. */
function convert(dtype: DType, item: Item): number {
  const value = Number(item)
  if (dtype === bool) return value !== 0 ? 1 : 0
  return dtype.isFloatingPoint ? value : Math.trunc(value)
}

function dtypeOfItems(items: TypedArray | readonly Item[]): DType {
  if (items instanceof Float64Array) return float64
  if (items instanceof Int32Array) return int32
  if (isTyped(items)) {
    if (items instanceof Float32Array) return float32
    throw notSupported(`a tensor of a ${items.constructor.name}`)
  }
  if (items.some((item) => typeof item === 'bigint')) throw int64Missing('tensor')
  return items.length > 0 && items.every((item) => typeof item === 'boolean') ? bool : float32
}

/** Nested lists as a shape and its items in row-major order. Their depth is the rank, which is small. */
function flatten(data: NestedData): { readonly shape: readonly number[]; readonly items: readonly Item[] } {
  const shape: number[] = []
  let level: readonly NestedData[] = [data]
  while (level.length > 0 && level.every(isNested)) {
    const length = level[0]?.length ?? 0
    const odd = level.find((each) => each.length !== length)
    if (odd !== undefined) throw unevenData(length, odd.length, shape.length)
    shape.push(length)
    level = level.flat(1)
  }
  const items = level.filter((item): item is Item => !isNested(item))
  if (items.length !== level.length) throw mixedData()
  return { shape, items }
}

const isNested = (data: NestedData): data is readonly NestedData[] => Array.isArray(data)

function sizesAnd<O extends object>(
  args: SizesAnd<O>,
): { readonly shape: readonly number[]; readonly options: O | undefined } {
  const last = args.at(-1)
  if (typeof last === 'object' && !isSizes(last)) {
    return { shape: sizesOf(args.slice(0, -1) as Sizes), options: last }
  }
  return { shape: sizesOf(args as Sizes), options: undefined }
}

const isSizes = (candidate: unknown): candidate is readonly number[] => Array.isArray(candidate)

function filled(shape: readonly number[], value: number, dtype: DType, options: TensorOptions): Tensor {
  const data = dtypes[dtype.core].allocate(sizeOf(shape))
  const element = convert(dtype, value)
  for (let at = 0; at < data.length; at++) writeElement(dtype.core, data, at, element)
  return finish(tensorOfData(dtype, shape, data), options)
}

export function zeros(...args: SizesAnd<TensorOptions>): Tensor {
  const { shape, options = {} } = sizesAnd(args)
  return filled(shape, 0, options.dtype ?? float32, options)
}

export function ones(...args: SizesAnd<TensorOptions>): Tensor {
  const { shape, options = {} } = sizesAnd(args)
  return filled(shape, 1, options.dtype ?? float32, options)
}

/** Every element `value`; integers give int32, booleans bool. */
export function full(size: readonly number[], value: number | boolean, options: TensorOptions = {}): Tensor {
  const natural = typeof value === 'boolean' ? bool : Number.isInteger(value) ? int32 : float32
  return filled(size, Number(value), options.dtype ?? natural, options)
}

/** `arange(end)`, `arange(start, end, step)`: int32 where all are integers, else float32. */
export function arange(...args: readonly (number | TensorOptions)[]): Tensor {
  const numbers = args.filter((arg) => typeof arg === 'number')
  const options = args.find((arg) => typeof arg === 'object') ?? {}
  const [start, end, step] =
    numbers.length === 1 ? [0, numbers[0] ?? 0, 1] : [numbers[0] ?? 0, numbers[1] ?? 0, numbers[2] ?? 1]
  if (step === 0) throw invalidOption('step must be nonzero')
  if ((end - start) * step < 0) {
    throw invalidOption('upper bound and larger bound inconsistent with step sign')
  }
  const dtype = options.dtype ?? (numbers.every(Number.isInteger) ? int32 : float32)
  const data = dtypes[dtype.core].allocate(Math.ceil((end - start) / step))
  for (let at = 0; at < data.length; at++)
    writeElement(dtype.core, data, at, convert(dtype, start + at * step))
  return finish(tensorOfData(dtype, [data.length], data), options)
}

function drawn(
  args: SizesAnd<RandomOptions>,
  draw: (generator: Generator, dtype: CoreDType, data: TypedArray) => void,
): Tensor {
  const { shape, options = {} } = sizesAnd(args)
  const { dtype = float32, generator = defaultGenerator } = options
  const data = dtypes[dtype.core].allocate(sizeOf(shape))
  draw(generator, dtype.core, data)
  return finish(tensorOfData(dtype, shape, data), options)
}

/** Uniform in [0, 1). */
export const rand = (...args: SizesAnd<RandomOptions>): Tensor => drawn(args, fillUniform)

/** Standard normal. */
export const randn = (...args: SizesAnd<RandomOptions>): Tensor => drawn(args, fillNormal)
