// Programs that print, held against what the same programs print in PyTorch. Lists print as Python's tuples, null as None.
import { Tensor } from '@heddle/torch'
import { expect, test } from 'vitest'

export interface Output {
  /** A line: values with spaces between. */
  show(...values: readonly unknown[]): void
  /** A line with the class and text of what `run` throws. */
  fails(run: () => unknown): void
}

export type Program = (output: Output) => void

interface Recorded {
  readonly source: string
  readonly programs: Readonly<Record<string, readonly string[]>>
}

/** One test for each program; each that was recorded must be there, and no other. */
export function comparePrograms(recorded: Recorded, programs: Readonly<Record<string, Program>>): void {
  test('every recorded program is here', () => {
    expect(Object.keys(programs).sort()).toEqual(Object.keys(recorded.programs).sort())
  })

  test.for(Object.entries(programs))('%s', ([name, program]) => {
    expect(linesOf(program)).toEqual(recorded.programs[name])
  })
}

function linesOf(program: Program): readonly string[] {
  const lines: string[] = []
  const show = (...values: readonly unknown[]): void => {
    lines.push(
      values
        .map(text)
        .join(' ')
        .replaceAll(/\b0x[0-9a-f]+/g, '0xADDR'),
    )
  }
  const fails = (run: () => unknown): void => {
    try {
      run()
    } catch (error) {
      const { name, message } = error as Error
      show(`${name}: ${message}`)
      return
    }
    show('no error')
  }
  program({ show, fails })
  return lines
}

/** Prints as Python's list. */
export const list = (items: readonly unknown[]): object => ({
  toString: () => `[${items.map(text).join(', ')}]`,
})

/** As Python's `str`. */
function text(value: unknown): string {
  if (value === null || value === undefined) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (value instanceof Tensor || !isPlainList(value)) return String(value)
  return `(${value.map(text).join(', ')}${value.length === 1 ? ',' : ''})`
}

const isPlainList = (value: unknown): value is readonly unknown[] =>
  Array.isArray(value) && Object.getPrototypeOf(value) === Array.prototype
