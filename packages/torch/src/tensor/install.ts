// Puts the families of operations on the prototype of tensors. Whoever imports the package's entry has them.
import { checkedMethod } from '../arguments/checked.ts'
import { backward } from '../autograd/call.ts'
import { iterationOfNumber } from '../errors.ts'
import { numpy } from '../numpy/share.ts'
import * as activations from '../ops/activations.ts'
import * as addProducts from '../ops/add-products.ts'
import * as arithmetic from '../ops/arithmetic.ts'
import * as blend from '../ops/blend.ts'
import * as bounds from '../ops/bounds.ts'
import * as choice from '../ops/choice.ts'
import * as closeness from '../ops/closeness.ts'
import * as comparison from '../ops/comparison.ts'
import * as conversion from '../ops/conversion.ts'
import * as counting from '../ops/counting.ts'
import * as covariance from '../ops/covariance.ts'
import * as cumulative from '../ops/cumulative.ts'
import * as diagonals from '../ops/diagonals.ts'
import * as dimViews from '../ops/dim-views.ts'
import * as divisors from '../ops/divisors.ts'
import * as extremeReductions from '../ops/extreme-reductions.ts'
import * as extremes from '../ops/extremes.ts'
import * as floatPairs from '../ops/float-pairs.ts'
import * as floatParts from '../ops/float-parts.ts'
import * as gammas from '../ops/gammas.ts'
import { adjoint, hermitian, matrixTransposed, reversed } from '../ops/hermitian.ts'
import * as hostFunctions from '../ops/host-functions.ts'
import * as indexPuts from '../ops/index-put.ts'
import * as indexReduces from '../ops/index-reduce.ts'
import * as indexing from '../ops/indexing.ts'
import * as inners from '../ops/inner.ts'
import * as logic from '../ops/logic.ts'
import * as madeLike from '../ops/made-like.ts'
import * as masks from '../ops/masks.ts'
import * as matrix from '../ops/matrix.ts'
import * as memoryChanges from '../ops/memory-changes.ts'
import * as nonzeros from '../ops/nonzero.ts'
import * as orderStatistics from '../ops/order-statistics.ts'
import * as partScatters from '../ops/part-scatter.ts'
import * as parts from '../ops/parts.ts'
import * as predicates from '../ops/predicates.ts'
import * as products from '../ops/products.ts'
import * as randomFill from '../ops/random-fill.ts'
import { imag, real } from '../ops/real-parts.ts'
import * as realness from '../ops/realness.ts'
import * as rearranging from '../ops/rearranging.ts'
import * as reductions from '../ops/reductions.ts'
import * as rounding from '../ops/rounding.ts'
import * as sections from '../ops/sections.ts'
import * as selection from '../ops/selection.ts'
import * as sets from '../ops/sets.ts'
import * as sorting from '../ops/sorting.ts'
import * as statistics from '../ops/statistics.ts'
import * as transposes from '../ops/transposes.ts'
import * as unary from '../ops/unary.ts'
import * as unsafeSplits from '../ops/unsafe-splits.ts'
import * as views from '../ops/views.ts'
import { showAsText } from '../show.ts'
import { kinds } from './kinds.ts'
import { print } from './print.ts'
import { Tensor } from './tensor.ts'

type AnyFunction = ((self: Tensor, ...args: readonly unknown[]) => unknown) & {
  readonly inPlace?: AnyFunction
  /** What it is as a method, where that takes other arguments. */
  readonly method?: AnyFunction
}

const families = [
  activations,
  addProducts,
  arithmetic,
  blend,
  bounds,
  choice,
  closeness,
  comparison,
  conversion,
  counting,
  covariance,
  cumulative,
  diagonals,
  dimViews,
  divisors,
  extremeReductions,
  extremes,
  floatPairs,
  floatParts,
  gammas,
  hostFunctions,
  indexPuts,
  indexReduces,
  indexing,
  inners,
  logic,
  masks,
  madeLike,
  matrix,
  memoryChanges,
  nonzeros,
  orderStatistics,
  partScatters,
  parts,
  predicates,
  products,
  randomFill,
  realness,
  rearranging,
  reductions,
  rounding,
  sections,
  selection,
  sets,
  sorting,
  statistics,
  transposes,
  unary,
  unsafeSplits,
  views,
]

function define(name: string, run: AnyFunction): void {
  Object.defineProperty(Tensor.prototype, name, {
    value: checkedMethod(name, run.method ?? run),
    configurable: true,
    writable: true,
  })
}

for (const family of families) {
  for (const [name, run] of Object.entries(family) as [string, AnyFunction][]) {
    define(name, run)
    if (run.inPlace !== undefined) define(`${name}_`, run.inPlace)
  }
}

/** Methods of the class that take nothing, or little. */
const own = [
  'item',
  'tolist',
  'numel',
  'nelement',
  'dim',
  'elementSize',
  'isContiguous',
  'detach',
  'retainGrad',
]
for (const name of [...own, 'isFloatingPoint', 'isSigned', 'isInference', 'dataPtr', 'requiresGrad_']) {
  const method: unknown = Reflect.get(Tensor.prototype, name)
  if (typeof method === 'function') define(name, (self, ...args) => Reflect.apply(method, self, args))
}

define('backward', backward as AnyFunction)
define('adjoint', adjoint)
define('toString', print)
define('numpy', numpy)
showAsText(Tensor)
Object.defineProperties(Tensor.prototype, {
  T: {
    get(this: Tensor): Tensor {
      return reversed(this)
    },
  },
  mT: {
    get(this: Tensor): Tensor {
      return matrixTransposed(this, 'mT')
    },
  },
  H: {
    get(this: Tensor): Tensor {
      return hermitian(this)
    },
  },
  mH: {
    get(this: Tensor): Tensor {
      return matrixTransposed(this, 'mH')
    },
  },
  real: {
    get(this: Tensor): Tensor {
      return real(this)
    },
  },
  imag: {
    get(this: Tensor): Tensor {
      return imag(this)
    },
  },
  isCuda: {
    get(this: Tensor): boolean {
      return this.device.type === 'cuda'
    },
  },
  ...Object.fromEntries(kinds.map((kind) => [kind, { get: () => false }])),
  [Symbol.iterator]: {
    value(this: Tensor): Iterator<Tensor> {
      if (this.ndim === 0) throw iterationOfNumber()
      return parts.unbind(this)[Symbol.iterator]()
    },
  },
})
