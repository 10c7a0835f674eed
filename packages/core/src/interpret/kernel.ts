// The meaning of a kernel: one row after the other, one element after the other, every scalar op through `applyScalar`.
// Slow on purpose; runtimes are compared with it to the last bit. It checks nothing: `verifyKernel` comes first.
import type { DType, Scalar, TypedArray } from '../dtype.ts'
import { dtypes, readElement, scalarOf, writeElement } from '../dtype.ts'
import { internalError } from '../errors.ts'
import type { AxisId, Guard, IndexExpression } from '../kernel/index-expression.ts'
import { evaluateIndex } from '../kernel/index-query.ts'
import {
  type Accumulator,
  type Combine,
  type ContractStage,
  type Kernel,
  type MapStage,
  type ReduceStage,
  type ScalarCode,
  type ScatterStage,
  scatterOps,
} from '../kernel/kernel.ts'
import { applyScalar } from './scalar.ts'

/** Where the loops stand: the value of every axis, and what the stages of this row have accumulated. */
interface Row {
  readonly kernel: Kernel
  readonly buffers: readonly TypedArray[]
  readonly at: number[]
  /** By stage, then accumulator. */
  readonly accumulated: (readonly Scalar[])[]
}

/** Runs a kernel over `buffers`, one array per kernel buffer, writing those it stores to. */
export function runKernel(kernel: Kernel, buffers: readonly TypedArray[]): void {
  const at = kernel.axes.map(() => 0)
  forEachPosition(kernel, kernel.rows, at, () => {
    const row: Row = { kernel, buffers, at, accumulated: [] }
    for (const stage of kernel.stages) {
      switch (stage.kind) {
        case 'reduce':
          row.accumulated.push(runReduce(stage, row))
          break
        case 'contract':
          row.accumulated.push([runContract(stage, row)])
          break
        case 'map':
          row.accumulated.push([])
          runMap(stage, row)
          break
        case 'scatter':
          row.accumulated.push([])
          runScatter(stage, row)
          break
        default:
          stage satisfies never
      }
    }
  })
}

/** What a reduction over nothing gives; the position of an extreme of nothing is 0. */
export function identityOf(combine: Combine, dtype: DType): Scalar {
  switch (combine) {
    case 'sum':
    case 'argmax':
    case 'argmin':
      return scalarOf(dtype, 0)
    case 'product':
      return scalarOf(dtype, 1)
    case 'min':
      return dtypes[dtype].highest
    case 'max':
      return dtypes[dtype].lowest
    default:
      return combine satisfies never
  }
}

function runReduce({ axes, lanes, code, accumulators }: ReduceStage, row: Row): Scalar[] {
  const taken: Scalar[][] = accumulators.map(() => [])
  forEachPosition(row.kernel, axes, row.at, () => {
    const values = evaluateCode(code, row)
    for (const [a, { value }] of accumulators.entries()) taken[a]!.push(values[value]!)
  })
  return accumulators.map((accumulator, a) => combineAll(accumulator, lanes, taken[a]!))
}

/** Combines `values`, in the order of positions, as the contract of `ReduceStage` says. */
function combineAll({ combine, dtype }: Accumulator, lanes: number, values: readonly Scalar[]): Scalar {
  if (values.length === 0) return identityOf(combine, dtype)
  switch (combine) {
    case 'argmax':
      return firstExtreme(values, (x, y) => x > y)
    case 'argmin':
      return firstExtreme(values, (x, y) => x < y)
    case 'min':
    case 'max': {
      const op = combine === 'min' ? 'minimum' : 'maximum'
      return values.reduce((x, y) => applyScalar(op, dtype, dtype, [x, y]))
    }
    case 'sum':
    case 'product': {
      const op = combine === 'sum' ? 'add' : 'mul'
      const both = (x: Scalar, y: Scalar): Scalar => applyScalar(op, dtype, dtype, [x, y])
      return foldLanes(lanes, values, both)
    }
    default:
      return combine satisfies never
  }
}

function foldLanes(lanes: number, values: readonly Scalar[], both: (x: Scalar, y: Scalar) => Scalar): Scalar {
  const partial: Scalar[] = []
  for (const [r, value] of values.entries()) {
    const lane = r % lanes
    const before = partial[lane]
    partial[lane] = before === undefined ? value : both(before, value)
  }
  for (let half = lanes / 2; half >= 1; half /= 2) {
    for (let lane = 0; lane < half; lane++) {
      const other = partial[lane + half]
      if (other !== undefined) partial[lane] = both(partial[lane]!, other)
    }
  }
  return partial[0]!
}

function firstExtreme(values: readonly Scalar[], better: (x: Scalar, y: Scalar) => boolean): number {
  let best = 0
  for (const [position, value] of values.entries()) {
    const leader = values[best]!
    if (Number.isNaN(leader)) break
    if (Number.isNaN(value) || better(value, leader)) best = position
  }
  return best
}

function runContract(stage: ContractStage, row: Row): Scalar {
  const { dtype, code, a, b, block } = stage
  const op = (name: 'add' | 'mul', x: Scalar, y: Scalar): Scalar => applyScalar(name, dtype, dtype, [x, y])
  const products: Scalar[] = []
  forEachPosition(row.kernel, stage.k, row.at, () => {
    const values = evaluateCode(code, row)
    products.push(op('mul', values[a]!, values[b]!))
  })
  const blocks: Scalar[] = []
  for (let start = 0; start < products.length; start += block) {
    blocks.push(products.slice(start, start + block).reduce((x, y) => op('add', x, y)))
  }
  return blocks.length === 0 ? 0 : blocks.reduce((x, y) => op('add', x, y))
}

function runMap({ axes, code, stores }: MapStage, row: Row): void {
  forEachPosition(row.kernel, axes, row.at, () => {
    const values = evaluateCode(code, row)
    for (const { buffer, index, value } of stores) {
      const { dtype } = row.kernel.buffers[buffer]!
      writeElement(dtype, row.buffers[buffer]!, addressIn(index, row, values), values[value]!)
    }
  })
}

function runScatter(stage: ScatterStage, row: Row): void {
  const { combine, axes, code, buffer, index, guards, value } = stage
  const { dtype } = row.kernel.buffers[buffer]!
  const target = row.buffers[buffer]!
  forEachPosition(row.kernel, axes, row.at, () => {
    const values = evaluateCode(code, row)
    if (!guardsHold(guards, row, values)) return
    const address = addressIn(index, row, values)
    const update = values[value]!
    const result =
      combine === 'assign'
        ? update
        : applyScalar(scatterOps[combine], dtype, dtype, [readAt(row, buffer, address), update])
    writeElement(dtype, target, address, result)
  })
}

/** All values of a code list at the current position. */
function evaluateCode(code: ScalarCode, row: Row): Scalar[] {
  const values: Scalar[] = []
  for (const node of code) {
    switch (node.op) {
      case 'const':
        values.push(scalarOf(node.dtype, node.value))
        break
      case 'load': {
        const inside = guardsHold(node.guards, row, values)
        const { buffer, dtype, index, otherwise } = node
        values.push(inside ? readAt(row, buffer, addressIn(index, row, values)) : scalarOf(dtype, otherwise))
        break
      }
      case 'index':
        values.push(addressIn(node.index, row, values) | 0)
        break
      case 'within':
        values.push(guardsHold(node.guards, row, values) ? 1 : 0)
        break
      case 'accumulated':
        values.push(row.accumulated[node.stage]![node.accumulator]!)
        break
      default: {
        const operand = code[node.args[0]!]!
        const args = node.args.map((id) => values[id]!)
        values.push(applyScalar(node.op, node.dtype, operand.dtype, args))
      }
    }
  }
  return values
}

function readAt(row: Row, buffer: number, address: number): Scalar {
  const { dtype, label, size } = row.kernel.buffers[buffer]!
  const value = readElement(dtype, row.buffers[buffer]!, address)
  if (value !== undefined) return value
  throw internalError(row.kernel.name, `reads ${label}[${address}] of ${size} elements`)
}

function addressIn(index: IndexExpression, row: Row, values: readonly Scalar[]): number {
  return evaluateIndex(index, row.at, (id) => Number(values[id]))
}

function guardsHold(guards: readonly Guard[], row: Row, values: readonly Scalar[]): boolean {
  return guards.every(({ index, low, high }) => {
    const value = addressIn(index, row, values)
    return low <= value && value < high
  })
}

/** Visits every position of `axes`, the last one fastest; `at` holds the position and is left at zeros. */
function forEachPosition(kernel: Kernel, axes: readonly AxisId[], at: number[], visit: () => void): void {
  if (axes.some((axis) => kernel.axes[axis]!.extent === 0)) return
  for (;;) {
    visit()
    let depth = axes.length - 1
    for (; depth >= 0; depth--) {
      const axis = axes[depth]!
      at[axis] = at[axis]! + 1
      if (at[axis]! < kernel.axes[axis]!.extent) break
      at[axis] = 0
    }
    if (depth < 0) return
  }
}
