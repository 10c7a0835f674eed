// What still waits for the host where it does not share the device's memory (WebGL2): every op that may be computed there, with its
// operands copied to it and its result copied back, and every op by whose operands the host decides what runs next. The lists may
// only shrink: a test holds them.
import type { OpName } from '../ir/op-table.ts'

export interface HostTransfer {
  readonly op: OpName
  /** What is copied; everything else stays on the device. */
  readonly what: string
  readonly reason: string
  readonly since: string
}

/** Ops that run on the host: what their records say. */
export const hostTransfers: readonly HostTransfer[] = [
  {
    op: 'argSort',
    what: 'rows longer than 512, or more than 2^22 pairs of elements',
    reason:
      'a stable sort of long rows takes log²(n) passes over the data; short rows are sorted by counting',
    since: '2026-11-30',
  },
]

/** Ops that are steps with plans of their own, of which the host has to choose: one bool is copied each time. */
export const hostDecisions: readonly HostTransfer[] = [
  {
    op: 'cond',
    what: 'the predicate, where a body holds a whileLoop; else both bodies run and the result is selected',
    reason: 'a loop may have no end in the body that was not chosen',
    since: '2026-11-30',
  },
  {
    op: 'whileLoop',
    what: 'the condition, before every step',
    reason: 'the device does what it is told; it cannot say by itself that another step is needed',
    since: '2026-11-30',
  },
]
