// `torch.utils.progress`: how far a loop is, on one line of a terminal, as tqdm shows it. Where nobody watches (standard error is no
// terminal, or there is none) nothing is drawn, formatted or read. On a terminal what is shown is read when the line is drawn, at most
// ten times a second: a loss that is shown does not make each step wait for it.
import { type Terminal, terminal } from '../../platform.ts'
import { Tensor } from '../../tensor/tensor.ts'
import { meterText, numberText } from './meter.ts'

export interface ProgressOptions {
  /** What stands before the bar. */
  readonly desc?: string
  /** How many there are, where the iterable does not say so by a `length` or `size`. */
  readonly total?: number
  /** What is counted. Default `it`. */
  readonly unit?: string
  /** The last line stays when all is done. Default true. */
  readonly leave?: boolean
  /** How many are done already. Default 0. */
  readonly initial?: number
  /** Draws nothing. */
  readonly disable?: boolean
  /** Where to draw, if that is a terminal. Default standard error. */
  readonly file?: Terminal
}

/** Milliseconds between two drawings. */
const interval = 100
/** The share that the last drawing has in the rate shown. */
const smoothing = 0.3

/** Characters on the line where the next drawing goes. */
const drawnOn = new WeakMap<Terminal, number>()

type Source<T> = Iterable<T> | AsyncIterable<T>

/** What can be done with a bar, whatever it counts. */
export interface Bar extends Disposable {
  /** How many are done. */
  readonly n: number
  readonly total: number | undefined
  update(n?: number): void
  /** What stands behind the rate, `loss=0.123`. Tensors of one element are read when they are drawn. */
  setPostfix(values: Readonly<Record<string, unknown>>): void
  setDescription(desc: string): void
  /** Prints a line that stays above the bar, to the console. */
  write(text: string): void
  close(): void
}

/** The elements of an iterable that is asynchronous only. */
export type AsyncProgress<T> = Bar & AsyncIterable<T>

export class Progress<T = never> implements Bar, Iterable<T>, AsyncIterable<T> {
  readonly total: number | undefined
  readonly #source: Source<T> | undefined
  readonly #options: ProgressOptions
  /** Where it is drawn; undefined: nowhere, and from the end on. */
  #line: Line | undefined
  #n: number

  constructor(
    source: Source<T> | undefined,
    options: ProgressOptions,
    now: () => number = () => performance.now(),
  ) {
    const { file = terminal(), total = lengthOf(source), disable = false, initial = 0 } = options
    this.#source = source
    this.#options = options
    this.total = total
    this.#n = initial
    if (!disable && file?.isTTY === true) this.#line = new Line(file, total, options, now)
    if (source === undefined) this.#line?.begin(initial)
  }

  get n(): number {
    return this.#n
  }

  *[Symbol.iterator](): IterableIterator<T> {
    const source = this.#source ?? []
    if (!(Symbol.iterator in source)) throw new TypeError('the iterable is asynchronous: use `for await`')
    try {
      this.#line?.begin(this.#n)
      for (const each of source) {
        yield each
        this.update()
      }
    } finally {
      this.close()
    }
  }

  async *[Symbol.asyncIterator](): AsyncIterableIterator<T> {
    try {
      this.#line?.begin(this.#n)
      for await (const each of this.#source ?? []) {
        yield each
        this.update()
      }
    } finally {
      this.close()
    }
  }

  update(n = 1): void {
    this.#n += n
    this.#line?.drawIfDue(this.#n)
  }

  setPostfix(values: Readonly<Record<string, unknown>>): void {
    if (this.#line !== undefined) this.#line.postfix = values
  }

  setDescription(desc: string): void {
    if (this.#line !== undefined) this.#line.description = desc
  }

  write(text: string): void {
    this.#line?.erase()
    // biome-ignore lint/suspicious/noConsole: what is written is the program's output.
    console.log(text)
    this.#line?.draw(this.#n)
  }

  close(): void {
    this.#line?.end(this.#n, this.#options.leave ?? true)
    this.#line = undefined
  }

  [Symbol.dispose](): void {
    this.close()
  }
}

/** A line of a terminal, the time it began, and how fast things went of late. */
class Line {
  description: string
  postfix: Readonly<Record<string, unknown>> = {}
  readonly #file: Terminal
  readonly #total: number | undefined
  readonly #unit: string
  readonly #initial: number
  readonly #now: () => number
  #began: number
  #drawnAt: number
  #drawnCount: number
  readonly #counts = new Mean()
  readonly #times = new Mean()

  constructor(
    file: Terminal,
    total: number | undefined,
    { desc = '', unit = 'it', initial = 0 }: ProgressOptions,
    now: () => number,
  ) {
    this.#file = file
    this.#total = total
    this.#unit = unit
    this.#initial = initial
    this.#now = now
    this.description = desc
    this.#began = now()
    this.#drawnAt = this.#began
    this.#drawnCount = initial
  }

  begin(done: number): void {
    this.#began = this.#now()
    this.#drawnAt = this.#began
    this.draw(done)
  }

  drawIfDue(done: number): void {
    const now = this.#now()
    const passed = now - this.#drawnAt
    if (passed < interval) return
    this.#counts.add(done - this.#drawnCount)
    this.#times.add(passed / 1000)
    this.#drawnCount = done
    this.draw(done)
    this.#drawnAt = now
  }

  draw(done: number): void {
    this.#show(done, this.#times.value > 0 ? this.#counts.value / this.#times.value : undefined)
  }

  end(done: number, leave: boolean): void {
    if (!leave) {
      this.erase()
      return
    }
    this.#show(done, undefined)
    this.#file.write('\n')
    drawnOn.set(this.#file, 0)
  }

  erase(): void {
    const length = drawnOn.get(this.#file) ?? 0
    if (length > 0) this.#file.write(`\r${' '.repeat(length)}\r`)
    drawnOn.set(this.#file, 0)
  }

  #show(done: number, rate: number | undefined): void {
    // Values are read first: what they wait for belongs to the time that is shown.
    const postfix = Object.entries(this.postfix)
      .map(([name, value]) => `${name}=${valueText(value)}`)
      .join(', ')
    const text = meterText({
      done,
      total: this.#total,
      initial: this.#initial,
      elapsed: (this.#now() - this.#began) / 1000,
      rate,
      description: this.description,
      unit: this.#unit,
      postfix,
      // Some terminals begin a new line once the last column is filled; 0 columns: the terminal does not know.
      columns: (this.#file.columns || 80) - 1,
    })
    this.#file.write(`\r${text.padEnd(drawnOn.get(this.#file) ?? 0)}`)
    drawnOn.set(this.#file, text.length)
  }
}

/** A mean in which the last value has a share of its own, and what came before the rest. */
class Mean {
  #sum = 0
  #weight = 0

  add(value: number): void {
    this.#sum = smoothing * value + (1 - smoothing) * this.#sum
    this.#weight = smoothing + (1 - smoothing) * this.#weight
  }
  get value(): number {
    return this.#weight > 0 ? this.#sum / this.#weight : 0
  }
}

function valueText(value: unknown): string {
  if (value instanceof Tensor && value.numel() === 1) return numberText(Number(value.item()))
  return typeof value === 'number' ? numberText(value) : String(value)
}

function lengthOf(source: object = {}): number | undefined {
  const { length, size } = source as { readonly length?: unknown; readonly size?: unknown }
  const known = [length, size].find((each) => typeof each === 'number' && Number.isFinite(each))
  return known as number | undefined
}

const isIterable = (given: object): given is Source<unknown> =>
  Symbol.iterator in given || Symbol.asyncIterator in given

const below = (count: number): Iterable<number> & { readonly length: number } => ({
  length: count,
  *[Symbol.iterator]() {
    for (let k = 0; k < count; k++) yield k
  },
})

/**
 * The elements of an iterable, or the numbers below a count, with a bar that shows how many are done: `for (const batch of
 * progress(loader))`, `for await` too. Without either a bar that is moved by `update`.
 */
export function progress(count: number, options?: ProgressOptions): Progress<number>
export function progress<T>(iterable: Iterable<T>, options?: ProgressOptions): Progress<T>
export function progress<T>(iterable: AsyncIterable<T>, options?: ProgressOptions): AsyncProgress<T>
export function progress(options?: ProgressOptions): Bar
export function progress(
  given: number | Source<unknown> | ProgressOptions = {},
  options: ProgressOptions = {},
): Progress<unknown> {
  if (typeof given === 'number') return new Progress(below(given), options)
  return isIterable(given) ? new Progress(given, options) : new Progress(undefined, given)
}
