// Every recorded trace, line by line: what fails with which words, what is shown, and what the tensors are in the end.
import { readFileSync } from 'node:fs'
import * as torch from '@heddle/torch'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Names, runLine } from './trace-language.ts'
import { graph, saved, state } from './trace-text.ts'

interface Trace {
  readonly lines: readonly string[]
  /** By the number of the line. */
  readonly said: Readonly<Record<string, string>>
  readonly states?: Readonly<Record<string, unknown>>
}

const files = ['traces', 'kept', 'saved', 'random-traces']

beforeAll(() => torch.setWarningHandler(() => undefined))
afterAll(() => torch.setWarningHandler(console.warn))

describe.each(files)('%s', (name) => {
  const file = new URL(`../golden/torch/${name}.json`, import.meta.url)
  const { programs } = JSON.parse(readFileSync(file, 'utf8')) as { readonly programs: readonly Trace[] }
  test.for(programs.map((trace, k) => [k, trace] as const))('%s', ([, trace]) => {
    const { lines, said, states } = replay(trace.lines)
    expect({ lines, said, ...(trace.states && { states }) }).toEqual(trace)
  })
})

type Options = { dtype?: torch.DType }

function plain(...args: readonly (number | Options)[]): torch.Tensor {
  const sizes = args.filter((arg) => typeof arg === 'number')
  const [{ dtype = torch.float32 } = {}] = args.filter((arg) => typeof arg === 'object')
  const size = sizes.reduce((product, extent) => product * extent, 1)
  const data = Array.from({ length: size }, (_, at) => (((at * 5) % 13) + 1) / 4)
  return torch.tensor(data, { dtype: torch.float64 }).to(dtype).reshape(sizes).clone()
}
const leaf = (...args: readonly (number | Options)[]): torch.Tensor => plain(...args).requiresGrad_()

function replay(lines: readonly string[]): Trace {
  const names: Names = new Map<string, unknown>(
    Object.entries({
      torch,
      F: torch.nn.functional,
      autograd: torch.autograd,
      plain,
      leaf,
      graph,
      saved,
      same: Object.is,
    }),
  )
  const said: Record<string, string> = {}
  lines.forEach((line, number) => {
    try {
      const shown = runLine(line, names)
      if (shown !== undefined) said[number] = shown
    } catch (error) {
      said[number] = textOf(error)
    }
  })
  const tensors = new Map([...names].filter(([, value]) => value instanceof torch.Tensor))
  const states: Record<string, unknown> = {}
  for (const [name, tensor] of tensors) {
    try {
      states[name] = state(tensors, tensor as torch.Tensor)
    } catch (error) {
      states[name] = error instanceof Error ? error.message : String(error)
    }
  }
  return { lines, said, states }
}

const textOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error)
