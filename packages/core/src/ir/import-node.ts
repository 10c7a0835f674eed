// One node from outside, whatever the format it was read from: the op must exist, the attributes fit its schema, the op
// accept its operands, and the result have the type that was written down. Formats say where in the file that was.
import { z } from 'zod'
import { HeddleError } from '../errors.ts'
import type { Initializer } from '../initializer.ts'
import { type Builder, isOpName, opRecord } from './builder.ts'
import { noAttrs, variadic } from './define.ts'
import { formatType, type TensorType, typesEqual } from './tensor-type.ts'
import type { Value } from './value.ts'

/** A place in a file: its words for messages, its numbers for programs. */
export interface ImportPlace {
  readonly words: string
  readonly details: Readonly<Record<string, number>>
}

export interface ImportedNode {
  readonly op: string
  readonly inputs: readonly Value[]
  readonly attrs: Readonly<Record<string, unknown>>
  readonly type: TensorType
}

export const importError = (
  code: `IMPORT_${string}`,
  { words, details }: ImportPlace,
  message: string,
  facts: Readonly<Record<string, unknown>> = {},
  cause?: unknown,
): HeddleError => new HeddleError(code, `${words}: ${message}`, { details: { ...facts, ...details }, cause })

/**
 * Throws `IMPORT_UNKNOWN_OP`, `IMPORT_ARITY`, `IMPORT_ATTRIBUTE`, `IMPORT_REFUSED`, `IMPORT_TYPE`. The place is asked for
 * only then: finding a line means counting the lines before it.
 */
export function importNode(
  b: Builder,
  { op, inputs, attrs, type }: ImportedNode,
  placeOf: () => ImportPlace,
): Value {
  if (!isOpName(op)) throw importError('IMPORT_UNKNOWN_OP', placeOf(), `'${op}' is not an op`, { op })
  const { arity, attrs: schema } = opRecord(op)
  if (arity !== variadic && inputs.length !== arity) {
    const found = `${op} has ${inputs.length} operands; it takes ${arity}`
    throw importError('IMPORT_ARITY', placeOf(), found, { op, found: inputs.length, arity })
  }
  const checked = schema.safeParse(attrs)
  if (!checked.success) throw badAttribute(placeOf(), op, checked.error)
  let value: Value
  try {
    value = b.make(op, inputs, Object.keys(attrs).length === 0 ? noAttrs : (attrs as Value['attrs']))
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error
    throw importError('IMPORT_REFUSED', placeOf(), error.message, { op, refused: error.code }, error)
  }
  if (!typesEqual(value.type, type)) {
    const found = `${op} is written as ${formatType(type)} but gives ${formatType(value.type)}; these must be equal`
    throw importError('IMPORT_TYPE', placeOf(), found, { op, written: type, inferred: value.type })
  }
  return value
}

function badAttribute(place: ImportPlace, op: string, error: z.ZodError): HeddleError {
  const [issue] = error.issues
  const path = issue?.path.join('.') ?? ''
  const what = path === '' ? '' : `attribute ${path}: `
  const message = `${op}: ${what}${issue?.message ?? 'does not fit'}`
  return importError('IMPORT_ATTRIBUTE', place, message, { op, attribute: path }, error)
}

const number = z.custom<number>((value) => typeof value === 'number', 'must be a number')

/** How a state starts, from outside. */
export const initializerSchema: z.ZodType<Initializer> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant'), value: number }),
  z.strictObject({ kind: z.literal('uniform'), low: number, high: number }),
  z.strictObject({ kind: z.literal('normal'), mean: number, deviation: number }),
  z.strictObject({ kind: z.literal('values'), values: z.array(number) }),
])
