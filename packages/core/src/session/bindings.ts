// Which buffer goes where: a plan's inputs and outputs bound to the memory of feeds, states and results, worked out when a
// session opens. A state whose update may share its memory is written in place; for others two buffers take turns.
import type { Backend, DeviceBuffer } from '../backend/backend.ts'
import { formatShape, shapesEqual, sizeOf } from '../dim.ts'
import type { TypedArray } from '../dtype.ts'
import { HeddleError } from '../errors.ts'
import type { Plan, PlanInput } from '../plan/plan.ts'
import { closestName } from './closest-name.ts'
import { type Feed, feedConverter } from './feed.ts'
import { type Result, type ResultPool, resultPool } from './results.ts'
import { type StateSlot, type States, stateNotSet } from './states.ts'
import { writeNamed } from './write.ts'

/** Values of the inputs by name; a result of another run is used where it is, on the device. */
export type Feeds = Readonly<Record<string, Feed | Result>>

export interface Bindings {
  readonly pools: readonly ResultPool[]
  /** Position of each pool's output in the plan. */
  readonly resultAt: readonly number[]
  /** Checks feeds and writes them to the device. */
  feed(feeds: Feeds): void
  /** Buffers of the next run; those of results are not filled in. The arrays are reused. */
  bind(): { readonly inputs: readonly DeviceBuffer[]; readonly outputs: DeviceBuffer[] }
  /** Makes what the run wrote the current states. */
  step(): void
  dispose(): void
}

interface FeedBinding {
  readonly index: number
  readonly input: PlanInput
  readonly buffer: DeviceBuffer
  readonly convert: (feed: Feed) => TypedArray
}

export function bindPlan(plan: Plan, backend: Backend, states: States): Bindings {
  const feeds: FeedBinding[] = []
  const kept: { readonly index: number; readonly slot: StateSlot }[] = []
  plan.inputs.forEach((input, index) => {
    const { role, name, dtype, shape } = input
    if (role === 'state') kept.push({ index, slot: states.slot(input) })
    else {
      const buffer = backend.allocate(dtype, sizeOf(shape))
      feeds.push({ index, input, buffer, convert: feedConverter({ role: 'input', name, dtype, shape }) })
    }
  })

  const pools: ResultPool[] = []
  const resultAt: number[] = []
  const inPlace: { readonly index: number; readonly slot: StateSlot }[] = []
  const swapped: { readonly index: number; readonly slot: StateSlot }[] = []
  plan.outputs.forEach((output, index) => {
    if (output.role === 'result') {
      pools.push(resultPool(backend, output))
      resultAt.push(index)
      return
    }
    const slot = states.slot({ ...output, initial: undefined })
    const donor = output.donor === undefined ? undefined : plan.inputs[output.donor]
    const isOwnDonor = donor?.role === 'state' && donor.name === output.name
    if (backend.capabilities.inPlace && isOwnDonor) inPlace.push({ index, slot })
    else {
      slot.spare ??= backend.allocate(slot.dtype, sizeOf(slot.shape))
      swapped.push({ index, slot })
    }
  })

  const inputs: DeviceBuffer[] = plan.inputs.map(
    (_, index) => feeds.find((each) => each.index === index)?.buffer ?? nowhere,
  )
  const outputs: DeviceBuffer[] = plan.outputs.map(() => nowhere)
  const known = new Set(feeds.map(({ input }) => input.name))
  let unset = kept.filter(({ slot }) => !slot.isSet)

  return {
    pools,
    resultAt,
    feed: (given) => {
      for (const name in given) if (!known.has(name)) throw unknownInput(plan, name)
      for (const { index, input, buffer, convert } of feeds) {
        const feed = given[input.name]
        if (feed === undefined) throw missingInput(plan, input, given)
        if (isResult(feed)) inputs[index] = resultBuffer(input, feed)
        else {
          writeNamed(backend, buffer, convert(feed), 'input', input.name)
          inputs[index] = buffer
        }
      }
    },
    bind: () => {
      if (unset.length > 0) {
        unset = unset.filter(({ slot }) => !slot.isSet)
        for (const { slot } of unset) throw stateNotSet(slot)
      }
      for (const { index, slot } of kept) inputs[index] = slot.buffer
      for (const { index, slot } of inPlace) outputs[index] = slot.buffer
      for (const { index, slot } of swapped) outputs[index] = slot.spare as DeviceBuffer
      return { inputs, outputs }
    },
    step: () => {
      for (const { slot } of swapped) {
        const next = slot.spare as DeviceBuffer
        slot.spare = slot.buffer
        slot.buffer = next
      }
    },
    dispose: () => {
      for (const { buffer } of feeds) backend.free(buffer)
      for (const pool of pools) pool.dispose()
    },
  }
}

/** Fills places until the first run binds them. */
const nowhere: DeviceBuffer = { dtype: 'f32', size: 0 }

const isResult = (feed: Feed | Result): feed is Result =>
  typeof feed === 'object' && feed !== null && 'readSync' in feed

function resultBuffer(input: PlanInput, result: Result): DeviceBuffer {
  const { name, dtype, shape } = input
  if (result.dtype !== dtype || !shapesEqual(result.shape, shape)) {
    throw new HeddleError(
      'INPUT_SHAPE',
      `input '${name}' is ${dtype}${formatShape(shape)}, given the result '${result.name}' ${result.dtype}${formatShape(result.shape)}; these must be equal`,
      { details: { name, expected: shape, given: result.shape } },
    )
  }
  return result.buffer
}

export const quoted = (names: readonly string[]): string =>
  names.map((name) => `'${name}'`).join(', ') || 'none'
const feedNames = (plan: Plan): readonly string[] =>
  plan.inputs.filter(({ role }) => role === 'feed').map(({ name }) => name)

function unknownInput(plan: Plan, name: string): HeddleError {
  const names = feedNames(plan)
  const isState = plan.inputs.some((input) => input.role === 'state' && input.name === name)
  const closest = closestName(name, names)
  const meant = closest === undefined ? '' : ` Did you mean '${closest}'?`
  const hint = isState ? ` '${name}' is a state: setState sets it.` : meant
  return new HeddleError(
    'INPUT_UNKNOWN',
    `${plan.name}: there is no input named '${name}'; the inputs are ${quoted(names)}.${hint}`,
    { details: { name, names } },
  )
}

function missingInput(plan: Plan, { name, dtype, shape }: PlanInput, given: Feeds): HeddleError {
  return new HeddleError(
    'INPUT_MISSING',
    `${plan.name}: input '${name}' ${dtype}${formatShape(shape)} was not given; given were ${quoted(Object.keys(given))}`,
    { details: { name, given: Object.keys(given) } },
  )
}
