// The reference for `heddle check`: the interpreter's float64 result, and how far a correct float32 (or float64) computation may
// be from it. The distance is estimated as Monte Carlo arithmetic does (Parker, "Monte Carlo Arithmetic", 1997): the graph is
// interpreted again with every result that would be rounded disturbed at random by what rounding may do, and what comes out
// differently shows how rounding spreads through this program on this data.
import { unrolled } from '@heddle/compiler'
import {
  type Bindings,
  dtypes,
  evaluateNode,
  type Graph,
  isFloat,
  type NdArray,
  nodesOf,
  numbersOf,
  opRecord,
  rootsOf,
  sizeOf,
  type Value,
} from '@heddle/core'

export interface Reference {
  readonly value: NdArray
  /** Largest distance of a correct result, for each output as a whole. */
  readonly bound: number
  /** Elements that rounding decides (the position of one of two near maxima): not compared. */
  readonly undecided: ReadonlySet<number>
}

/** Disturbed runs. */
const samples = 2
/** How much further than the disturbed results a correct one may be: few samples, and rounding has worst cases. */
export const margin = 32

/** References of the graph's outputs, then of its updates. `step` is told before every run, of which there are `runs`. */
export function referencesOf(
  program: Graph,
  bindings: Bindings,
  step: (run: number, runs: number) => void,
): readonly Reference[] {
  // Loops step by step: rounding happens in every step.
  const graph = unrolled(program)
  const roots = rootsOf(graph)
  step(1, 1 + samples)
  const exact = evaluate(graph, bindings, undefined)
  const disturbed = Array.from({ length: samples }, (_, k) => {
    step(2 + k, 1 + samples)
    return evaluate(graph, bindings, createNoise(k + 1))
  })
  return roots.map((_, k) =>
    compareSamples(
      exact[k] as NdArray,
      disturbed.map((sample) => sample[k] as NdArray),
    ),
  )
}

function compareSamples(value: NdArray, disturbed: readonly NdArray[]): Reference {
  const undecided = new Set<number>()
  if (!isFloat(value.dtype)) {
    for (const { data } of disturbed) {
      for (const [at, item] of data.entries()) if (item !== value.data[at]) undecided.add(at)
    }
    return { value, bound: 0, undecided }
  }
  let spread = 0
  let largest = 0
  numbersOf(value).forEach((item, at) => {
    if (!Number.isFinite(item)) return
    largest = Math.max(largest, Math.abs(item))
    for (const { data } of disturbed) {
      const distance = Math.abs(Number(data[at]) - item)
      if (Number.isNaN(distance) || distance === Number.POSITIVE_INFINITY) undecided.add(at)
      else spread = Math.max(spread, distance)
    }
  })
  const { unit, smallest } = precisionOf(value)
  return { value, bound: margin * Math.max(spread, unit * largest, smallest), undecided }
}

/** The distance from 1 to the next number: twice what one rounding does, since some functions are not rounded to nearest. */
const precisionOf = ({
  dtype,
}: {
  readonly dtype: NdArray['dtype']
}): { unit: number; smallest: number } => ({
  unit: 2 ** (1 - dtypes[dtype].significand),
  smallest: dtype === 'f64' ? 2 ** -1022 : dtype === 'f16' ? 2 ** -14 : 2 ** -126,
})

type Noise = () => number

/** Uniform in [-1, 1): xorshift32 (Marsaglia, "Xorshift RNGs", 2003). */
function createNoise(seed: number): Noise {
  let state = (seed * 0x9e3779b9) | 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state / 2 ** 31
  }
}

/** Values of the roots. Arrays live until their last use only, so that a long program does not fill the memory. */
function evaluate(graph: Graph, bindings: Bindings, noise: Noise | undefined): readonly NdArray[] {
  const order = nodesOf(graph)
  const roots = rootsOf(graph)
  const uses = new Map<Value, number>()
  const use = (value: Value, by: number): number => {
    const count = (uses.get(value) ?? 0) + by
    uses.set(value, count)
    return count
  }
  for (const root of roots) use(root, 1)
  for (const node of order) for (const operand of node.inputs) use(operand, 1)

  const results = new Map<Value, NdArray>()
  for (const node of order) {
    const operands = node.inputs.map((operand) => results.get(operand) as NdArray)
    results.set(node, isInput(node) ? (bindings[node.attrs.name] as NdArray) : compute(node, operands, noise))
    for (const operand of node.inputs) if (use(operand, -1) === 0) results.delete(operand)
  }
  return roots.map((root) => results.get(root) as NdArray)
}

const isInput = (node: Value): node is Value<'input'> => node.op === 'input'

function compute(node: Value, operands: readonly NdArray[], noise: Noise | undefined): NdArray {
  const record = opRecord(node.op)
  if (noise === undefined || record.kind === 'control') return evaluateNode(node, operands)
  // A sum of n terms is added up in 16 lanes or in blocks: its rounding errors are a random walk of about n / 16 steps. They
  // belong to partial sums, which may be far larger than the result: hence the operands are disturbed, too.
  const terms = termsOf(node)
  const steps = Math.max(1, Math.sqrt(terms) / 4)
  const disturbed = terms > 1 ? operands.map((operand) => disturb(operand, steps, noise, true)) : operands
  return disturb(record.evaluate(disturbed, node.attrs, node.type), steps, noise, terms > 1)
}

/** Terms added up (or multiplied) for an element of the result. */
function termsOf({ op, attrs, type, inputs }: Value): number {
  const { lowering } = opRecord(op)
  const types = inputs.map((operand) => operand.type)
  const [first] = types
  if (first === undefined) return 1
  switch (lowering.kind) {
    case 'reduce': {
      const combine = lowering.combine(attrs)
      return combine === 'sum' || combine === 'product' ? sizeOf(lowering.extents(attrs, first)) : 1
    }
    case 'contract':
      return sizeOf(lowering.dims(attrs, types).leftContract.map((axis) => first.shape[axis] ?? 1))
    case 'scatter':
      return Math.max(...types.map(({ shape }) => sizeOf(shape))) / Math.max(1, sizeOf(type.shape))
    case 'host':
      // Along some axis, which the record alone knows: at most the longest.
      return Math.max(1, ...first.shape)
    case 'pull':
    case 'leaf':
    case 'control':
      return 1
    default:
      return lowering satisfies never
  }
}

/** Moves what the dtype cannot hold (`all`: everything) by up to `steps` units in the last place. */
function disturb(array: NdArray, steps: number, noise: Noise, all: boolean): NdArray {
  const { dtype, shape } = array
  if (!isFloat(dtype)) return array
  const { unit } = precisionOf(array)
  const { round } = dtypes[dtype]
  const moved = numbersOf(array).map((value) =>
    all || round(value) !== value ? value * (1 + steps * unit * noise()) : value,
  )
  return { dtype, shape, data: moved }
}
