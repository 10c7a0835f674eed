// Windows of signal processing: vectors that rise and fall. A periodic one is a symmetric one of one element more, less its last.
import { type DType, getDefaultDtype } from '../dtypes.ts'
import { argumentError, type TorchError } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { add, div, mul, pow, rsub, sub } from './arithmetic.ts'
import { i0 } from './bessel.ts'
import { ones, type TensorOptions } from './creation.ts'
import { minimum } from './extremes.ts'
import { narrow } from './parts.ts'
import { arange } from './ranges.ts'
import { type Call, call } from './signature.ts'
import { cos, sqrt } from './unary.ts'

type Window<O = object> = TensorOptions & { windowLength: number; periodic?: boolean } & O

const keywords = ['dtype', 'device', 'requiresGrad'] as const

/** `shape` gives the elements by their positions 0 … length - 1, which are a tensor; it is called for two elements at least. */
function windowed(
  name: string,
  params: Window,
  shape: (positions: Tensor, length: number) => Tensor,
): Tensor {
  const { windowLength, periodic = true, dtype = getDefaultDtype(), requiresGrad = false, device } = params
  if (windowLength < 0) throw negativeLength(name, windowLength)
  if (!dtype.isFloatingPoint) throw windowDType(name, dtype)
  const options = { dtype, ...(device === undefined ? {} : { device }) }
  const found = ofLength(windowLength, periodic, options, shape)
  return requiresGrad ? found.requiresGrad_() : found
}

function ofLength(
  windowLength: number,
  periodic: boolean,
  options: TensorOptions,
  shape: (positions: Tensor, length: number) => Tensor,
): Tensor {
  if (windowLength < 2) return ones(windowLength, options)
  const length = periodic ? windowLength + 1 : windowLength
  const made = shape(arange(length, options), length)
  return periodic ? narrow(made, 0, 0, windowLength).clone() : made
}

const cosine =
  (alpha: number, beta: number) =>
  (positions: Tensor, length: number): Tensor =>
    add(mul(cos(mul(positions, (2 * Math.PI) / (length - 1))), -beta), alpha)

type PlainWindow = Call<Window, ['windowLength', 'periodic']>
const plain = (name: string, shape: (positions: Tensor, length: number) => Tensor): PlainWindow =>
  call<Window, ['windowLength', 'periodic']>(name, ['windowLength', 'periodic'], keywords, (params) =>
    windowed(name, params, shape),
  )

/** Half a cosine over 0 … 1. */
export const hannWindow: PlainWindow = plain('hann_window', cosine(0.5, 0.5))

/** `alpha - beta cos`, which does not fall to 0. */
export const hammingWindow: Call<
  Window<{ alpha?: number; beta?: number }>,
  ['windowLength', 'periodic', 'alpha', 'beta']
> = call('hamming_window', ['windowLength', 'periodic', 'alpha', 'beta'], keywords, (params) =>
  windowed('hamming_window', params, cosine(params.alpha ?? 0.54, params.beta ?? 0.46)),
)

/** Three terms of cosines. */
export const blackmanWindow: PlainWindow = plain('blackman_window', (positions, length) => {
  const angles = mul(positions, Math.PI / (length - 1))
  return add(sub(mul(cos(mul(angles, 4)), 0.08), mul(cos(mul(angles, 2)), 0.5)), 0.42)
})

/** A triangle. */
export const bartlettWindow: PlainWindow = plain('bartlett_window', (positions, length) => {
  const rising = mul(positions, 2 / (length - 1))
  return minimum(rising, rsub(rising, 2))
})

/** A Bessel function of half a circle; a larger `beta` is narrower. */
export const kaiserWindow: Call<Window<{ beta?: number }>, ['windowLength', 'periodic', 'beta']> = call(
  'kaiser_window',
  ['windowLength', 'periodic', 'beta'],
  keywords,
  (params) => {
    const { beta = 12 } = params
    return windowed('kaiser_window', params, (positions, length) => {
      const across = sub(mul(positions, 2 / (length - 1)), 1)
      const circle = sqrt(rsub(pow(across, 2), 1))
      return div(
        i0(mul(circle, beta)),
        i0(mul(ones(1, { dtype: positions.dtype, device: positions.device }), beta)),
      )
    })
  },
)

const negativeLength = (name: string, length: number): TorchError =>
  argumentError(`${name} requires non-negative window_length, got window_length=${length}`, { length })
const windowDType = (name: string, dtype: DType): TorchError =>
  argumentError(`${name} expects floating point dtypes, got: ${dtype}`, { dtype: dtype.name })
