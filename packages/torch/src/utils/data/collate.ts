// How samples become a batch: tensors are stacked, numbers become a tensor, lists and objects are collated part by part. And how a
// sample becomes what a loader gives where it makes no batches.
import type { TypedArray } from '@heddle/core'
import { float64, int64 } from '../../dtypes.ts'
import { NdArray } from '../../numpy/nd-array.ts'
import { fromNumpy } from '../../numpy/share.ts'
import { tensor } from '../../ops/creation.ts'
import { stack } from '../../ops/joins.ts'
import { isOptions } from '../../ops/signature.ts'
import { Tensor } from '../../tensor/tensor.ts'
import * as errors from './errors.ts'

/** What a batch of samples `T` is by default. */
export type Collated<T> = T extends Tensor | NdArray | TypedArray | number | bigint | boolean
  ? Tensor
  : T extends string
    ? readonly string[]
    : T extends ReadonlyMap<infer K, infer V>
      ? Map<K, Collated<V>>
      : T extends object
        ? { [K in keyof T]: Collated<T[K]> }
        : unknown

/** A batch of samples of one form. Fractions become float64 and whole numbers int64, as PyTorch makes of Python's. */
export function defaultCollate(samples: readonly unknown[]): unknown {
  const [first] = samples
  if (samples.length === 0) throw errors.listRange()
  if (first instanceof Tensor) return stack(samples as readonly Tensor[])
  if (isArray(first))
    return stack((samples as readonly (NdArray | TypedArray)[]).map((each) => fromNumpy(each)))
  if (typeof first === 'number') {
    const numbers = samples as readonly number[]
    return tensor(numbers, { dtype: numbers.every(Number.isInteger) ? int64 : float64 })
  }
  if (typeof first === 'bigint') return tensor(samples as readonly bigint[])
  if (typeof first === 'boolean') return tensor(samples as readonly boolean[])
  if (typeof first === 'string') return samples
  if (Array.isArray(first)) return collateLists(samples as readonly (readonly unknown[])[])
  if (first instanceof Map) {
    const maps = samples as readonly ReadonlyMap<unknown, unknown>[]
    return new Map(
      [...first.keys()].map((key) => [key, defaultCollate(maps.map((each) => valueAt(each, key)))]),
    )
  }
  if (isOptions(first)) {
    const records = samples as readonly Readonly<Record<string, unknown>>[]
    return Object.fromEntries(
      Object.keys(first).map((key) => [key, defaultCollate(records.map((each) => fieldAt(each, key)))]),
    )
  }
  throw errors.collateKind(first)
}

function collateLists(samples: readonly (readonly unknown[])[]): readonly unknown[] {
  const length = samples[0]?.length ?? 0
  if (samples.some((sample) => sample.length !== length)) throw errors.unequalLists()
  return Array.from({ length }, (_, k) => defaultCollate(samples.map((sample) => sample[k])))
}

function valueAt(map: ReadonlyMap<unknown, unknown>, key: unknown): unknown {
  if (!map.has(key)) throw errors.noKey(key)
  return map.get(key)
}

function fieldAt(record: Readonly<Record<string, unknown>>, key: string): unknown {
  if (!Object.hasOwn(record, key)) throw errors.noKey(key)
  return record[key]
}

/** A sample with its arrays as tensors, which share their memory. */
export function defaultConvert(data: unknown): unknown {
  if (data instanceof Tensor) return data
  if (isArray(data)) return fromNumpy(data)
  if (Array.isArray(data)) return data.map(defaultConvert)
  if (data instanceof Map) return new Map([...data].map(([key, value]) => [key, defaultConvert(value)]))
  if (isOptions(data)) {
    return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, defaultConvert(value)]))
  }
  return data
}

const isArray = (value: unknown): value is NdArray | TypedArray =>
  value instanceof NdArray || (ArrayBuffer.isView(value) && !(value instanceof DataView))
