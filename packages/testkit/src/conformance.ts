// The conformance suite: tells whether a runtime, together with a compiler, computes what programs mean. Public: the same
// function runs for every runtime, ours or not, in Node and in browsers; it returns cases and registers nothing.
import {
  type Backend,
  type Capabilities,
  type DType,
  dtypes as dtypeTable,
  type Graph,
  nodesOf,
  type Plan,
  type Scalar,
  type Value,
} from '@heddle/core'
import { type Bounded, boundsOfGraph, knownShare } from './bounds.ts'
import { expectWithin } from './compare.ts'
import { dtypesOf, forwardCases, needsLoops, type ProgramCase, specialCases } from './conformance-cases.ts'
import { compositeCases } from './conformance-composites.ts'
import { backwardCases, secondOrderCases, tangentCases } from './conformance-derivatives.ts'
import { canRun, checkKernel } from './conformance-kernels.ts'
import { programCases } from './conformance-programs.ts'
import { randomCases } from './conformance-random.ts'
import { kernelFixtures } from './kernels.ts'
import { runPlan } from './run-plan.ts'
import { precisionOf } from './tolerances.ts'

/** A known failure. It needs a reason and a last day (`2030-01-31`), after which it fails. */
export interface Skip {
  /** A case's id. */
  readonly id: string
  readonly reason: string
  readonly until: string
}

export interface ConformanceOptions {
  readonly backend: Backend | (() => Backend)
  readonly compile: (graph: Graph, capabilities: Capabilities) => Plan
  readonly skip?: readonly Skip[]
}

export interface ConformanceCase {
  /** Stable, unique. */
  readonly id: string
  /** A test runner may make one test of a group. */
  readonly group: string
  /** Rejects if the runtime does not conform. */
  run(): Promise<void>
}

/** Least share of results about which bounds say something, in cases that are neither about extremes nor random. */
const LEAST_KNOWN = 0.5

/** All cases for a backend: those whose dtypes it has. Throws nothing itself; a bad skip list is a failing case. */
export function conformance(options: ConformanceOptions): readonly ConformanceCase[] {
  const { compile, skip = [] } = options
  const backend = typeof options.backend === 'function' ? options.backend() : options.backend
  const programs = conformancePrograms(backend.capabilities)
  const cases: ConformanceCase[] = [
    ...programs.map((program) => ({
      id: program.id,
      group: program.group,
      run: () => checkProgram(backend, compile, program),
    })),
    ...kernelFixtures
      .filter(({ kernel }) => canRun(backend, kernel))
      .map((fixture) => ({
        id: `kernel/${fixture.kernel.name}`,
        group: 'kernel',
        run: () => checkKernel(backend, fixture),
      })),
  ]
  return [...cases.map((each) => expectedToFail(each, skip)), ...badSkips(cases, skip)]
}

/** The programs of all cases that a device's dtypes and loops allow, and constants where it keeps a dtype as a narrower one. */
export const conformancePrograms = ({
  dtypes,
  narrowed = {},
  loops,
}: Pick<Capabilities, 'dtypes' | 'narrowed' | 'loops'>): readonly ProgramCase[] =>
  [
    ...forwardCases(),
    ...backwardCases(),
    ...tangentCases(),
    ...secondOrderCases(),
    ...specialCases(),
    ...compositeCases(),
    ...programCases(),
    ...randomCases(),
  ].filter(
    ({ graph }) =>
      [...dtypesOf(graph)].every((dtype) => dtypes.includes(dtype)) &&
      (loops || !needsLoops(graph)) &&
      constantsFit(graph, narrowed),
  )

/** Whether a device that keeps some dtypes as narrower ones has all constants of a graph. */
export function constantsFit(graph: Graph, narrowed: NonNullable<Capabilities['narrowed']>): boolean {
  return nodesOf(graph).every((node) => {
    const kept = narrowed[node.type.dtype]
    if (kept === undefined) return true
    return fitsDType(kept, constantValues(node))
  })
}

/** Whether all values are within the range of a dtype. */
export function fitsDType(dtype: DType, values: readonly Scalar[]): boolean {
  const { lowest, highest } = dtypeTable[dtype]
  return values.every((value) => value >= lowest && value <= highest)
}

const constantValues = (node: Value): readonly Scalar[] => {
  if (node.op === 'full') return [(node as Value<'full'>).attrs.value]
  return node.op === 'literal' ? [...(node as Value<'literal'>).attrs.data] : []
}

/** Runs a program on a backend and compares every output and update with the reference. */
export async function checkProgram(
  backend: Backend,
  compile: ConformanceOptions['compile'],
  { id, graph, bindings }: ProgramCase,
): Promise<void> {
  const reference = boundsOfGraph(graph, bindings, precisionOf(backend.capabilities))
  const plan = compile(graph, backend.capabilities)
  const results = await runPlan(backend, plan, bindings)
  for (const kind of ['outputs', 'updates'] as const) {
    for (const [name, expected] of Object.entries<Bounded>(reference[kind])) {
      expectWithin(`${id}: ${name}`, results[kind][name] ?? [], expected)
    }
  }
  const known = knownShare(Object.values(reference.outputs))
  if (known < LEAST_KNOWN && !/^(special|random)\//.test(id))
    throw new Error(
      `${id}: only ${Math.round(known * 100)} % of the results have a bound; at least ${LEAST_KNOWN * 100} % are needed`,
    )
}

/** A skipped case is run: it must still fail, else its entry has to go. */
function expectedToFail(each: ConformanceCase, skip: readonly Skip[]): ConformanceCase {
  const entry = skip.find(({ id }) => id === each.id)
  if (entry === undefined) return each
  return {
    ...each,
    run: async () => {
      let isFailing = false
      try {
        await each.run()
      } catch {
        isFailing = true
      }
      if (!isFailing) throw new Error(`${each.id} passes; remove its skip (${entry.reason})`)
    },
  }
}

/** A case that fails for every entry of the skip list that is not in order. */
function badSkips(cases: readonly ConformanceCase[], skip: readonly Skip[]): readonly ConformanceCase[] {
  const ids = new Set(cases.map(({ id }) => id))
  return skip.flatMap(({ id, reason, until }) => {
    const fault = faultOf(reason, until) ?? (ids.has(id) ? undefined : 'there is no case of this id')
    if (fault === undefined) return []
    const run = (): Promise<void> => Promise.reject(new Error(`skip of ${id}: ${fault}`))
    return [{ id: `skip/${id}`, group: 'skip', run }]
  })
}

function faultOf(reason: string, until: string): string | undefined {
  if (reason.trim() === '') return 'it has no reason'
  if (!/^\d{4}-\d{2}-\d{2}$/.test(until))
    return `its last day is '${until}'; it must be written as 2030-01-31`
  const today = new Date().toISOString().slice(0, 10)
  return until < today ? `its last day ${until} has passed` : undefined
}
