// The text of a tensor, to the letter of PyTorch's `repr`: one format for all elements, chosen from those that are shown.
import { type DType, isFloat, type Scalar, sizeOf } from '@heddle/core'
import { dtypeOf } from '../dtypes.ts'
import { formatExponent, formatFixed } from './decimal.ts'
import { type PrintOptions, printOptions } from './print-options.ts'
import { reprTuple } from './python.ts'
import { type PrintedArray, type ShownElements, shownElements } from './shown-elements.ts'

export interface PrintedTensor extends PrintedArray {
  readonly requiresGrad?: boolean
  /** Name of the node that made it: `AddBackward0`. */
  readonly gradFn?: string | undefined
  /** Shown unless it is `cpu`: `webgl:0`. */
  readonly device?: string
  /** The dtype of floats that is not shown; f32 if not given. */
  readonly defaultDType?: DType
  /** What stands before the parenthesis, if not `tensor`: the name of a subclass. */
  readonly typeName?: string
}

/** `tensor([[1., 2.]], grad_fn=<AddBackward0>)`. */
export function formatTensor(tensor: PrintedTensor, options: PrintOptions = printOptions()): string {
  const prefix = `${tensor.typeName ?? 'tensor'}(`
  const contents = sizeOf(tensor.shape) === 0 ? '[]' : elementsText(tensor, prefix.length, options)
  return withSuffixes(prefix + contents, suffixes(tensor), prefix.length, options.linewidth)
}

/** A tensor that is a parameter of a module. */
export const formatParameter = (tensor: PrintedTensor, options?: PrintOptions): string =>
  `Parameter containing:\n${formatTensor(tensor, options)}`

/** Results with names: `torch.return_types.max(`, a line for each. The values are texts. */
export function formatNamedTuple(name: string, fields: readonly (readonly [string, string])[]): string {
  return `torch.return_types.${name}(\n${fields.map(([field, text]) => `${field}=${text}`).join(',\n')})`
}

function elementsText(tensor: PrintedTensor, indent: number, options: PrintOptions): string {
  const isSummary = sizeOf(tensor.shape) > options.threshold
  const shown = shownElements(tensor, isSummary ? options.edgeitems : undefined)
  const { texts, width } = isFloat(tensor.dtype)
    ? floatTexts(shown.values.map(Number), options)
    : plainTexts(shown.values, tensor.dtype)
  const aligned = texts.map((text) => text.padStart(width))
  return bracketed(shown, aligned, indent, (rowIndent) =>
    Math.max(1, Math.floor((options.linewidth - rowIndent) / (width + 2))),
  )
}

interface ElementTexts {
  readonly texts: readonly string[]
  readonly width: number
}

function plainTexts(values: readonly Scalar[], dtype: DType): ElementTexts {
  const texts = values.map((value) => (dtype === 'bool' ? (value ? 'True' : 'False') : value.toString()))
  return { texts, width: texts.reduce((width, text) => Math.max(width, text.length), 1) }
}

/** The mode follows from the finite values that are not 0, and so does the width, in that mode even where another one is asked for. */
function floatTexts(values: readonly number[], { precision, sciMode }: PrintOptions): ElementTexts {
  const counted = values.filter((value) => Number.isFinite(value) && value !== 0)
  const isWhole = counted.every(Number.isInteger)
  const isScientific = needsExponents(counted, isWhole)

  const format = (scientific: boolean) => (value: number) => {
    if (scientific) return formatExponent(value, precision)
    if (!isWhole) return formatFixed(value, precision)
    return formatFixed(value, 0) + (Number.isFinite(value) ? '.' : '')
  }
  const width = counted.map(format(isScientific)).reduce((widest, text) => Math.max(widest, text.length), 1)
  const mode = counted.length === 0 ? false : (sciMode ?? isScientific)
  return { texts: values.map(format(mode)), width }
}

function needsExponents(counted: readonly number[], isWhole: boolean): boolean {
  let least = Number.POSITIVE_INFINITY
  let most = 0
  for (const value of counted) {
    least = Math.min(least, Math.abs(value))
    most = Math.max(most, Math.abs(value))
  }
  return most / least > 1000 || most > 1e8 || (!isWhole && least < 1e-4)
}

/** Texts of elements in brackets. `indent` is the column of the first bracket. */
function bracketed(
  { axes }: ShownElements,
  texts: readonly string[],
  indent: number,
  perLine: (indent: number) => number,
): string {
  let next = 0
  const lines = (axis: number, column: number): string => {
    const { extent, hasGap } = axes[axis] ?? { extent: 0, hasGap: false }
    if (axis === axes.length) return texts[next++] ?? ''
    const isRow = axis === axes.length - 1
    const items: string[] = []
    for (let k = 0; k <= extent; k++) {
      if (hasGap && 2 * k === extent) items.push(isRow ? ' ...' : '...')
      if (k < extent) items.push(lines(axis + 1, column + 1))
    }
    const margin = ' '.repeat(column + 1)
    if (!isRow) return `[${items.join(`,${'\n'.repeat(axes.length - axis - 1)}${margin}`)}]`
    return `[${chunks(items, perLine(column))
      .map((chunk) => chunk.join(', '))
      .join(`,\n${margin}`)}]`
  }
  return lines(0, indent)
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  const groups: T[][] = []
  for (let at = 0; at < items.length; at += size) groups.push(items.slice(at, at + size))
  return groups
}

function suffixes(tensor: PrintedTensor): string[] {
  const { dtype, shape, device = 'cpu', defaultDType = 'f32' } = tensor
  const isEmpty = sizeOf(shape) === 0
  // Elements tell ints and bools from floats; an empty tensor has none.
  const isDefault = dtype === defaultDType || (!isEmpty && (dtype === 'i64' || dtype === 'bool'))
  const list: string[] = []
  if (device !== 'cpu') list.push(`device='${device}'`)
  if (isEmpty && shape.length !== 1) list.push(`size=${reprTuple(shape)}`)
  if (!isDefault) list.push(`dtype=${dtypeOf(dtype)}`)
  if (tensor.gradFn !== undefined) list.push(`grad_fn=<${tensor.gradFn}>`)
  else if (tensor.requiresGrad) list.push('requires_grad=True')
  return list
}

/** A suffix that would end beyond the line begins a new one. PyTorch counts two characters too many of the first line. */
function withSuffixes(text: string, list: readonly string[], indent: number, linewidth: number): string {
  let result = text
  let column = text.length - text.lastIndexOf('\n') + 1
  for (const suffix of list) {
    if (column + suffix.length + 2 > linewidth) {
      result += `,\n${' '.repeat(indent)}${suffix}`
      column = indent + suffix.length
    } else {
      result += `, ${suffix}`
      column += suffix.length + 2
    }
  }
  return `${result})`
}
