// `heddle dump`: a program at one stage of its way, as text or JSON.
import { resolve } from 'node:path'
import type { Compilation } from '@heddle/compiler'
import { compileProgram } from '../compile.ts'
import { optionConflict } from '../errors.ts'
import type { ExitCode } from '../exit-codes.ts'
import { readFlags } from '../flags.ts'
import type { Io } from '../io.ts'
import { document } from '../json.ts'
import { loadProgram } from '../load.ts'
import { emitterOption, formatOption, oneOf } from '../options.ts'
import { codeStage } from '../stages/code.ts'
import { gradientStage } from '../stages/gradient.ts'
import { graphStage } from '../stages/graph.ts'
import { kernelsStage } from '../stages/kernels.ts'
import { optimizedStage } from '../stages/optimized.ts'
import { planStage } from '../stages/plan.ts'
import type { Stage } from '../stages/stage.ts'
import { type Emitter, type Runtime, runtimes, targetOf } from '../target.ts'
import type { AddCommand } from './add-command.ts'

export type StageName = 'graph' | 'gradient' | 'optimized' | 'kernels' | 'plan' | 'code'

/** In the order a program goes through them. */
export const stages: Readonly<Record<StageName, Stage>> = {
  graph: graphStage,
  gradient: gradientStage,
  optimized: optimizedStage,
  kernels: kernelsStage,
  plan: planStage,
  code: codeStage,
}

const stageNames = Object.keys(stages).filter((name): name is StageName => name in stages)

export interface DumpOptions {
  readonly script: string
  readonly stage?: StageName
  readonly runtime?: Runtime
  readonly format?: 'text' | 'json'
  readonly emitter?: Emitter
  readonly of?: string
  readonly output?: string
}

export async function run(options: DumpOptions, io: Io): Promise<ExitCode> {
  const { script, stage = 'graph', runtime = 'cpu', format = 'text', emitter, of, output } = options
  if (of !== undefined && stage !== 'gradient') throw optionConflict('--of', `--stage ${stage}`)
  const settings = readFlags(io)
  const target = targetOf(runtime, emitter)
  const graph = await loadProgram(script, io)
  let compilation: Compilation | undefined
  const { text, json } = stages[stage].run({
    graph,
    of,
    compile: () => {
      compilation ??= compileProgram(graph, target.capabilities, settings, io)
      return compilation
    },
    sources: target.sources,
    title: target.title,
    io,
  })
  const dumped = format === 'text' ? text : document('dump', { stage, program: graph.name, runtime, ...json })
  if (output === undefined) io.out.write(dumped)
  else io.writeText(resolve(io.cwd, output), dumped)
  return 0
}

export const addDump: AddCommand = (program, action) =>
  program
    .command('dump')
    .summary('print a program at one stage of its way')
    .description(
      'Prints a program at one stage: as written, differentiated, optimised, as kernels, plan or code.',
    )
    .argument('<script>', 'ES module whose default export is a program')
    .option('--stage <stage>', stageHelp(), oneOf('--stage', stageNames), 'graph')
    .option('--runtime <runtime>', `compile for: ${runtimes.join(', ')}`, oneOf('--runtime', runtimes), 'cpu')
    .addOption(emitterOption())
    .addOption(formatOption())
    .option('--of <output>', 'gradient: the output to differentiate (default: loss)')
    .option('-o, --output <file>', 'write to a file')
    .addHelpText('after', examples)
    .action(action<DumpOptions>(run))

const stageHelp = (): string => stageNames.map((name) => `${name}: ${stages[name].summary}`).join('; ')

const examples = `
Examples:
  heddle dump model.ts                                       the graph, with the lines it came from
  heddle dump model.ts --stage gradient --of loss            what backward computes, and what it keeps
  heddle dump model.ts --stage kernels                       what was fused, and why
  heddle dump model.ts --stage code --emitter js             the JavaScript of every kernel
  heddle dump model.ts --stage code --runtime webgl          the shaders; no browser is needed
  heddle dump model.ts --stage plan --format json -o plan.json`
