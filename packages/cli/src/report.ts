// How an error looks to the person who ran the command: the sentence, the line of their program, where to read more.
import type { HeddleError } from '@heddle/core'
import { isCoded } from './errors.ts'
import { type ExitCode, exitCodeOf } from './exit-codes.ts'
import type { Io } from './io.ts'
import type { Paint } from './paint.ts'
import { userFrames } from './stack.ts'
import { lineAt, shortLocation } from './user-lines.ts'

/** Prints an error to `io.err`; returns the status to end with. */
export function reportError(error: unknown, io: Io, paint: Paint): ExitCode {
  if (!isCoded(error)) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error)
    io.err.write(
      `${paint.error('INTERNAL_UNEXPECTED')}: ${what}\nThis is a bug in Heddle, not in your program.\n${more('INTERNAL_UNEXPECTED', paint)}\n`,
    )
    return 70
  }
  const lines = [`${paint.error(error.code)}: ${sentenceOf(error)}`]
  if (error.location !== undefined) lines.push(...userLine(error.location, io, paint))
  if (error.ir !== undefined) lines.push('', error.ir)
  lines.push(...causeOf(error, paint), more(error.code, paint))
  io.err.write(`${lines.join('\n')}\n`)
  return exitCodeOf(error.code)
}

/** The entry of a code. */
export const entryOf = (code: string): string =>
  `docs/errors/${code.split('_', 1)[0]?.toLowerCase()}.md#${code.toLowerCase()}`

const more = (code: string, paint: Paint): string => paint.remark(`More: ${entryOf(code)}`)

/** The message without what is shown in its own way: code, location, IR. */
function sentenceOf({ code, message, location, ir }: HeddleError): string {
  let text = message
  if (ir !== undefined && text.endsWith(`\n${ir}`)) text = text.slice(0, -ir.length - 1)
  if (location !== undefined) {
    const where = `\n  at ${location.file}:${location.line}:${location.column}`
    if (text.endsWith(where)) text = text.slice(0, -where.length)
  }
  return text.startsWith(`${code}: `) ? text.slice(code.length + 2) : text
}

function userLine(location: NonNullable<HeddleError['location']>, io: Io, paint: Paint): readonly string[] {
  const lines = [`  at ${shortLocation(location, io)}`]
  const text = lineAt(location, io)
  if (text === undefined || text === '') return lines
  const number = `${location.line}`
  const indent = ' '.repeat(number.length)
  const before = text.slice(0, location.column - 1).replace(/[^\t]/g, ' ')
  return [
    ...lines,
    '',
    `  ${paint.remark(`${number} |`)} ${text}`,
    `  ${paint.remark(`${indent} |`)} ${before}${paint.error('^')}`,
  ]
}

/** How a script came to throw: its own frames. */
function causeOf({ code, cause }: HeddleError, paint: Paint): readonly string[] {
  if (code !== 'CLI_SCRIPT_THREW' || !(cause instanceof Error)) return []
  return userFrames(cause).slice(0, 5).map(paint.remark)
}
