// How far f32 functions of a runtime lie from float64, over a sample of all f32 numbers: the worst error in units in the last
// place, and where. A subject is a function with its bound; what is measured is what a compiled program gives.
import type { Backend, Plan, Value } from '@heddle/core'
import { createBuilder } from '@heddle/core'
import type { Compiler } from './program-properties.ts'
import { graphOf, inputValue } from './samples.ts'

export interface AccuracySubject {
  readonly name: string
  readonly arity: 1 | 2
  readonly build: (x: Value, y: Value) => Value
  /** In float64. */
  readonly exact: (x: number, y: number) => number
  /** Largest error promised, in units in the last place of the exact result. */
  readonly ulp: number
  /** First and last x of which `ulp` is promised. */
  readonly domain: readonly [number, number]
  /** What happens elsewhere, for people. */
  readonly elsewhere: string
}

export interface Accuracy {
  /** The largest error found, in units in the last place of the exact result. */
  readonly ulp: number
  /** Where: one operand, or two. */
  readonly at: readonly number[]
}

export interface Sample {
  /** How many f32 numbers, spread evenly over all bit patterns. */
  readonly count: number
  /** Numbers of a chunk, which is computed at once. */
  readonly chunk: number
}

/** The sample that the tests measure and the table of the docs shows. */
export const accuracySample: Sample = { count: 2 ** 19, chunk: 2 ** 18 }

const SMALLEST_NORMAL = 2 ** -126
const FLUSHED = 4 * SMALLEST_NORMAL

const floats = new Float32Array(1)
const bits = new Uint32Array(floats.buffer)

/** Scrambles an index: a fixed choice within a stride. */
const mix = (i: number): number => Math.imul(i ^ (i >>> 15), 0x2c1b3c6d) ^ Math.imul(i, 0x297a2d39)

/** Chunks of operands: x from every stride of the bit patterns; y of any size, or of the size of x, in turn. */
function* chunksOf({ count, chunk }: Sample): Generator<readonly [Float32Array, Float32Array]> {
  const stride = 2 ** 32 / count
  for (let start = 0; start < count; start += chunk) {
    const x = new Uint32Array(chunk)
    const y = new Float32Array(chunk)
    const ofX = new Float32Array(x.buffer)
    for (let k = 0; k < chunk; k++) {
      const i = start + k
      x[k] = i * stride + ((mix(i) >>> 0) % stride)
      bits[0] = mix(i + 1)
      const any = floats[0] ?? 0
      y[k] = i % 2 === 0 ? any : (ofX[k] ?? 0) * ((mix(i + 2) >>> 0) / 2 ** 30 - 2)
    }
    yield [ofX, y]
  }
}

/**
 * The worst error of a subject on a backend. A runtime that flushes denormal numbers to zero is not measured on them, and its
 * errors are counted beyond FLUSHED, which flushed intermediates may amount to.
 */
export async function measureAccuracy(
  backend: Backend,
  compile: Compiler['compile'],
  subject: AccuracySubject,
  sample: Sample = accuracySample,
): Promise<Accuracy> {
  const plan = planOf(subject, sample.chunk, (graph) => compile(graph, backend.capabilities))
  const executable = await backend.prepare(plan)
  const buffers = [...plan.inputs, ...plan.outputs].map(({ dtype }) => backend.allocate(dtype, sample.chunk))
  const inputs = buffers.slice(0, plan.inputs.length)
  const outputs = buffers.slice(plan.inputs.length)
  let worst: Accuracy = { ulp: 0, at: [] }
  try {
    for (const operands of chunksOf(sample)) {
      plan.inputs.forEach(({ name }, k) => {
        backend.write(inputs[k] as (typeof inputs)[number], operands[name === 'x' ? 0 : 1])
      })
      executable.run(inputs, outputs)
      const results = await backend.read(outputs[0] as (typeof outputs)[number])
      if (!(results instanceof Float32Array)) throw new Error(`${subject.name}: the result is not f32`)
      worst = worstOf(subject, operands, results, backend.capabilities.bitReproducible, worst)
    }
  } finally {
    for (const buffer of buffers) backend.free(buffer)
    executable.dispose()
  }
  return worst
}

function planOf(
  { name, arity, build }: AccuracySubject,
  size: number,
  compile: (graph: ReturnType<typeof graphOf>) => Plan,
): Plan {
  const b = createBuilder()
  const [x, y] = [inputValue(b, 'x', 'f32', [size]), inputValue(b, 'y', 'f32', [size])]
  return compile(graphOf(name, arity === 1 ? [x] : [x, y], { z: build(x, y) }))
}

function worstOf(
  { arity, exact, domain: [low, high] }: AccuracySubject,
  [xs, ys]: readonly [Float32Array, Float32Array],
  results: ArrayLike<number>,
  hasDenormals: boolean,
  before: Accuracy,
): Accuracy {
  let worst = before
  for (let k = 0; k < xs.length; k++) {
    const [x = 0, y = 0] = [xs[k], ys[k]]
    if (x < low || x > high) continue
    const wanted = exact(x, y)
    if (!hasDenormals && [x, arity === 2 ? y : 1, wanted].some(isDenormal)) continue
    const got = results[k] ?? Number.NaN
    if (!hasDenormals && Math.abs(got - wanted) <= FLUSHED) continue
    const ulp = ulpError(got, wanted)
    if (ulp > worst.ulp) worst = { ulp, at: arity === 1 ? [x] : [x, y] }
  }
  return worst
}

const isDenormal = (x: number): boolean => x !== 0 && Math.abs(x) < SMALLEST_NORMAL

/** |got - exact| in units in the last place of `exact`; Infinity where one of them is NaN or a wrong infinity. */
export function ulpError(got: number, exact: number): number {
  const nearest = Math.fround(exact)
  if (got === nearest || (Number.isNaN(got) && Number.isNaN(nearest))) return 0
  // A result that has barely overflowed may be the largest number or infinite.
  const bounded = Number.isFinite(got) ? got : Math.sign(got) * 2 ** 128
  floats[0] = Math.max(-(2 ** 127), Math.min(2 ** 127, exact))
  const exponent = Math.max(((bits[0] ?? 0) >>> 23) & 255, 1)
  const error = Math.abs(bounded - exact) / 2 ** (exponent - 150)
  return Number.isNaN(error) ? Number.POSITIVE_INFINITY : error
}
