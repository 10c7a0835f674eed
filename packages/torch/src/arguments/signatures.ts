// What PyTorch's functions and methods take, read from the table.
//
// An entry is `name|method`, where the function takes the tensor first, or `name|method|function`. A form is `-` for nothing, or
// signatures with `;` between: parameters with `,` between, each a letter for its type, a number where one element may stand for a
// list of so many, `?` where it may be None, its name, and `=` where it has a default. `*` stands before what is passed by keyword
// only, `@` for the options of all that make tensors, `^` for an `out` that functions alone take, `^2` for several, and the
// signature `!` for older ones that PyTorch does not list, `~` before one of PyTorch 2. A form written in Python is its name, `:` and the names it takes.
import { type Letter, letters } from './letters.ts'
import { table } from './table.ts'

export interface Parameter {
  readonly letter: Letter
  /** Python's name, and the key in an options object. */
  readonly name: string
  readonly key: string
  /** One element may stand for a list of this many. */
  readonly size: number
  readonly isNullable: boolean
  readonly isOptional: boolean
  readonly isKeyword: boolean
}

export interface Signature {
  readonly parameters: readonly Parameter[]
  readonly mostPositional: number
  /** How many have no default. */
  readonly least: number
}

/** A form of a function: what the parser of C++ knows of it, or Python. */
export type Form =
  | {
      readonly language: 'C++'
      readonly name: string
      readonly signatures: readonly Signature[]
      /** Those of PyTorch 2, which are taken and not listed. */
      readonly newer: readonly Signature[]
      /** It has others that are not listed. */
      readonly hasOlder: boolean
    }
  | {
      readonly language: 'Python'
      readonly name: string
      readonly parameters: readonly PythonParameter[]
      readonly takesAny: boolean
    }
  | { readonly language: 'nothing'; readonly name: string }

export type PythonParameter = Pick<Parameter, 'name' | 'key' | 'isOptional' | 'isKeyword'>

const madeWith = 'd?dtype=,l?layout=,D?device=,b?pin_memory=,b?requires_grad='

let entries: ReadonlyMap<string, string> | undefined

/** `index_add_` is `indexAdd_`. */
export const camelCase = (name: string): string =>
  name.replaceAll(/(?<=[a-zA-Z0-9])_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

function entryOf(key: string): string | undefined {
  entries ??= new Map(
    table.split(/\s/).map((entry) => [camelCase(entry.slice(0, entry.indexOf('|'))), entry] as const),
  )
  return entries.get(key)
}

/** The form of a method; what writes in place takes what the function takes. */
export function methodForm(key: string): Form | undefined {
  const entry = entryOf(key)
  if (entry === undefined) {
    const plain = key.endsWith('_') ? methodForm(key.slice(0, -1)) : undefined
    return plain && plain.language !== 'Python' ? { ...plain, name: `${plain.name}_` } : undefined
  }
  const [name = '', method = ''] = entry.split('|')
  if (method === '' && entry.split('|').length > 2) return undefined
  return formOf(name, withoutMarks(method))
}

/** The form of a function of `torch`, or of `nn.functional` (`F.relu`). */
export function functionForm(key: string): Form | undefined {
  const entry = entryOf(key) ?? (key.startsWith('F.') ? entryOf(key.slice(2)) : undefined)
  if (entry === undefined) return key.endsWith('_') ? inPlaceForm(key.slice(0, -1)) : undefined
  const [name = '', method = '', given] = entry.split('|')
  if (given === '') return undefined
  return formOf(name.replace(/^F\./, ''), given ?? asFunction(method))
}

/** The function that writes to its first tensor: as the one that does not, without `out`. */
function inPlaceForm(key: string): Form | undefined {
  const [name, method = ''] = entryOf(key)?.split('|') ?? []
  if (method === '') return undefined
  return formOf(`${name}_`, asFunction(withoutMarks(method)))
}

const withoutMarks = (method: string): string => method.replaceAll(/\^\d?/g, '')

function asFunction(method: string): string {
  const own = method.startsWith('-') ? method.slice(1) : method
  return own
    .split(';')
    .map((signature) => {
      if (signature === '!') return signature
      if (signature.startsWith('~')) return `~${asFunction(signature.slice(1))}`
      const [parameters = '', mark] = signature.split('^')
      const items = parameters === '' ? ['Tinput'] : ['Tinput', ...parameters.split(',')]
      if (mark !== undefined)
        items.push(...(items.includes('*') ? [] : ['*']), mark === '' ? 'T?out=' : `L${mark}?out=`)
      return items.join(',')
    })
    .join(';')
}

function formOf(name: string, text: string): Form {
  if (text === '-') return { language: 'nothing', name }
  const at = text.indexOf(':')
  if (at >= 0) return pythonForm(text.slice(0, at), text.slice(at + 1))
  const texts = text.split(';').filter((signature) => signature !== '!')
  const isNewer = (signature: string): boolean => signature.startsWith('~')
  return {
    language: 'C++',
    name,
    signatures: texts.filter((signature) => !isNewer(signature)).map(readSignature),
    newer: texts.filter(isNewer).map((signature) => readSignature(signature.slice(1))),
    hasOlder: text.endsWith('!'),
  }
}

function pythonForm(name: string, text: string): Form {
  const parameters: PythonParameter[] = []
  let isKeyword = false
  for (const item of text === '' ? [] : text.split(',')) {
    if (item === '*') isKeyword = true
    else if (!item.startsWith('*')) {
      const own = item.replace('=', '')
      parameters.push({ name: own, key: camelCase(own), isOptional: own !== item, isKeyword })
    }
  }
  return { language: 'Python', name, parameters, takesAny: text.includes('**') }
}

function readSignature(text: string): Signature {
  const parameters: Parameter[] = []
  let isKeyword = false
  for (const item of text === '' ? [] : text.replace('@', madeWith).split(',')) {
    if (item === '*') isKeyword = true
    else parameters.push(readParameter(item, isKeyword))
  }
  return {
    parameters,
    mostPositional: parameters.filter((each) => !each.isKeyword).length,
    least: parameters.filter((each) => !each.isOptional).length,
  }
}

function readParameter(item: string, isKeyword: boolean): Parameter {
  const [, letter = '', size = '', nullable, name = '', optional] =
    /^(.)(\d*)(\??)(.*?)(=?)$/.exec(item) ?? []
  return {
    letter: letters[letter] as Letter,
    name,
    key: camelCase(name),
    size: Number(size),
    isNullable: nullable === '?',
    isOptional: optional === '=',
    isKeyword,
  }
}
