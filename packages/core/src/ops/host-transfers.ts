// Every op that may still be computed on the host, with its operands copied there and its result copied back, where the host does
// not share the device's memory (WebGL2). The list equals what the records say, and it may only shrink: a test holds it.

export interface HostTransfer {
  readonly op: string
  /** Which sizes are copied; the others are computed on the device. */
  readonly sizes: string
  readonly reason: string
  readonly since: string
}

export const hostTransfers: readonly HostTransfer[] = [
  {
    op: 'argSort',
    sizes: 'rows longer than 512, or more than 2^22 pairs of elements',
    reason:
      'a stable sort of long rows takes log²(n) passes over the data; short rows are sorted by counting',
    since: '2026-11-30',
  },
]
