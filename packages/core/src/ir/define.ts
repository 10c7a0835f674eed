// The record of an op: everything that is true of it, in one value. Builder, printer, parser, reference, support matrix and
// tests are derived from it. Nothing is registered: the op table is the exports of `ops/index.ts`.
import type { z } from 'zod'
import type { Shape } from '../dim.ts'
import type { DType, TypedArray } from '../dtype.ts'
import type { ErrorCode } from '../errors.ts'
import type { NdArray } from '../interpret/nd-array.ts'
import type { Guard, IndexExpression } from '../kernel/index-expression.ts'
import type { Combine, ScatterCombine } from '../kernel/kernel.ts'
import type { ScalarOp, ValueId } from '../kernel/scalar.ts'
import type { Builder } from './builder.ts'
import type { Region } from './region.ts'
import type { TensorType } from './tensor-type.ts'
import type { Value } from './value.ts'

/** What passes may ask instead of an op's name. */
export type OpKind =
  | 'input'
  | 'constant'
  | 'elementwise'
  | 'view'
  | 'reduction'
  | 'contraction'
  | 'gather'
  | 'scatter'
  | 'random'
  | 'host'
  | 'control'

export type Tuple<T, N extends number, A extends readonly T[] = readonly []> = number extends N
  ? readonly T[]
  : A['length'] extends N
    ? A
    : Tuple<T, N, readonly [...A, T]>

export interface NoAttrs {}
export const noAttrs: NoAttrs = Object.freeze({})

/** The arity of an op that takes any number of operands. */
export const variadic: number = -1

export interface VjpArgs<N extends number, A> {
  readonly b: Builder
  readonly inputs: Tuple<Value, N>
  readonly output: Value
  /** The cotangent of `output`: same dtype and shape. */
  readonly cotangent: Value
  readonly attrs: A
}

/** The `value` atom that stands for the value of access `k` of the same op, until scalar code gives it an id. */
export const valueOfAccess = (k: number): number => -1 - k

/** Reads one operand at an index; `guards` say when. An index may use the values of accesses before it (`valueOfAccess`). */
export interface Access {
  readonly operand: number
  readonly index: readonly IndexExpression[]
  readonly guards: readonly Guard[]
}

export interface AccessArgs<A> {
  /** Index of the element asked for. */
  readonly at: readonly IndexExpression[]
  readonly attrs: A
  readonly inputs: readonly TensorType[]
  readonly type: TensorType
  /** Extent of a kernel axis, for range reasoning. */
  readonly ranges: (axis: number) => number
}

/** Builds scalar code; ops use it in `scalar`. */
export interface ScalarEmitter {
  call(op: ScalarOp, dtype: DType, ...args: readonly ValueId[]): ValueId
  constant(dtype: DType, value: number): ValueId
  index(index: IndexExpression): ValueId
  within(guards: readonly Guard[]): ValueId
  dtypeOf(value: ValueId): DType
}

export interface ScalarArgs<A> {
  readonly k: ScalarEmitter
  /** Values of the accesses, in order. */
  readonly values: readonly ValueId[]
  readonly accesses: readonly Access[]
  readonly at: readonly IndexExpression[]
  readonly attrs: A
  readonly type: TensorType
}

/** How an op becomes part of a kernel: pulled element by element, or as the heart of a kernel of its own kind. */
export type Lowering<A> =
  | { readonly kind: 'leaf' }
  | {
      readonly kind: 'pull'
      readonly accesses: (args: AccessArgs<A>) => readonly Access[]
      readonly scalar: (args: ScalarArgs<A>) => ValueId
      /** Scalar operations, roughly; decides whether recomputing is cheaper than storing. */
      readonly cost: number
    }
  | {
      readonly kind: 'reduce'
      readonly combine: (attrs: A) => Combine
      /** Extents reduced over, outermost first. */
      readonly extents: (attrs: A, input: TensorType) => Shape
      /** The element combined at position `over`; outside its guards nothing is combined but `otherwise`. */
      readonly access: (args: AccessArgs<A> & { readonly over: readonly IndexExpression[] }) => Access
      readonly otherwise: number
    }
  | { readonly kind: 'contract'; readonly dims: (attrs: A, inputs: readonly TensorType[]) => ContractDims }
  | {
      readonly kind: 'scatter'
      readonly axis: (attrs: A) => number
      /** First axes that indices and base have in common. */
      readonly batch: (attrs: A) => number
      readonly combine: (attrs: A) => ScatterCombine
    }
  | {
      readonly kind: 'host'
      /** Fills the result from the operands: plain loops over row-major arrays, the same function on every runtime. */
      readonly run: (args: HostArgs<A>) => void
      /** The op in terms of others, for targets whose memory the host does not share. */
      readonly expansion?: HostExpansion<A>
    }
  /** Runs regions: expanded into ordinary nodes, or a step with plans of its own. */
  | { readonly kind: 'control' }

/** Arrays in host memory, and what is in them. */
export interface HostArgs<A> {
  readonly inputs: readonly TypedArray[]
  readonly output: TypedArray
  readonly attrs: A
  readonly types: readonly TensorType[]
  readonly type: TensorType
}

export interface HostExpansion<A> {
  /** Whether it is there for all sizes. If not, the op stands in `ops/host-transfers.ts`. */
  readonly covers: 'all sizes' | 'some sizes'
  /** Equal to the op but for rounding; `undefined` where transferring is better. */
  readonly build: (args: {
    readonly b: Builder
    readonly inputs: readonly Value[]
    readonly attrs: A
    readonly type: TensorType
  }) => Value | undefined
}

/** Axes of both operands by role; the result's axes are batch, free of the left, free of the right. */
export interface ContractDims {
  readonly leftBatch: readonly number[]
  readonly rightBatch: readonly number[]
  readonly leftContract: readonly number[]
  readonly rightContract: readonly number[]
}

/** Values of a region's nodes for given values of its inputs. */
export type RunRegion = (region: Region, inputs: readonly NdArray[]) => (value: Value) => NdArray

/** A sample operand: a type and the interval its values are drawn from (`integers` for index-like values). */
export interface SampleInput {
  readonly dtype: DType
  readonly shape: Shape
  readonly low?: number
  readonly high?: number
  readonly integers?: boolean
}

export interface OpSample<N extends number, A> {
  readonly inputs: Tuple<SampleInput, N>
  readonly attrs: A
}

export interface OpSpec<N extends number, A> {
  /** One clause for tables, with the formula if there is one. */
  readonly summary: string
  /** What is lost when the op is made of others: speed, accuracy, exactness or the derivative PyTorch has. */
  readonly why: string
  readonly kind: OpKind
  /**
   * An elementwise op that computes nothing: elements are moved, chosen, converted or read anew. It takes dtypes that are
   * only stored as they are. True of inputs, constants, views, gathers and control flow by their kind (`movesOnly`).
   */
  readonly moves?: true
  readonly arity: N
  /** Used at the edges (parse, import, CLI) and by the verifier; passes see plain typed data. */
  readonly attrs: z.ZodType<A>
  /** Types in, type out; every constraint numbered; throws coded errors only. */
  readonly infer: (inputs: Tuple<TensorType, N>, attrs: A) => TensorType
  /** The meaning: float64, index level, readable against the formula. Shares nothing with `lowering`. */
  readonly evaluate: (inputs: Tuple<NdArray, N>, attrs: A, type: TensorType) => NdArray
  /** The meaning of an op that runs regions: several of its results (`siblings.ts`) by one run. `evaluate` is not called then. */
  readonly evaluateResults?: (
    inputs: readonly NdArray[],
    siblings: readonly A[],
    run: RunRegion,
  ) => readonly NdArray[]
  /** Whether nodes with the same operands are siblings; by default, if their attributes are equal but for `result`. */
  readonly sameRun?: (x: A, y: A) => boolean
  /** Cotangents of the operands as new nodes; `null` where an operand has none. */
  readonly vjp:
    | ((args: VjpArgs<N, A>) => Tuple<Value | null, N>)
    | { readonly notDifferentiable: string }
    /** Differentiated through its regions, all its results at once, by the driver. */
    | { readonly byRegions: string }
  readonly lowering: Lowering<A>
  readonly samples: readonly OpSample<N, A>[]
  readonly errorSamples: readonly (OpSample<N, A> & { readonly code: ErrorCode })[]
}

export interface OpDef<N extends number, A> extends OpSpec<N, A> {
  readonly name: string
}

export function defineOp<N extends number, A>(name: string, spec: OpSpec<N, A>): OpDef<N, A> {
  return Object.freeze({ name, ...spec })
}

/** Whether an op only moves values, so that it takes those of any dtype as they are stored. */
export const movesOnly = ({ kind, moves }: { readonly kind: OpKind; readonly moves?: true }): boolean =>
  moves === true ||
  kind === 'control' ||
  kind === 'input' ||
  kind === 'constant' ||
  kind === 'view' ||
  kind === 'gather'
