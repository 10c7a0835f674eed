// What PyTorch says of arguments that functions of `torch.nn.functional` do not take.
import { argumentError, formatSize, type TorchError } from '../../errors.ts'

export { resolveDim as dimOf } from '../../ops/dims.ts'

type Shape = readonly number[]

const valueError = (text: string, details: object = {}): TorchError =>
  argumentError(text, details as Readonly<Record<string, unknown>>, 'ValueError')

/** `torch.Size([2, 3])` */
export const sizeText = (shape: Shape): string => `torch.Size(${formatSize(shape)})`

// Activations.

export const boolHardtanh = (): TorchError => argumentError('Bool inputs not supported for hardtanh')
export const geluApproximation = (): TorchError =>
  argumentError('approximate argument must be either none or tanh.')
export const negativeLambda = (lambda: number): TorchError =>
  argumentError(`lambda must be greater or equal to 0, but found to be ${lambda}.`, { lambda })
export const gluScalar = (): TorchError =>
  argumentError('glu does not support scalars because halving size must be even')
export const gluOdd = (dim: number, size: number): TorchError =>
  argumentError(`Halving dimension must be even, but dimension ${dim} is size ${size}`, { dim, size })

// Dropout.

export const dropoutProbability = (p: number): TorchError =>
  valueError(`dropout probability has to be between 0 and 1, but got ${floatText(p)}`, { p })
export const dropout1dRank = (rank: number): TorchError =>
  argumentError(
    `dropout1d: Expected 2D or 3D input, but received a ${rank}D input. Note that dropout1d exists to provide channel-wise dropout on inputs with 1 spatial dimension, a channel dimension, and an optional batch dimension (i.e. 2D or 3D inputs).`,
    { rank },
  )

/** A number as Python prints a float. */
export const floatText = (value: number): string =>
  Number.isInteger(value) && Math.abs(value) < 1e16 ? `${value}.0` : String(value)

// Linear.

export const bilinearBatch = (dim: number, left: number, right: number): TorchError =>
  argumentError(`bilinear(): input batch dimensions do not match at dim ${dim}: got ${left} and ${right}`, {
    dim,
    left,
    right,
  })
export const bilinearSize = (operand: string, found: number, wanted: number): TorchError =>
  argumentError(
    `bilinear(): ${operand} size does not match weight size: got ${found} but expected ${wanted}`,
    {
      operand,
      found,
      wanted,
    },
  )

// Embedding.

export const indexOutOfRange = (): TorchError => argumentError('index out of range in self', {}, 'IndexError')
export const embeddingWeight = (): TorchError => argumentError("'weight' must be 2-D")
export const indexDType = (name: string): TorchError =>
  argumentError(
    `Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got torch.${name}Tensor instead (while checking arguments for embedding)`,
    { name },
  )
export const paddingIndex = (): TorchError =>
  argumentError('Padding_idx must be within num_embeddings', {}, 'AssertionError')
export const bagPaddingIndex = (rows: number, index: number): TorchError =>
  argumentError(
    `padding_idx must be within the number of embeddings, ${-rows} through ${rows - 1}, but got ${index}`,
    { rows, index },
  )
export const bagMode = (): TorchError => valueError('mode has to be one of sum, mean or max')
export const bagOffsetsGiven = (): TorchError =>
  valueError(
    "if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length sequences. However, found offsets of type <class 'torch.Tensor'>",
  )
export const bagOffsets = (isMissing: boolean): TorchError =>
  valueError(`offsets has to be a 1D Tensor${isMissing ? ' but got None' : ''}`)
export const bagRank = (rank: number): TorchError =>
  valueError(`input has to be 1D or 2D Tensor, but got Tensor of dimension ${rank}`)
export const bagMax = (): TorchError =>
  valueError('max mode does not support scaling the gradient by the frequency')
export const bagWeightsMode = (mode: string): TorchError =>
  argumentError(
    `embedding_bag: per_sample_weights was not None. per_sample_weights is only supported for mode='sum' (got mode='${mode}'). Please open a feature request on GitHub.`,
    { mode },
    'NotImplementedError',
  )
export const bagWeightsShape = (weights: Shape, input: Shape): TorchError =>
  valueError(
    `embedding_bag: If per_sample_weights (${sizeText(weights)}) is not None, then it must have the same shape as the input (${sizeText(input)})`,
  )
export const bagLastOffset = (length: number, offset: number): TorchError =>
  argumentError(
    `offsets[-1] can not be greater than input's length ${length} but got offsets[-1] of ${offset}`,
    { length, offset },
  )

// Padding.

export const padOdd = (): TorchError => argumentError('Padding length must be divisible by 2')
export const padLong = (): TorchError => argumentError('Padding length too large')
export const padMode = (mode: string): TorchError =>
  argumentError(`Unrecognised padding mode ${mode}`, { mode }, 'NotImplementedError')
export const padValue = (mode: string): TorchError =>
  argumentError(`Padding mode "${mode}" doesn't take in value argument`, { mode })
export const padRank = (): TorchError =>
  argumentError(
    'Only 2D, 3D, 4D, 5D padding with non-constant padding are supported for now',
    {},
    'NotImplementedError',
  )
export const padReflect = (pads: Shape, dim: number, input: Shape): TorchError =>
  argumentError(
    `Argument #${input.length <= 3 || dim === input.length - 1 ? 4 : 6}: Padding size should be less than the corresponding input dimension, but got: padding (${pads.join(', ')}) at dimension ${dim} of input ${formatSize(input)}`,
    { pads, dim, input },
  )
export const padWraps = (): TorchError =>
  argumentError('Padding value causes wrapping around more than once.')
export const padCircularCount = (wanted: number, found: number): TorchError =>
  argumentError(`Invalid padding size, expected ${wanted} but got ${found}`, { wanted, found })

// Normalisation.

export const singleValue = (shape: Shape): TorchError =>
  valueError(`Expected more than 1 value per channel when training, got input size ${sizeText(shape)}`, {
    shape,
  })
export const singleGroupValue = (shape: Shape): TorchError =>
  valueError(`Expected more than 1 value per channel when training, got input size ${formatSize(shape)}`, {
    shape,
  })
export const singleSpatialElement = (shape: Shape): TorchError =>
  valueError(`Expected more than 1 spatial element when training, got input size ${sizeText(shape)}`, {
    shape,
  })
export const runningMissing = (name: string): TorchError =>
  argumentError(`${name} must be defined in evaluation mode`, { name })
export const runningPair = (): TorchError =>
  argumentError('Expected running_mean and running_var to be defined when use_input_stats is false')
export const channelCount = (name: string, wanted: number, found: number): TorchError =>
  argumentError(`${name} should contain ${wanted} elements not ${found}`, { name, wanted, found })
export const normalizedShapeEmpty = (): TorchError =>
  argumentError(
    'Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got normalized_shape = []',
  )
export const normalizedShape = (wanted: Shape, found: Shape): TorchError =>
  argumentError(
    `Given normalized_shape=${formatSize(wanted)}, expected input with shape [*, ${wanted.join(', ')}], but got input of size${formatSize(found)}`,
    { wanted, found },
  )
export const normalizedParameter = (name: string, found: Shape, wanted: Shape): TorchError =>
  argumentError(
    `Expected ${name} to be of same shape as normalized_shape, but got ${name} of shape ${formatSize(found)} and normalized_shape = ${formatSize(wanted)}`,
    { name, found, wanted },
  )
export const groupCount = (shape: Shape, groups: number): TorchError =>
  argumentError(
    `Expected number of channels in input to be divisible by num_groups, but got input of shape ${formatSize(shape)} and num_groups=${groups}`,
    { shape, groups },
  )
export const groupParameter = (name: string, found: Shape, input: Shape): TorchError =>
  argumentError(
    `Expected ${name} to be a vector of size equal to the number of channels in input, but got ${name} of shape ${formatSize(found)} and input of shape ${formatSize(input)}`,
    { name, found, input },
  )
export const responseRank = (rank: number): TorchError =>
  valueError(`Expected 3D or higher dimensionality                          input (got ${rank} dimensions)`, {
    rank,
  })

// One-hot rows.

export { titleOf } from '../../ops/dtype-errors.ts'

export const oneHotDType = (): TorchError => argumentError('one_hot is only applicable to index tensor.')
export const oneHotEmpty = (): TorchError =>
  argumentError('Can not infer total number of classes from empty tensor.')
export const oneHotNegative = (): TorchError => argumentError('Class values must be non-negative.')
export const oneHotSmall = (): TorchError => argumentError('Class values must be smaller than num_classes.')

// Losses.

export const reductionError = (reduction: string): TorchError =>
  valueError(`${reduction} is not a valid value for reduction`, { reduction })
