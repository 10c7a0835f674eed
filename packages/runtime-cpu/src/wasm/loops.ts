// Loop shapes over i32 counters. A loop here runs at least once: callers know their extents and leave empty ones out.
import type { FunctionBuilder, Local } from './encoder.ts'

/** A bound that is known while emitting, or sits in a local. */
export type Bound = number | { readonly local: Local }

export function push(f: FunctionBuilder, bound: Bound): FunctionBuilder {
  return typeof bound === 'number' ? f.i32(bound) : f.get(bound.local)
}

/** `for (counter = start; ; counter += step) { body } while counter < end`, unsigned. */
export function countedLoop(
  f: FunctionBuilder,
  counter: Local,
  { start, end, step }: { start: Bound; end: Bound; step: number },
  body: () => void,
): void {
  push(f, start).set(counter)
  f.loop()
  body()
  f.get(counter).i32(step).op('i32.add').tee(counter)
  push(f, end).op('i32.lt_u').brIf(0).end()
}

/** `target = min(step, total - at)`, for blocks that may be cut short. */
export function clippedStep(
  f: FunctionBuilder,
  target: Local,
  { step, total, at }: { step: number; total: number; at: Local },
): void {
  if (total % step === 0) {
    f.i32(step).set(target)
    return
  }
  f.i32(step).i32(total).get(at).op('i32.sub').tee(target)
  f.get(target).i32(step).op('i32.gt_u').op('select').set(target)
}
