// Tests that follow from an op's record: types, meaning, errors, attributes. Returned as cases, so that any runner may
// register them; derivatives are in `gradient-tests.ts`.
import type { OpName } from '@heddle/core'
import { formatType, HeddleError, isFloat, opNames, opRecord, sizeOf, typesEqual } from '@heddle/core'
import { drawInputs, type NamedSample, opSamples, sampleAs, sampleProgram } from './samples.ts'

export interface TestCase {
  /** Stable: what it is about, slashes from the general to the particular. */
  readonly id: string
  run(): void
}

/** Cases of one op, from its record. */
export function opCases(op: OpName): readonly TestCase[] {
  const samples = opSamples.filter((sample) => sample.op === op)
  const doubles = new Map(samples.map((sample) => sampleAs(sample, 'f64')).map((each) => [each.id, each]))
  return [
    ...[...doubles.values()]
      .filter(takesDType)
      .map((sample) => ({ id: `type-f64/${sample.id}`, run: () => checkType(sample) })),
    ...samples.flatMap((sample) => [
      { id: `type/${sample.id}`, run: () => checkType(sample) },
      { id: `attributes/${sample.id}`, run: () => checkAttributes(sample) },
    ]),
    ...opRecord(op).errorSamples.map(({ inputs, attrs, code }, at) => ({
      id: `error/${op}/${at}/${code}`,
      run: () => checkError({ id: `${op} error sample ${at}`, op, inputs, attrs }, code),
    })),
  ]
}

export const allOpCases = (): readonly TestCase[] => opNames.flatMap(opCases)

/** Whether the op takes the dtypes of the sample; `bitcast` takes four bytes only. */
export function takesDType({ op, inputs, attrs }: NamedSample): boolean {
  const error = raised(() => opRecord(op).infer(inputs, attrs))
  if (error === undefined) return true
  if (error instanceof HeddleError && error.code.startsWith('DTYPE_')) return false
  throw error
}

/** The meaning gives what the type says: dtype, shape, as many elements, and values of the dtype. */
function checkType(sample: NamedSample): void {
  const record = opRecord(sample.op)
  const { result, operands, bindings } = sampleProgram(sample, 1)
  const inputs = operands.map(
    ({ attrs }) => bindings[attrs.name] ?? fail(sample.id, 'an operand is not bound'),
  )

  const value = record.evaluate(inputs, sample.attrs, result.type)

  const found = formatType({ dtype: value.dtype, shape: value.shape })
  if (!typesEqual(value, result.type))
    fail(sample.id, `infer says ${formatType(result.type)}, evaluate gives ${found}`)
  if (value.data.length !== sizeOf(value.shape))
    fail(sample.id, `evaluate gives ${value.data.length} elements for ${found}`)
  if (isFloat(value.dtype) && !(value.data instanceof Float64Array))
    fail(sample.id, `evaluate gives a ${value.data.constructor.name} for ${found}, not float64`)
  inputs.forEach((input, operand) => {
    const again = drawInputs(sample.inputs, 1)[operand]
    if (input.data.some((x, at) => !Object.is(x, again?.data[at])))
      fail(sample.id, `evaluate changes operand ${operand}`)
  })
}

/** The attributes of samples are what the schema takes; unknown ones are refused. */
function checkAttributes(sample: NamedSample): void {
  const { attrs: schema } = opRecord(sample.op)
  const parsed = schema.safeParse(sample.attrs)
  if (!parsed.success) fail(sample.id, `the schema refuses the attributes: ${parsed.error.message}`)
  if (schema.safeParse({ ...sample.attrs, notAnAttribute: 1 }).success)
    fail(sample.id, 'the schema takes an attribute that does not exist')
}

/** An error sample raises its code, with the op and the numbers found in the message. */
function checkError(sample: NamedSample, code: string): void {
  const error = raised(() => opRecord(sample.op).infer(sample.inputs, sample.attrs))
  if (!(error instanceof HeddleError))
    fail(sample.id, `${code} was expected, ${error === undefined ? 'nothing was raised' : String(error)}`)
  if (error.code !== code) fail(sample.id, `${code} was expected, got ${error.message}`)
  const words = error.message.slice(`${code}: `.length)
  if (!words.startsWith(`${sample.op}: `))
    fail(sample.id, `the message does not name the op: ${error.message}`)
  const facts = sample.inputs.length === 0 ? /./ : /[0-9]|f32|f64|i32|u32|bool/
  if (!facts.test(words)) fail(sample.id, `the message does not say what was found: ${error.message}`)
  if (Object.keys(error.details).length === 0)
    fail(sample.id, `the error carries no details: ${error.message}`)
}

function raised(run: () => unknown): unknown {
  try {
    run()
    return undefined
  } catch (error) {
    return error
  }
}

function fail(id: string, what: string): never {
  throw new Error(`${id}: ${what}`)
}
