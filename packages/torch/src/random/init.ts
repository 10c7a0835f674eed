// The arithmetic of `torch.nn.init`: bounds and deviations of weights from their shapes, and the matrices that are not random. In double
// and in exactly PyTorch's order of operations: the rounding decides the last bit of every weight.
import { invalidOption } from '../errors.ts'

export interface Fans {
  readonly fanIn: number
  readonly fanOut: number
}
export type FanMode = 'fan_in' | 'fan_out'

/** Inputs and outputs of one unit of a weight [out, in, …]. Throws `TORCH_OPTION` below two dimensions. */
export function fansOf(shape: readonly number[]): Fans {
  const [out, inputs, ...window] = shape
  if (out === undefined || inputs === undefined) {
    throw invalidOption('Fan in and fan out can not be computed for tensor with fewer than 2 dimensions')
  }
  const field = window.reduce((product, extent) => product * extent, 1)
  return { fanIn: inputs * field, fanOut: out * field }
}

function fanOfMode(shape: readonly number[], mode: string): number {
  const name = mode.toLowerCase()
  if (name !== 'fan_in' && name !== 'fan_out') {
    throw invalidOption(`Mode ${name} not supported, please use one of ['fan_in', 'fan_out']`)
  }
  const { fanIn, fanOut } = fansOf(shape)
  return name === 'fan_in' ? fanIn : fanOut
}

const linearFunctions = [
  'linear',
  'conv1d',
  'conv2d',
  'conv3d',
  'conv_transpose1d',
  'conv_transpose2d',
  'conv_transpose3d',
  'sigmoid',
]

/** `nn.init.calculate_gain`. `param`: the negative slope of `leaky_relu`. Throws `TORCH_OPTION` for an unknown function. */
export function calculateGain(nonlinearity: string, param?: number): number {
  if (linearFunctions.includes(nonlinearity)) return 1
  switch (nonlinearity) {
    case 'tanh':
      return 5 / 3
    case 'relu':
      return Math.sqrt(2)
    case 'leaky_relu':
      return Math.sqrt(2 / (1 + (param ?? 0.01) ** 2))
    case 'selu':
      return 3 / 4
    default:
      throw invalidOption(`Unsupported nonlinearity ${nonlinearity}`)
  }
}

/** Deviation of `xavier_normal_`: normal(0, std). */
export function xavierStd(shape: readonly number[], gain = 1): number {
  const { fanIn, fanOut } = fansOf(shape)
  return gain * Math.sqrt(2 / (fanIn + fanOut))
}

/** Bound of `xavier_uniform_`: uniform(-bound, bound). */
export const xavierBound = (shape: readonly number[], gain = 1): number =>
  Math.sqrt(3) * xavierStd(shape, gain)

/** Deviation of `kaiming_normal_`. `a`: the slope of `leaky_relu`. */
export const kaimingStd = (
  shape: readonly number[],
  a = 0,
  mode: FanMode = 'fan_in',
  nonlinearity = 'leaky_relu',
): number => calculateGain(nonlinearity, a) / Math.sqrt(fanOfMode(shape, mode))

/** Bound of `kaiming_uniform_`. */
export const kaimingBound = (
  shape: readonly number[],
  a = 0,
  mode: FanMode = 'fan_in',
  nonlinearity = 'leaky_relu',
): number => Math.sqrt(3) * kaimingStd(shape, a, mode, nonlinearity)

/** Bound of the default weights of Linear and the convolutions: `kaimingBound` with a = √5. */
export const defaultWeightBound = (shape: readonly number[]): number => kaimingBound(shape, Math.sqrt(5))

/** Bound of their biases: 1 / √fan_in, 0 without inputs. */
export function defaultBiasBound(weightShape: readonly number[]): number {
  const { fanIn } = fansOf(weightShape)
  return fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0
}

/** Bound of all parameters of the recurrent layers: 1 / √hidden. */
export const recurrentBound = (hiddenSize: number): number => (hiddenSize > 0 ? 1 / Math.sqrt(hiddenSize) : 0)

/** Offsets of the ones of `eye_` in a matrix. */
export function eyePlaces(shape: readonly number[]): readonly number[] {
  const [rows, columns, ...rest] = shape
  if (rows === undefined || columns === undefined || rest.length > 0) {
    throw invalidOption('Only tensors with 2 dimensions are supported')
  }
  return Array.from({ length: Math.min(rows, columns) }, (_, at) => at * columns + at)
}

/** Offsets of the ones of `dirac_` in a weight [out, in, …]: each group of channels passes its inputs on at the window's middle. */
export function diracPlaces(shape: readonly number[], groups = 1): readonly number[] {
  const [out, inputs, ...window] = shape
  if (out === undefined || inputs === undefined || window.length < 1 || window.length > 3) {
    throw invalidOption('Only tensors with 3, 4, or 5 dimensions are supported')
  }
  if (out % groups !== 0) throw invalidOption('dim 0 must be divisible by groups')
  const middle = window.reduce((offset, extent) => offset * extent + Math.floor(extent / 2), 0)
  const field = window.reduce((product, extent) => product * extent, 1)
  const perGroup = out / groups
  const places: number[] = []
  for (let group = 0; group < groups; group++) {
    for (let at = 0; at < Math.min(perGroup, inputs); at++) {
      places.push(((group * perGroup + at) * inputs + at) * field + middle)
    }
  }
  return places
}
