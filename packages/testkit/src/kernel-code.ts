// A small notation for writing kernels by hand in fixtures and tests: buffers, axes and the scalar code of one stage.
// It computes no addresses and checks nothing; `verifyKernel` does.
import type {
  Axis,
  DType,
  Guard,
  IndexExpression,
  Kernel,
  KernelBuffer,
  ScalarCode,
  ScalarNode,
  ScalarOp,
  Stage,
  Store,
  ValueId,
} from '@heddle/core'

/** Scalar code of one stage under construction; every method but `nodes` returns the id of the value it adds. */
export interface CodeWriter {
  readonly nodes: ScalarCode
  constant(dtype: DType, value: number): ValueId
  load(buffer: number, index: IndexExpression, guards?: readonly Guard[], otherwise?: number): ValueId
  index(index: IndexExpression): ValueId
  within(...guards: readonly Guard[]): ValueId
  accumulated(dtype: DType, stage: number, accumulator?: number): ValueId
  /** An operation with the dtype of its last operand. */
  op(op: ScalarOp, ...args: readonly ValueId[]): ValueId
  compare(op: 'lt' | 'le' | 'eq' | 'ne', x: ValueId, y: ValueId): ValueId
  convert(op: 'cast' | 'bitcast', dtype: DType, x: ValueId): ValueId
  dtypeOf(value: ValueId): DType
}

export interface KernelParts {
  readonly name: string
  /** Extents of the axes; labels are made up. */
  readonly extents: readonly number[]
  readonly rows: readonly number[]
  readonly buffers: readonly KernelBuffer[]
  readonly stages: readonly Stage[]
}

export function makeKernel({ name, extents, rows, buffers, stages }: KernelParts): Kernel {
  const axes: Axis[] = extents.map((extent, axis) => ({
    extent,
    label: `${rows.includes(axis) ? 'i' : 'r'}${axis}`,
  }))
  return { name, axes, rows, stages, buffers, origin: { ops: [], locations: [], reasons: [] } }
}

export function readBuffer(dtype: DType, size: number, label: string): KernelBuffer {
  return { dtype, size, access: 'read', label }
}

export function writeBuffer(dtype: DType, size: number, label: string): KernelBuffer {
  return { dtype, size, access: 'write', label }
}

export function store(buffer: number, index: IndexExpression, value: ValueId): Store {
  return { buffer, index, value }
}

/** Starts the code of a stage over `buffers`. */
export function writeCode(buffers: readonly KernelBuffer[]): CodeWriter {
  const nodes: ScalarNode[] = []
  const add = (node: ScalarNode): ValueId => nodes.push(node) - 1
  const dtypeOf = (value: ValueId): DType => {
    const node = nodes[value]
    if (node === undefined) throw new RangeError(`value ${value} is not written yet`)
    return node.dtype
  }
  return {
    nodes,
    dtypeOf,
    constant: (dtype, value) => add({ op: 'const', dtype, value }),
    load: (buffer, index, guards = [], otherwise = 0) => {
      const { dtype } = buffers[buffer]!
      return add({ op: 'load', dtype, buffer, index, guards, otherwise })
    },
    index: (index) => add({ op: 'index', dtype: 'i32', index }),
    within: (...guards) => add({ op: 'within', dtype: 'bool', guards }),
    accumulated: (dtype, stage, accumulator = 0) => {
      return add({ op: 'accumulated', dtype, stage, accumulator })
    },
    op: (op, ...args) => add({ op, dtype: dtypeOf(args[args.length - 1]!), args }),
    compare: (op, x, y) => add({ op, dtype: 'bool', args: [x, y] }),
    convert: (op, dtype, x) => add({ op, dtype, args: [x] }),
  }
}
