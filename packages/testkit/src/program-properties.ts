// What must hold of every program on every runtime: results are within the bounds of the reference, fused or not, and a
// runtime that promises it gives the bits of the kernel interpreter running the same plan. Texts and JSON lose nothing.
import type { Backend, Capabilities, Graph, Plan, TypedArray } from '@heddle/core'
import {
  allRegions,
  computes,
  graphFromJson,
  graphToJson,
  hostCapabilities,
  interpret,
  interpreterBackend,
  isFloat,
  nodesOf,
  parseGraph,
  planFromJson,
  planToJson,
  printGraph,
  printPlan,
  regionNodes,
  toNdArray,
  verifyGraph,
} from '@heddle/core'
import { type Bounded, type BoundedResults, boundsOfGraph, knownShare } from './bounds.ts'
import { expectSameBits, expectWithin } from './compare.ts'
import { needsLoops } from './conformance-cases.ts'
import type { RandomProgram } from './programs.ts'
import { type PlanResults, runPlan } from './run-plan.ts'
import { type Precision, precisionOf, tolerancesOf } from './tolerances.ts'

/** A way to compile, such as with fusion or without. */
export interface Compiler {
  readonly name: string
  readonly compile: (graph: Graph, capabilities: Capabilities) => Plan
}

export interface Agreement {
  /** Share of results with a bound; see `knownShare`. */
  readonly known: number
}

/** Throws where a runtime that has the program's dtypes, and loops if it needs them, disagrees with the reference, or with the interpreter of kernels. */
export async function checkAgreement(
  { graph, bindings }: RandomProgram,
  backends: readonly Backend[],
  compilers: readonly Compiler[],
): Promise<Agreement> {
  const references = new Map<Precision, BoundedResults>()
  const referenceFor = ({ capabilities }: Backend): BoundedResults => {
    const precision = precisionOf(capabilities)
    const found = references.get(precision) ?? boundsOfGraph(graph, bindings, precision)
    references.set(precision, found)
    return found
  }
  const dtypes = new Set(nodesOf(graph).map(({ type }) => type.dtype))
  const runs = ({ capabilities }: Backend): boolean =>
    [...dtypes].every((dtype) => capabilities.dtypes.includes(dtype)) &&
    (capabilities.loops || !needsLoops(graph))
  for (const backend of backends.filter(runs)) {
    const { outputs } = referenceFor(backend)
    for (const { name, compile } of compilers) {
      const where = `${graph.name}, ${backend.name}, ${name}`
      const plan = compile(graph, backend.capabilities)
      const results = await runPlan(backend, plan, bindings)
      for (const [output, expected] of Object.entries<Bounded>(outputs)) {
        expectWithin(`${where}: ${output}`, results.outputs[output] ?? [], expected)
      }
      if (!backend.capabilities.bitReproducible) continue
      const interpreter = interpreterBackend({ capabilities: backend.capabilities })
      expectSameResults(where, plan, results, await runPlan(interpreter, plan, bindings))
    }
  }
  return {
    known: Math.min(1, ...[...references.values()].map(({ outputs }) => knownShare(Object.values(outputs)))),
  }
}

/** In units in the last place of the coarsest dtype, relative to the sum of magnitudes: the reference has float64, but casts round. */
const DUALITY_ULPS = 64

/**
 * Throws unless the two derivatives `d0` and `d1` of a duality program, whose terms have magnitudes of `d2` in sum, are one number
 * to the reference. False where they are too large or not finite, so that nothing was compared.
 */
export function checkDuality({ graph, bindings }: RandomProgram): boolean {
  // A cast to a float of fewer bits rounds the tangent on one way and the cotangent on the other.
  const nodes = nodesOf(graph)
  const everyNode = [...nodes, ...allRegions(nodes).flatMap(regionNodes)]
  if (everyNode.some(({ type: { dtype } }) => isFloat(dtype) && !computes(dtype))) return false
  const { outputs } = interpret(graph, bindings)
  const scalar = (name: string): number => Number(outputs[name]?.data[0])
  const [forward, reverse, magnitude] = [scalar('d0'), scalar('d1'), Math.max(1, scalar('d2'))]
  if (!(magnitude < 1e6 && Math.abs(reverse) < 1e6)) return false
  const epsilons = everyNode.map(({ type }) => tolerancesOf('reproducible', type.dtype)?.epsilon ?? 0)
  if (Math.abs(forward - reverse) > DUALITY_ULPS * Math.max(...epsilons) * magnitude)
    throw new Error(`${graph.name}: <u, J v> is ${forward}, <J^T u, v> is ${reverse}; they must be equal`)
  return true
}

/** Throws unless text and JSON give back the same graph, and JSON the same plan. */
export function checkForms({ graph }: RandomProgram, { compile }: Compiler): void {
  verifyGraph(graph)
  const text = printGraph(graph)
  expectSameText('text', printGraph(parseGraph(text)), text)
  const json: unknown = JSON.parse(JSON.stringify(graphToJson(graph)))
  expectSameText('JSON', printGraph(graphFromJson(json)), text)
  const plan = compile(graph, hostCapabilities)
  const planJson: unknown = JSON.parse(JSON.stringify(planToJson(plan)))
  expectSameText('plan JSON', printPlan(planFromJson(planJson)), printPlan(plan))
}

function expectSameText(form: string, found: string, expected: string): void {
  if (found !== expected) throw new Error(`${form} gives back\n${found}\ninstead of\n${expected}`)
}

function expectSameResults(where: string, plan: Plan, actual: PlanResults, expected: PlanResults): void {
  const none = new Float32Array(0)
  for (const { name, role, dtype, shape } of plan.outputs) {
    const kind = role === 'result' ? 'outputs' : 'updates'
    const wanted: TypedArray = expected[kind][name] ?? none
    expectSameBits(`${where}: bits of ${name}`, actual[kind][name] ?? none, toNdArray(dtype, shape, wanted))
  }
}
