// What PyTorch's argument parser, and Python, say of a call that a function does not take.
import { TorchError } from '../errors.ts'
import type { Call } from './check.ts'
import type { Parameter, PythonParameter, Signature } from './signatures.ts'
import { typeName } from './type-names.ts'

type Code = 'TORCH_ARGUMENT_COUNT' | 'TORCH_ARGUMENT_TYPE' | 'TORCH_KEYWORD'
const typeError = (code: Code, text: string, name: string): TorchError =>
  new TorchError('TypeError', code, text, { name })

const plural = (count: number): string => (count === 1 ? '' : 's')

export const takesNothing = (name: string, count: number): TorchError =>
  typeError('TORCH_ARGUMENT_COUNT', `_TensorBase.${name}() takes no arguments (${count} given)`, name)
export const takesNoKeywords = (name: string): TorchError =>
  typeError('TORCH_KEYWORD', `_TensorBase.${name}() takes no keyword arguments`, name)

export function tooMany(name: string, { least, mostPositional }: Signature, found: number): TorchError {
  const text =
    least === mostPositional
      ? `${name}() takes ${mostPositional} positional argument${plural(mostPositional)} but ${found} ${found === 1 ? 'was' : 'were'} given`
      : `${name}() takes from ${least} to ${mostPositional} positional arguments but ${found} were given`
  return typeError('TORCH_ARGUMENT_COUNT', text, name)
}

/** The plural is PyTorch's. */
export function missing(name: string, parameters: readonly Parameter[]): TorchError {
  const names = parameters.filter(({ isOptional }) => !isOptional).map((each) => `"${each.name}"`)
  const text = `${name}() missing ${names.length} required positional argument${names.length === 1 ? 's' : ''}: ${names.join(', ')}`
  return typeError('TORCH_ARGUMENT_COUNT', text, name)
}

export function wrongType(
  name: string,
  parameter: Parameter,
  position: number | undefined,
  found: unknown,
): TorchError {
  const place = position === undefined ? '' : ` (position ${position})`
  const text = `${name}(): argument '${parameter.name}'${place} must be ${parameter.letter.title}, not ${typeName(found)}`
  return typeError('TORCH_ARGUMENT_TYPE', text, name)
}

export const wrongElement = (name: string, parameter: Parameter, at: number, found: unknown): TorchError =>
  typeError(
    'TORCH_ARGUMENT_TYPE',
    `${name}(): argument '${parameter.name}' must be ${parameter.letter.title}, but found element of type ${typeName(found)} at pos ${at + 1}`,
    name,
  )

export const notATensor = (at: number, found: unknown): TorchError =>
  typeError(
    'TORCH_ARGUMENT_TYPE',
    `expected Tensor as element ${at} in argument 0, but got ${typeName(found)}`,
    'cat',
  )

export function extraKeyword(
  name: string,
  { parameters }: Signature,
  count: number,
  keywords: ReadonlyMap<string, unknown>,
): TorchError {
  for (const [key] of keywords) {
    const place = parameters.findIndex((parameter) => parameter.key === key)
    if (place < 0) return unexpected(name, key)
    if (place < count) return multiple(name, (parameters[place] as Parameter).name)
  }
  return typeError('TORCH_KEYWORD', 'invalid keyword arguments', name)
}

export const unexpected = (name: string, keyword: string): TorchError =>
  typeError('TORCH_KEYWORD', `${name}() got an unexpected keyword argument '${keyword}'`, name)
export const multiple = (name: string, keyword: string): TorchError =>
  typeError('TORCH_KEYWORD', `${name}() got multiple values for argument '${keyword}'`, name)

/** Functions that know of names, but do not take them. */
const takesNoNames = /^(sort|argsort|all|any|index_select|index_add|index_copy|gather|scatter|scatter_add)$/

export function refusedName(name: string, dimension: string | null, rank: number): TorchError {
  if (takesNoNames.test(name)) {
    const text = `${name}: You passed a dimname (string) to this op in place of a dimension index but it does not yet support this behavior. Please pass a dimension index to work around this.`
    return new TorchError('RuntimeError', 'TORCH_ARGUMENT', text, { name })
  }
  return dimension === null ? nameOfNone() : nameNotFound(dimension, rank)
}

const nameOfNone = (): TorchError =>
  new TorchError('RuntimeError', 'TORCH_ARGUMENT', 'Please look up dimensions by name, got: name = None.')
const nameNotFound = (name: string, rank: number): TorchError =>
  new TorchError(
    'RuntimeError',
    'TORCH_ARGUMENT',
    `Name '${name}' not found in Tensor[${new Array<string>(rank).fill('None').join(', ')}].`,
    { name },
  )

/** The longest text that PyTorch makes. */
const longest = 1023

export function noneFits(name: string, signatures: readonly Signature[], call: Call): TorchError {
  const got = `${name}() received an invalid combination of arguments - got `
  const keywords = new Map(
    [...call.keywords].reverse().map(([key, value]) => [nameOf(signatures, key), value]),
  )
  const [only] = signatures
  const text =
    signatures.length === 1 && only !== undefined
      ? got + oneSignature(only, call.args, keywords)
      : `${got}${kindsOf(call.args, keywords)}, but expected one of:\n${signatures.map((each) => listed(each, call.args, keywords)).join('')}`
  return typeError('TORCH_ARGUMENT_TYPE', text.slice(0, longest), name)
}

/** Python's name of a keyword. */
function nameOf(signatures: readonly Signature[], key: string): string {
  for (const { parameters } of signatures) {
    const found = parameters.find((each) => each.key === key)
    if (found !== undefined) return found.name
  }
  return key
}

/** By Python's names. */
type Keywords = ReadonlyMap<string, unknown>

function kindsOf(args: readonly unknown[], keywords: Keywords): string {
  const parts = [
    ...args.map(typeName),
    ...[...keywords].map(([key, value]) => `${key}=${typeName(value)}`),
  ].join(', ')
  // PyTorch cuts off the last comma only after a positional argument.
  return `(${parts}${args.length === 0 && keywords.size > 0 ? ', ' : ''})`
}

function oneSignature(signature: Signature, args: readonly unknown[], keywords: Keywords): string {
  const unknown = unmatched(signature, args, keywords)
  if (unknown.length > 0) return `unrecognized keyword arguments: ${unknown.join(', ')}`
  const got = hasItsCount(signature, args, keywords)
    ? described(signature, args, keywords)
    : kindsOf(args, keywords)
  return `${got}, but expected ${printed(signature)}`
}

function listed(signature: Signature, args: readonly unknown[], keywords: Keywords): string {
  const line = ` * ${printed(signature)}\n`
  if (!hasItsCount(signature, args, keywords)) return line
  const unknown = unmatched(signature, args, keywords)
  const reason = "      didn't match because some of the"
  return unknown.length > 0
    ? `${line}${reason} keywords were incorrect: ${unknown.join(', ')}\n`
    : `${line}${reason} arguments have invalid types: ${described(signature, args, keywords)}\n`
}

/** What PyTorch lists, and counts: the star too, and nothing as one. */
function items({ parameters }: Signature): readonly (Parameter | '*' | '')[] {
  if (parameters.length === 0) return ['']
  const star = parameters.findIndex(({ isKeyword }) => isKeyword)
  return star < 0 ? parameters : [...parameters.slice(0, star), '*', ...parameters.slice(star)]
}

function printed(signature: Signature): string {
  const texts = items(signature).map((item) =>
    typeof item === 'string' ? item : `${item.letter.title} ${item.name}`,
  )
  return `(${texts.join(', ')})`
}

const hasItsCount = (signature: Signature, args: readonly unknown[], keywords: Keywords): boolean =>
  args.length + keywords.size === items(signature).length

/** Keywords that are none of the parameters that no positional argument is for. */
function unmatched(signature: Signature, args: readonly unknown[], keywords: Keywords): readonly string[] {
  const open = items(signature).slice(args.length)
  return [...keywords.keys()].filter(
    (key) => !open.some((item) => typeof item === 'object' && item.name === key),
  )
}

function described(signature: Signature, args: readonly unknown[], keywords: Keywords): string {
  const all = items(signature)
  const parts = all.map((item, k) => {
    const isKeyword = k >= args.length
    if (typeof item === 'string') return `!${typeName(isKeyword ? undefined : args[k])}!`
    const name = typeName(isKeyword ? keywords.get(item.name) : args[k])
    const text = isKeyword ? `${item.name}=${name}` : name
    return matches(item.letter.title, name) ? text : `!${text}!`
  })
  return `(${parts.join(', ')}${args.length === 0 ? ', ' : ''})`
}

const matches = (title: string, name: string): boolean =>
  title === name || (title === 'float' && name === 'int')

export function tooManyOfPython(
  name: string,
  least: number,
  most: number,
  found: number,
  keywords: number,
): TorchError {
  const takes =
    least === most
      ? `${most} positional argument${plural(most)}`
      : `from ${least} to ${most} positional arguments`
  const given =
    keywords === 0
      ? `${found} ${found === 1 ? 'was' : 'were'}`
      : `${found} positional argument${plural(found)} (and ${keywords} keyword-only argument${plural(keywords)}) were`
  return typeError('TORCH_ARGUMENT_COUNT', `${name}() takes ${takes} but ${given} given`, name)
}

export function missingOfPython(name: string, parameters: readonly PythonParameter[]): TorchError {
  const positional = parameters.filter(({ isKeyword }) => !isKeyword)
  const kind = positional.length > 0 ? 'positional' : 'keyword-only'
  const names = (positional.length > 0 ? positional : parameters).map((each) => `'${each.name}'`)
  const count = names.length
  const list =
    count < 3 ? names.join(' and ') : `${names.slice(0, -1).join(', ')}, and ${names[count - 1] ?? ''}`
  return typeError(
    'TORCH_ARGUMENT_COUNT',
    `${name}() missing ${count} required ${kind} argument${plural(count)}: ${list}`,
    name,
  )
}
