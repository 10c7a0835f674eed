// What a stack says of the user's script: its own frames, without those of Node and of the module that loaded it.
import { locationOf, type SourceLocation } from '@heddle/core'

/** The loader: its frames and all below them are ours. */
const loader = new URL('./platform.', import.meta.url).href

/** Lines `    at ...` of the user's files, innermost first. */
export function userFrames(error: Error): readonly string[] {
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  const ours = frames.findIndex((line) => line.includes(loader))
  return (ours < 0 ? frames : frames.slice(0, ours)).filter((line) => !/\(?node:/.test(line))
}

/** Where an error was thrown; of a syntax error, the place that its stack begins with: `file:line`, the line, a mark. */
export function placeOf(error: Error): SourceLocation | undefined {
  const lines = (error.stack ?? '').split('\n')
  const [place = ''] = lines
  const [, file, line] = /^(?:file:\/\/)?(\/.*|[A-Za-z]:\\.*):(\d+)$/.exec(place) ?? []
  if (file !== undefined) {
    const mark = lines.find((text) => /^\s*\^+$/.test(text)) ?? ''
    return { file, line: Number(line), column: mark.indexOf('^') + 1 || 1 }
  }
  return locationOf(userFrames(error)[0])
}
