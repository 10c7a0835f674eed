// What a recording becomes: for each segment one fragment, which gives all that the segment gave in one application, and for the
// results one fragment more, which gives the gradients that backward would bring to tensors from outside.
import type { TypedArray } from '@heddle/core'
import type { Cell } from '../engine/cell.ts'
import type { Device } from '../engine/device.ts'
import { readToCheck } from '../engine/evaluate.ts'
import type { Fragment } from '../engine/fragment.ts'
import type { ArrayType } from '../engine/types.ts'
import type { Layout } from '../tensor/layout.ts'
import type { Gradients } from './gradients.ts'
import { joinedFragment } from './joined-fragment.ts'
import { isSegment, type Place, type Places, type Source } from './places.ts'
import type { Aside, Origin, Recording, Remembered, Segment } from './recording.ts'
import type { Rebuild } from './structure.ts'

export interface SegmentProgram {
  readonly device: Device | undefined
  /** None where nothing is computed. */
  readonly fragment: Fragment | undefined
  /** The operands of the fragment, and what is only kept for backward. */
  readonly sources: readonly Source[]
  readonly draws: readonly {
    readonly type: ArrayType
    readonly device: Device
    readonly facts: readonly unknown[]
    draw(): TypedArray
  }[]
  readonly writes: readonly { readonly tensor: Origin; readonly place: Place }[]
  readonly gradients: readonly { readonly of: Origin; readonly place: Place | null }[]
  readonly bumps: readonly { readonly tensor: Origin; readonly by: number }[]
}

export type ResultTensor =
  | { readonly kind: 'outside'; readonly origin: Origin }
  | {
      readonly kind: 'made'
      readonly place: Place
      readonly layout: Layout
      /** Which result of the node it is; none where no gradient goes through it. */
      readonly output: number | undefined
      readonly isInference: boolean
      /** It will be looked at: nothing else is computed from it. */
      readonly isLast: boolean
    }

/** How gradients come back, once what backward needs is in its places. */
export interface BackwardProgram {
  readonly fragment: Fragment
  readonly operands: readonly (Place | { readonly cotangent: number })[]
  readonly inputs: readonly {
    readonly tensor: Origin
    readonly output: number
    /** The results it comes from: without a cotangent of one of these there is no gradient. */
    readonly of: ReadonlySet<number>
  }[]
  /** Types of the results. */
  readonly outputs: readonly ArrayType[]
  readonly device: Device
}

export interface Program {
  readonly remembered: Remembered
  /** Which tensors from outside share memory matters then. */
  readonly changesTensors: boolean
  readonly steps: readonly (SegmentProgram | Aside)[]
  readonly results: readonly ResultTensor[]
  readonly rebuild: Rebuild
  /** `freed`: backward ran already, and once is enough. */
  readonly backward: BackwardProgram | 'freed' | undefined
  /** How many operations one application stands for. */
  readonly operations: number
  /** Equal for recordings of the same: what is applied to what, and every value it depends on. */
  readonly signature: readonly unknown[]
}

export interface ResultParts {
  readonly results: readonly ResultTensor[]
  readonly rebuild: Rebuild
  /** What results hold beside tensors. */
  readonly values: readonly unknown[]
}

export function programOf(
  recording: Recording,
  places: Places,
  { results, rebuild, values }: ResultParts,
  gradients: Gradients | 'freed' | undefined,
): Program {
  const { last, segments } = places
  const programs: SegmentProgram[] = []
  const joinedBackward = gradients === undefined || gradients === 'freed' ? undefined : gradients
  let operations = joinedBackward?.operations ?? 0
  const numbers = [...(joinedBackward?.signature ?? [])]
  // Effects first: what they need counts among what a segment gives.
  const effects = segments.map(({ writes, gradients: grads }, k) => ({
    writes: writes.map(({ tensor, cell }) => ({ tensor, place: places.placeOf(cell, k) })),
    gradients: grads.map(({ of, cell }) => ({ of, place: cell === null ? null : places.placeOf(cell, k) })),
  }))
  for (let k = last; k >= 0; k--) {
    const { producers, draws, bumps } = segments[k] as Segment
    const roots = [...(places.roots[k] as Map<Cell, number>).keys()]
    const joined = joinedFragment(recording, roots, producers, (leaves) => {
      for (const leaf of leaves) places.sourceOf(leaf, k)
      return places.sourceCells(k)
    })
    operations += joined?.operations ?? 0
    numbers.push(...(joined?.signature ?? []))
    programs.unshift({
      device: joined?.device,
      fragment: joined?.fragment,
      sources: places.sourcesOf(k),
      draws: draws.map(({ cell, draw, facts }) => ({ type: cell.type, device: cell.device, facts, draw })),
      ...(effects[k] as (typeof effects)[number]),
      bumps,
    })
  }
  let next = 0
  return {
    remembered: recording.remembered,
    changesTensors: segments.some((segment) => segment.writes.length + segment.gradients.length > 0),
    steps: recording.steps.map((step) => (isSegment(step) ? (programs[next++] as SegmentProgram) : step)),
    results,
    rebuild,
    backward: gradients === 'freed' ? gradients : joinedBackward?.program,
    operations,
    signature: [
      ...numbers,
      ...values,
      ...recording.steps.flatMap(ownerOf),
      ...programs.flatMap(dependencies),
      ...results.flatMap(told),
    ],
  }
}

const ownerOf = (step: Segment | Aside): readonly object[] => (isSegment(step) ? [] : [step.owner])

const dependencies = ({ sources, writes, gradients, draws }: SegmentProgram): readonly unknown[] => [
  ...sources.flatMap(dependency),
  ...writes.flatMap(({ tensor, place }) => [...originOf(tensor), ...placed(place)]),
  ...gradients.flatMap(({ of, place }) => [...originOf(of), ...(place === null ? [null] : placed(place))]),
  ...draws.flatMap(({ type, facts }) => [type, ...facts]),
]

function dependency(source: Source): readonly unknown[] {
  if (source.from === 'draw') return [source.index]
  if (source.from === 'constant') return [readToCheck(source.cell)]
  return source.from === 'earlier' ? placed(source.place) : originOf(source)
}

const originOf = (origin: Origin): readonly unknown[] => {
  if (origin.from === 'gradient') return ['gradient', ...originOf(origin.of)]
  return origin.from === 'argument' ? [origin.index] : [origin.tensor]
}
const placed = ({ segment, at, from }: Place): readonly unknown[] => [segment, at, from]
const told = (result: ResultTensor): readonly unknown[] =>
  result.kind === 'outside' ? originOf(result.origin) : [...placed(result.place), result.output]

/** Whether two recordings would be repeated in the same way. */
export const isSameProgram = ({ signature: x }: Program, { signature: y }: Program): boolean =>
  x.length === y.length && x.every((part, k) => isSamePart(part, y[k]))

function isSamePart(x: unknown, y: unknown): boolean {
  if (!ArrayBuffer.isView(x) || !ArrayBuffer.isView(y)) return Object.is(x, y)
  const [left, right] = [x as TypedArray, y as TypedArray]
  return (
    left.length === right.length &&
    left.every((element: number | bigint, at: number) => Object.is(element, right[at]))
  )
}
