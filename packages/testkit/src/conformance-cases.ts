// Programs that every runtime must run: each op on each of its samples, and on special values. Derivatives are in
// `conformance-derivatives.ts`.
// Derived from the op records; nothing is listed here by hand.
import type { Bindings, DType, Graph, NdArray, OpName, Value } from '@heddle/core'
import {
  allRegions,
  createBuilder,
  dtypeNames,
  dtypes,
  nodesOf,
  opNames,
  opRecord,
  regionNodes,
  toNdArray,
} from '@heddle/core'
import { takesDType } from './op-tests.ts'
import {
  bind,
  graphOf,
  inputValue,
  type NamedSample,
  opSamples,
  type SampleProgram,
  sampleAs,
  sampleOperandsAs,
  sampleProgram,
} from './samples.ts'

/** A graph with data to run it on. */
export interface ProgramCase {
  /** Stable. */
  readonly id: string
  /** What it is shown under; a runner may make one test of a group. */
  readonly group: string
  readonly graph: Graph
  readonly bindings: Bindings
  /** What passing it shows of one op. */
  readonly shows?: Shown
}

/** That an op works on a dtype, or one of its derivatives does. */
export interface Shown {
  readonly op: OpName
  readonly dtype: DType
  readonly what: 'forward' | 'vjp' | 'jvp' | 'second'
}

/** The dtype an op is said to work on: that of the result where an operand has it, else that of the first operand. */
export function subjectDType({ result, operands }: Pick<SampleProgram, 'result' | 'operands'>): DType {
  const { dtype } = result.type
  const [first] = operands
  return first === undefined || operands.some(({ type }) => type.dtype === dtype) ? dtype : first.type.dtype
}

/** Of all sample data. */
export const SEED = 1

export const dtypesOf = (graph: Graph): ReadonlySet<DType> =>
  new Set(nodesOf(graph).map(({ type }) => type.dtype))

/** Whether a graph repeats something as often as values say: a target without loops refuses it. */
export function needsLoops(graph: Graph): boolean {
  const nodes = nodesOf(graph)
  const inside = allRegions(nodes).flatMap(regionNodes)
  return [...nodes, ...inside].some(({ op }) => op === 'whileLoop')
}

/** Every op on every sample, in f32 and in f64, and one of its samples in every dtype that the op takes. */
export function forwardCases(): readonly ProgramCase[] {
  const samples = new Map<string, NamedSample>()
  for (const sample of opSamples) {
    for (const each of [sample, sampleAs(sample, 'f64')]) if (takesDType(each)) samples.set(each.id, each)
  }
  for (const op of opNames) {
    const first = opSamples.find((sample) => sample.op === op && hasFloatOperand(sample))
    if (first === undefined) continue
    for (const each of dtypeNames.map((dtype) => sampleOperandsAs(first, dtype)))
      if (takesDType(each)) samples.set(each.id, each)
  }
  return [...samples.values()].map((each) => {
    const program = sampleProgram(each, SEED)
    const { operands, result, bindings } = program
    const graph = graphOf(each.op, operands, { y: result })
    const shows: Shown = { op: each.op, dtype: subjectDType(program), what: 'forward' }
    return { id: `op/${each.id}`, group: `op/${each.op}`, graph, bindings, shows }
  })
}

const hasFloatOperand = ({ inputs }: NamedSample): boolean => inputs.some(({ dtype }) => dtype === 'f32')

/** NaN, infinities, zeros of both signs, halves, the ends of f32 and of its integers. */
const specialValues = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  0,
  -0,
  1,
  -1,
  0.5,
  -1.5,
  2.5,
  3,
  1e-40,
  2147483648,
  -2147483904,
  16777217,
  3.4e38,
].map(Math.fround)

/** Elementwise float ops on all (pairs of) special values. */
export function specialCases(): readonly ProgramCase[] {
  const count = specialValues.length
  return opNames.flatMap((op) => {
    const sample = opSamples.find((each) => each.op === op && isElementwiseFloat(each))
    if (sample === undefined) return []
    const shape = sample.inputs.length === 1 ? [count] : [count, count]
    const b = createBuilder()
    const operands = sample.inputs.map((_, k) => inputValue(b, `x${k}`, 'f32', shape))
    const result = b.make(op, operands, sample.attrs as Value['attrs'])
    const arrays = operands.map((_, k) => specialArray(shape, k))
    const graph = graphOf(`${op} of special values`, operands, { y: result })
    return [{ id: `special/${op}`, group: 'special', graph, bindings: bind(operands, arrays) }]
  })
}

const isElementwiseFloat = ({ op, inputs }: NamedSample): boolean =>
  opRecord(op).kind === 'elementwise' && inputs.length <= 2 && inputs.every(({ dtype }) => dtype === 'f32')

/** Operand `axis` varies along that axis. */
function specialArray(shape: readonly number[], axis: number): NdArray {
  const count = specialValues.length
  const size = shape.reduce((product, dim) => product * dim, 1)
  const values = Array.from({ length: size }, (_, at) => {
    const position = axis === shape.length - 1 ? at % count : Math.floor(at / count)
    return dtypes.f32.round(specialValues[position] ?? 0)
  })
  return toNdArray('f32', shape, values)
}
