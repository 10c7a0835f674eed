// Reads the JSON of a safetensors header, and only what such a header may hold: nothing nests deeper than the lists of an entry,
// every key stands once, numbers are whole. JSON.parse would keep the last of two equal keys, and build whatever is nested.
import { TorchError } from '../errors.ts'

/** An entry as it is written, not yet checked against the file. */
export interface HeaderEntry {
  readonly dtype: string
  readonly shape: readonly number[]
  readonly dataOffsets: readonly [begin: number, end: number]
}

export interface Header {
  readonly metadata: ReadonlyMap<string, string>
  /** In the order of the text. */
  readonly entries: ReadonlyMap<string, HeaderEntry>
}

export const METADATA_KEY = '__metadata__'

/** Throws `TORCH_FILE_HEADER` for text that is no header, `TORCH_FILE_DUPLICATE` for a name that comes twice. */
export function scanHeader(text: string): Header {
  const scanner = new Scanner(text)
  let metadata: ReadonlyMap<string, string> | undefined
  const entries = new Map<string, HeaderEntry>()
  scanner.object((name) => {
    if (name === METADATA_KEY) {
      if (metadata) throw duplicateName(name)
      metadata = scanMetadata(scanner)
    } else {
      if (entries.has(name)) throw duplicateName(name)
      entries.set(name, scanEntry(scanner))
    }
  })
  scanner.end()
  return { metadata: metadata ?? new Map(), entries }
}

function scanMetadata(scanner: Scanner): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>()
  scanner.object((key) => {
    if (metadata.has(key)) throw duplicateName(key)
    metadata.set(key, scanner.string())
  })
  return metadata
}

function scanEntry(scanner: Scanner): HeaderEntry {
  let dtype: string | undefined
  let shape: readonly number[] | undefined
  let offsets: readonly number[] | undefined
  scanner.object((field) => {
    if (field === 'dtype' && dtype === undefined) dtype = scanner.string()
    else if (field === 'shape' && !shape) shape = scanner.integers()
    else if (field === 'data_offsets' && !offsets) offsets = scanner.integers()
    else throw scanner.expected('"dtype", "shape" and "data_offsets", each once')
  })
  const [begin, end] = offsets ?? []
  if (dtype === undefined || !shape || begin === undefined || end === undefined || offsets?.length !== 2) {
    throw scanner.expected('an entry of "dtype", "shape" and two "data_offsets" before this')
  }
  return { dtype, shape, dataOffsets: [begin, end] }
}

/** A position in a text, and what may come there. */
class Scanner {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  /** `{"key": value, ...}`: `member` reads each value. */
  object(member: (key: string) => void): void {
    this.#take('{')
    if (this.#tryTake('}')) return
    do {
      const key = this.string()
      this.#take(':')
      member(key)
    } while (this.#tryTake(','))
    this.#take('}')
  }

  string(): string {
    this.#skipSpace()
    const end = this.#text[this.#at] === '"' ? this.#closingQuote() : -1
    const value = end < 0 ? undefined : parsedString(this.#text.slice(this.#at, end + 1))
    if (value === undefined) throw this.expected('a string')
    this.#at = end + 1
    return value
  }

  /** `[1, 2]`: whole numbers, not negative. */
  integers(): readonly number[] {
    const list: number[] = []
    this.#take('[')
    if (this.#tryTake(']')) return list
    do {
      list.push(this.#integer())
    } while (this.#tryTake(','))
    this.#take(']')
    return list
  }

  end(): void {
    this.#skipSpace()
    if (this.#at !== this.#text.length) throw this.expected('nothing more')
  }

  expected(what: string): TorchError {
    return headerText(what, this.#at)
  }

  #integer(): number {
    this.#skipSpace()
    const digits = this.#token(/(?:0|[1-9]\d{0,15})(?![\d.eE])/y)
    const value = Number(digits || Number.NaN)
    if (!Number.isSafeInteger(value)) throw this.expected('a whole number from 0 to 2^53 - 1')
    return value
  }

  #take(mark: string): void {
    if (!this.#tryTake(mark)) throw this.expected(`'${mark}'`)
  }

  #tryTake(mark: string): boolean {
    this.#skipSpace()
    if (this.#text[this.#at] !== mark) return false
    this.#at++
    return true
  }

  /** The position of the quote that ends the string which begins here, or -1. */
  #closingQuote(): number {
    for (let at = this.#text.indexOf('"', this.#at + 1); at >= 0; at = this.#text.indexOf('"', at + 1)) {
      let backslashes = 0
      while (this.#text[at - 1 - backslashes] === '\\') backslashes++
      if (backslashes % 2 === 0) return at
    }
    return -1
  }

  #skipSpace(): void {
    this.#token(/[ \t\r\n]*/y)
  }

  #token(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const [token = ''] = pattern.exec(this.#text) ?? []
    this.#at += token.length
    return token
  }
}

/** The string that a token in quotes stands for; undefined if it is not JSON, or no Unicode text. */
function parsedString(token: string): string | undefined {
  try {
    const value: unknown = JSON.parse(token)
    return typeof value === 'string' && value.isWellFormed() ? value : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

export const headerText = (expected: string, at: number): TorchError =>
  new TorchError(
    'RuntimeError',
    'TORCH_FILE_HEADER',
    `the header is not that of a safetensors file: expected ${expected} at character ${at}`,
    { expected, at },
  )

const duplicateName = (name: string): TorchError =>
  new TorchError('RuntimeError', 'TORCH_FILE_DUPLICATE', `the header has the name '${name}' twice`, { name })
