// Checks what a caller hands to `Executable.run`, and turns a plan's buffers into typed arrays for runtimes that compute in
// host memory. Places are fixed when the plan is prepared; inputs and outputs are bound anew at each run.
import type { TypedArray } from '../dtype.ts'
import { dtypes } from '../dtype.ts'
import { HeddleError } from '../errors.ts'
import type { Plan } from '../plan/plan.ts'
import type { Capabilities, DeviceBuffer } from './backend.ts'
import { outOfMemory } from './host-memory.ts'

/** Arrays by buffer id: those of places that stay, constants and views of the arena; `undefined` for inputs and outputs. */
export type PlanArrays = (TypedArray | undefined)[]

/** The arrays of a plan whose arena begins at `base`. */
export const arraysOf = (plan: Plan, arena: ArrayBuffer, base: number): PlanArrays =>
  plan.buffers.map(({ dtype, size, place }): TypedArray | undefined => {
    if (place.kind === 'constant') return plan.constants[place.index]?.data
    return place.kind === 'arena' ? dtypes[dtype].view(arena, base + place.offset, size) : undefined
  })

/** Fills the slots of inputs and outputs for one run. */
export function bindRun(
  plan: Plan,
  arrays: PlanArrays,
  inputs: readonly TypedArray[],
  outputs: readonly TypedArray[],
): void {
  for (const [index, { buffer }] of plan.inputs.entries()) arrays[buffer] = inputs[index]
  for (const [index, { buffer }] of plan.outputs.entries()) arrays[buffer] = outputs[index]
}

/** Lets go of the caller's memory after a run. */
export function unbindRun(plan: Plan, arrays: PlanArrays): void {
  for (const { buffer } of plan.inputs) arrays[buffer] = undefined
  for (const { buffer } of plan.outputs) arrays[buffer] = undefined
}

/** Throws `BACKEND_ARGUMENTS` unless the buffers of a run have the plan's number, dtypes and sizes, and share memory only where it says. */
export function checkRun(
  owner: string,
  plan: Plan,
  capabilities: Pick<Capabilities, 'inPlace'>,
  inputs: readonly DeviceBuffer[],
  outputs: readonly DeviceBuffer[],
): void {
  const bad = (what: string): HeddleError =>
    new HeddleError('BACKEND_ARGUMENTS', `${owner}: plan ${plan.name}: ${what}`, {
      details: { plan: plan.name },
    })
  if (inputs.length !== plan.inputs.length || outputs.length !== plan.outputs.length) {
    throw bad(
      `was given ${inputs.length} inputs and ${outputs.length} outputs; it has ${plan.inputs.length} and ${plan.outputs.length}`,
    )
  }
  for (const [given, bindings, kind] of [
    [inputs, plan.inputs, 'input'],
    [outputs, plan.outputs, 'output'],
  ] as const) {
    for (const [index, { name, buffer }] of bindings.entries()) {
      const { dtype, size } = plan.buffers[buffer]!
      const found = given[index]!
      if (found.dtype === dtype && found.size === size) continue
      throw bad(`${kind} ${name} is bound to ${found.dtype}[${found.size}]; it is ${dtype}[${size}]`)
    }
  }
  const givers = new Map<DeviceBuffer, number[]>()
  for (const [position, input] of inputs.entries()) {
    const same = givers.get(input)
    if (same === undefined) givers.set(input, [position])
    else same.push(position)
  }
  const seen = new Set<DeviceBuffer>()
  for (const [index, { name, donor }] of plan.outputs.entries()) {
    const output = outputs[index]!
    if (seen.has(output)) throw bad(`output ${name} is bound to the buffer of another output`)
    seen.add(output)
    const foreign = (givers.get(output) ?? []).find((position) => !capabilities.inPlace || position !== donor)
    if (foreign === undefined) continue
    const what = `output ${name} is bound to the buffer of input ${plan.inputs[foreign]?.name}`
    throw bad(`${what}, which is not its donor`)
  }
}

export function allocateArena(owner: string, bytes: number): ArrayBuffer {
  try {
    return new ArrayBuffer(bytes)
  } catch (cause) {
    throw outOfMemory(owner, bytes, cause)
  }
}
