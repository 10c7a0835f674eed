// Tensors of numbers that follow each other, and identity matrices. What they make is known at once.
import { dtypes, type TypedArray, writeElement } from '@heddle/core'
import { type DType, float64, getDefaultDtype } from '../dtypes.ts'
import { argumentError, type TorchError, warn } from '../errors.ts'
import { isWarnAlwaysEnabled } from '../settings.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { convert, dtypeOfNumber, type TensorOptions, tensorOfData } from './creation.ts'
import { type Out, takingOut } from './out.ts'
import { type Call, call, isOptions } from './signature.ts'

/** Elements by position, in the precision the dtype computes in. */
function numbered(dtype: DType, size: number, element: (at: number) => number): TypedArray {
  const data = dtypes[dtype.core].allocate(size)
  for (let at = 0; at < size; at++) writeElement(dtype.core, data, at, convert(dtype, element(at)))
  return data
}

/** `arange(end)`, `arange(start, end, step)`: int64 where all are whole, else the default dtype. */
export const arange: (...args: readonly (number | (TensorOptions & Out))[]) => Tensor = takingOut(
  'arange',
  (...args) => {
    const numbers = args.filter((arg) => typeof arg === 'number')
    const options: TensorOptions = args.find((arg): arg is TensorOptions => isOptions(arg)) ?? {}
    const [start, end, step] =
      numbers.length === 1 ? [0, numbers[0] ?? 0, 1] : [numbers[0] ?? 0, numbers[1] ?? 0, numbers[2] ?? 1]
    if (step === 0) throw zeroStep()
    if ((end - start) * step < 0) throw wrongDirection()
    const dtype =
      options.dtype ?? dtypeOfNumber(numbers.find((each) => !Number.isInteger(each)) ?? 0, options)
    const data = numbered(dtype, Math.ceil((end - start) / step), (at) => start + at * step)
    return tensorOfData(dtype, [data.length], data, options)
  },
)

let hasWarned = false

type Range = TensorOptions & { start?: number; end: number; step?: number }

/** From `start` to `end`, which is among them: of the default dtype. PyTorch has replaced it with `arange`. */
export const range: Call<Range, ['start', 'end', 'step']> = call(
  'range',
  ['start', 'end', 'step'],
  ['dtype', 'device', 'requiresGrad'],
  (params) => {
    const { start = 0, end, step = 1, dtype = getDefaultDtype() } = params
    if (end === undefined) throw missingEnd()
    if (!hasWarned || isWarnAlwaysEnabled()) warn(rangeWarning)
    hasWarned = true
    if (step === 0) throw zeroStep()
    if ((end - start) * step < 0) throw wrongRange()
    const size = Math.floor((end - start) / step) + 1
    return tensorOfData(
      dtype,
      [size],
      numbered(dtype, size, (at) => start + at * step),
      params,
    )
  },
)

const rangeWarning =
  "torch.range is deprecated and will be removed in a future release because its behavior is inconsistent with Python's range builtin. Instead, use torch.arange, which produces values in [start, end)."

type Linear = TensorOptions & { start: number; end: number; steps: number }

/** Positions between two ends: from each end to the middle, so that both are exact. */
function spaced({ start, end, steps }: Linear, dtype: DType): (at: number) => number {
  if (steps < 0) throw negativeSteps()
  const round = dtype === float64 || !dtype.isFloatingPoint ? (value: number) => value : Math.fround
  const [first, last] = [round(start), round(end)]
  const step = round(round(last - first) / (steps - 1))
  return (at) => {
    if (steps === 1) return first
    return at < steps / 2 ? round(first + round(step * at)) : round(last - round(step * (steps - at - 1)))
  }
}

/** `steps` numbers from `start` to `end`, at equal distances. */
export const linspace: Call<Linear, ['start', 'end', 'steps']> = call(
  'linspace',
  ['start', 'end', 'steps'],
  ['dtype', 'device', 'requiresGrad'],
  (params) => {
    const { dtype = getDefaultDtype(), steps } = params
    const element = spaced(params, dtype)
    return tensorOfData(dtype, [steps], numbered(dtype, steps, element), params)
  },
)

type Logarithmic = Linear & { base?: number }

/** `base` to the powers from `start` to `end`, at equal distances. */
export const logspace: Call<Logarithmic, ['start', 'end', 'steps', 'base']> = call(
  'logspace',
  ['start', 'end', 'steps', 'base'],
  ['dtype', 'device', 'requiresGrad'],
  (params) => {
    const { dtype = getDefaultDtype(), steps, base = 10 } = params
    const exponent = spaced(params, dtype)
    return tensorOfData(
      dtype,
      [steps],
      numbered(dtype, steps, (at) => base ** exponent(at)),
      params,
    )
  },
)

/** The identity matrix, of `n` rows and `m` (or `n`) columns. */
export const eye: Call<TensorOptions & { n: number; m?: number }, ['n', 'm']> = call(
  'eye',
  ['n', 'm'],
  ['dtype', 'device', 'requiresGrad'],
  (params) => {
    const { dtype = getDefaultDtype(), n, m = n } = params
    if (n < 0) throw negativeExtent('n', n)
    if (m < 0) throw negativeExtent('m', m)
    const data = numbered(dtype, n * m, (at) => (Math.floor(at / m) === at % m ? 1 : 0))
    return tensorOfData(dtype, [n, m], data, params)
  },
)

const zeroStep = (): TorchError => argumentError('step must be nonzero')
const wrongDirection = (): TorchError =>
  argumentError('upper bound and larger bound inconsistent with step sign')
const wrongRange = (): TorchError => argumentError('upper bound and lower bound inconsistent with step sign')
const missingEnd = (): TorchError =>
  argumentError('range() missing 1 required positional arguments: "end"', {}, 'TypeError')
const negativeSteps = (): TorchError => argumentError('number of steps must be non-negative')
const negativeExtent = (name: string, extent: number): TorchError =>
  argumentError(`${name} must be greater or equal to 0, got ${extent}`, { extent })
