// Turns what a caller hands in (typed arrays, nested numbers, host arrays) into the typed array a device takes. Numbers are
// never changed in silence: a fraction or a number out of range for an integer is an error; only rounding to f32 happens.

import { formatShape, type Shape, shapesEqual, sizeOf } from '../dim.ts'
import { type DType, dtypes, isFloat, type TypedArray } from '../dtype.ts'
import { HeddleError } from '../errors.ts'
import { flattenNested, type Nested } from '../front/nested.ts'

/** Typed arrays a feed may be given as: beside those of the dtypes, the narrow integers. */
export type FeedArray = TypedArray | Int8Array | Int16Array | Uint16Array | Uint8ClampedArray

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

  function fromArray(array: FeedArray): TypedArray {
    if (array.length !== size) throw arrayLength(target, array.constructor.name, array.length)
    if (array.constructor === own && dtype !== 'bool') return array as TypedArray
    if (isFloatArray(array) && !isFloat(dtype)) throw arrayDType(target, array.constructor.name)
    return store(target, scratch(), array)
  }

  return (feed) => {
    if (ArrayBuffer.isView(feed)) return fromArray(asFeedArray(target, feed))
    if (typeof feed === 'object' && feed !== null && 'data' in feed) {
      if (!shapesEqual(feed.shape, shape)) throw feedShape(target, feed.shape)
      return fromArray(feed.data)
    }
    if (typeof feed !== 'number' && typeof feed !== 'boolean' && !Array.isArray(feed)) {
      throw notAFeed(target, feed)
    }
    const flat = flattenNested(feed)
    if ('problem' in flat) throw unevenFeed(target, flat.problem)
    if (!shapesEqual(flat.shape, shape)) throw feedShape(target, flat.shape)
    return store(target, scratch(), flat.items)
  }
}

const isFloatArray = (array: FeedArray): boolean =>
  array instanceof Float32Array || array instanceof Float64Array

function asFeedArray(target: FeedTarget, view: ArrayBufferView): FeedArray {
  if (
    isFloatArray(view as FeedArray) ||
    view instanceof Int32Array ||
    view instanceof Uint32Array ||
    view instanceof Uint8Array ||
    view instanceof Int8Array ||
    view instanceof Int16Array ||
    view instanceof Uint16Array ||
    view instanceof Uint8ClampedArray
  ) {
    return view as FeedArray
  }
  throw arrayDType(target, view.constructor.name)
}

/** Copies items; each must be a value of the dtype (rounding of floats apart). */
function store(target: FeedTarget, into: TypedArray, items: ArrayLike<number | boolean>): TypedArray {
  const { dtype } = target
  if (isFloat(dtype)) {
    for (let at = 0; at < into.length; at++) into[at] = Number(items[at])
    return into
  }
  const { round } = dtypes[dtype]
  for (let at = 0; at < into.length; at++) {
    const item = Number(items[at])
    const value = round(item)
    if (value !== item) throw itemRange(target, at, item)
    into[at] = value
  }
  return into
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

const ranges: Readonly<Record<DType, string>> = {
  f32: 'a number',
  f64: 'a number',
  i32: 'a whole number from -2147483648 to 2147483647',
  u32: 'a whole number from 0 to 4294967295',
  bool: 'true, false, 1 or 0',
}

const itemRange = (target: FeedTarget, at: number, item: number): HeddleError =>
  new HeddleError(
    'INPUT_RANGE',
    `${targetWords(target)}, given ${item} at element ${at}; it must be ${ranges[target.dtype]}`,
    { details: { name: target.name, dtype: target.dtype, at, item } },
  )
