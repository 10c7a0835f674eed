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
import { type Built, buildCase, type Compared, callCase } from './build.ts'
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
  const runnable = cases.filter((golden) => golden.error === undefined && fits(golden, backends))
  for (const group of groups(runnable)) {
    const supported = backends.filter(({ capabilities }) =>
      group.dtypes.every((dtype) => capabilities.dtypes.includes(dtype)),
    )
    if (supported.length === 0) continue
    ran += group.names.length
    for (const way of ways) await checkGroup(group, supported, way)
  }
  return ran
}

/** Whether no device keeps a dtype of a case as one that lacks its values (i64 in 32 bits). */
function fits(golden: GoldenCase, backends: readonly Backend[]): boolean {
  return backends.every(
    ({ capabilities: { narrowed } }) => narrowed === undefined || fitsIn(golden, narrowed),
  )
}

function fitsIn(golden: GoldenCase, narrowed: NonNullable<Capabilities['narrowed']>): boolean {
  const arrays = [...golden.inputs, ...Object.values(golden.outputs ?? {})].map(decode)
  const inRange = arrays.every(({ dtype, data }) => {
    const kept = narrowed[dtypeOf(dtype, 'f64')]
    return kept === undefined || fitsDType(kept, [...data])
  })
  return inRange && constantsFit(graphOfCase(buildCase(createBuilder(), golden, 'f32')), narrowed)
}

interface Group {
  readonly graph: Graph
  readonly bindings: Bindings
  readonly dtypes: readonly DType[]
  /** Of the cases; outputs of case k begin with `k.`. */
  readonly names: readonly string[]
}

/** Graphs of several cases each, by the dtypes they need. A case that cannot be built fails by itself, in `checkReference`. */
function groups(cases: readonly GoldenCase[]): readonly Group[] {
  const byDTypes = new Map<string, GoldenCase[][]>()
  for (const golden of cases) {
    const dtypes = buildable(golden)
    if (dtypes === undefined) continue
    const chunks = byDTypes.get(dtypes) ?? []
    const last = chunks.at(-1)
    if (last === undefined || last.length === CASES_A_GRAPH) chunks.push([golden])
    else last.push(golden)
    byDTypes.set(dtypes, chunks)
  }
  return [...byDTypes.values()].flat().map(group)
}

function buildable(golden: GoldenCase): string | undefined {
  try {
    return dtypesOf(graphOfCase(buildCase(createBuilder(), golden, 'f32'))).join()
  } catch {
    return undefined
  }
}

const graphOfCase = ({ inputs, results }: Built): Graph =>
  graphOf(
    'golden',
    inputs,
    Object.fromEntries(Object.entries(results).map(([key, { value }]) => [key, value])),
  )

function group(cases: readonly GoldenCase[]): Group {
  const b = createBuilder()
  const built = cases.map((golden, k) => buildCase(b, golden, 'f32', `${k}.`))
  const outputs = built.flatMap(({ results }, k) =>
    Object.entries(results).map(([key, { value }]) => [`${k}.${key}`, value] as const),
  )
  const inputs = built.flatMap((each) => each.inputs)
  const graph = graphOf('golden', inputs, Object.fromEntries(outputs))
  return {
    graph,
    bindings: Object.assign({}, ...built.map(({ bindings }) => bindings)),
    dtypes: dtypesOf(graph),
    names: cases.map(({ name }) => name),
  }
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
