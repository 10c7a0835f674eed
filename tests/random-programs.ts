// What random programs are checked on: the compilers and the runtimes of the tests and of the fuzzer.
import { planFor } from '@heddle/compiler'
import { type Backend, interpreterBackend } from '@heddle/core'
import { cpu } from '@heddle/runtime-cpu'
import {
  buildGradient,
  buildProgram,
  buildSecond,
  buildTangent,
  type Compiler,
  type RandomProgram,
  type Recipe,
} from '@heddle/testkit'

/** What is made of a recipe, by kind. */
export const builders: Readonly<Record<string, (recipe: Recipe) => RandomProgram | undefined>> = {
  program: buildProgram,
  gradient: buildGradient,
  tangent: buildTangent,
  second: buildSecond,
}

export const compilers: readonly Compiler[] = [
  { name: 'fused', compile: planFor },
  {
    name: 'unfused',
    compile: (graph, capabilities) => planFor(graph, capabilities, { fusion: false }),
  },
]

/** The last but two is a target with little of everything, so that kernels are cut everywhere. */
export const backends: readonly Backend[] = [
  interpreterBackend(),
  interpreterBackend({
    capabilities: {
      maxReads: 4,
      maxWrites: 1,
      maxOps: 12,
      rowKernels: false,
      contractOperands: 'strided',
      loops: false,
    },
  }),
  cpu({ emitter: 'js' }),
  cpu({ emitter: 'wasm' }),
]
