// `--feed name=value`: a number, nested numbers as JSON, or a JSON file with either or with what `heddle run --format json`
// prints of an array. Shape and dtype are checked by the session, which knows the program.
import { resolve } from 'node:path'
import {
  type DType,
  dtypeNames,
  dtypes,
  type Feed,
  isFloat,
  isValueOf,
  type Nested,
  type Scalar,
  writeElement,
} from '@heddle/core'
import { feedForm } from './errors.ts'
import type { Io } from './io.ts'

export interface GivenFeed {
  readonly name: string
  readonly feed: Feed
  readonly source: string
}

/** Throws `CLI_FEED_FORM`. */
export function parseFeed(text: string, io: Io): GivenFeed {
  const at = text.indexOf('=')
  if (at < 1 || at === text.length - 1) throw feedForm(text, at < 1 ? 'has no name' : 'has no value')
  const name = text.slice(0, at)
  const value = text.slice(at + 1)
  if (/^([[\-+.\d]|true$|false$)/.test(value) && !value.endsWith('.json')) {
    return { name, feed: asFeed(text, parseJson(text, value)), source: 'given' }
  }
  const content = io.tryReadText(resolve(io.cwd, value))
  if (content === undefined) throw feedForm(text, `there is no file '${value}'`)
  return { name, feed: asFeed(text, parseJson(text, content)), source: value }
}

function parseJson(text: string, json: string): unknown {
  try {
    return JSON.parse(json) as unknown
  } catch (error) {
    if (error instanceof SyntaxError) throw feedForm(text, `is not JSON (${error.message})`)
    throw error
  }
}

function asFeed(text: string, parsed: unknown): Feed {
  if (isNested(parsed)) return parsed
  const array = arrayOf(parsed)
  if (array === undefined) throw feedForm(text, 'holds neither numbers nor { dtype, shape, data }')
  return array
}

/** Walks with a list of its own: a file may nest as deep as it likes. */
function isNested(candidate: unknown): candidate is Nested {
  const open: unknown[] = [candidate]
  while (open.length > 0) {
    const item = open.pop()
    if (Array.isArray(item)) for (const each of item) open.push(each)
    else if (typeof item !== 'number' && typeof item !== 'boolean') return false
  }
  return true
}

function arrayOf(candidate: unknown): Feed | undefined {
  if (typeof candidate !== 'object' || candidate === null) return undefined
  if (!('dtype' in candidate && 'shape' in candidate && 'data' in candidate)) return undefined
  const { dtype, shape, data } = candidate
  if (!isDType(dtype) || !Array.isArray(shape) || !Array.isArray(data)) return undefined
  const values = data.map(numberOf)
  if (!shape.every(Number.isSafeInteger) || values.includes(undefined)) return undefined
  const array = dtypes[dtype].allocate(values.length)
  for (const [at, value] of values.entries()) {
    if (!fits(dtype, value ?? 0)) return undefined
    writeElement(dtype, array, at, value ?? 0)
  }
  return { dtype, shape: shape.map(Number), data: array }
}

/** What is no value of an integer dtype must not become one in silence. */
const fits = (dtype: DType, value: Scalar): boolean =>
  isFloat(dtype) ||
  (typeof value === 'bigint'
    ? value >= dtypes[dtype].lowest && value <= dtypes[dtype].highest
    : isValueOf(dtype, value + 0))

const isDType = (candidate: unknown): candidate is DType => dtypeNames.some((name) => name === candidate)

/** JSON has no words for four numbers, nor for whole ones beyond 2^53. */
function numberOf(item: unknown): Scalar | undefined {
  if (typeof item === 'number' || typeof item === 'boolean') return Number(item)
  if (typeof item === 'string' && /^-?\d+$/.test(item) && item !== '-0') return BigInt(item)
  return item === 'NaN' || item === 'Infinity' || item === '-Infinity' || item === '-0'
    ? Number(item)
    : undefined
}
