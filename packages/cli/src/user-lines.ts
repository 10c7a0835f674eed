// The user's own lines, for errors and explanations: a location as a path from here, and the text that stands there.
import { isAbsolute, relative } from 'node:path'
import type { SourceLocation } from '@heddle/core'
import type { Io } from './io.ts'

/** The path as one would type it: relative if it lies below the working folder. */
export function shortPath(file: string, io: Pick<Io, 'cwd'>): string {
  if (!isAbsolute(file)) return file
  const short = relative(io.cwd, file)
  return short === '' || short.startsWith('..') ? file : short
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
  return io.tryReadText(file)?.split('\n')[line - 1]?.trimEnd()
}
