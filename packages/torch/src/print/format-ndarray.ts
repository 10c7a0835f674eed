// The text of an array as NumPy prints it: `[[10  2]\n [ 3  4]]`, and its repr `array([[10,  2],\n       [ 3,  4]])`. Of the dtypes
// of this package NumPy has all but bf16.
import { type DType, dtypes, type Scalar, sizeOf } from '@heddle/core'
import { dtypeOf } from '../dtypes.ts'
import { arrayFloatTexts, scalarFloatText } from './ndarray-floats.ts'
import { reprTuple } from './python.ts'
import type { FloatFormat } from './shortest.ts'
import { type PrintedArray, type ShownElements, shownElements } from './shown-elements.ts'

const LINE_WIDTH = 75
/** Larger arrays are summarised, to so many elements at each end of an axis. */
const THRESHOLD = 1000
const EDGE = 3

/** What `print` shows. */
export function formatNdArray(array: PrintedArray): string {
  if (array.shape.length > 0) return contents(array, ' ', '', LINE_WIDTH)
  const [value = 0] = shownElements(array, undefined).values
  if (dtypes[array.dtype].kind !== 'float') return plainText(value, array.dtype)
  return scalarFloatText(Number(value), floatFormat(array.dtype))
}

/** What `repr` gives: with the dtype, unless Python's own numbers have it. */
export function reprNdArray(array: PrintedArray): string {
  const { dtype, shape } = array
  const isEmpty = sizeOf(shape) === 0
  const isImplied = !isEmpty && (dtype === 'i64' || dtype === 'f64' || dtype === 'bool')
  const prefix = 'array('
  const suffix = isImplied ? ')' : ','
  const shapeText = isEmpty && shape.length !== 1 ? `, shape=${reprTuple(shape)}` : ''
  const text = `${prefix}${contents(array, ', ', prefix, LINE_WIDTH - 1)}${shapeText}${suffix}`
  if (isImplied) return text

  const dtypeText = `dtype=${dtypeOf(dtype).name})`
  const column = text.length - (text.lastIndexOf('\n') + 1)
  const fits = column + dtypeText.length + 1 <= LINE_WIDTH
  return `${text}${fits ? ' ' : `\n${' '.repeat(prefix.length)}`}${dtypeText}`
}

function contents(array: PrintedArray, separator: string, prefix: string, width: number): string {
  const size = sizeOf(array.shape)
  if (size === 0) return '[]'
  const shown = shownElements(array, size > THRESHOLD ? EDGE : undefined)
  return bracketed(shown, elementTexts(shown, array.dtype), separator, prefix.length + 1, width)
}

function elementTexts({ axes, values }: ShownElements, dtype: DType): readonly string[] {
  if (dtypes[dtype].kind === 'float') return arrayFloatTexts(values.map(Number), floatFormat(dtype))
  const texts = values.map((value) => plainText(value, dtype))
  // Bools are as wide as False, also where none is.
  const least = dtype === 'bool' && axes.length > 0 ? 'False'.length : 0
  const width = texts.reduce((widest, text) => Math.max(widest, text.length), least)
  return texts.map((text) => text.padStart(width))
}

function plainText(value: Scalar, dtype: DType): string {
  if (dtype === 'bool') return value ? 'True' : 'False'
  return value.toString()
}

/** Values of bf16, which NumPy has not, are shown as the f32 they are. */
function floatFormat(dtype: DType): FloatFormat {
  return dtype === 'f64' || dtype === 'f16' ? dtype : 'f32'
}

/** Texts in brackets. Lines begin at column `indent`, and leave room for the brackets that end there. */
function bracketed(
  { axes }: ShownElements,
  texts: readonly string[],
  separator: string,
  indent: number,
  linewidth: number,
): string {
  let next = 0
  const lines = (axis: number, column: number, width: number): string => {
    const { extent, hasGap } = axes[axis] ?? { extent: 0, hasGap: false }
    if (axis === axes.length) return texts[next++] ?? ''
    const isRow = axis === axes.length - 1
    const items: string[] = []
    for (let k = 0; k < extent; k++) {
      if (hasGap && 2 * k === extent) items.push('...')
      items.push(lines(axis + 1, column + 1, width - 1))
    }
    const margin = ' '.repeat(column)
    if (isRow) return `[${wrapped(items, separator, margin, width - 1)}]`
    return `[${items.join(`${separator.trimEnd()}${'\n'.repeat(axes.length - axis - 1)}${margin}`)}]`
  }
  return lines(0, indent, linewidth)
}

/** Items on lines of at most `width` characters, unless one alone is longer. */
function wrapped(items: readonly string[], separator: string, margin: string, width: number): string {
  let done = ''
  let line = margin
  items.forEach((item, k) => {
    if (line.length + item.length > width && line.length > margin.length) {
      done += `${line.trimEnd()}\n`
      line = margin
    }
    line += item + (k === items.length - 1 ? '' : separator)
  })
  return (done + line).slice(margin.length)
}
