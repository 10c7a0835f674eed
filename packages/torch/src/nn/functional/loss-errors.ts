// What PyTorch says of arguments that losses do not take.
import { argumentError, formatSize, type TorchError } from '../../errors.ts'
import { sizeText } from './errors.ts'

type Shape = readonly number[]

const valueError = (text: string, details: Readonly<Record<string, unknown>> = {}): TorchError =>
  argumentError(text, details, 'ValueError')

export const negativeBeta = (): TorchError =>
  argumentError('smooth_l1_loss does not support negative values for beta.')
export const nonPositiveDelta = (): TorchError =>
  argumentError('huber_loss does not support non-positive values for delta.')
export const notValid = (reduction: string): TorchError =>
  valueError(`${reduction} is not valid`, { reduction })
export const bceShapes = (target: Shape, input: Shape): TorchError =>
  valueError(
    `Using a target size (${sizeText(target)}) that is different to the input size (${sizeText(input)}) is deprecated. Please ensure they have the same size.`,
    { target, input },
  )
export const bceLogitShapes = (target: Shape, input: Shape): TorchError =>
  valueError(`Target size (${sizeText(target)}) must be the same as input size (${sizeText(input)})`, {
    target,
    input,
  })
export const bceRange = (): TorchError => argumentError('all elements of input should be between 0 and 1')
export const varianceSize = (): TorchError => valueError('var is of incorrect size')
export const negativeVariance = (): TorchError => valueError('var has negative entry/entries')

// Classes.

export const batchSizes = (input: number, target: number): TorchError =>
  valueError(`Expected input batch_size (${input}) to match target batch_size (${target}).`, {
    input,
    target,
  })
export const multiTarget = (): TorchError =>
  argumentError('0D or 1D target tensor expected, multi-target not supported')
export const targetDType = (title: string): TorchError =>
  argumentError(`expected scalar type Long but found ${title}`, { title })
export const targetSize = (wanted: Shape, found: Shape): TorchError =>
  argumentError(`Expected target size ${formatSize(wanted)}, got ${formatSize(found)}`, { wanted, found })
export const targetMismatch = (input: Shape, target: Shape): TorchError =>
  argumentError(`size mismatch (got input: ${formatSize(input)} , target: ${formatSize(target)}`, {
    input,
    target,
  })
export const targetBounds = (target: number): TorchError =>
  argumentError(`Target ${target} is out of bounds.`, { target }, 'IndexError')
export const classWeights = (classes: number, weight: Shape): TorchError =>
  argumentError(
    `weight tensor should be defined either for all ${classes} classes or no classes but got weight tensor of shape: ${formatSize(weight)}`,
    { classes, weight },
  )
export const noDimensions = (rank: number): TorchError =>
  valueError(`Expected 1 or more dimensions (got ${rank})`, { rank })
export const labelSmoothing = (value: number): TorchError =>
  argumentError(`label_smoothing must be between 0.0 and 1.0. Got: ${value}`, { value })
export const probabilityDType = (title: string): TorchError =>
  argumentError(`Expected floating point type for target with class probabilities, got ${title}`, { title })
export const ignoredProbabilities = (): TorchError =>
  argumentError('ignore_index is not supported for floating point target')

// Margins.

export const cosineTarget = (x: Shape, y: Shape): TorchError =>
  argumentError(
    `1D target tensor expects 2D input tensors, but found inputs with sizes ${formatSize(x)} and ${formatSize(y)}.`,
    { x, y },
  )
export const rankingShapes = (x: Shape, y: Shape, target: Shape): TorchError =>
  argumentError(
    `margin_ranking_loss : All input tensors should have same dimension but got sizes: input1: ${sizeText(x)}, input2: ${sizeText(y)}, target: ${sizeText(target)} `,
    { x, y, target },
  )
export const multiMarginPower = (): TorchError => valueError('only p == 1 and p == 2 supported')
export const multiMarginTarget = (target: Shape): TorchError =>
  argumentError(`inconsistent target size, got: ${formatSize(target)}`, { target })
export const multiMarginRange = (): TorchError => argumentError('target out of range')
export const multilabelTarget = (target: Shape): TorchError =>
  argumentError(`inconsistent size ${formatSize(target)} for argument #2 'target'`, { target })
export const multilabelRange = (): TorchError => argumentError("argument #2 'target' is out of range")
export const tripletRanks = (ranks: Shape): TorchError =>
  argumentError(
    `All inputs should have same dimension but got ${ranks[0]}D, ${ranks[1]}D and ${ranks[2]}D inputs.`,
    { ranks },
  )

// Sequences.

export const ctcLength = (most: number, found: number): TorchError =>
  argumentError(
    `Expected input_lengths to have value at most ${most}, but got value ${found} (while checking arguments for ctc_loss_cpu)`,
    { most, found },
  )
export const ctcLengths = (name: string): TorchError =>
  argumentError(`${name} must be of size batch_size`, { name })
export const ctcBlank = (): TorchError => argumentError('blank must be in label range')

// Distances.

export const cdistColumns = (x: number, y: number): TorchError =>
  argumentError(`X1 and X2 must have the same number of columns. X1: ${x} X2: ${y}`, { x, y })
export const cdistRank = (name: string, rank: number): TorchError =>
  argumentError(`cdist only supports at least 2D tensors, ${name} got: ${rank}D`, { name, rank })
export const negativePower = (name: string): TorchError =>
  argumentError(`${name} only supports non-negative p values`, { name })
export const pdistRank = (rank: number): TorchError =>
  argumentError(`pdist only supports 2D tensors, got: ${rank}D`, { rank })
