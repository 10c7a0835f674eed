// Histograms of points: how many fall into each box of a grid.
import { noGrad } from '../autograd/grad-mode.ts'
import { sameSizes } from '../engine/types.ts'
import { argumentError, type TorchError } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { add, div, mul, sub } from './arithmetic.ts'
import { eq, ge, lt } from './comparison.ts'
import { to } from './conversion.ts'
import { histogram } from './counting.ts'
import { ones, zeros } from './creation.ts'
import { diff } from './cumulative.ts'
import { notImplementedFor } from './dtype-errors.ts'
import { logicalAnd } from './logic.ts'
import { select } from './parts.ts'
import { sum } from './reductions.ts'
import { searchsorted } from './search.ts'
import { scatterAdd } from './selection.ts'
import { reshape } from './views.ts'
import { where } from './where.ts'

interface HistogramOptions {
  /** Two ends for each dimension. */
  readonly range?: readonly number[] | null
  readonly weight?: Tensor | null
  /** Shares of the whole per volume. */
  readonly density?: boolean
}

/** How many points fall into each box, and the edges of the boxes along each dimension. */
export interface HistogramOfPoints extends Iterable<Tensor | readonly Tensor[]> {
  readonly hist: Tensor
  readonly binEdges: readonly Tensor[]
}

type Bins = number | readonly number[] | readonly Tensor[]

/** Counts points, rows of the last dimension, in boxes: `bins` of one width along each dimension, or between given edges. */
export function histogramdd(
  input: Tensor,
  bins: Bins | (HistogramOptions & { readonly bins: Bins }),
  options: HistogramOptions = {},
): HistogramOfPoints {
  const isNamed = typeof bins === 'object' && 'bins' in bins
  const { range = null, weight = null, density = false } = isNamed ? bins : options
  if (!input.dtype.isFloatingPoint) throw notImplementedFor('histogramdd', { type: input.type_ })
  if (input.ndim < 2) throw pointsRank()
  return noGrad(() => counted(input, isNamed ? bins.bins : bins, range, weight, density))
}

function counted(
  input: Tensor,
  bins: Bins,
  range: readonly number[] | null,
  weight: Tensor | null,
  density: boolean,
): HistogramOfPoints {
  const rank = input.shape.at(-1) as number
  const perDim = typeof bins === 'number' ? Array.from({ length: rank }, () => bins) : bins
  if (perDim.length !== rank) throw binCount(rank, perDim.length)
  if (range !== null && range.length !== 2 * rank) throw rangeLength(rank, range.length)
  if (weight !== null && !sameSizes(weight.type_.shape, input.type_.shape.slice(0, -1)))
    throw weightShape(input.shape, weight.shape)
  const points = reshape(input, -1, rank)
  const columns = Array.from({ length: rank }, (_, axis) => select(points, 1, axis).contiguous())
  const edges = columns.map((column, axis) => edgesOf(column, perDim[axis] as number | Tensor, range, axis))
  const shape = edges.map((each) => each.numel() - 1)
  const { place, isInside } = placesOf(columns, edges, shape)
  const weights =
    weight === null
      ? ones(points.shape[0] as number, { dtype: input.dtype, device: input.device })
      : reshape(weight, -1)
  const given = where(isInside, to(weights, input.dtype), 0)
  const size = shape.reduce((product, extent) => product * extent, 1)
  const counts = reshape(
    scatterAdd(zeros(size, { dtype: input.dtype, device: input.device }), 0, place, given),
    shape,
  )
  const hist = density ? densityOf(counts, edges) : counts
  return Object.assign([hist, edges] as [Tensor, readonly Tensor[]], { hist, binEdges: edges })
}

function edgesOf(
  column: Tensor,
  bins: number | Tensor,
  range: readonly number[] | null,
  axis: number,
): Tensor {
  if (typeof bins !== 'number') return bins
  if (bins < 1) throw binsPositive(bins, axis)
  const ends = range === null ? {} : { range: [range[2 * axis] ?? 0, range[2 * axis + 1] ?? 0] as const }
  return histogram(column, bins, ends).binEdges
}

/** The box of each point in row-major order, 0 for those outside. The last edge belongs to the last box. */
function placesOf(
  columns: readonly Tensor[],
  edges: readonly Tensor[],
  shape: readonly number[],
): { readonly place: Tensor; readonly isInside: Tensor } {
  let place: Tensor | undefined
  let isInside: Tensor | undefined
  columns.forEach((column, axis) => {
    const bounds = edges[axis] as Tensor
    const count = shape[axis] as number
    const found = sub(searchsorted(bounds, column, { right: true }), 1)
    const at = where(eq(column, select(bounds, 0, count)), count - 1, found)
    const isWithin = logicalAnd(lt(at, count), ge(at, 0))
    const safe = where(isWithin, at, 0)
    place = place === undefined ? safe : add(mul(place, count), safe)
    isInside = isInside === undefined ? isWithin : logicalAnd(isInside, isWithin)
  })
  return { place: place as Tensor, isInside: isInside as Tensor }
}

function densityOf(counts: Tensor, edges: readonly Tensor[]): Tensor {
  const shares = div(counts, sum(counts))
  return edges.reduce(
    (found, each, axis) =>
      div(
        found,
        reshape(
          diff(each),
          counts.shape.map((_, at) => (at === axis ? -1 : 1)),
        ),
      ),
    shares,
  )
}

const pointsRank = (): TorchError =>
  argumentError('torch.histogramdd: input tensor should have at least 2 dimensions')
const binCount = (rank: number, found: number): TorchError =>
  argumentError(
    `torch.histogramdd: expected ${rank} sequences of bin edges for a ${rank}-dimensional histogram but got ${found}`,
    { rank, found },
  )
const binsPositive = (bins: number, axis: number): TorchError =>
  argumentError(`torch.histogram(): bins must be > 0, but got ${bins} for dimension ${axis}`, { bins, axis })
const rangeLength = (rank: number, found: number): TorchError =>
  argumentError(
    `torch.histogramdd: for a ${rank}-dimensional histogram range should have ${2 * rank} elements, but got ${found}`,
    { rank, found },
  )
const weightShape = (input: readonly number[], weight: readonly number[]): TorchError =>
  argumentError(
    `torch.histogramdd: if weight tensor is provided it should have the same shape as the input tensor excluding its innermost dimension, but got input with shape [${input.join(', ')}] and weight with shape [${weight.join(', ')}]`,
    { input, weight },
  )
