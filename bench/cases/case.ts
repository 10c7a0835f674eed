// What is measured, as data that any peer in any language can follow: the tensors handed in and what counts as one iteration.
// How a peer computes it is the peer's business (peers/*); what is right is found by comparing them (agreement.ts).

export interface TensorSpec {
  readonly name: string
  readonly dtype: 'f32' | 'i32'
  readonly shape: readonly number[]
  readonly fill: Fill
}

export type Fill =
  | { readonly kind: 'normal'; readonly deviation: number }
  | { readonly kind: 'constant'; readonly value: number }
  /** Whole numbers below `below`. */
  | { readonly kind: 'labels'; readonly below: number }
  /** `slope x + offset` and normal noise, for the tensor `of`. */
  | {
      readonly kind: 'line'
      readonly of: string
      readonly slope: number
      readonly offset: number
      readonly deviation: number
    }

export interface Case {
  readonly name: string
  /** For people: what one iteration is. */
  readonly title: string
  /**
   * `forward`: tensors stay on the device, the result too. `training`: one step of an optimiser; the batch stays on the
   * device, the loss is read after every step; parameters are the tensors named in `parameters`.
   */
  readonly kind: 'forward' | 'training'
  readonly tensors: readonly TensorSpec[]
  readonly parameters: readonly string[]
  /** Results are equal when they differ by at most this part of the largest magnitude. */
  readonly tolerance: number
  /** Work of an iteration, where a rate says more than a time. */
  readonly work: { readonly amount: number; readonly unit: 'flop' | 'byte' } | undefined
}

/** Steps whose losses are compared before timing. */
export const comparedSteps = 5

export type CaseTensors = ReadonlyMap<string, Float32Array | Int32Array>

const twist = 0x9e3779b9

/** Numbers of a case's tensors: the same in every run and for every peer. */
export function fillTensors(tensors: readonly TensorSpec[]): CaseTensors {
  const filled = new Map<string, Float32Array | Int32Array>()
  tensors.forEach(({ name, dtype, shape, fill }, at) => {
    const size = shape.reduce((product, extent) => product * extent, 1)
    const data = dtype === 'f32' ? new Float32Array(size) : new Int32Array(size)
    const next = valuesOf(fill, uniformNumbers(Math.imul(at + 1, twist)), filled)
    for (let k = 0; k < size; k++) data[k] = next(k)
    filled.set(name, data)
  })
  return filled
}

function valuesOf(fill: Fill, uniform: () => number, earlier: CaseTensors): (at: number) => number {
  switch (fill.kind) {
    case 'constant':
      return () => fill.value
    case 'labels':
      return () => Math.floor(uniform() * fill.below)
    case 'normal':
      return () => fill.deviation * normal(uniform)
    case 'line': {
      const x = earlier.get(fill.of)
      return (at) => fill.slope * (x?.[at] ?? 0) + fill.offset + fill.deviation * normal(uniform)
    }
    default:
      return fill satisfies never
  }
}

const normal = (uniform: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())

/** Marsaglia's xorshift: quick, and good enough for data. */
function uniformNumbers(seed: number): () => number {
  let state = seed | 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}
