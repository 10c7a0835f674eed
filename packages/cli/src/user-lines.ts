// The user's own lines, for errors and explanations: a location as a path from here, and the text that stands there.
import { isAbsolute, relative } from 'node:path'
import type { SourceLocation } from '@heddle/core'
import type { Io } from './io.ts'

/** The path as one would type it: relative if it lies below the working folder. */
export function shortPath(file: string, io: Pick<Io, 'cwd'>): string {
  const path = decoded(file)
  if (!isAbsolute(path)) return path
  const short = relative(io.cwd, path)
  return short === '' || short.startsWith('..') ? path : short
}

export const shortLocation = ({ file, line, column }: SourceLocation, io: Pick<Io, 'cwd'>): string =>
  `${shortPath(file, io)}:${line}:${column}`

/** The same of `file:line:column` as one text. */
export function shortPlace(place: string, io: Pick<Io, 'cwd'>): string {
  const [, file = place, rest = ''] = /^(.*?)(:\d+(?::\d+)?)$/.exec(place) ?? []
  return `${shortPath(file, io)}${rest}`
}

/** The text of a line, without its end; undefined where the file cannot be read. */
export function lineAt({ file, line }: SourceLocation, io: Pick<Io, 'tryReadText'>): string | undefined {
  return io.tryReadText(decoded(file))?.split('\n')[line - 1]?.trimEnd()
}

/** Stack frames hold addresses, in which a space is `%20`. */
function decoded(file: string): string {
  try {
    return decodeURIComponent(file)
  } catch (error) {
    // A `%` that is part of the name.
    if (error instanceof URIError) return file
    throw error
  }
}
