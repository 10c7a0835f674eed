// What can be done with tensors, as methods: the families of `ops`, each function with its first tensor as `this`, and in-place
// forms with a trailing `_`. Types only; `install.ts` puts the functions on the prototype.
import type { BackwardArguments } from '../autograd/call.ts'
import type { DType } from '../dtypes.ts'
import type { NdArray } from '../numpy/nd-array.ts'
import type * as activations from '../ops/activations.ts'
import type * as addProducts from '../ops/add-products.ts'
import type * as arithmetic from '../ops/arithmetic.ts'
import type * as blend from '../ops/blend.ts'
import type * as bounds from '../ops/bounds.ts'
import type * as choice from '../ops/choice.ts'
import type * as closeness from '../ops/closeness.ts'
import type * as comparison from '../ops/comparison.ts'
import type * as conversion from '../ops/conversion.ts'
import type * as counting from '../ops/counting.ts'
import type * as covariance from '../ops/covariance.ts'
import type * as cumulative from '../ops/cumulative.ts'
import type * as diagonals from '../ops/diagonals.ts'
import type * as dimViews from '../ops/dim-views.ts'
import type * as divisors from '../ops/divisors.ts'
import type * as extremeReductions from '../ops/extreme-reductions.ts'
import type * as extremes from '../ops/extremes.ts'
import type * as floatPairs from '../ops/float-pairs.ts'
import type * as floatParts from '../ops/float-parts.ts'
import type * as gammas from '../ops/gammas.ts'
import type * as hostFunctions from '../ops/host-functions.ts'
import type * as indexPuts from '../ops/index-put.ts'
import type * as indexReduces from '../ops/index-reduce.ts'
import type * as indexing from '../ops/indexing.ts'
import type * as inners from '../ops/inner.ts'
import type * as logic from '../ops/logic.ts'
import type * as madeLike from '../ops/made-like.ts'
import type * as masks from '../ops/masks.ts'
import type * as matrix from '../ops/matrix.ts'
import type * as memoryChanges from '../ops/memory-changes.ts'
import type { Named } from '../ops/named.ts'
import type * as nonzeros from '../ops/nonzero.ts'
import type * as orderStatistics from '../ops/order-statistics.ts'
import type * as partScatters from '../ops/part-scatter.ts'
import type * as parts from '../ops/parts.ts'
import type * as predicates from '../ops/predicates.ts'
import type * as products from '../ops/products.ts'
import type * as randomFill from '../ops/random-fill.ts'
import type * as realness from '../ops/realness.ts'
import type * as rearranging from '../ops/rearranging.ts'
import type * as reductions from '../ops/reductions.ts'
import type * as rounding from '../ops/rounding.ts'
import type * as sections from '../ops/sections.ts'
import type * as selection from '../ops/selection.ts'
import type * as sets from '../ops/sets.ts'
import type * as sorting from '../ops/sorting.ts'
import type * as statistics from '../ops/statistics.ts'
import type * as transposes from '../ops/transposes.ts'
import type * as unary from '../ops/unary.ts'
import type * as unsafeSplits from '../ops/unsafe-splits.ts'
import type * as views from '../ops/views.ts'
import type { Kinds } from './kinds.ts'
import type { Tensor } from './tensor.ts'

/** A function of a tensor as a method. */
type Method<F> = F extends { readonly method: (self: Tensor, ...args: infer A) => infer R }
  ? (...args: A) => R
  : F extends (self: Tensor, ...args: infer A) => infer R
    ? (...args: A) => R
    : never

/** Methods of several forms, which types cannot take from the function. */
interface Overloaded {
  median: MedianMethod
  nanmedian: MedianMethod
  max: ExtremeMethod
  min: ExtremeMethod
  nonzero: {
    (options?: { asTuple?: false }): Tensor
    (options: { asTuple: true }): readonly Tensor[]
  }
  type: { (): string; (dtype: DType): Tensor }
}
interface ExtremeMethod {
  (): Tensor
  (other: Tensor): Tensor
  (dim: number, keepdim?: boolean): Named<'values' | 'indices'>
  (options: { dim: number; keepdim?: boolean }): Named<'values' | 'indices'>
}

interface MedianMethod {
  (): Tensor
  (dim: number, keepdim?: boolean): Named<'values' | 'indices'>
  (options: { dim: number; keepdim?: boolean }): Named<'values' | 'indices'>
}

type Methods<Family> = {
  readonly [K in keyof Family]: K extends keyof Overloaded ? Overloaded[K] : Method<Family[K]>
}

/** The functions of a family that have an in-place form, with it. */
type InPlace<Family> = {
  readonly [K in keyof Family & string as Family[K] extends { readonly inPlace: unknown }
    ? `${K}_`
    : never]: Family[K] extends {
    readonly inPlace: infer F
  }
    ? Method<F>
    : never
}

type Family = typeof activations &
  typeof addProducts &
  typeof arithmetic &
  typeof blend &
  typeof bounds &
  typeof choice &
  typeof closeness &
  typeof comparison &
  typeof conversion &
  typeof counting &
  typeof covariance &
  typeof cumulative &
  typeof diagonals &
  typeof dimViews &
  typeof divisors &
  typeof extremeReductions &
  typeof extremes &
  typeof floatParts &
  typeof floatPairs &
  typeof gammas &
  typeof hostFunctions &
  typeof indexPuts &
  typeof indexReduces &
  typeof indexing &
  typeof inners &
  typeof logic &
  typeof masks &
  typeof madeLike &
  typeof matrix &
  typeof memoryChanges &
  typeof nonzeros &
  typeof orderStatistics &
  typeof partScatters &
  typeof parts &
  typeof predicates &
  typeof products &
  typeof randomFill &
  typeof realness &
  typeof rearranging &
  typeof reductions &
  typeof rounding &
  typeof sections &
  typeof selection &
  typeof sets &
  typeof sorting &
  typeof statistics &
  typeof transposes &
  typeof unary &
  typeof unsafeSplits &
  typeof views

export interface TensorMethods extends Kinds, Methods<Family>, InPlace<Family> {
  /** Adds d(this)/d(leaf) to the `grad` of every leaf this was computed from. */
  backward(...args: BackwardArguments): void
  /** The transpose of a matrix; of more dimensions, all reversed. */
  readonly T: Tensor
  /** The tensor itself. */
  readonly real: Tensor
  /** There is none of real numbers: throws. */
  readonly imag: Tensor
  /** Whether it is on a CUDA device. */
  readonly isCuda: boolean
  /** The last two dimensions exchanged. */
  readonly mT: Tensor
  /** The transpose of a matrix. */
  readonly H: Tensor
  /** The last two dimensions exchanged. */
  readonly mH: Tensor
  /** The last two dimensions exchanged. */
  adjoint(): Tensor
  toString(): string
  /** The memory as a NumPy-like array: writes on either side are seen on both. */
  numpy(): NdArray
}
