// `heddle run`: compiles a program for the CPU, runs it on given and generated data, prints its outputs. With --steps the states
// of one run are those the next begins with: a training step trains, on one batch.
import {
  formatShape,
  type Graph,
  type HostArray,
  openSession,
  type Plan,
  type Session,
  withProvenance,
} from '@heddle/core'
import { compileProgram } from '../compile.ts'
import { checkNames, type GeneratedData, generateData } from '../data.ts'
import type { ExitCode } from '../exit-codes.ts'
import { type GivenFeed, parseFeed } from '../feed-option.ts'
import { readFlags } from '../flags.ts'
import type { Io } from '../io.ts'
import { arrayJson, document } from '../json.ts'
import { loadProgram } from '../load.ts'
import { emitterOption, formatOption, seedOption, wholeNumber } from '../options.ts'
import { type ColorWhen, type Paint, paintFor } from '../paint.ts'
import { plural } from '../plural.ts'
import { stepCount } from '../step-count.ts'
import { cpuBackend, cpuTarget, type Emitter } from '../target.ts'
import type { AddCommand } from './add-command.ts'

export interface RunOptions {
  readonly script: string
  /** `name=value` each. */
  readonly feed?: readonly string[]
  readonly seed?: number
  readonly steps?: number
  readonly emitter?: Emitter
  readonly format?: 'text' | 'json'
  readonly color?: ColorWhen
}

/** Steps shown of many, beside the first and the last. */
const shownSteps = 10

export async function run(options: RunOptions, io: Io): Promise<ExitCode> {
  const { script, feed = [], steps = 1, emitter, format = 'text', color = 'auto' } = options
  const settings = readFlags(io)
  const seed = options.seed ?? settings.seed ?? 0
  const given = feed.map((text) => parseFeed(text, io))
  const graph = await loadProgram(script, io)
  checkNames(graph, given)
  const backend = cpuBackend(emitter)
  const { title } = cpuTarget(backend)
  const { plan } = compileProgram(graph, backend.capabilities, settings, io)
  const generated = generateData(graph, seed, new Set(given.map(({ name }) => name)))
  const paint = paintFor(color, io.out, io.env)
  using session = openSession(await backend.prepare(plan), backend, { seed })
  if (format === 'text')
    io.out.write(`${heading(plan, title, seed, paint)}${inputTable(graph, given, generated)}`)

  const feeds = bindData(graph, session, given, generated)
  const outputs = await repeat(session, feeds, steps, io, (step, scalars) => {
    if (format === 'text') io.out.write(`step ${step}/${steps}  ${scalars}\n`)
  })

  if (format === 'json') {
    const arrays = Object.entries(outputs).map(([name, array]) => ({ name, ...arrayJson(array) }))
    const inputs = [...given, ...generated].map(({ name, source }) => ({ name, source }))
    const content = { program: graph.name, emitter: backend.name, seed, steps, inputs, outputs: arrays }
    io.out.write(document('run', content))
    return 0
  }
  for (const [name, array] of Object.entries(outputs)) io.out.write(`${paint.heading(name)}: ${array}\n`)
  return 0
}

/** Sets states, returns feeds. */
function bindData(
  graph: Graph,
  session: Session,
  given: readonly GivenFeed[],
  generated: readonly GeneratedData[],
): Parameters<Session['run']>[0] {
  const states = new Set(
    graph.inputs.filter(({ role }) => role === 'state').map(({ value }) => value.attrs.name),
  )
  const all = [...given, ...generated.map(({ name, data: feed }) => ({ name, feed }))]
  for (const { name, feed } of all) if (states.has(name)) blameless(() => session.setState(name, feed))
  return Object.fromEntries(all.filter(({ name }) => !states.has(name)).map(({ name, feed }) => [name, feed]))
}

async function repeat(
  session: Session,
  feeds: Parameters<Session['run']>[0],
  steps: number,
  io: Io,
  show: (step: number, scalars: string) => void,
): Promise<Record<string, HostArray>> {
  if (steps === 1) return blameless(() => session.run(feeds))
  const progress = io.progress('steps', steps)
  const every = Math.ceil(steps / shownSteps)
  let outputs: Record<string, HostArray> = {}
  try {
    for (let step = 1; step <= steps; step++) {
      outputs = await blameless(() => session.run(feeds))
      const scalars = scalarsOf(outputs)
      progress.update(step, scalars)
      if (step === 1 || step === steps || step % every === 0) show(step, scalars)
    }
  } finally {
    progress.stop()
  }
  return outputs
}

/** Errors of the data point at no line: the one that runs the program is ours. */
const blameless = <T>(body: () => T): T => withProvenance(undefined, body)

const scalarsOf = (outputs: Record<string, HostArray>): string =>
  Object.entries(outputs)
    .filter(([, { data }]) => data.length === 1)
    .map(([name, array]) => `${name} ${Number(array.item().toPrecision(6))}`)
    .join('  ')

function heading(plan: Plan, title: string, seed: number, paint: Paint): string {
  const size = `${plural(plan.kernels.length, 'kernel')}, ${stepCount(plan)}, ${plural(plan.arenaBytes, 'byte')} of intermediates`
  return `${paint.heading(`${plan.name} on ${title}`)}: ${size}, seed ${seed}\n`
}

function inputTable(graph: Graph, given: readonly GivenFeed[], generated: readonly GeneratedData[]): string {
  const sources = new Map([...given, ...generated].map(({ name, source }) => [name, source]))
  const rows = graph.inputs.flatMap(({ value }) => {
    const { name, dtype } = value.attrs
    const source = sources.get(name)
    return source === undefined ? [] : [`  ${name}: ${dtype}${formatShape(value.type.shape)}  ${source}\n`]
  })
  return rows.join('')
}

export const addRun: AddCommand = (program, action) =>
  program
    .command('run')
    .summary('run a program on given and generated data')
    .description(
      'Compiles a program for the CPU, runs it, prints its outputs. Inputs that are not given are generated from the seed, and said to be.',
    )
    .argument('<script>', 'ES module whose default export is a program')
    .option(
      '--feed <name=value>',
      'a number, [nested, numbers] or a JSON file; may be repeated; also sets states',
      collect,
    )
    .addOption(seedOption())
    .option(
      '--steps <n>',
      'runs, each beginning with the states the last one left',
      wholeNumber('--steps', 1),
      1,
    )
    .addOption(emitterOption())
    .addOption(formatOption())
    .addHelpText('after', examples)
    .action(action<RunOptions>(run))

const collect = (text: string, known: readonly string[] = []): readonly string[] => [...known, text]

const examples = `
Examples:
  heddle run model.ts                                all inputs generated, seed 0
  heddle run model.ts --feed rate=0.1 --feed x=x.json
  heddle run training.ts --steps 200 --seed 7        one batch, 200 steps: the loss must fall
  heddle run model.ts --emitter js --format json     outputs as JSON, which --feed reads again`
