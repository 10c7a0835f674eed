// An interactive prompt: each check is a statement whose output, or the exception it raises, is shown under its name.
import { Tensor } from '@heddle/torch'

export interface Check {
  readonly name: string
  readonly text: string
}

/** Where a section prints. */
export interface Prompt {
  /** Prints what `statement` gives, as Python's `print` would, or the exception it raises. */
  check(name: string, statement: () => unknown): void
}

/** What a statement gives is an address or another number that differs from run to run. */
export const anyInteger = (value: number): string => (Number.isInteger(value) ? '<integer>' : String(value))

export function createSession(): { readonly prompt: Prompt; readonly checks: readonly Check[] } {
  const checks: Check[] = []
  const check = (name: string, statement: () => unknown): void => {
    checks.push({ name, text: outputOf(statement).replaceAll(/0x[0-9a-f]+/g, '0xADDR') })
  }
  return { prompt: { check }, checks }
}

function outputOf(statement: () => unknown): string {
  try {
    return text(statement())
  } catch (error) {
    const { name, message } = error as Error
    return `${name}: ${message}`
  }
}

/** Several values printed by one statement. */
export const line = (...values: readonly unknown[]): string => values.map(text).join(' ')
export const lines = (...printed: readonly unknown[]): string => printed.map(text).join('\n')

/** A statement that prints nothing. */
export const silent = Symbol('prints nothing')

/** As Python's `str`; arrays are tuples. */
function text(value: unknown): string {
  if (value === silent) return ''
  if (value === null || value === undefined) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (value instanceof Tensor || !isPlainList(value)) return String(value)
  return `(${value.map(text).join(', ')}${value.length === 1 ? ',' : ''})`
}

const isPlainList = (value: unknown): value is readonly unknown[] =>
  Array.isArray(value) && Object.getPrototypeOf(value) === Array.prototype

/** Nested numbers as Python prints lists; `isFloat`: whole numbers are floats, too. */
export const pythonList = (value: unknown, isFloat: boolean): string => {
  if (Array.isArray(value)) return `[${value.map((item) => pythonList(item, isFloat)).join(', ')}]`
  return isFloat && Number.isInteger(value) ? `${value}.0` : String(value)
}

/** What Python calls the class of a value. */
export const classOf = (value: { readonly constructor: { readonly name: string } }): string => {
  const names: Readonly<Record<string, string>> = { NdArray: 'numpy.ndarray', Tensor: 'torch.Tensor' }
  return `<class '${names[value.constructor.name] ?? value.constructor.name}'>`
}

let identities = 1
const known = new WeakMap<object, number>()

/** A number for an object, as Python's `id`. */
export function id(object: object): number {
  let number = known.get(object)
  if (number === undefined) {
    number = identities++
    known.set(object, number)
  }
  return number
}

/** Calls a method by name, whether or not there is one. */
export const callMethod = (object: object, name: string): unknown => {
  const method: unknown = Reflect.get(object, name)
  if (typeof method !== 'function') throw new TypeError(`${object.constructor.name} has no method ${name}`)
  return method.call(object)
}
