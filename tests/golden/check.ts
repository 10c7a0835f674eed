// What must hold of golden cases: the reference has PyTorch's values, and every runtime has the reference's within the bounds that
// error analysis gives. The same code runs in Node and in the browser; it registers no tests.
import { planFor } from '@heddle/compiler'
import {
  type Backend,
  type Bindings,
  type Capabilities,
  createBuilder,
  type DType,
  type Graph,
  HeddleError,
  interpretValues,
  isFloat,
  type NdArray,
  nodesOf,
  type TypedArray,
  toNdArray,
  type Value,
} from '@heddle/core'
import {
  boundsOfGraph,
  constantsFit,
  expectSameBits,
  expectWithin,
  fitsDType,
  type GoldenClass,
  goldenBound,
  goldenClassOf,
  graphOf,
  precisionOf,
  runPlan,
} from '@heddle/testkit'
import { buildCase, type Compared, callCase } from './build.ts'
import { decode, dtypeOf, type GoldenCase } from './format.ts'

/** The reference interpreter in float64 against PyTorch: types, values, derivatives; of an error case the code. */
export function checkReference(golden: GoldenCase): void {
  if (golden.error !== undefined) {
    checkError(golden, golden.error)
    return
  }
  const { bindings, results } = buildCase(createBuilder(), golden, 'f64')
  const compared = Object.entries(results)
  const values = interpretValues(
    compared.map(([, { value }]) => value),
    bindings,
  )
  compared.forEach(([name, result], k) => {
    compare(`${golden.name}: ${name}`, golden, result, values[k] as NdArray)
  })
}

function checkError(golden: GoldenCase, code: string): void {
  try {
    callCase(createBuilder(), golden)
  } catch (error) {
    if (error instanceof HeddleError && error.code === code) return
    throw error
  }
  throw new Error(`${golden.name}: nothing is thrown; expected ${code}`)
}

function compare(
  where: string,
  golden: GoldenCase,
  { value, expected, isGradient }: Compared,
  found: NdArray,
): void {
  const { dtype, shape, data } = decode(expected)
  const wanted = toNdArray(dtypeOf(dtype, 'f64'), shape, data)
  if (found.dtype !== wanted.dtype || found.shape.join() !== shape.join())
    throw new Error(`${where}: is ${found.dtype}[${found.shape}]; expected ${wanted.dtype}[${shape}]`)
  const { kind, terms } = classOf(golden, value, isGradient)
  const bound = isFloat(wanted.dtype)
    ? goldenBound(dtype, data.map(Number), kind, terms)
    : new Float64Array(data.length)
  expectWithin(where, found.data, { value: wanted, bound })
  if (golden.signed && !isGradient) expectSameZeros(where, found, wanted)
}

/** A class named by a case is that of its outputs; derivatives are formulas of their own. */
function classOf(
  { tolerance }: GoldenCase,
  value: Value,
  isGradient: boolean,
): { readonly kind: GoldenClass; readonly terms: number } {
  const found = goldenClassOf(value)
  if (tolerance === undefined || (isGradient && tolerance === 'exact')) return found
  return { ...found, kind: tolerance }
}

function expectSameZeros(where: string, found: NdArray, wanted: NdArray): void {
  wanted.data.forEach((value, at) => {
    if (value === 0 && !Object.is(value, found.data[at]))
      throw new Error(
        `${where}: the sign of zero at ${at} is not that of ${Object.is(value, -0) ? '-0' : '0'}`,
      )
  })
}

/** How graphs are compiled for runtimes. */
export interface Way {
  readonly name: string
  readonly fusion: boolean
}

export const fused: Way = { name: 'fused', fusion: true }
export const unfused: Way = { name: 'unfused', fusion: false }

/** Cases of one graph: a kernel costs more to compile than to run, and a compiler call more than a kernel. */
const CASES_A_GRAPH = 12

/**
 * Cases on runtimes, floats in f32 (or in a case's own dtypes), several in one graph: each within the bounds of the reference;
 * runtimes that promise reproducible bits give the same. Returns how many ran; those with dtypes a runtime lacks do not.
 */
export async function checkRuntimes(
  cases: readonly GoldenCase[],
  backends: readonly Backend[],
  ways: readonly Way[],
): Promise<number> {
  let ran = 0
  const runnable = cases.filter(({ error }) => error === undefined).flatMap(tryBuild)
  for (const group of groups(runnable.filter((built) => fits(built, backends)))) {
    const supported = backends.filter(({ capabilities }) =>
      group.dtypes.every((dtype) => capabilities.dtypes.includes(dtype)),
    )
    if (supported.length === 0) continue
    ran += group.names.length
    for (const way of ways) await checkGroup(group, supported, way)
  }
  return ran
}

/** A case in f32 as a graph of its own. */
interface Runnable {
  readonly golden: GoldenCase
  readonly graph: Graph
  readonly bindings: Bindings
  readonly dtypes: readonly DType[]
}

/** The case, or nothing if it cannot be built: then it fails by itself, in `checkReference`. */
function tryBuild(golden: GoldenCase): readonly Runnable[] {
  try {
    const { inputs, bindings, results } = buildCase(createBuilder(), golden, 'f32')
    const outputs = Object.entries(results).map(([key, { value }]) => [key, value] as const)
    const graph = graphOf('golden', inputs, Object.fromEntries(outputs))
    return [{ golden, graph, bindings, dtypes: dtypesOf(graph) }]
  } catch {
    return []
  }
}

/** Whether no device keeps a dtype of a case as one that lacks its values (i64 in 32 bits). */
const fits = ({ golden, graph }: Runnable, backends: readonly Backend[]): boolean =>
  backends.every(
    ({ capabilities: { narrowed } }) =>
      narrowed === undefined || (arraysFit(golden, narrowed) && constantsFit(graph, narrowed)),
  )

function arraysFit(golden: GoldenCase, narrowed: NonNullable<Capabilities['narrowed']>): boolean {
  const arrays = [...golden.inputs, ...Object.values(golden.outputs ?? {})].map(decode)
  return arrays.every(({ dtype, data }) => {
    const kept = narrowed[dtypeOf(dtype, 'f64')]
    return kept === undefined || fitsDType(kept, [...data])
  })
}

interface Group {
  readonly graph: Graph
  readonly bindings: Bindings
  readonly dtypes: readonly DType[]
  /** Of the cases; inputs and outputs of case k begin with `k.`. */
  readonly names: readonly string[]
}

/** Graphs of several cases each, by the dtypes they need. */
function groups(cases: readonly Runnable[]): readonly Group[] {
  const byDTypes = new Map<string, Runnable[][]>()
  for (const each of cases) {
    const dtypes = each.dtypes.join()
    const chunks = byDTypes.get(dtypes) ?? []
    const last = chunks.at(-1)
    if (last === undefined || last.length === CASES_A_GRAPH) chunks.push([each])
    else last.push(each)
    byDTypes.set(dtypes, chunks)
  }
  return [...byDTypes.values()].flat().map(join)
}

function join(cases: readonly Runnable[]): Group {
  const b = createBuilder()
  const inputs: Value<'input'>[] = []
  const bindings: Record<string, NdArray> = {}
  const outputs: Record<string, Value> = {}
  cases.forEach(({ graph, bindings: own }, k) => {
    const known = new Map<Value, Value>()
    for (const { value } of graph.inputs) {
      const { name } = value.attrs
      const input = b.input({ ...value.attrs, name: `${k}.${name}` }) as Value<'input'>
      known.set(value, input)
      inputs.push(input)
      bindings[`${k}.${name}`] = own[name] as NdArray
    }
    for (const node of nodesOf(graph)) {
      const operands = node.inputs.map((operand) => known.get(operand) as Value)
      if (!known.has(node)) known.set(node, b.make(node.op, operands, node.attrs))
    }
    for (const { name, value } of graph.outputs) outputs[`${k}.${name}`] = known.get(value) as Value
  })
  const graph = graphOf('golden', inputs, outputs)
  return { graph, bindings, dtypes: dtypesOf(graph), names: cases.map(({ golden }) => golden.name) }
}

const dtypesOf = (graph: Graph): readonly DType[] =>
  [...new Set(nodesOf(graph).map(({ type }) => type.dtype))].sort()

async function checkGroup(
  { graph, bindings, names }: Group,
  backends: readonly Backend[],
  way: Way,
): Promise<void> {
  let first: Readonly<Record<string, TypedArray>> | undefined
  for (const backend of backends) {
    const { outputs: references } = boundsOfGraph(graph, bindings, precisionOf(backend.capabilities))
    const plan = planFor(graph, backend.capabilities, { fusion: way.fusion })
    const { outputs } = await runPlan(backend, plan, bindings)
    for (const [output, reference] of Object.entries(references)) {
      const [k, key] = output.split('.', 2)
      const where = `${names[Number(k)]}: ${key} on ${backend.name}, ${way.name}`
      expectWithin(where, outputs[output] ?? [], reference)
      const bits = first?.[output]
      if (bits !== undefined)
        expectSameBits(
          `${where}, bits`,
          outputs[output] ?? [],
          toNdArray(reference.value.dtype, reference.value.shape, bits),
        )
    }
    if (backend.capabilities.bitReproducible) first ??= outputs
  }
}
