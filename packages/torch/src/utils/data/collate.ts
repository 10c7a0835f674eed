// How samples become a batch: tensors are stacked, numbers become a tensor, lists and objects are collated part by part.

import { float64, int64 } from '../../dtypes.ts'
import { tensor } from '../../ops/creation.ts'
import { stack } from '../../ops/joins.ts'
import { isOptions } from '../../ops/signature.ts'
import { Tensor } from '../../tensor/tensor.ts'
import * as errors from './errors.ts'

/** A batch of samples of one form. Fractions become float64 and whole numbers int64, as PyTorch makes of Python's. */
export function defaultCollate(samples: readonly unknown[]): unknown {
  const [first] = samples
  if (first instanceof Tensor) return stack(samples as readonly Tensor[])
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
    return new Map([...first.keys()].map((key) => [key, defaultCollate(maps.map((each) => each.get(key)))]))
  }
  if (isOptions(first)) {
    const records = samples as readonly Readonly<Record<string, unknown>>[]
    return Object.fromEntries(
      Object.keys(first).map((key) => [key, defaultCollate(records.map((each) => each[key]))]),
    )
  }
  throw errors.collateKind(first === null ? 'null' : typeof first)
}

function collateLists(samples: readonly (readonly unknown[])[]): readonly unknown[] {
  const length = samples[0]?.length ?? 0
  if (samples.some((sample) => sample.length !== length)) throw errors.unequalLists()
  return Array.from({ length }, (_, k) => defaultCollate(samples.map((sample) => sample[k])))
}
