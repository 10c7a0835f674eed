// How variables vary together: each row a variable, each column an observation.
import { readCell } from '../engine/evaluate.ts'
import { argumentError, type TorchError, warn } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { div, mul, sub, trueDivide } from './arithmetic.ts'
import { clip } from './bounds.ts'
import { diag } from './diagonals.ts'
import { mm } from './products.ts'
import { sum } from './reductions.ts'
import { type Fn, fn } from './signature.ts'
import { squeeze, t, unsqueeze } from './transposes.ts'
import { sqrt } from './unary.ts'
import { view } from './views.ts'

type Weights = { correction?: number; fweights?: Tensor | null; aweights?: Tensor | null }

/** The covariances of the rows; `fweights` says how often each observation was made, `aweights` how much it counts. */
export const cov: Fn<Weights, []> = fn(
  'cov',
  [],
  ['correction', 'fweights', 'aweights'],
  (self, { correction = 1, fweights = null, aweights = null }) => {
    if (self.ndim > 2) throw rank('cov', self.ndim)
    if (self.dtype.core === 'bool') throw boolInput()
    const rows = self.ndim < 2 ? view(self, 1, -1) : self
    const count = rows.shape[1] as number
    if (fweights !== null) requireWeights('fweights', fweights, count)
    if (aweights !== null) requireWeights('aweights', aweights, count)
    const weights = fweights !== null && aweights !== null ? mul(fweights, aweights) : (fweights ?? aweights)
    const weighted = (x: Tensor): Tensor => (weights === null ? x : mul(x, weights))
    const total = weights === null ? count : sum(weights)
    if (weights !== null && !(numberOf(sum(weights)) > 0)) throw weightsZero()
    const centred = sub(rows, unsqueeze(div(sum(weighted(rows), 1), total), 1))
    const products = mm(centred, t(weighted(centred)))
    return squeeze(trueDivide(products, freedom(total, weights, aweights, correction)))
  },
)

/** What the sums of products are divided by; 0 where there are not enough observations. */
function freedom(
  total: Tensor | number,
  weights: Tensor | null,
  aweights: Tensor | null,
  correction: number,
): Tensor | number {
  const left =
    weights !== null && aweights !== null && correction !== 0
      ? sub(total as Tensor, div(mul(sum(mul(weights, aweights)), correction), total as Tensor))
      : typeof total === 'number'
        ? total - correction
        : sub(total, correction)
  if ((typeof left === 'number' ? left : numberOf(left)) > 0) return left
  warn('cov(): degrees of freedom is <= 0')
  return 0
}

const numberOf = (x: Tensor): number => Number(readCell(x.cell)[0])

function requireWeights(name: 'fweights' | 'aweights', weights: Tensor, count: number): void {
  const isFloat = weights.dtype.isFloatingPoint
  if (weights.ndim > 1) throw weightsRank(name, weights.ndim)
  if (name === 'fweights' ? isFloat || weights.dtype.core === 'bool' : !isFloat)
    throw weightsDType(name, weights.dtype.title)
  if (weights.numel() !== count) throw weightsCount(name, weights.numel(), count)
  if (readCell(weights.cell).some((each) => each < 0)) throw weightsNegative(name)
}

/** The covariances over the deviations of both variables. */
export const corrcoef: Fn<Record<never, never>, []> = fn('corrcoef', [], [], (self) => {
  if (self.ndim > 2) throw rank('corrcoef', self.ndim)
  const covariance = cov(self)
  if (covariance.ndim === 0) return div(covariance, covariance)
  const deviations = sqrt(diag(covariance))
  return clip(div(div(covariance, view(deviations, -1, 1)), view(deviations, 1, -1)), -1, 1)
})

const rank = (name: string, found: number): TorchError =>
  argumentError(
    `${name}(): expected input to have two or fewer dimensions but got an input with ${found} dimensions`,
    { found },
  )
const boolInput = (): TorchError => argumentError('cov(): bool dtype is not supported for input')
const weightsRank = (name: string, found: number): TorchError =>
  argumentError(
    `cov(): expected ${name} to have one or fewer dimensions but got ${name} with ${found} dimensions`,
    { name, found },
  )
const weightsDType = (name: string, title: string): TorchError =>
  argumentError(
    `cov(): expected ${name} to have ${name === 'fweights' ? 'integral' : 'floating point'} dtype but got ${name} with ${title} dtype`,
    { name, title },
  )
const weightsCount = (name: string, found: number, count: number): TorchError =>
  argumentError(
    `cov(): expected ${name} to have the same numel as there are observations in the input but got ${found} != ${count}`,
    { name, found, count },
  )
const weightsNegative = (name: string): TorchError =>
  argumentError(`cov(): ${name} cannot be negative`, { name })
const weightsZero = (): TorchError => argumentError("cov(): weights sum to zero, can't be normalized")
