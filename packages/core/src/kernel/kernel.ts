// The kernel IR: one loop nest over a few buffers, as plain data (JSON-able). A kernel iterates its `rows` axes in parallel;
// for each row it runs its stages in order. A stage may reduce over further axes into accumulators, or map over further
// axes and store. The order of every reduction is part of the stage, so that all runtimes that follow it agree to the bit.
// What a kernel does is defined by `interpret/kernel.ts`; its invariants are listed in `kernel/verify.ts`.
import type { DType } from '../dtype.ts'
import type { AxisId, Guard, IndexExpression } from './index-expression.ts'
import type { PrimitiveScalarOp, ScalarCall, ScalarConst, ValueId } from './scalar.ts'

/** A loop axis. `label` is for people (`i0`, `r0`, ...). */
export interface Axis {
  readonly extent: number
  readonly label: string
}

/** A buffer as the kernel sees it: flat, row-major. */
export interface KernelBuffer {
  readonly dtype: DType
  /** Elements. */
  readonly size: number
  readonly access: 'read' | 'write'
  /** For people: the name of the value it holds. */
  readonly label: string
}

/** Value of `buffers[buffer][index]`; where a guard fails, nothing is read and the value is `otherwise`. */
export interface ScalarLoad {
  readonly op: 'load'
  readonly dtype: DType
  readonly buffer: number
  readonly index: IndexExpression
  readonly guards: readonly Guard[]
  readonly otherwise: number
}

/** An index expression as an i32 value. */
export interface ScalarIndex {
  readonly op: 'index'
  readonly dtype: 'i32'
  readonly index: IndexExpression
}

/** Whether all guards hold, as a bool value. */
export interface ScalarWithin {
  readonly op: 'within'
  readonly dtype: 'bool'
  readonly guards: readonly Guard[]
}

/** Result of an accumulator of an earlier reducing stage of the same row. */
export interface ScalarAccumulated {
  readonly op: 'accumulated'
  readonly dtype: DType
  readonly stage: number
  readonly accumulator: number
}

export type ScalarNode =
  | ScalarConst
  | ScalarCall
  | ScalarLoad
  | ScalarIndex
  | ScalarWithin
  | ScalarAccumulated

/** SSA list: operands have smaller ids. Ids are local to the stage. */
export type ScalarCode = readonly ScalarNode[]

/**
 * How values are combined. Identities: sum 0, product 1, min +Infinity (or the largest integer), max -Infinity (or the
 * smallest). `argmax`/`argmin` give the i32 position (row-major over the stage's axes) of the first extreme value; a NaN
 * counts as the extreme, the first NaN wins.
 */
export type Combine = 'sum' | 'product' | 'min' | 'max' | 'argmax' | 'argmin'

export interface Accumulator {
  readonly combine: Combine
  /** dtype of the result: that of the value, or i32 for argmax and argmin. */
  readonly dtype: DType
  readonly value: ValueId
}

/**
 * Reduces over `axes` (row-major order of positions r = 0, 1, ...).
 * Order of `sum` and `product`: position r goes to lane `r mod lanes`; each lane combines its values from left to right,
 * starting from its first value; lanes are then folded in halves: lane j with lane j + lanes/2, until one is left. Lanes
 * without a value are left out of the fold (lane j alone is kept). With `lanes: 1` this is plain left to right.
 */
export interface ReduceStage {
  readonly kind: 'reduce'
  readonly axes: readonly AxisId[]
  readonly lanes: 1 | 16
  readonly code: ScalarCode
  readonly accumulators: readonly Accumulator[]
}

/**
 * One contraction: for every row (batch, m and n are the kernel's rows), the sum over `k` of `a * b`, f32 or f64, as
 * accumulator 0. Order: k in blocks of `block`; each block is summed from left to right from its first product, blocks are
 * added from left to right. The value of `a` does not depend on the `n` axes, that of `b` not on `m`.
 */
export interface ContractStage {
  readonly kind: 'contract'
  readonly batch: readonly AxisId[]
  readonly m: readonly AxisId[]
  readonly n: readonly AxisId[]
  readonly k: readonly AxisId[]
  readonly block: number
  readonly dtype: 'f32' | 'f64'
  readonly code: ScalarCode
  readonly a: ValueId
  readonly b: ValueId
}

export interface Store {
  readonly buffer: number
  readonly index: IndexExpression
  readonly value: ValueId
}

/** For each position of `axes` (none: once a row), evaluates `code` and stores. Stores of a kernel never collide. */
export interface MapStage {
  readonly kind: 'map'
  readonly axes: readonly AxisId[]
  readonly code: ScalarCode
  readonly stores: readonly Store[]
}

/** How a scattered value meets what is there: combined with it by a scalar op, or put in its place. */
export type ScatterCombine = 'add' | 'assign' | 'multiply' | 'minimum' | 'maximum'

/** The scalar ops of `(what is there, value)`. */
export const scatterOps: Readonly<Record<Exclude<ScatterCombine, 'assign'>, PrimitiveScalarOp>> = {
  add: 'add',
  multiply: 'mul',
  minimum: 'minimum',
  maximum: 'maximum',
}

/**
 * Combines `value` with `buffers[buffer][index]` where the guards hold, sequentially, in row-major order of the kernel's rows
 * then `axes`: of several assignments to one place the last stays. Only in kernels whose other stages are none; the buffer was
 * filled by an earlier step.
 */
export interface ScatterStage {
  readonly kind: 'scatter'
  readonly combine: ScatterCombine
  readonly axes: readonly AxisId[]
  readonly code: ScalarCode
  readonly buffer: number
  readonly index: IndexExpression
  readonly guards: readonly Guard[]
  readonly value: ValueId
}

export type Stage = ReduceStage | ContractStage | MapStage | ScatterStage

/** What a kernel came from and why it has this extent; read by `heddle explain` and reports. */
export interface KernelOrigin {
  /** Names of the graph ops fused, in order of first use. */
  readonly ops: readonly string[]
  /** User lines of those ops, `file:line:column`, without repeats. */
  readonly locations: readonly string[]
  /** Fusion decisions that shaped it: `code: sentence`. */
  readonly reasons: readonly string[]
}

export interface Kernel {
  readonly name: string
  readonly axes: readonly Axis[]
  /** Parallel axes, outermost first. */
  readonly rows: readonly AxisId[]
  readonly stages: readonly Stage[]
  readonly buffers: readonly KernelBuffer[]
  readonly origin: KernelOrigin
}
