// Flags of the environment: the one place that reads them; everything else gets options. `docs/flags.md` is made from the table.
import type { PipelineOptions } from '@heddle/compiler'
import { graphPasses } from '@heddle/compiler'
import { closestName } from '@heddle/core'
import { flagValue } from './errors.ts'
import type { Io } from './io.ts'

export interface Settings {
  readonly pipeline: PipelineOptions
  /** Of initial values and generated data, where no --seed is given. */
  readonly seed?: number
  /** Folder for the text after every stage. */
  readonly dump?: string
}

interface Flag {
  readonly value: string
  readonly does: string
  /** Undefined for those that `paint.ts` reads. */
  readonly apply?: (text: string, settings: Settings) => Settings
}

const passNames = (): readonly string[] => graphPasses.map(({ name }) => name)

/** What HEDDLE_DISABLE may name beside passes. */
const fusion = 'fuse'

export const flags: Readonly<Record<string, Flag>> = {
  HEDDLE_DISABLE: {
    value: 'name,name',
    does: `leaves out passes by name; \`${fusion}\` makes every op a kernel of its own`,
    apply: (text, settings) => {
      const names = text.split(',').map((name) => name.trim())
      const choices = [...passNames(), fusion]
      for (const name of names) {
        if (!choices.includes(name)) {
          throw flagValue('HEDDLE_DISABLE', name, `a list of ${choices.join(', ')}`, choices)
        }
      }
      const disable = names.filter((name) => name !== fusion)
      const pipeline = { ...settings.pipeline, disable }
      return { ...settings, pipeline: names.includes(fusion) ? { ...pipeline, fusion: false } : pipeline }
    },
  },
  HEDDLE_STOP_AFTER: {
    value: 'pass',
    does: 'leaves out the graph passes after this one',
    apply: (text, settings) => {
      const last = passNames().indexOf(text)
      if (last < 0) {
        throw flagValue('HEDDLE_STOP_AFTER', text, `one of ${passNames().join(', ')}`, passNames())
      }
      return { ...settings, pipeline: { ...settings.pipeline, passes: graphPasses.slice(0, last + 1) } }
    },
  },
  HEDDLE_FUEL: {
    value: 'n',
    does: 'stops rewriting after n rule firings: halve it to find the one that breaks',
    apply: (text, settings) => ({
      ...settings,
      pipeline: { ...settings.pipeline, fuel: wholeFlag('HEDDLE_FUEL', text) },
    }),
  },
  HEDDLE_VERIFY: {
    value: '0 or 1',
    does: 'verifies between stages (1, the default) or not (0)',
    apply: (text, settings) => {
      if (text !== '0' && text !== '1') throw flagValue('HEDDLE_VERIFY', text, '0 or 1')
      return { ...settings, pipeline: { ...settings.pipeline, verify: text === '1' } }
    },
  },
  HEDDLE_SEED: {
    value: 'n',
    does: 'seeds initial values and generated data; `--seed` goes before it',
    apply: (text, settings) => ({ ...settings, seed: wholeFlag('HEDDLE_SEED', text) }),
  },
  HEDDLE_DUMP: {
    value: 'folder',
    does: 'writes the text after every stage: `00-input.ir`, one file a pass, `kernels.txt`, `plan.txt`',
    apply: (text, settings) => ({ ...settings, dump: text }),
  },
  NO_COLOR: { value: 'any', does: 'no colours; `--color always` goes before it' },
  FORCE_COLOR: { value: 'any but 0', does: 'colours even where no terminal reads' },
}

/** Reads all flags that are set. Throws `CLI_FLAG_VALUE`. Names that begin like a flag and are none are told on `io.err`. */
export function readFlags(io: Io): Settings {
  let settings: Settings = { pipeline: {} }
  for (const [name, { apply }] of Object.entries(flags)) {
    const text = io.env[name]
    if (apply !== undefined && text !== undefined && text !== '') settings = apply(text, settings)
  }
  const prefix = 'HEDDLE_'
  const ours = Object.keys(flags).flatMap((name) =>
    name.startsWith(prefix) ? name.slice(prefix.length) : [],
  )
  for (const name of Object.keys(io.env)) {
    if (!name.startsWith(prefix) || name in flags) continue
    const closest = closestName(name.slice(prefix.length), ours)
    const hint = closest === undefined ? 'docs/flags.md lists them.' : `Did you mean ${prefix}${closest}?`
    io.err.write(`heddle: ${name} is not a flag. ${hint}\n`)
  }
  return settings
}

function wholeFlag(name: string, text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw flagValue(name, text, 'a whole number from 0 to 2^53 - 1')
  }
  return value
}

/** The text of `docs/flags.md`. */
export function flagsMarkdown(): string {
  const rows = Object.entries(flags).map(([name, { value, does }]) => `| \`${name}=${value}\` | ${does} |`)
  const passes = passNames().map((name) => `\`${name}\``)
  return [
    '# Flags of the environment',
    '',
    'Read by the `heddle` command only; libraries take options. Generated from `packages/cli/src/flags.ts`.',
    '',
    '| flag | does |',
    '|---|---|',
    ...rows,
    '',
    `Passes, in order: ${passes.join(', ') || 'none'}.`,
    '',
  ].join('\n')
}
