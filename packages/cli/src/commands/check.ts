// `heddle check`: is what was compiled what was meant? Verifies the program at every level, runs the compiled plan and the
// reference interpreter on the same generated data, and compares every output and every updated state.
import {
  type Backend,
  formatShape,
  type Graph,
  type HostArray,
  isFloat,
  materialize,
  type NdArray,
  openSession,
  sizeOf,
  type TypedArray,
  toNdArray,
  verifyGraph,
  verifyKernel,
  verifyPlan,
} from '@heddle/core'
import { type Comparison, compareArrays } from '../comparison.ts'
import { compileProgram } from '../compile.ts'
import { generateData } from '../data.ts'
import { checkFailed } from '../errors.ts'
import type { ExitCode } from '../exit-codes.ts'
import { readFlags } from '../flags.ts'
import type { Io } from '../io.ts'
import { document, numberJson } from '../json.ts'
import { loadProgram } from '../load.ts'
import { emitterOption, formatOption, seedOption } from '../options.ts'
import { type ColorWhen, type Paint, paintFor } from '../paint.ts'
import { plural } from '../plural.ts'
import { referencesOf } from '../reference.ts'
import { cpuBackend, cpuTarget, type Emitter } from '../target.ts'
import type { AddCommand } from './add-command.ts'

export interface CheckOptions {
  readonly script: string
  readonly seed?: number
  readonly emitter?: Emitter
  /** Another backend than the CPU's: one that is being written. Goes before `emitter`. */
  readonly backend?: Backend
  readonly format?: 'text' | 'json'
  readonly color?: ColorWhen
}

interface Row extends Comparison {
  readonly name: string
  readonly role: 'output' | 'update'
  readonly result: HostArray
}

export async function run(options: CheckOptions, io: Io): Promise<ExitCode> {
  const { script, emitter, format = 'text', color = 'auto' } = options
  const settings = readFlags(io)
  const seed = options.seed ?? settings.seed ?? 0
  const graph = await loadProgram(script, io)
  const backend = options.backend ?? cpuBackend(emitter)
  const title = options.backend?.name ?? cpuTarget(backend).title

  verifyGraph(graph)
  const { stages, kernels, plan } = compileProgram(graph, backend.capabilities, settings, io)
  for (const stage of stages) verifyGraph(stage.graph)
  for (const kernel of kernels) verifyKernel(kernel)
  verifyPlan(plan)

  const data = dataOf(graph, seed)
  using session = openSession(await backend.prepare(plan), backend, { seed })
  const results = await runCompiled(graph, session, data)
  const references = interpretAll(graph, data, io)
  const rows = results.map(
    (result, k): Row => ({ ...result, ...compareArrays(result.result, references[k]!) }),
  )
  const failed = rows.filter(({ isWithin }) => !isWithin).map(({ name }) => name)

  if (format === 'json') {
    const content = { program: graph.name, emitter: backend.name, seed, results: rows.map(rowJson) }
    io.out.write(document('check', { ...content, isWithin: failed.length === 0 }))
  } else {
    const paint = paintFor(color, io.out, io.env)
    const size = `graph, ${plural(kernels.length, 'kernel')} and plan verified, seed ${seed}`
    io.out.write(
      `${paint.heading(`${graph.name} on ${title}`)}: ${size}\n${rows.map((row) => rowText(row, paint)).join('')}`,
    )
    if (failed.length === 0) io.out.write(`${rows.length} of ${rows.length} within their bounds\n`)
  }
  if (failed.length > 0) throw checkFailed(graph.name, failed, rows.length)
  return 0
}

/** Values of all inputs: generated, or what the program starts its states with. */
function dataOf(graph: Graph, seed: number): ReadonlyMap<string, TypedArray> {
  const data = new Map(generateData(graph, seed).map((each) => [each.name, each.data]))
  for (const { value, initial } of graph.inputs) {
    const { name, dtype } = value.attrs
    if (initial !== undefined) data.set(name, materialize(initial, dtype, value.type.shape, seed, name))
  }
  return data
}

/** Outputs, then updates, in the order of the graph. */
async function runCompiled(
  graph: Graph,
  session: ReturnType<typeof openSession>,
  data: ReadonlyMap<string, TypedArray>,
): Promise<readonly Pick<Row, 'name' | 'role' | 'result'>[]> {
  const feeds: Record<string, TypedArray> = {}
  for (const { value, role, initial } of graph.inputs) {
    const { name } = value.attrs
    const values = data.get(name)
    if (values === undefined) continue
    if (role === 'feed') feeds[name] = values
    else if (initial === undefined) session.setState(name, values)
  }
  const outputs = await session.run(feeds)
  const results = graph.outputs.map(({ name }) => ({ name, role: 'output' as const, result: outputs[name]! }))
  const updates = graph.updates.map(async ({ state: name }) => {
    return { name, role: 'update' as const, result: await session.state(name) }
  })
  return [...results, ...(await Promise.all(updates))]
}

function interpretAll(
  graph: Graph,
  data: ReadonlyMap<string, TypedArray>,
  io: Io,
): ReturnType<typeof referencesOf> {
  const bindings: Record<string, NdArray> = {}
  for (const { value } of graph.inputs) {
    const { name, dtype } = value.attrs
    bindings[name] = toNdArray(dtype, value.type.shape, data.get(name) ?? [])
  }
  const progress = io.progress('interpreting', 0)
  try {
    return referencesOf(graph, bindings, (done, total) => progress.update(done, `of ${total}`))
  } finally {
    progress.stop()
  }
}

function rowText(
  { name, role, result, worst, bound, isWithin, skipped, at, got, wanted }: Row,
  paint: Paint,
): string {
  const verdict = isWithin ? paint.good('ok') : paint.error('FAILED')
  const type = `${result.dtype}${formatShape(result.shape)}`
  const left = skipped === 0 ? '' : `, ${skipped} of ${sizeOf(result.shape)} undecided`
  const where = isWithin ? '' : `\n    at [${at.join(', ')}]: ${got}, the reference has ${wanted}`
  const allowed = isFloat(result.dtype) ? `, bound ${short(bound)}` : ', must be equal'
  return `  ${verdict}  ${role} ${name}: ${type}  worst ${short(worst)}${allowed}${left}${where}\n`
}

const short = (value: number): string => `${Number(value.toPrecision(3))}`

const rowJson = ({ name, role, result, worst, bound, isWithin, skipped, at }: Row): unknown => ({
  name,
  role,
  dtype: result.dtype,
  shape: result.shape,
  worst: numberJson(worst),
  bound: numberJson(bound),
  at,
  undecided: skipped,
  isWithin,
})

export const addCheck: AddCommand = (program, action) =>
  program
    .command('check')
    .summary('compare the compiled program with the reference interpreter')
    .description(
      'Verifies a program at every level, then runs the compiled plan and the reference interpreter (slow, float64) on the same generated data and compares every output and updated state.',
    )
    .argument('<script>', 'ES module whose default export is a program')
    .addOption(seedOption())
    .addOption(emitterOption())
    .addOption(formatOption())
    .addHelpText('after', examples)
    .action(action<CheckOptions>(run))

const examples = `
The bound of an output: 32 times the larger of one unit in the last place of its largest element, and how far it moves when
the interpreter disturbs every rounded result by what rounding may do (two such runs). Integers and bools must be equal,
but where the disturbance itself changes them. It finds wrong programs, not lost digits; the conformance suite proves more.

Examples:
  heddle check model.ts                     with the emitter that 'auto' takes here
  heddle check model.ts --emitter js
  heddle check model.ts --seed 3            other data
  HEDDLE_DISABLE=fuse heddle check model.ts every op a kernel of its own: is it fusion?`
