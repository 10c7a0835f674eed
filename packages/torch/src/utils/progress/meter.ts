// The line of a progress bar, as text: what tqdm shows of the same numbers, in Python's formats.
import { formatFixed, formatGeneral } from '../../print/decimal.ts'

export interface Meter {
  readonly done: number
  /** How many there are; undefined: nobody knows, and no bar is drawn. */
  readonly total: number | undefined
  /** Done before it began. */
  readonly initial: number
  /** Seconds. */
  readonly elapsed: number
  /** Of the last while, per second; undefined: that of all. */
  readonly rate: number | undefined
  readonly description: string
  readonly unit: string
  readonly postfix: string
  /** The text has no more characters than this; the bar takes what the rest leaves. */
  readonly columns: number
}

export function meterText({ done, total: all, initial, elapsed, unit, ...meter }: Meter): string {
  // More than all were done: the total was wrong.
  const total = all === undefined || all === 0 || done >= all + 0.5 ? undefined : all
  const rate = meter.rate ?? (elapsed > 0 ? (done - initial) / elapsed : 0)
  const prefix = meter.description === '' ? '' : `${meter.description}: `
  const postfix = meter.postfix === '' ? '' : `, ${meter.postfix}`
  if (total === undefined) {
    const text = `${prefix}${done}${unit} [${intervalText(elapsed)}, ${rateText(rate, unit)}${postfix}]`
    return text.slice(0, meter.columns)
  }
  const remaining = rate > 0 ? intervalText((total - done) / rate) : '?'
  const left = `${prefix}${formatFixed((100 * done) / total, 0).padStart(3)}%|`
  const right = `| ${done}/${total} [${intervalText(elapsed)}<${remaining}, ${rateText(rate, unit)}${postfix}]`
  const width = Math.max(1, meter.columns - left.length - right.length)
  return `${left}${barText(done / total, width)}${right}`.slice(0, meter.columns)
}

/** `05:07`, `1:02:03`. */
function intervalText(seconds: number): string {
  const whole = Math.floor(seconds)
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const short = `${String(minutes).padStart(2, '0')}:${String(rest).padStart(2, '0')}`
  return hours > 0 ? `${hours}:${short}` : short
}

/** ` 8.00it/s`, or ` 2.50s/it` where one takes longer than a second. */
function rateText(rate: number, unit: string): string {
  if (!(rate > 0)) return `?${unit}/s`
  return rate < 1 ? `${fixed(1 / rate)}s/${unit}` : `${fixed(rate)}${unit}/s`
}

const fixed = (value: number): string => formatFixed(value, 2).padStart(5)

/** Eighths of a block. */
const blocks = ' ▏▎▍▌▋▊▉█'

function barText(fraction: number, width: number): string {
  const eighths = Math.floor(fraction * width * 8)
  const full = Math.floor(eighths / 8)
  if (full >= width) return '█'.repeat(width)
  return `${'█'.repeat(full)}${blocks[eighths % 8]}`.padEnd(width)
}

/** Three digits, or all of them where these are shorter: `0.123`, `1.23e+4`, `1000`. */
export function numberText(value: number): string {
  const short = formatGeneral(value, 3).replace(/(?<=e[+-])0/, '')
  const all = String(value)
  return Number.isFinite(value) && all.length <= short.length ? all : short
}
