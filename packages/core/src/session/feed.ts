// Turns what a caller hands in (typed arrays, nested numbers, host arrays) into the typed array a device takes. Numbers are
// never changed in silence: a fraction or a number out of range for an integer is an error; only floats are rounded.
// A `Uint16Array` for a bf16 input is its bits.

import { formatShape, type Shape, shapesEqual, sizeOf } from '../dim.ts'
import {
  type DType,
  dtypes,
  isFloat,
  isValueOf,
  readElement,
  type Scalar,
  type TypedArray,
  writeElement,
} from '../dtype.ts'
import { HeddleError } from '../errors.ts'
import { flattenNested, type Nested } from '../front/nested.ts'

/** Typed arrays a feed may be given as: beside those of the dtypes, clamped bytes. */
export type FeedArray = TypedArray | Uint8ClampedArray

/** Values handed in: row-major, nested, a number for a scalar, or what another run gave. */
export type Feed =
  | FeedArray
  | Nested
  | { readonly dtype: DType; readonly shape: Shape; readonly data: TypedArray }

/** What is being filled. */
export interface FeedTarget {
  readonly role: 'input' | 'state'
  readonly name: string
  readonly dtype: DType
  readonly shape: Shape
}

/** Makes `convert` for one target; its result is valid until it is called again. */
export function feedConverter(target: FeedTarget): (feed: Feed) => TypedArray {
  const { dtype, shape } = target
  const size = sizeOf(shape)
  const own = dtypes[dtype].allocate(0).constructor
  let buffer: TypedArray | undefined
  const scratch = (): TypedArray => {
    buffer ??= dtypes[dtype].allocate(size)
    return buffer
  }

  /** `given` is the dtype of what the array holds, where that is known. */
  function fromArray(array: FeedArray, given?: DType): TypedArray {
    if (array.length !== size) throw arrayLength(target, array.constructor.name, array.length)
    const isOwn = given === undefined || given === dtype
    if (array.constructor === own && isOwn && dtype !== 'bool') return array as TypedArray
    const holdsFloats = given === undefined ? isFloatArray(array) : isFloat(given)
    if (holdsFloats && !isFloat(dtype)) throw arrayDType(target, given ?? array.constructor.name)
    const items = given === 'bf16' ? (at: number) => readElement('bf16', array as TypedArray, at) : undefined
    return store(target, scratch(), items ?? ((at) => array[at]))
  }

  return (feed) => {
    if (ArrayBuffer.isView(feed)) return fromArray(asFeedArray(target, feed))
    if (typeof feed === 'object' && feed !== null && 'data' in feed) {
      if (!shapesEqual(feed.shape, shape)) throw feedShape(target, feed.shape)
      return fromArray(feed.data, feed.dtype)
    }
    if (!isItem(feed) && !Array.isArray(feed)) {
      throw notAFeed(target, feed)
    }
    const flat = flattenNested(feed)
    if ('problem' in flat) throw unevenFeed(target, flat.problem)
    if (!shapesEqual(flat.shape, shape)) throw feedShape(target, flat.shape)
    const { items } = flat
    return store(target, scratch(), (at) => items[at])
  }
}

const isItem = (feed: unknown): feed is Scalar | boolean =>
  typeof feed === 'number' || typeof feed === 'boolean' || typeof feed === 'bigint'

const isFloatArray = (array: FeedArray): boolean =>
  array instanceof Float32Array || array instanceof Float64Array || array instanceof Float16Array

function asFeedArray(target: FeedTarget, view: ArrayBufferView): FeedArray {
  if (view instanceof DataView || view instanceof BigUint64Array || !(Symbol.iterator in view))
    throw arrayDType(target, view.constructor.name)
  return view as FeedArray
}

/** Copies items; each must be a value of the dtype (rounding of floats apart). */
function store(
  target: FeedTarget,
  into: TypedArray,
  itemAt: (at: number) => Scalar | boolean | undefined,
): TypedArray {
  const { dtype } = target
  const { round } = dtypes[dtype]
  for (let at = 0; at < into.length; at++) {
    const given = itemAt(at) ?? 0
    const item = typeof given === 'boolean' ? Number(given) : given
    if (isFloat(dtype)) writeElement(dtype, into, at, round(Number(item)))
    else if (isIntegerOf(dtype, item)) writeElement(dtype, into, at, item)
    else throw itemRange(target, at, item)
  }
  return into
}

/** Whether an item is a value of an integer dtype or bool. A number that is not safe may have been another: not one of i64. */
function isIntegerOf(dtype: DType, item: Scalar): boolean {
  if (typeof item === 'number') return isValueOf(dtype, item + 0)
  const { lowest, highest } = dtypes[dtype]
  return item >= lowest && item <= highest
}

const targetWords = ({ role, name, dtype, shape }: FeedTarget): string =>
  `${role} '${name}' is ${dtype}${formatShape(shape)}`

const feedShape = (target: FeedTarget, given: Shape): HeddleError =>
  new HeddleError(
    'INPUT_SHAPE',
    `${targetWords(target)}, given ${formatShape(given)}; shapes must be equal`,
    {
      details: { name: target.name, expected: target.shape, given },
    },
  )

const arrayLength = (target: FeedTarget, kind: string, length: number): HeddleError =>
  new HeddleError(
    'INPUT_SHAPE',
    `${targetWords(target)}, which has ${sizeOf(target.shape)} elements, given a ${kind} of ${length}; these must be equal`,
    { details: { name: target.name, expected: target.shape, length } },
  )

const unevenFeed = (target: FeedTarget, problem: string): HeddleError =>
  new HeddleError('INPUT_SHAPE', `${targetWords(target)}, given nested arrays: ${problem}`, {
    details: { name: target.name, expected: target.shape, problem },
  })

const arrayDType = (target: FeedTarget, kind: string): HeddleError =>
  new HeddleError(
    'INPUT_DTYPE',
    `${targetWords(target)}, given a ${kind}; it takes a ${dtypes[target.dtype].allocate(0).constructor.name} or another array of ${isFloat(target.dtype) ? 'numbers' : 'integers'}`,
    { details: { name: target.name, dtype: target.dtype, given: kind } },
  )

function notAFeed(target: FeedTarget, feed: unknown): HeddleError {
  const given = feed === null || typeof feed !== 'object' ? String(feed) : `a ${feed.constructor?.name}`
  return new HeddleError(
    'INPUT_DTYPE',
    `${targetWords(target)}, given ${given}; it takes a typed array, nested arrays of numbers, or a number`,
    { details: { name: target.name, given } },
  )
}

function rangeWords(dtype: DType): string {
  const { kind, lowest, highest } = dtypes[dtype]
  if (kind === 'float') return 'a number'
  if (kind === 'bool') return 'true, false, 1 or 0'
  const whole = `a whole number from ${lowest} to ${highest}`
  return dtype === 'i64' ? `${whole}, beyond 2^53 a bigint` : whole
}

const itemRange = (target: FeedTarget, at: number, item: Scalar): HeddleError =>
  new HeddleError(
    'INPUT_RANGE',
    `${targetWords(target)}, given ${item} at element ${at}; it must be ${rangeWords(target.dtype)}`,
    { details: { name: target.name, dtype: target.dtype, at, item } },
  )
