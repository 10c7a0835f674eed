// Exact numbers of what the compiler makes of a few models: no clock, no noise, equal on every machine. `ledger.json` holds
// them, `ledger.test.ts` compares; a change that moves one runs `npm run ledger` and says in its message why it moved.
import { gradient, runPipeline, savedForBackward } from '@heddle/compiler'
import {
  type Capabilities,
  type Graph,
  type Kernel,
  liveBytesPeak,
  nodesOf,
  type Plan,
  program,
  tanh,
} from '@heddle/core'
import { wasmBackend } from '@heddle/runtime-cpu'
import { emitKernel, webglCapabilities } from '@heddle/runtime-webgl'
import { trainingGraph } from '../examples/digits/src/model.ts'
// Not public: sizes of what a runtime generates, without running it.
import { emitModule } from '../packages/runtime-cpu/src/wasm/emit/module.ts'
import { defaultSplit, splitReductions } from '../packages/runtime-webgl/src/split-reductions.ts'
import { caseNamed, digitsBatch } from './cases/index.ts'
import { graphOf } from './models.ts'

/** One model for one target. */
export interface TargetCounts {
  /** Of the graph after all passes. */
  readonly nodes: number
  readonly kernels: number
  readonly steps: number
  readonly buffers: number
  readonly arenaBytes: number
  /** Most bytes of intermediates alive in one step: what the arena could be at best. */
  readonly liveBytes: number
  /** Scalar operations of the largest kernel. */
  readonly largestKernel: number
}

export interface LedgerEntry {
  /** Of the graph as it was written, with its derivatives. */
  readonly nodes: number
  readonly cpu: TargetCounts & { readonly wasmBytes: number }
  readonly webgl: TargetCounts & { readonly shaders: number; readonly passes: number }
}

export interface Ledger {
  readonly models: Readonly<Record<string, LedgerEntry>>
  /** What the derivative of tanh keeps of its forward pass. */
  readonly tanhGradient: { readonly savedArrays: number; readonly savedBytes: number }
}

export function computeLedger(): Ledger {
  const models = ledgerModels.map(([name, build]) => [name, entryOf(build())])
  return { models: Object.fromEntries(models), tanhGradient: savedByTanh() }
}

/** The text of `ledger.json`. */
export const ledgerText = (ledger: Ledger): string => `${JSON.stringify(ledger, null, 2)}\n`

const ofCase = (name: string) => (): Graph => {
  const subject = caseNamed(name)
  if (subject === undefined) throw new Error(`there is no case ${name}`)
  return graphOf(subject)
}

const ledgerModels: readonly (readonly [name: string, build: () => Graph])[] = [
  ['gelu', ofCase('gelu')],
  ['softmax', ofCase('softmax')],
  ['layerNorm', ofCase('layer-norm')],
  ['matmul', ofCase('matmul-512')],
  ['conv', ofCase('conv')],
  ['tanhGradient', tanhGradientGraph],
  ['linearRegressionStep', ofCase('linear-regression')],
  ['mlpAdamStep', ofCase('mlp-adam')],
  ['digitsStep', () => trainingGraph({ batch: digitsBatch, seed: 0, rate: 2e-3 })],
]

function tanhGradientGraph(): Graph {
  return program('tanhGradient', ({ input }) => {
    const x = input('x', 'f32', tanhShape)
    const y = tanh(x)
    const [dx] = gradient(x.builder.reduceSum(y, { axes: [0, 1] }), [x])
    return { y, dx: dx ?? x }
  })
}

const tanhShape = [64, 64]

function savedByTanh(): Ledger['tanhGradient'] {
  const { outputs } = tanhGradientGraph()
  const [y, dx] = outputs.map(({ value }) => value)
  if (y === undefined || dx === undefined) throw new Error('the tanh model has two outputs')
  const { values, bytes } = savedForBackward([y], [dx])
  return { savedArrays: values.length, savedBytes: bytes }
}

function entryOf(graph: Graph): LedgerEntry {
  const cpu = compiled(graph, wasmBackend().capabilities)
  const webgl = compiled(graph, webglCapabilities)
  const { maxReads, maxWrites } = webglCapabilities
  const passes = splitReductions(webgl.plan, { ...defaultSplit, maxReads, maxWrites })
  const texts = passes.kernels.map((kernel) => emitKernel(kernel).text).filter((text) => text !== '')
  return {
    nodes: nodesOf(graph).length,
    cpu: { ...cpu.counts, wasmBytes: emitModule(cpu.plan, { maxPages }).bytes.length },
    webgl: { ...webgl.counts, shaders: new Set(texts).size, passes: passes.steps.length },
  }
}

/** Of the wasm backend without a limit. */
const maxPages = 65536

function compiled(
  graph: Graph,
  capabilities: Capabilities,
): { readonly plan: Plan; readonly counts: TargetCounts } {
  const { optimized, plan } = runPipeline(graph, capabilities)
  const counts = {
    nodes: nodesOf(optimized).length,
    kernels: plan.kernels.length,
    steps: plan.steps.length,
    buffers: plan.buffers.length,
    arenaBytes: plan.arenaBytes,
    liveBytes: liveBytesPeak(plan),
    largestKernel: Math.max(0, ...plan.kernels.map(scalarOperations)),
  }
  return { plan, counts }
}

const scalarOperations = ({ stages }: Kernel): number =>
  stages.reduce((sum, { code }) => sum + code.length, 0)
