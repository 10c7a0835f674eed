// Runs a plan once on a backend: allocates, writes, runs, reads, frees; fails if the backend leaks. An output shares the
// memory of its donor where the backend allows it, as a session does.
import type { Backend, DeviceBuffer, NdArray, Plan, TypedArray } from '@heddle/core'
import { sizeOf } from '@heddle/core'
import { toHostArray } from './compare.ts'

export interface PlanResults {
  readonly outputs: Readonly<Record<string, TypedArray>>
  /** Next value of every updated state. */
  readonly updates: Readonly<Record<string, TypedArray>>
}

/** `bindings` has the value of every input, feeds and states, by name. */
export async function runPlan(
  backend: Backend,
  plan: Plan,
  bindings: Readonly<Record<string, NdArray>>,
): Promise<PlanResults> {
  const before = backend.liveBytes
  const executable = await backend.prepare(plan)
  const buffers: DeviceBuffer[] = []
  const allocate = ({ dtype, shape }: Plan['inputs'][number] | Plan['outputs'][number]): DeviceBuffer => {
    const buffer = backend.allocate(dtype, sizeOf(shape))
    buffers.push(buffer)
    return buffer
  }
  try {
    const inputs = plan.inputs.map((input) => {
      const buffer = allocate(input)
      const value = bindings[input.name]
      if (value === undefined) throw new Error(`${plan.name}: input '${input.name}' was not given`)
      backend.write(buffer, toHostArray(value))
      return buffer
    })
    const outputs = plan.outputs.map((output) => {
      const { donor } = output
      const shared = donor === undefined || !backend.capabilities.inPlace ? undefined : inputs[donor]
      return shared ?? allocate(output)
    })
    executable.run(inputs, outputs)
    const values = await Promise.all(outputs.map((buffer) => backend.read(buffer)))
    const named = (role: 'result' | 'update'): Record<string, TypedArray> =>
      Object.fromEntries(
        plan.outputs.flatMap((output, k) =>
          output.role === role ? [[output.name, values[k] as TypedArray]] : [],
        ),
      )
    return { outputs: named('result'), updates: named('update') }
  } finally {
    for (const buffer of buffers) backend.free(buffer)
    executable.dispose()
    const leaked = backend.liveBytes - before
    if (leaked !== 0) reportLeak(plan, leaked)
  }
}

function reportLeak(plan: Plan, bytes: number): never {
  throw new Error(`${plan.name}: ${bytes} bytes are still held after all buffers were freed`)
}
