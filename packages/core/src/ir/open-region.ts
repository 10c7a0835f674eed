// Regions while they are recorded. As long as one is open, everything built in the graph around it goes into it: a body is all
// that its function computes, whatever values it starts from. Values from around the body are captured: each becomes an
// input of the region, which the op hands in as one more operand; constants are simply made again inside.
import type { Builder } from './builder.ts'
import { withProvenance } from './provenance.ts'
import { createRegion, type Region } from './region.ts'
import type { TensorType } from './tensor-type.ts'
import type { Value } from './value.ts'

export interface OpenRegion {
  readonly inputs: readonly Value<'input'>[]
  /** Values from around it that it reads, in the order of their first use. */
  readonly captured: readonly Value[]
  /** `value` inside this region: itself, or what it was captured as; `undefined` if it is of another program. */
  own(value: Value): Value | undefined
  /** No further node enters by itself. */
  close(): void
  /** The region, with inputs for `captured` (which may be more than its own) after its declared ones. */
  finish(results: readonly Value[], captured: readonly Value[]): Region
}

interface Frame {
  readonly parent: Builder
  capture(value: Value): Value<'input'>
}

const frames = new WeakMap<Builder, Frame>()
const openInside = new WeakMap<Builder, Builder>()
let openCount = 0

/** Where nodes built with `builder` go: the innermost region open inside it, else itself. */
export function innermost(builder: Builder): Builder {
  if (openCount === 0) return builder
  let target = builder
  for (let next = openInside.get(target); next !== undefined; next = openInside.get(target)) target = next
  return target
}

/** Whether values of both builders may meet: they record the same program, here or around. */
export const meet = (x: Builder, y: Builder): boolean => x === y || innermost(x) === innermost(y)

/** `value` as a value of `builder`: itself, or captured if `builder` records a region inside the value's graph. */
export function ownValue(builder: Builder, value: Value): Value | undefined {
  if (value.builder === builder) return value
  // From the inside out, then captured level by level from the outside in.
  const path: Builder[] = []
  for (
    let at: Builder | undefined = builder;
    at !== undefined && at !== value.builder;
    at = frames.get(at)?.parent
  ) {
    if (!frames.has(at)) return undefined
    path.unshift(at)
  }
  const isConstant = value.inputs.length === 0 && value.op !== 'input'
  if (isConstant) return builder.make(value.op, [], value.attrs)
  let own = value
  for (const level of path) own = frames.get(level)?.capture(own) ?? own
  return own
}

/** Opens a region inside the innermost one of `around`; `b` is a new builder. */
export function openRegion(
  around: Builder,
  b: Builder,
  inputs: readonly (readonly [string, TensorType])[],
): OpenRegion {
  const parent = innermost(around)
  const captured = new Map<Value, Value<'input'>>()
  const inputOf = (name: string, { dtype, shape }: TensorType): Value<'input'> =>
    withProvenance(undefined, () => b.make('input', [], { name, dtype, shape })) as Value<'input'>
  const declared = inputs.map(([name, type]) => inputOf(name, type))
  const capture = (value: Value): Value<'input'> => {
    const known = captured.get(value)
    if (known !== undefined) return known
    // A region open inside this one must not take the input.
    const inside = openInside.get(b)
    openInside.delete(b)
    const made = inputOf(`captured${captured.size}`, value.type)
    if (inside !== undefined) openInside.set(b, inside)
    captured.set(value, made)
    return made
  }
  frames.set(b, { parent, capture })
  openInside.set(parent, b)
  openCount++
  let isOpen = true
  return {
    inputs: declared,
    get captured() {
      return [...captured.keys()]
    },
    own: (value) => ownValue(b, value),
    close: () => {
      if (!isOpen) return
      isOpen = false
      openCount--
      openInside.delete(parent)
      frames.delete(b)
    },
    finish: (results, values) => createRegion([...declared, ...values.map(capture)], results),
  }
}
