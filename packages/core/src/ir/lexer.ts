// Splits the text form of graphs into tokens, one at a time, and knows where each stands. `//` begins a comment.
import type { HeddleError } from '../errors.ts'
import { type ImportPlace, importError } from './import-node.ts'

export interface Token {
  /** `end` is the end of the text; a sign stands for itself in `text`. */
  readonly kind: 'label' | 'region' | 'word' | 'number' | 'string' | 'sign' | 'newline' | 'end'
  /** A label without its `%`, a region without its `@`, a string without quotes and escapes. */
  readonly text: string
  readonly start: number
}

export interface Lexer {
  /** The token after those taken; it stays. */
  peek(): Token
  take(): Token
  /** Takes the next token if it is this sign or word. */
  tryTake(text: string): boolean
  /** Takes a token of a kind, or of a kind and text, or throws what was found instead. */
  expect(kind: Token['kind'], what: string, text?: string): Token
  /** Line and column of a token, from 1. */
  placeOf(token: Token): ImportPlace
  /** `IMPORT_SYNTAX` at a token. */
  unexpected(token: Token, what: string): HeddleError
}

const blank = /(?:[ \t\r]+|\/\/[^\n]*)+/y
const patterns: readonly (readonly [Token['kind'], RegExp])[] = [
  ['newline', /\n/y],
  ['label', /%[\w.]+/y],
  ['region', /@[\w.]+/y],
  ['number', /-?(?:\d+(?:\.\d*)?(?:e[+-]?\d+)?|inf(?!\w))|nan(?!\w)/y],
  ['word', /[A-Za-z_][\w.]*/y],
  ['sign', /[()[\],:=]/y],
]

export function createLexer(text: string): Lexer {
  let at = 0
  let ahead: Token | undefined

  const placeOf = ({ start }: Token): ImportPlace => {
    let line = 1
    let lineStart = 0
    for (let end = text.indexOf('\n'); end >= 0 && end < start; end = text.indexOf('\n', end + 1)) {
      line++
      lineStart = end + 1
    }
    const column = start - lineStart + 1
    return { words: `line ${line}, column ${column}`, details: { line, column } }
  }
  const unexpected = (token: Token, what: string): HeddleError => {
    const found = describe(token)
    return importError('IMPORT_SYNTAX', placeOf(token), `found ${found}; expected ${what}`, {
      found,
      expected: what,
    })
  }

  const read = (): Token => {
    blank.lastIndex = at
    if (blank.test(text)) at = blank.lastIndex
    const start = at
    if (at >= text.length) return { kind: 'end', text: '', start }
    if (text[at] === '"') return readString(start)
    for (const [kind, pattern] of patterns) {
      pattern.lastIndex = at
      if (!pattern.test(text)) continue
      at = pattern.lastIndex
      return { kind, text: text.slice(kind === 'label' || kind === 'region' ? start + 1 : start, at), start }
    }
    throw unexpected({ kind: 'sign', text: text[at] ?? '', start }, 'a label, a word, a number or a string')
  }
  /** By hand: a string may be megabytes of base64. */
  const readString = (start: number): Token => {
    let end = text.indexOf('"', start + 1)
    while (end >= 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
    const raw = end < 0 ? undefined : text.slice(start, end + 1)
    const content = raw === undefined || raw.includes('\n') ? undefined : tryUnquote(raw)
    if (content === undefined)
      throw unexpected({ kind: 'sign', text: '"', start }, 'a string closed on its line')
    at = end + 1
    return { kind: 'string', text: content, start }
  }

  const peek = (): Token => {
    ahead ??= read()
    return ahead
  }
  const take = (): Token => {
    const token = peek()
    ahead = undefined
    return token
  }
  return {
    peek,
    take,
    tryTake: (wanted) => {
      const { kind, text: found } = peek()
      if (found !== wanted || (kind !== 'sign' && kind !== 'word')) return false
      take()
      return true
    },
    expect: (kind, what, wanted) => {
      const token = peek()
      if (token.kind !== kind || (wanted !== undefined && token.text !== wanted))
        throw unexpected(token, what)
      return take()
    },
    placeOf,
    unexpected,
  }
}

/** Whether the quote at `at` follows an odd number of backslashes. */
function isEscaped(text: string, at: number): boolean {
  let backslashes = 0
  while (text[at - 1 - backslashes] === '\\') backslashes++
  return backslashes % 2 === 1
}

/** The content of a quoted string with JSON's escapes. */
function tryUnquote(raw: string): string | undefined {
  if (!raw.includes('\\')) return raw.slice(1, -1)
  try {
    return JSON.parse(raw) as string
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function describe({ kind, text }: Token): string {
  const short = text.length > 40 ? `${text.slice(0, 37)}...` : text
  switch (kind) {
    case 'end':
      return 'the end of the text'
    case 'newline':
      return 'the end of the line'
    case 'label':
      return `%${short}`
    case 'region':
      return `@${short}`
    case 'string':
      return JSON.stringify(short)
    default:
      return `'${short}'`
  }
}
