// What of a body its wanted results need: which carries, in whatever step, and which of its inputs. Linear in the body.
import { createRegion, postOrder, type Region, type Value } from '@heddle/core'

export interface LoopNeeds {
  /** Carries that a wanted result depends on, in whatever step. */
  readonly carries: readonly number[]
  /** Operands of the loop that are needed; those carries first. */
  readonly operands: readonly number[]
}

/** What a loop needs to carry for the carries `wanted` after its last step and the stacks of `stacked`. */
export function needsOfLoop(
  { inputs: [, ...inputs], results }: Region,
  carries: number,
  wanted: readonly number[],
  stacked: readonly Value[],
): LoopNeeds {
  const carryOf = new Map<Value, number>(inputs.slice(0, carries).map((input, k) => [input, k]))
  const live = new Set(wanted)
  const reached = new Set<Value>()
  const pending = [...stacked, ...wanted.map((k) => results[k] as Value)]
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    if (reached.has(value)) continue
    reached.add(value)
    const carry = carryOf.get(value)
    if (carry !== undefined) {
      live.add(carry)
      pending.push(results[carry] as Value)
    }
    for (const operand of value.inputs) pending.push(operand)
  }
  const operands = inputs.flatMap((input, k) => ((k < carries ? live.has(k) : reached.has(input)) ? [k] : []))
  return { carries: operands.filter((k) => k < carries), operands }
}

/** The same regions without the inputs that none of them reads, and which inputs were kept. */
export function withUsedInputs(regions: readonly Region[]): {
  readonly regions: readonly Region[]
  readonly kept: readonly number[]
} {
  const used = regions.map(({ results }) => new Set(postOrder(results)))
  const count = regions[0]?.inputs.length ?? 0
  const kept = Array.from({ length: count }, (_, k) => k).filter((k) =>
    regions.some(({ inputs }, at) => used[at]?.has(inputs[k] as Value)),
  )
  return {
    regions: regions.map(({ inputs, results }) =>
      createRegion(
        kept.map((k) => inputs[k] as Value<'input'>),
        results,
      ),
    ),
    kept,
  }
}
