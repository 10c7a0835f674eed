// How tensors are printed: PyTorch's options and the one set of them that is in force.

export interface PrintOptions {
  /** Digits behind the point. */
  readonly precision: number
  /** Tensors with more elements are summarised. */
  readonly threshold: number
  /** Elements shown at each end of a summarised dimension. */
  readonly edgeitems: number
  /** Characters of a line. */
  readonly linewidth: number
  /** Whether floats have exponents; null: where their magnitudes ask for it. */
  readonly sciMode: boolean | null
}

export interface PrintOptionsChange extends Partial<PrintOptions> {
  readonly profile?: 'default' | 'short' | 'full'
}

export const defaultPrintOptions: PrintOptions = {
  precision: 4,
  threshold: 1000,
  edgeitems: 3,
  linewidth: 80,
  sciMode: null,
}

const profiles: Readonly<Record<'default' | 'short' | 'full', Partial<PrintOptions>>> = {
  default: {},
  short: { precision: 2, edgeitems: 2 },
  full: { threshold: Number.POSITIVE_INFINITY },
}

/** `options` after a change: a profile resets all, then what is given counts. As in PyTorch, `sciMode` is reset by every change. */
export function changePrintOptions(
  options: PrintOptions,
  { profile, ...given }: PrintOptionsChange,
): PrintOptions {
  const base = profile === undefined ? options : { ...defaultPrintOptions, ...profiles[profile] }
  const named = Object.entries(given).filter(([, value]) => value !== undefined)
  return { ...base, sciMode: null, ...Object.fromEntries(named) }
}

let current = defaultPrintOptions

/** The options in force. */
export const printOptions = (): PrintOptions => current

/** `torch.set_printoptions`. */
export function setPrintoptions(change: PrintOptionsChange): void {
  current = changePrintOptions(current, change)
}
