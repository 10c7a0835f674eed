// A plan is data: ordered steps over buffers with lifetimes and places, ready for any runtime, JSON-able but for the bytes of
// its constants. Made by the compiler, checked by `plan/verify.ts`, executed by a `Backend`.

import type { Shape } from '../dim.ts'
import type { DType, TypedArray } from '../dtype.ts'
import type { Initializer } from '../initializer.ts'
import type { AttrsOf, OpName, OpTable } from '../ir/op-table.ts'
import type { TensorType } from '../ir/tensor-type.ts'
import type { Kernel } from '../kernel/kernel.ts'

/** Version of the plan format; raised by any change that an older reader would misread. */
export const planVersion = 2

/** Position in `Plan.buffers`. */
export type BufferId = number

export type BufferPlace =
  /** Handed in by the caller: `Plan.inputs[index]`. */
  | { readonly kind: 'input'; readonly index: number }
  /** Handed in by the caller to be filled: `Plan.outputs[index]`. */
  | { readonly kind: 'output'; readonly index: number }
  /** `Plan.constants[index]`, uploaded once. */
  | { readonly kind: 'constant'; readonly index: number }
  /** At a byte offset (64-byte aligned) of the plan's arena. */
  | { readonly kind: 'arena'; readonly offset: number }

export interface PlanBuffer {
  readonly dtype: DType
  /** Elements. */
  readonly size: number
  readonly bytes: number
  readonly place: BufferPlace
  /** First step that writes (or -1 if it exists before) and last step that reads; both inclusive. */
  readonly firstStep: number
  readonly lastStep: number
  readonly label: string
}

/** Runs `kernels[kernel]` with `buffers[k]` bound to `args[k]`. */
export interface KernelStep {
  readonly kind: 'kernel'
  readonly kernel: number
  readonly args: readonly BufferId[]
}

/** The host works on the device's memory, or what it looks at is copied to it, and what it makes copied back. */
export type HostAccess = 'shared' | 'transfer'

/** Runs the host function of an op (`lowering.run` of its record) on host memory. */
export interface HostStep {
  readonly kind: 'host'
  readonly op: OpName
  readonly attrs: AttrsOf<OpTable[OpName]>
  /** Types of the operands, and of the result. */
  readonly inputs: readonly TensorType[]
  readonly type: TensorType
  /** The buffers of the operands, then that of the result. */
  readonly args: readonly BufferId[]
  /** What the plan was made for. */
  readonly memory: HostAccess
}

/** Runs a plan once per position. */
export interface LoopStep {
  readonly kind: 'loop'
  /** From the position (i32), carries, rows of sequences and constants to the next carries and rows of stacks. */
  readonly body: Plan
  readonly carries: number
  readonly sequences: number
  readonly length: number
  /** Positions go from last to first. */
  readonly reverse: boolean
  /**
   * Read: what carries begin as, sequences, constants. Written: what carries end as, stacks, a second buffer for each carry, and
   * the workspace.
   */
  readonly args: readonly BufferId[]
}

/** Runs a plan as long as another one says so. */
export interface WhileStep {
  readonly kind: 'while'
  /** From carries and constants to one bool. */
  readonly condition: Plan
  /** From carries and constants to the next carries. */
  readonly body: Plan
  readonly carries: number
  /** Most runs of the body. */
  readonly limit: number | undefined
  /** How the host gets the condition, which it asks before every run of the body. */
  readonly memory: HostAccess
  /**
   * Read: what carries begin as, constants. Written: what carries end as, a second buffer for each carry, the condition, and the
   * workspace.
   */
  readonly args: readonly BufferId[]
}

/** Runs one of two plans. */
export interface BranchStep {
  readonly kind: 'branch'
  readonly whenTrue: Plan
  readonly whenFalse: Plan
  /** How the host gets the predicate. */
  readonly memory: HostAccess
  /** Read: the predicate, operands. Written: results, the workspace. */
  readonly args: readonly BufferId[]
}

export type PlanStep = KernelStep | HostStep | LoopStep | WhileStep | BranchStep

export interface PlanInput {
  readonly name: string
  /** `feed`: given anew each run. `state`: stays on the device, may be stepped forward by an update. */
  readonly role: 'feed' | 'state'
  readonly dtype: DType
  readonly shape: Shape
  readonly buffer: BufferId
  /** How a state starts; undefined for feeds and for states the caller sets. */
  readonly initial: Initializer | undefined
}

export interface PlanOutput {
  readonly name: string
  /** `result`: read by the caller. `update`: the next value of the state of that name. */
  readonly role: 'result' | 'update'
  readonly dtype: DType
  readonly shape: Shape
  readonly buffer: BufferId
  /** An input whose memory may be bound to this output too: every element is read before, or by the same element's write. */
  readonly donor: number | undefined
}

export interface PlanConstant {
  readonly dtype: DType
  readonly data: TypedArray
}

export interface Plan {
  readonly version: typeof planVersion
  readonly name: string
  readonly kernels: readonly Kernel[]
  readonly buffers: readonly PlanBuffer[]
  readonly steps: readonly PlanStep[]
  readonly inputs: readonly PlanInput[]
  readonly outputs: readonly PlanOutput[]
  readonly constants: readonly PlanConstant[]
  /** Bytes of the arena: the peak of intermediates. */
  readonly arenaBytes: number
}
