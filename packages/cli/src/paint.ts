// Colours, for people: off where the reader is a file or a program, or has asked for none (no-color.org).
import { styleText } from 'node:util'
import type { Io, Sink } from './io.ts'

export type ColorWhen = 'auto' | 'always' | 'never'

export type Paint = Readonly<Record<'error' | 'good' | 'heading' | 'remark', (text: string) => string>>

/** `--color` decides, then NO_COLOR, then FORCE_COLOR, then whether a terminal reads. */
export function hasColor(when: ColorWhen, sink: Sink, env: Io['env']): boolean {
  if (when !== 'auto') return when === 'always'
  if (isSet(env['NO_COLOR'])) return false
  const forced = env['FORCE_COLOR']
  if (isSet(forced)) return forced !== '0' && forced !== 'false'
  return sink.isTerminal
}

const isSet = (value: string | undefined): boolean => value !== undefined && value !== ''

export function paintFor(when: ColorWhen, sink: Sink, env: Io['env']): Paint {
  const on = hasColor(when, sink, env)
  const style = (format: Parameters<typeof styleText>[0]) => (text: string) =>
    on ? styleText(format, text, { validateStream: false }) : text
  return {
    error: style(['bold', 'red']),
    good: style('green'),
    heading: style('bold'),
    remark: style('dim'),
  }
}
