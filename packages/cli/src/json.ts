// JSON documents that commands print: one document, keys in the order written here. What JSON cannot say of numbers is text.
import {
  type DType,
  type HostArray,
  readElement,
  type Scalar,
  type Shape,
  type SourceLocation,
} from '@heddle/core'
import type { Io } from './io.ts'
import { shortPath } from './user-lines.ts'

/** Version of all documents; raised by any change that an older reader would misread. */
const version = 1

/** `kind` is the command, or for dumps the command and stage. */
export function document(kind: string, content: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify({ format: `heddle-${kind}`, version, ...content }, undefined, 2)}\n`
}

export interface ArrayJson {
  readonly dtype: DType
  readonly shape: Shape
  readonly data: readonly (number | string)[]
}

export const arrayJson = ({
  dtype,
  shape,
  data,
}: Pick<HostArray, 'dtype' | 'shape' | 'data'>): ArrayJson => ({
  dtype,
  shape,
  data: Array.from({ length: data.length }, (_, at) =>
    scalarJson(readElement(dtype, data, at) ?? Number.NaN),
  ),
})

/** A bigint that no number holds for sure is text. */
const scalarJson = (value: Scalar): number | string =>
  typeof value === 'bigint' && !Number.isSafeInteger(Number(value)) ? `${value}` : numberJson(Number(value))

export const numberJson = (value: number): number | string =>
  Object.is(value, -0) ? '-0' : Number.isFinite(value) ? value : `${value}`

export const locationJson = (location: SourceLocation | undefined, io: Pick<Io, 'cwd'>): unknown =>
  location === undefined ? null : { ...location, file: shortPath(location.file, io) }
