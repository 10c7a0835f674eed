// Images made larger and smaller, sampled along grids, shuffled, and cut into windows.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { warn } from '../../errors.ts'
import { operation } from '../../ops/operation.ts'
import { run } from '../../ops/run.ts'
import { type Fn, functional as fn } from '../../ops/signature.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { adaptiveAvgPool1d, adaptiveAvgPool2d, adaptiveAvgPool3d } from './adaptive-pooling.ts'
import { type Antialiasing, type AntialiasMode, antialiased } from './antialias.ts'
import type { PerAxis } from './operands.ts'
import * as errors from './vision-errors.ts'

export type InterpolationMode = core.InterpolationMode

const nodes: Readonly<Record<string, string>> = {
  nearest: 'Nearest',
  'nearest-exact': 'NearestExact',
  linear: 'Linear',
  bilinear: 'Bilinear',
  trilinear: 'Trilinear',
  bicubic: 'Bicubic',
}

interface Resizing {
  readonly size: readonly number[] | undefined
  readonly scaleFactor: readonly number[] | undefined
  readonly mode: Exclude<InterpolationMode, 'area'>
  readonly alignCorners: boolean | undefined
}

const resized = operation<Resizing>({
  name: 'interpolate',
  node: ([input], { mode }) =>
    `Upsample${nodes[mode]}${(input as { shape: readonly number[] }).shape.length - 2}DBackward0`,
  build: ([x], options) => core.interpolate(x as Value, options),
})

const needed: Readonly<Record<string, number>> = { linear: 3, bilinear: 4, bicubic: 4, trilinear: 5 }

type Interpolate = {
  size?: PerAxis | null
  scaleFactor?: PerAxis | null
  mode?: InterpolationMode
  alignCorners?: boolean | null
  recomputeScaleFactor?: boolean | null
  antialias?: boolean
}

const listed = (entries: PerAxis, rank: number): readonly number[] =>
  typeof entries === 'number' ? new Array<number>(rank).fill(entries) : entries

/** Extents or factors, one per axis. */
function target(
  self: Tensor,
  { size, scaleFactor, recomputeScaleFactor }: Interpolate,
): Pick<Resizing, 'size' | 'scaleFactor'> {
  const extents = self.shape.slice(2)
  const rank = extents.length
  if (size != null && scaleFactor != null) throw errors.bothSizes()
  if (size != null) {
    const wanted = listed(size, rank)
    if (wanted.length !== rank) throw errors.sizeCount('output size', extents, wanted)
    if (recomputeScaleFactor === true) throw errors.recomputeSize()
    if ([...extents, ...wanted].some((extent) => extent <= 0)) throw errors.emptyImage(extents, wanted)
    return { size: wanted, scaleFactor: undefined }
  }
  if (scaleFactor == null) throw errors.noSize()
  const factors = listed(scaleFactor, rank)
  if (factors.length !== rank) throw errors.sizeCount('scale_factor', extents, factors)
  if (recomputeScaleFactor !== true) return { size: undefined, scaleFactor: factors }
  return { size: extents.map((extent, k) => Math.floor(extent * (factors[k] ?? 1))), scaleFactor: undefined }
}

const smooth = operation<Antialiasing>({
  name: 'interpolate',
  node: (_, { mode }) => `Upsample${nodes[mode]}2DAaBackward0`,
  build: ([x], options) => antialiased(x as Value, options),
})

function smoothed(
  self: Tensor,
  mode: AntialiasMode,
  { size, scaleFactor }: Pick<Resizing, 'size' | 'scaleFactor'>,
  alignCorners: boolean,
): Tensor {
  const extents = self.shape.slice(2)
  const outputSize = size ?? extents.map((extent, k) => Math.floor(extent * (scaleFactor?.[k] ?? 1)))
  const steps = extents.map((extent, k) => {
    const out = outputSize[k] ?? 1
    if (alignCorners) return out > 1 ? (extent - 1) / (out - 1) : 0
    return scaleFactor === undefined ? extent / out : 1 / (scaleFactor[k] ?? 1)
  })
  return run(smooth, [self], { mode, outputSize, steps })
}

const areaOf = [adaptiveAvgPool1d, adaptiveAvgPool2d, adaptiveAvgPool3d]

/** Images `[N, C, …]` of another size, given as such or by factors. */
export const interpolate: Fn<
  Interpolate,
  ['size', 'scaleFactor', 'mode', 'alignCorners', 'recomputeScaleFactor', 'antialias']
> = fn(
  'interpolate',
  ['size', 'scaleFactor', 'mode', 'alignCorners', 'recomputeScaleFactor', 'antialias'],
  [],
  (self, params) => {
    const { mode = 'nearest', alignCorners, antialias = false } = params
    const isPlain = mode === 'nearest' || mode === 'nearest-exact' || mode === 'area'
    if (isPlain && alignCorners != null) throw errors.alignCorners()
    const wanted = target(self, params)
    const isSmooth = self.ndim === 4 && (mode === 'bilinear' || mode === 'bicubic')
    if (antialias && !isSmooth) throw errors.antialias()
    if (antialias && isSmooth) return smoothed(self, mode, wanted, alignCorners ?? false)
    const rank = self.ndim - 2
    const isKnown = mode === 'area' || mode in nodes
    if (rank < 1 || rank > 3 || !isKnown) throw errors.interpolationMode(self.ndim, mode)
    const wantedRank = needed[mode]
    if (wantedRank !== undefined && wantedRank !== self.ndim)
      throw errors.modeRank(self.ndim, mode, wantedRank)
    if (mode === 'area') {
      const size =
        wanted.size ??
        self.shape.slice(2).map((extent, k) => Math.floor(extent * (wanted.scaleFactor?.[k] ?? 1)))
      return (areaOf[rank - 1] as typeof adaptiveAvgPool2d)(self, size)
    }
    return run(resized, [self], { ...wanted, mode, alignCorners: alignCorners ?? undefined })
  },
)

type Upsample = Omit<Interpolate, 'recomputeScaleFactor' | 'antialias'>
/** `interpolate` under its old name. */
export const upsample: Fn<Upsample, ['size', 'scaleFactor', 'mode', 'alignCorners']> = fn(
  'upsample',
  ['size', 'scaleFactor', 'mode', 'alignCorners'],
  [],
  (self, params) => {
    warn('nn.functional.upsample is deprecated. Use nn.functional.interpolate instead.')
    return interpolate(self, params)
  },
)

interface Factor {
  readonly factor: number
}

const shuffled = operation<Factor>({
  name: 'pixel_shuffle',
  node: 'PixelShuffleBackward0',
  build: ([x], { factor }) => {
    const { shape } = (x as Value).type
    if (shape.length < 3) throw errors.pixelRank('pixel_shuffle', shape.length)
    if (factor <= 0) throw errors.pixelFactor('pixel_shuffle', 'upscale_factor', factor)
    if ((shape.at(-3) ?? 0) % factor ** 2 !== 0) throw errors.pixelChannels(shape.at(-3) ?? 0, factor ** 2)
    return core.pixelShuffle(x as Value, { factor })
  },
})
/** Channels dealt out to squares of pixels. */
export const pixelShuffle: Fn<{ upscaleFactor: number }, ['upscaleFactor']> = fn(
  'pixel_shuffle',
  ['upscaleFactor'],
  [],
  (self, { upscaleFactor }) => run(shuffled, [self], { factor: upscaleFactor }),
)

const unshuffled = operation<Factor>({
  name: 'pixel_unshuffle',
  node: 'PixelUnshuffleBackward0',
  build: ([x], { factor }) => {
    const { shape } = (x as Value).type
    if (shape.length < 3) throw errors.pixelRank('pixel_unshuffle', shape.length)
    if (factor <= 0) throw errors.pixelFactor('pixel_unshuffle', 'downscale_factor', factor)
    const [height = 0, width = 0] = shape.slice(-2)
    if (height % factor !== 0) throw errors.pixelExtent('height', -2, height, factor)
    if (width % factor !== 0) throw errors.pixelExtent('width', -1, width, factor)
    return core.pixelUnshuffle(x as Value, { factor })
  },
})
/** Squares of pixels gathered to channels. */
export const pixelUnshuffle: Fn<{ downscaleFactor: number }, ['downscaleFactor']> = fn(
  'pixel_unshuffle',
  ['downscaleFactor'],
  [],
  (self, { downscaleFactor }) => run(unshuffled, [self], { factor: downscaleFactor }),
)

const dealt = operation<{ groups: number }>({
  name: 'channel_shuffle',
  node: 'ViewBackward0',
  build: ([x], { groups }) => {
    const { shape } = (x as Value).type
    if (shape.length <= 2) throw errors.shuffleRank(shape)
    if (groups <= 0) throw errors.shuffleGroups(groups)
    if ((shape[1] ?? 0) % groups !== 0) throw errors.shuffleChannels(shape[1] ?? 0, groups)
    return core.channelShuffle(x as Value, { groups })
  },
})
/** Channels dealt out from groups in turn. */
export const channelShuffle: Fn<{ groups: number }, ['groups']> = fn(
  'channel_shuffle',
  ['groups'],
  [],
  (self, { groups }) => run(dealt, [self], { groups }),
)

interface Sampling {
  readonly mode: 'bilinear' | 'nearest' | 'bicubic'
  readonly paddingMode: 'zeros' | 'border' | 'reflection'
  readonly alignCorners: boolean
}

const sampled = operation<Sampling>({
  name: 'grid_sample',
  node: ([input]) => `GridSampler${(input as { shape: readonly number[] }).shape.length - 2}DBackward0`,
  operands: ['input', 'grid'],
  build: ([x, places], options) => {
    const [input, grid] = [(x as Value).type.shape, (places as Value).type.shape]
    if (input[0] !== grid[0]) throw errors.gridBatch(input, grid)
    if (grid.at(-1) !== input.length - 2) throw errors.gridCoordinates(input.length - 2, grid)
    if (options.mode === 'bicubic' && input.length !== 4) throw errors.gridBicubic()
    return core.gridSample(x as Value, places as Value, options)
  },
})

const samplingModes = ['bilinear', 'nearest', 'bicubic']
const paddingModes = ['zeros', 'border', 'reflection']
type GridSample = { grid: Tensor; alignCorners?: boolean | null } & Partial<Omit<Sampling, 'alignCorners'>>
/** What images show at the places of a grid, whose coordinates go from -1 to 1. */
export const gridSample: Fn<GridSample, ['grid', 'mode', 'paddingMode', 'alignCorners']> = fn(
  'grid_sample',
  ['grid', 'mode', 'paddingMode', 'alignCorners'],
  [],
  (self, { grid, mode = 'bilinear', paddingMode = 'zeros', alignCorners }) => {
    if (!samplingModes.includes(mode)) throw errors.gridMode(mode)
    if (!paddingModes.includes(paddingMode)) throw errors.gridPadding(paddingMode)
    if (alignCorners == null) warn(errors.defaultCorners('grid_sample'))
    return run(sampled, [self, grid], { mode, paddingMode, alignCorners: alignCorners ?? false })
  },
)

interface Grid {
  readonly size: readonly number[]
  readonly alignCorners: boolean
}

const transformed = operation<Grid>({
  name: 'affine_grid',
  node: 'AffineGridGeneratorBackward0',
  build: ([theta], options) => core.affineGrid(theta as Value, options),
})
type AffineGrid = { size: readonly number[]; alignCorners?: boolean | null }
/** The grid that shows an image through an affine map of coordinates. */
export const affineGrid: Fn<AffineGrid, ['size', 'alignCorners']> = fn(
  'affine_grid',
  ['size', 'alignCorners'],
  [],
  (self, { size, alignCorners }) => {
    if (alignCorners == null) warn(errors.defaultCorners('affine_grid'))
    if (!self.dtype.isFloatingPoint) throw errors.thetaDType(String(self.dtype))
    const rank = size.length - 2
    if (rank !== 2 && rank !== 3) throw errors.affineSize(size)
    if (self.ndim !== 3 || self.shape[1] !== rank || self.shape[2] !== rank + 1) {
      throw errors.thetaShape(rank, size, self.shape)
    }
    if (size.some((extent) => extent <= 0)) throw errors.affineEmpty(size)
    return run(transformed, [self], { size, alignCorners: alignCorners ?? false })
  },
)

interface Sliding {
  readonly size: readonly number[]
  readonly stride: readonly number[]
  readonly padding: readonly number[]
  readonly dilation: readonly number[]
}
interface Folding extends Sliding {
  readonly outputSize: readonly number[]
}

function requireWindows({ size, stride, dilation }: Sliding): void {
  if (size.some((each) => each <= 0)) throw errors.windowSize('kernel', size)
  if (dilation.some((each) => each <= 0)) throw errors.windowSize('dilation', dilation)
  if (stride.some((each) => each <= 0)) throw errors.windowSize('stride', stride)
}

const counts = (
  extents: readonly number[],
  { size, stride, padding, dilation }: Sliding,
): readonly number[] =>
  extents.map((extent, k) => {
    const span = (dilation[k] ?? 1) * ((size[k] ?? 1) - 1) + 1
    return Math.floor((extent + 2 * (padding[k] ?? 0) - span) / (stride[k] ?? 1)) + 1
  })

const cut = operation<Sliding>({
  name: 'unfold',
  node: 'Im2ColBackward0',
  build: ([x], options) => {
    const value = x as Value
    requireWindows(options)
    const extents = value.type.shape.slice(-2)
    const found = counts(extents, options)
    if (found.some((count) => count < 1)) throw errors.noBlocks(extents, options, found)
    return core.im2col(value, options)
  },
})
const joined = operation<Folding>({
  name: 'fold',
  node: 'Col2ImBackward0',
  build: ([x], options) => {
    const value = x as Value
    requireWindows(options)
    const { shape } = value.type
    if (shape.length !== 2 && shape.length !== 3) throw errors.foldRank(shape)
    const [rows = 0, columns = 0] = shape.slice(-2)
    if (rows % core.sizeOf(options.size) !== 0) throw errors.foldRows(shape.length - 2, rows, options.size)
    const found = counts(options.outputSize, options)
    if (columns !== core.sizeOf(found)) throw errors.foldColumns(shape.length - 1, columns, options, found)
    return core.col2im(value, options)
  },
})

type Windows = { kernelSize: PerAxis; dilation?: PerAxis; padding?: PerAxis; stride?: PerAxis }
const sliding = ({ kernelSize, dilation = 1, padding = 0, stride = 1 }: Windows): Sliding => ({
  size: listed(kernelSize, 2),
  stride: listed(stride, 2),
  padding: listed(padding, 2),
  dilation: listed(dilation, 2),
})

/** Windows of images `[N, C, H, W]` as columns. */
export const unfold: Fn<Windows, ['kernelSize', 'dilation', 'padding', 'stride']> = fn(
  'unfold',
  ['kernelSize', 'dilation', 'padding', 'stride'],
  [],
  (self, params) => run(cut, [self], sliding(params)),
)
/** Columns of windows added up where they came from. */
export const fold: Fn<
  Windows & { outputSize: PerAxis },
  ['outputSize', 'kernelSize', 'dilation', 'padding', 'stride']
> = fn(
  'fold',
  ['outputSize', 'kernelSize', 'dilation', 'padding', 'stride'],
  [],
  (self, { outputSize, ...params }) =>
    run(joined, [self], { ...sliding(params), outputSize: listed(outputSize, 2) }),
)
