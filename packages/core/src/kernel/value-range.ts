// Intervals of the i32 values of a code list, for addresses that depend on data. Anything not understood is any i32, and so
// is a result that could wrap: the interval is always true, sometimes too wide.
import { dtypes, holds, isInteger } from '../dtype.ts'
import type { AxisRanges, IndexRange } from './index-range.ts'
import { i32Range, indexRange } from './index-range.ts'
import type { ScalarCode, ScalarNode } from './kernel.ts'

/** Range of every value, by id; of values that are not i32 (or bool) it means nothing. */
export function valueRanges(code: ScalarCode, extent: AxisRanges): readonly IndexRange[] {
  const ranges: IndexRange[] = []
  for (const node of code) ranges.push(clip(rangeOf(node, code, ranges, extent)))
  return ranges
}

function rangeOf(
  node: ScalarNode,
  code: ScalarCode,
  ranges: readonly IndexRange[],
  extent: AxisRanges,
): IndexRange {
  if (node.dtype === 'bool') return { low: 0, high: 1 }
  if (node.dtype !== 'i32') return i32Range
  const operand = (position: number): IndexRange => {
    if (node.op === 'const' || node.op === 'load' || node.op === 'index') return i32Range
    if (node.op === 'accumulated') return i32Range
    return ranges[node.args[position]!] ?? i32Range
  }
  switch (node.op) {
    case 'const':
      return { low: node.value, high: node.value }
    case 'index':
      return indexRange(node.index, extent, (id) => ranges[id] ?? i32Range)
    case 'minimum':
      return both(operand(0), operand(1), Math.min)
    case 'maximum':
      return both(operand(0), operand(1), Math.max)
    case 'add':
      return both(operand(0), operand(1), (x, y) => x + y)
    case 'sub':
      return { low: operand(0).low - operand(1).high, high: operand(0).high - operand(1).low }
    case 'mul':
      return product(operand(0), operand(1))
    case 'neg':
      return { low: -operand(0).high, high: -operand(0).low }
    case 'select': {
      const [x, y] = [operand(1), operand(2)]
      return { low: Math.min(x.low, y.low), high: Math.max(x.high, y.high) }
    }
    case 'rem': {
      const { low, high } = operand(0)
      const by = Math.max(Math.abs(operand(1).low), Math.abs(operand(1).high)) - 1
      return { low: low >= 0 ? 0 : -Math.max(by, 0), high: high <= 0 ? 0 : Math.max(by, 0) }
    }
    case 'cast': {
      const from = code[node.args[0]!]?.dtype ?? 'i32'
      if (from === 'i32' || from === 'bool') return operand(0)
      // What is stored in fewer bits stays within them.
      const { lowest, highest } = dtypes[from]
      const isNarrow = isInteger(from) && holds('i32', from)
      return isNarrow ? { low: Number(lowest), high: Number(highest) } : i32Range
    }
    default:
      return i32Range
  }
}

function both(x: IndexRange, y: IndexRange, combine: (a: number, b: number) => number): IndexRange {
  return { low: combine(x.low, y.low), high: combine(x.high, y.high) }
}

function product(x: IndexRange, y: IndexRange): IndexRange {
  const corners = [x.low * y.low, x.low * y.high, x.high * y.low, x.high * y.high]
  return { low: Math.min(...corners), high: Math.max(...corners) }
}

/** A range that leaves i32 may have wrapped anywhere. */
function clip(range: IndexRange): IndexRange {
  return range.low >= i32Range.low && range.high <= i32Range.high ? range : i32Range
}
