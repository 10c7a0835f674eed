// What a runtime provides. The compiler sees `Capabilities` only; callers hand a `Backend` to a session. A runtime imports
// core and nothing else of ours; `testkit` tells whether it is right.
import type { DType, TypedArray } from '../dtype.ts'
import type { HostAccess, Plan } from '../plan/plan.ts'

/** Plain data: the only thing the compiler may know about a target. */
export interface Capabilities {
  readonly dtypes: readonly DType[]
  /**
   * Dtypes kept as another: with its range, where integers wrap, and its precision. Elements and constants beyond the range of
   * an integer are refused with `BACKEND_NARROWED_RANGE`. Absent: none.
   */
  readonly narrowed?: Readonly<Partial<Record<DType, DType>>>
  /** Most buffers one kernel may read and write. */
  readonly maxReads: number
  readonly maxWrites: number
  /** Most scalar operations in one kernel before it is cut. */
  readonly maxOps: number
  /** Most elements of one buffer. */
  readonly maxElements: number
  /** A row may be reduced and then mapped over its elements in the same kernel (softmax in one pass). */
  readonly rowKernels: boolean
  /**
   * `strided`: both operands of a contraction must be plain loads whose address is affine and unguarded.
   * `any`: operands may be arbitrary expressions (implicit im2col, elementwise prologue).
   */
  readonly contractOperands: 'strided' | 'any'
  /** Steps may hold plans of their own, run once, many times or until a condition fails. Without, loops with a bound are unrolled. */
  readonly loops: boolean
  /** An output may share the memory of the input it replaces. */
  readonly inPlace: boolean
  /**
   * `shared`: the host works on the device's memory, so a host step costs what it computes.
   * `transfer`: its operands are read back and its result is uploaded; the compiler expands host steps where it can. What the
   * host decides is read back, too: whether a while loop goes on, and which branch runs, where the compiler lets it run only one.
   */
  readonly hostSteps: HostAccess
  /** Results must equal those of every other bit-reproducible runtime; false: inside the tolerance table. */
  readonly bitReproducible: boolean
}

/** Memory of the device holding `size` elements of `dtype`. Opaque; belongs to the backend that made it. */
export interface DeviceBuffer {
  readonly dtype: DType
  readonly size: number
}

/** The generated program of one kernel, for dumps and tests. */
export interface KernelSource {
  readonly kernel: string
  readonly language: 'js' | 'wat' | 'glsl' | 'text'
  readonly text: string
}

export interface Executable {
  readonly plan: Plan
  /**
   * Runs all steps. `inputs` and `outputs` are in the plan's order; an output may be the same buffer as the input that is its
   * donor where `capabilities.inPlace`. Work may still be under way when it returns; reads wait for it.
   */
  run(inputs: readonly DeviceBuffer[], outputs: readonly DeviceBuffer[]): void
  sources(): readonly KernelSource[]
  dispose(): void
}

export interface Backend {
  readonly name: string
  readonly capabilities: Capabilities
  /** Uninitialised memory. Throws `BACKEND_OUT_OF_MEMORY`, `BACKEND_DISPOSED`, `BACKEND_LOST`. */
  allocate(dtype: DType, size: number): DeviceBuffer
  free(buffer: DeviceBuffer): void
  write(buffer: DeviceBuffer, data: TypedArray): void
  /** A copy of the contents. After a failure every read throws the first cause. */
  read(buffer: DeviceBuffer): Promise<TypedArray>
  /** The same at once, where the device can: WebGL blocks, CPU just copies. */
  readSync(buffer: DeviceBuffer): TypedArray
  /** Compiles a plan for this device. Throws `BACKEND_UNSUPPORTED` naming kernel, op and dtype. */
  prepare(plan: Plan): Promise<Executable>
  prepareSync(plan: Plan): Executable
  /** Bytes held by buffers that are allocated and not freed. */
  readonly liveBytes: number
  dispose(): void
}
