// A range of a dimension as an index: what Python writes as `start:stop:step`.

export class Slice {
  /** null: from the beginning, to the end, every one. */
  readonly start: number | null
  readonly stop: number | null
  readonly step: number | null

  constructor(start: number | null, stop: number | null, step: number | null) {
    this.start = start
    this.stop = stop
    this.step = step
  }

  /** `slice(1, None, 2)` */
  toString(): string {
    const parts = [this.start, this.stop, this.step].map((part) => part ?? 'None')
    return `slice(${parts.join(', ')})`
  }
}

/**
 * The positions from `start` up to `stop`, every `step`-th; null leaves an end open. One number is the start: `slice(4)` is `4:`, where
 * Python's `slice(4)` is `:4`.
 */
export const slice = (
  start: number | null = null,
  stop: number | null = null,
  step: number | null = null,
): Slice => new Slice(start, stop, step)
