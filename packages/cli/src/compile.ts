// Compiles a program for the commands: settings of the environment applied, every stage written to a folder when asked.
import { join, resolve } from 'node:path'
import { type Compilation, runPipeline } from '@heddle/compiler'
import { type Capabilities, type Graph, printGraph, printKernel, printPlan } from '@heddle/core'
import type { Settings } from './flags.ts'
import type { Io } from './io.ts'

export function compileProgram(
  graph: Graph,
  capabilities: Capabilities,
  { pipeline, dump }: Settings,
  io: Io,
): Compilation {
  const compilation = runPipeline(graph, capabilities, pipeline)
  if (dump !== undefined) {
    for (const [name, text] of stageFiles(compilation)) io.writeText(join(resolve(io.cwd, dump), name), text)
  }
  return compilation
}

function stageFiles({ graph, stages, kernels, plan }: Compilation): readonly (readonly [string, string])[] {
  const file = (k: number, name: string, stage: Graph): readonly [string, string] => [
    `${String(k).padStart(2, '0')}-${name}.ir`,
    printGraph(stage, { locations: true }),
  ]
  return [
    file(0, 'input', graph),
    ...stages.map(({ pass, graph: after }, k) => file(k + 1, pass, after)),
    ['kernels.txt', kernels.map(printKernel).join('\n')],
    ['plan.txt', printPlan(plan)],
  ]
}
