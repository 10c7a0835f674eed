// The states of programs on a device, by name. Sessions of one backend that are opened with the same `States` share the
// memory of states of equal name: what a training step writes, an evaluation reads.
import type { Backend, DeviceBuffer } from '../backend/backend.ts'
import { formatShape, type Shape, shapesEqual, sizeOf } from '../dim.ts'
import type { DType, TypedArray } from '../dtype.ts'
import { HeddleError } from '../errors.ts'
import { type Initializer, materialize } from '../initializer.ts'
import { closestName } from './closest-name.ts'
import { type Feed, feedConverter } from './feed.ts'
import { type HostArray, hostArray } from './host-array.ts'
import { writeNamed } from './write.ts'

/** One state. `buffer` changes hands where a device cannot update in place. */
export interface StateSlot {
  readonly name: string
  readonly dtype: DType
  readonly shape: Shape
  buffer: DeviceBuffer
  /** Where the next value is written if it cannot be written over this one. */
  spare: DeviceBuffer | undefined
  /** False until a state without an initializer is set. */
  isSet: boolean
}

export interface States {
  readonly backend: Backend
  readonly seed: number
  readonly names: readonly string[]
  has(name: string): boolean
  /** Current value. Throws `INPUT_UNKNOWN`, `INPUT_MISSING`. */
  read(name: string): Promise<HostArray>
  readSync(name: string): HostArray
  /** Throws `INPUT_UNKNOWN`, `INPUT_SHAPE`, `INPUT_DTYPE`, `INPUT_RANGE`. */
  set(name: string, values: Feed): void
  /** The slot of a state, made and started if there is none. For sessions. Throws `INPUT_SHAPE` if its type is another. */
  slot(declared: StateDeclaration): StateSlot
  /** Gives the memory back. Sessions that use it can no longer run. */
  dispose(): void
  [Symbol.dispose](): void
}

export interface StateDeclaration {
  readonly name: string
  readonly dtype: DType
  readonly shape: Shape
  readonly initial: Initializer | undefined
}

export interface StatesOptions {
  /** Of initial values: a whole number. Default 0. */
  readonly seed?: number | undefined
}

/** An empty store; sessions fill it as they are opened. */
export function createStates(backend: Backend, { seed = 0 }: StatesOptions = {}): States {
  const slots = new Map<string, StateSlot>()

  const slotNamed = (name: string): StateSlot => {
    const slot = slots.get(name)
    if (slot === undefined) throw unknownState(name, [...slots.keys()])
    return slot
  }

  const readable = (name: string): StateSlot => {
    const slot = slotNamed(name)
    if (!slot.isSet) throw stateNotSet(slot)
    return slot
  }

  const start = (declared: StateDeclaration): StateSlot => {
    const { name, dtype, shape, initial } = declared
    const data: TypedArray | undefined = initial && materialize(initial, dtype, shape, seed, name)
    const buffer = backend.allocate(dtype, sizeOf(shape))
    const slot: StateSlot = { name, dtype, shape, buffer, spare: undefined, isSet: data !== undefined }
    slots.set(name, slot)
    if (data !== undefined) writeNamed(backend, buffer, data, 'state', name)
    return slot
  }

  const dispose = (): void => {
    for (const { buffer, spare } of slots.values()) {
      backend.free(buffer)
      if (spare !== undefined) backend.free(spare)
    }
    slots.clear()
  }

  return {
    backend,
    seed,
    get names() {
      return [...slots.keys()]
    },
    has: (name) => slots.has(name),
    read: async (name) => {
      const { buffer, dtype, shape } = readable(name)
      return hostArray(dtype, shape, await backend.read(buffer))
    },
    readSync: (name) => {
      const { buffer, dtype, shape } = readable(name)
      return hostArray(dtype, shape, backend.readSync(buffer))
    },
    set: (name, values) => {
      const slot = slotNamed(name)
      const { dtype, shape } = slot
      const data = feedConverter({ role: 'state', name, dtype, shape })(values)
      writeNamed(backend, slot.buffer, data, 'state', name)
      slot.isSet = true
    },
    slot: (declared) => {
      const slot = slots.get(declared.name)
      if (slot === undefined) return start(declared)
      if (slot.dtype !== declared.dtype || !shapesEqual(slot.shape, declared.shape)) {
        throw stateType(slot, declared)
      }
      return slot
    },
    dispose,
    [Symbol.dispose]: dispose,
  }
}

function unknownState(name: string, names: readonly string[]): HeddleError {
  const closest = closestName(name, names)
  const hint = closest === undefined ? '' : ` Did you mean '${closest}'?`
  return new HeddleError(
    'INPUT_UNKNOWN',
    `there is no state named '${name}'; the states are ${names.map((each) => `'${each}'`).join(', ') || 'none'}.${hint}`,
    { details: { name, names } },
  )
}

export const stateNotSet = ({ name, dtype, shape }: StateSlot): HeddleError =>
  new HeddleError(
    'INPUT_MISSING',
    `state '${name}' ${dtype}${formatShape(shape)} has no initial value and was not set; setState sets it`,
    { details: { name } },
  )

const stateType = (slot: StateSlot, declared: StateDeclaration): HeddleError =>
  new HeddleError(
    'INPUT_SHAPE',
    `state '${slot.name}' is ${declared.dtype}${formatShape(declared.shape)} in this program and ${slot.dtype}${formatShape(slot.shape)} in the states it is opened with; these must be equal`,
    { details: { name: slot.name, program: declared.shape, states: slot.shape } },
  )
