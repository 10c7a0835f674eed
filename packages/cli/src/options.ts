// Options that several commands have, and what parses their values: wrong ones are coded errors, not the parser's.
import { Option } from 'commander'
import { optionValue } from './errors.ts'
import { emitters } from './target.ts'

export const oneOf =
  <T extends string>(option: string, choices: readonly T[]) =>
  (text: string): T => {
    const choice = choices.find((each) => each === text)
    if (choice === undefined) throw optionValue(option, text, `one of ${choices.join(', ')}`, choices)
    return choice
  }

export const wholeNumber =
  (option: string, least: number) =>
  (text: string): number => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least) {
      throw optionValue(option, text, `a whole number from ${least} to 2^53 - 1`)
    }
    return value
  }

export const emitterOption = (): Option =>
  new Option(
    '--emitter <emitter>',
    `how the CPU's kernels are made: ${emitters.join(', ')} (default: the best here)`,
  ).argParser(oneOf('--emitter', emitters))

export const formatOption = (): Option =>
  new Option('--format <format>', 'text or json')
    .argParser(oneOf('--format', ['text', 'json']))
    .default('text')

export const seedOption = (): Option =>
  new Option('--seed <n>', 'of initial values and generated data (default: 0)').argParser(
    wholeNumber('--seed', 0),
  )
