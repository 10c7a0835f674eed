// `heddle explain`: for every value of the optimised program, whether a kernel stores it or computes it inside, and why; by the
// user's lines.
import { basename } from 'node:path'
import { type Decision, describeDecision, type Schedule } from '@heddle/compiler'
import {
  formatType,
  type Graph,
  locationOf,
  nodesOf,
  opRecord,
  type SourceLocation,
  type Value,
} from '@heddle/core'
import { compileProgram } from '../compile.ts'
import { nameUnknown } from '../errors.ts'
import type { ExitCode } from '../exit-codes.ts'
import { readFlags } from '../flags.ts'
import type { Io } from '../io.ts'
import { document, locationJson } from '../json.ts'
import { labelsOf } from '../labels.ts'
import { loadProgram } from '../load.ts'
import { emitterOption, formatOption, oneOf } from '../options.ts'
import { type ColorWhen, type Paint, paintFor } from '../paint.ts'
import { plural } from '../plural.ts'
import { stepCount } from '../step-count.ts'
import { type Emitter, type Runtime, runtimes, targetOf } from '../target.ts'
import { lineAt, shortPath } from '../user-lines.ts'
import type { AddCommand } from './add-command.ts'

export interface ExplainOptions {
  readonly script: string
  /** Op, value label, input, output, or `file:line`. Default: everything but constants. */
  readonly name?: string
  readonly runtime?: Runtime
  readonly emitter?: Emitter
  readonly format?: 'text' | 'json'
  readonly color?: ColorWhen
}

interface Row {
  readonly node: Value
  readonly label: string
  readonly decision: Decision
  /** The kernels that compute it, each by the values it stores. */
  readonly kernels: readonly (readonly string[])[]
}

export async function run(options: ExplainOptions, io: Io): Promise<ExitCode> {
  const { script, name, runtime = 'cpu', emitter, format = 'text', color = 'auto' } = options
  const settings = readFlags(io)
  const target = targetOf(runtime, emitter)
  const graph = await loadProgram(script, io)
  const { optimized, schedule, plan } = compileProgram(graph, target.capabilities, settings, io)
  const rows = rowsOf(optimized, schedule)
  const chosen = name === undefined ? rows.filter(isShown) : rows.filter(matching(name, optimized))
  if (name !== undefined && chosen.length === 0) throw nameUnknown(name, graph.name, namesOf(rows, optimized))
  if (format === 'json') {
    io.out.write(
      document('explain', { program: graph.name, runtime, decisions: chosen.map((row) => rowJson(row, io)) }),
    )
    return 0
  }
  const paint = paintFor(color, io.out, io.env)
  const title = `${graph.name} for ${target.title}: ${plural(plan.kernels.length, 'kernel')} in ${stepCount(plan)}`
  io.out.write(`${[paint.heading(title), ...textOf(chosen, io, paint)].join('\n')}\n`)
  return 0
}

function rowsOf(graph: Graph, schedule: Schedule): readonly Row[] {
  const labels = labelsOf(graph)
  const kernels = new Map<Value, Set<readonly string[]>>()
  for (const { outputs, members, reductions, contraction } of schedule.groups) {
    const stored = outputs.map((output) => labels.get(output) ?? '')
    const inside = [...outputs, ...members.keys(), ...reductions.map(({ node }) => node)]
    if (contraction !== undefined) inside.push(contraction.node)
    for (const node of inside) {
      const known = kernels.get(node) ?? new Set()
      kernels.set(node, known.add(stored))
    }
  }
  return nodesOf(graph).flatMap((node) => {
    const decision = schedule.decisions.get(node)
    if (decision === undefined) return []
    return [{ node, label: labels.get(node) ?? '', decision, kernels: [...(kernels.get(node) ?? [])] }]
  })
}

const isShown = ({ node }: Row): boolean => opRecord(node.op).kind !== 'constant'

function matching(name: string, graph: Graph): (row: Row) => boolean {
  const outputs = new Set(graph.outputs.filter((each) => each.name === name).map(({ value }) => value))
  const updates = graph.updates.filter((each) => each.state === name).map(({ value }) => value)
  for (const value of updates) outputs.add(value)
  return ({ node, label }) => {
    const location = locationOf(node.provenance)
    const line = location === undefined ? '' : `${basename(location.file)}:${location.line}`
    return (
      node.op === name ||
      label === name ||
      label === `%${name}` ||
      line === name ||
      outputs.has(node) ||
      // What an input is used for is told by its users.
      node.inputs.some((operand) => isInput(operand) && operand.attrs.name === name)
    )
  }
}

const isInput = (value: Value): value is Value<'input'> => value.op === 'input'

const namesOf = (rows: readonly Row[], graph: Graph): readonly string[] => [
  ...new Set([
    ...rows.map(({ node }) => node.op),
    ...graph.inputs.map(({ value }) => value.attrs.name),
    ...graph.outputs.map((output) => output.name),
    ...rows.map(({ label }) => label),
  ]),
]

/** Rows under the line of the program that made them, from the first line to the last. */
function textOf(rows: readonly Row[], io: Io, paint: Paint): readonly string[] {
  const groups = new Map<string, { readonly location: SourceLocation | undefined; readonly rows: Row[] }>()
  for (const row of rows) {
    const location = locationOf(row.node.provenance)
    const key = location === undefined ? '' : `${location.file}:${location.line}`
    const known = groups.get(key)
    if (known === undefined) groups.set(key, { location, rows: [row] })
    else known.rows.push(row)
  }
  const sorted = [...groups.values()].sort((x, y) => {
    const [left, right] = [x.location?.file ?? '', y.location?.file ?? '']
    return left === right ? (x.location?.line ?? 0) - (y.location?.line ?? 0) : left < right ? -1 : 1
  })
  return sorted.flatMap(({ location, rows: own }) => ['', titleOf(location, io, paint), ...own.map(rowText)])
}

function titleOf(location: SourceLocation | undefined, io: Io, paint: Paint): string {
  if (location === undefined) return paint.heading('(no line)')
  const text = lineAt(location, io)?.trim() ?? ''
  return `${paint.heading(`${shortPath(location.file, io)}:${location.line}`)}  ${paint.remark(text)}`
}

function rowText({ node, label, decision, kernels }: Row): string {
  const names = kernels.map((stored) => stored.join('+'))
  const inside = names.length === 0 || names[0] === label ? '' : ` (kernel of ${names.join(', ')})`
  return `  ${label} ${describeDecision(node, decision)}${inside}`
}

const rowJson = ({ node, label, decision, kernels }: Row, io: Io): unknown => ({
  value: label,
  op: node.op,
  type: formatType(node.type),
  code: decision.code,
  sentence: decision.sentence,
  kernels,
  location: locationJson(locationOf(node.provenance), io),
})

export const addExplain: AddCommand = (program, action) =>
  program
    .command('explain')
    .summary('say what was fused, what was stored, and why')
    .description(
      'For every value of the optimised program: stored or computed inside a kernel, and why, under the line that made it.',
    )
    .argument('<script>', 'ES module whose default export is a program')
    .argument('[name]', 'an op (matmul is dot), a value (%3), an input, an output, or file:line')
    .option('--runtime <runtime>', `compile for: ${runtimes.join(', ')}`, oneOf('--runtime', runtimes), 'cpu')
    .addOption(emitterOption())
    .addOption(formatOption())
    .addHelpText('after', examples)
    .action(action<ExplainOptions>(run))

const examples = `
Examples:
  heddle explain model.ts                       every decision, by line
  heddle explain model.ts dot                   what became of the contractions
  heddle explain model.ts logits                why an output is stored where it is
  heddle explain model.ts model.ts:12           what one line became
  heddle explain model.ts --runtime webgl       the same for a target with other limits`
