// Errors of the shim: PyTorch's class as `name`, PyTorch's text as `message`, and our stable code in `code`.
// One small function per kind of mistake; no text is built where it is thrown.
import { type ErrorCode, type ErrorContext, HeddleError, type SourceLocation } from '@heddle/core'
import { userFrames, withDeepStack } from './user-frames.ts'

/** PyTorch's names of exception classes. */
export type TorchErrorName =
  | 'RuntimeError'
  | 'IndexError'
  | 'TypeError'
  | 'ValueError'
  | 'NotImplementedError'
  | 'KeyError'
  | 'AttributeError'
  | 'AssertionError'

export class TorchError extends HeddleError {
  override readonly name: string
  /** The user's line, where the engine tells. */
  override readonly location: SourceLocation | undefined

  constructor(
    name: TorchErrorName,
    code: ErrorCode,
    text: string,
    details: NonNullable<ErrorContext['details']> = {},
  ) {
    super(code, text, { details })
    this.name = name
    this.message = text
    const found = userFrames(`${name}: ${text}`, withDeepStack(() => new Error(text)).stack)
    this.location = found?.location
    if (found !== undefined) this.stack = found.stack
  }
}

/** `[2, 3]`, as PyTorch's messages print sizes. */
export const formatSize = (shape: readonly number[]): string => `[${shape.join(', ')}]`

export const notSupported = (what: string): TorchError =>
  new TorchError('NotImplementedError', 'TORCH_NOT_SUPPORTED', `${what} is not supported yet`, { what })

export function sizeMismatch(left: readonly number[], right: readonly number[]): TorchError {
  const rank = Math.max(left.length, right.length)
  const at = (shape: readonly number[], axis: number): number => shape[axis - rank + shape.length] ?? 1
  let axis = rank - 1
  while (axis > 0) {
    const [x, y] = [at(left, axis), at(right, axis)]
    if (x !== y && x !== 1 && y !== 1) break
    axis--
  }
  return new TorchError(
    'RuntimeError',
    'TORCH_SIZE_MISMATCH',
    `The size of tensor a (${at(left, axis)}) must match the size of tensor b (${at(right, axis)}) at non-singleton dimension ${axis}`,
    { left, right, axis },
  )
}

export const inplaceShape = (self: readonly number[], result: readonly number[]): TorchError =>
  new TorchError(
    'RuntimeError',
    'TORCH_INPLACE_SHAPE',
    `output with shape ${formatSize(self)} doesn't match the broadcast shape ${formatSize(result)}`,
    { self, result },
  )

export const inplaceCast = (result: string, self: string): TorchError =>
  new TorchError(
    'RuntimeError',
    'TORCH_INPLACE_CAST',
    `result type ${result} can't be cast to the desired output type ${self}`,
    { result, self },
  )

export function matmulShapes(left: readonly number[], right: readonly number[]): TorchError {
  return new TorchError('RuntimeError', 'TORCH_MATMUL_SHAPES', matmulText(left, right), { left, right })
}

/** Each of the functions PyTorch hands a product to has words of its own. */
function matmulText(left: readonly number[], right: readonly number[]): string {
  if (left.length === 0 || right.length === 0) {
    return `both arguments to matmul need to be at least 1D, but they are ${left.length}D and ${right.length}D`
  }
  const columns = left.at(-1) ?? 1
  if (left.length === 1 && right.length === 1) {
    return `inconsistent tensor size, expected tensor [${left[0]}] and src [${right[0]}] to have the same number of elements, but got ${left[0]} and ${right[0]} elements respectively`
  }
  const rows = left.slice(0, -1).reduce((product, dim) => product * dim, 1)
  if (right.length === 1) return `size mismatch, got ${rows}, ${rows}x${columns},${right[0]}`
  if (right.length === 2)
    return `mat1 and mat2 shapes cannot be multiplied (${rows}x${columns} and ${right.join('x')})`
  const batch = right.slice(0, -2).reduce((product, dim) => product * dim, 1)
  return `Expected size for first two dimensions of batch2 tensor to be: [${batch}, ${columns}] but got: [${batch}, ${right.at(-2)}].`
}

export const invalidView = (shape: readonly number[], size: number): TorchError =>
  new TorchError(
    'RuntimeError',
    'TORCH_VIEW_SIZE',
    `shape '${formatSize(shape)}' is invalid for input of size ${size}`,
    { shape, size },
  )

export const inferredTwice = (): TorchError =>
  new TorchError('RuntimeError', 'TORCH_VIEW_SIZE', 'only one dimension can be inferred')
export const invalidExtent = (extent: number): TorchError =>
  new TorchError('RuntimeError', 'TORCH_VIEW_SIZE', `invalid shape dimension ${extent}`, { extent })

export const dimRange = (dim: number, rank: number): TorchError => {
  const span = Math.max(rank, 1)
  return new TorchError(
    'IndexError',
    'TORCH_DIM_RANGE',
    `Dimension out of range (expected to be in range of [${-span}, ${span - 1}], but got ${dim})`,
    { dim, rank },
  )
}

export const repeatedDim = (dim: number): TorchError =>
  new TorchError(
    'RuntimeError',
    'TORCH_DIM_REPEATED',
    `dim ${dim} appears multiple times in the list of dims`,
    {
      dim,
    },
  )

export const lengthOfNumber = (): TorchError => argumentError('len() of a 0-d tensor', {}, 'TypeError')
export const iterationOfNumber = (): TorchError =>
  argumentError('iteration over a 0-d tensor', {}, 'TypeError')
export const itemCount = (size: number): TorchError =>
  new TorchError(
    'RuntimeError',
    'TORCH_ITEM_COUNT',
    `a Tensor with ${size} elements cannot be converted to Scalar`,
    { size },
  )

export const unevenData = (expected: number, found: number, dim: number): TorchError =>
  new TorchError(
    'ValueError',
    'TORCH_DATA_UNEVEN',
    `expected sequence of length ${expected} at dim ${dim} (got ${found})`,
    { expected, found, dim },
  )

export const mixedData = (): TorchError =>
  new TorchError('TypeError', 'TORCH_DATA_MIXED', 'must be real number, not list')

export const meanDtype = (dtype: string): TorchError =>
  new TorchError(
    'RuntimeError',
    'TORCH_MEAN_DTYPE',
    `mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: ${dtype}`,
    { dtype },
  )

export const boolSubtract = (areBoth: boolean): TorchError =>
  new TorchError(
    'RuntimeError',
    'TORCH_BOOL_SUBTRACT',
    areBoth
      ? 'Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator instead.'
      : 'Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.',
  )

export const boolNegate = (): TorchError =>
  new TorchError(
    'RuntimeError',
    'TORCH_BOOL_NEGATE',
    'Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.',
  )

export const invalidOption = (text: string): TorchError => new TorchError('ValueError', 'TORCH_OPTION', text)

/** An argument PyTorch does not take, in PyTorch's words. */
export const argumentError = (
  text: string,
  details: NonNullable<ErrorContext['details']> = {},
  name: TorchErrorName = 'RuntimeError',
): TorchError => new TorchError(name, 'TORCH_ARGUMENT', text, details)

export const unexpectedKeyword = (name: string, keyword: string): TorchError =>
  new TorchError('TypeError', 'TORCH_KEYWORD', `${name}() got an unexpected keyword argument '${keyword}'`, {
    name,
    keyword,
  })

export const tooManyArguments = (name: string, most: number, found: number): TorchError =>
  new TorchError(
    'TypeError',
    'TORCH_ARGUMENT_COUNT',
    `${name}() takes ${most} positional argument${most === 1 ? '' : 's'} but ${found} were given`,
    { name, most, found },
  )

export const defaultDTypeFloat = (): TorchError =>
  argumentError('only floating-point types are supported as the default type', {}, 'TypeError')

export const roundingMode = (mode: string): TorchError =>
  argumentError(`div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '${mode}'`, {
    mode,
  })

export const negativeIntegerPower = (): TorchError =>
  argumentError('Integers to negative integer powers are not allowed.')

interface DeviceName {
  toString(): string
}

export const twoDevices = (first: DeviceName, second: DeviceName): TorchError =>
  new TorchError(
    'RuntimeError',
    'TORCH_TWO_DEVICES',
    `Expected all tensors to be on the same device, but found at least two devices, ${first} and ${second}!`,
    { first: String(first), second: String(second) },
  )

export const internalOverlap = (): TorchError =>
  new TorchError(
    'RuntimeError',
    'TORCH_OVERLAP',
    'unsupported operation: more than one element of the written-to tensor refers to a single memory location. Please clone() the tensor before performing the operation.',
  )

export const partialOverlap = (): TorchError =>
  new TorchError(
    'RuntimeError',
    'TORCH_OVERLAP',
    'unsupported operation: some elements of the input tensor and the written-to tensor refer to a single memory location. Please clone() the tensor before performing the operation.',
  )

/** What a program is told that is not an error. Replaceable, for those who log elsewhere. */
// biome-ignore lint/suspicious/noConsole: warnings are for people.
let warning: (text: string) => void = (text) => console.warn(text)
export const setWarningHandler = (handler: (text: string) => void): void => {
  warning = handler
}
export const warn = (text: string): void => warning(text)

export const matmulDTypes = (left: string, right: string): TorchError =>
  argumentError(`expected m1 and m2 to have the same dtype, but got: ${cppName(left)} != ${cppName(right)}`, {
    left,
    right,
  })

/** What C++ calls a dtype of the compiler. */
export const cppName = (dtype: string): string => cppNames[dtype] ?? dtype
const cppNames: Readonly<Record<string, string>> = {
  f32: 'float',
  f64: 'double',
  f16: 'c10::Half',
  bf16: 'c10::BFloat16',
  i64: 'long int',
  i32: 'int',
  i16: 'short int',
  i8: 'signed char',
  u8: 'unsigned char',
  bool: 'bool',
}

export const copyShape = (from: readonly number[], to: readonly number[]): TorchError => {
  const at =
    to.length -
    1 -
    [...to].reverse().findIndex((extent, k) => {
      const own = from[from.length - 1 - k]
      return own !== undefined && own !== 1 && own !== extent
    })
  const own = from[at - to.length + from.length]
  const text =
    from.length > to.length
      ? `output with shape ${formatSize(to)} doesn't match the broadcast shape ${formatSize(from)}`
      : `The size of tensor a (${to[at]}) must match the size of tensor b (${own}) at non-singleton dimension ${at}`
  return argumentError(text, { from, to })
}

export const fillRank = (rank: number): TorchError =>
  argumentError(`fill_ only supports 0-dimension value tensor but got tensor with ${rank} dimensions.`, {
    rank,
  })

export const unknownDevice = (type: string): TorchError =>
  argumentError(`Expected one of cpu, webgl device type at start of device string: ${type}`, { type })

export const deviceString = (name: string): TorchError =>
  argumentError(`Invalid device string: '${name}'`, { name })

export const deviceOrdinal = (type: string, index: number): TorchError =>
  argumentError(`${type} error: invalid device ordinal`, { type, index })

/** What is passed where a tensor or a number belongs. */
export const argumentType = (name: string, operand: string, found: unknown): TorchError =>
  new TorchError(
    'TypeError',
    'TORCH_ARGUMENT_TYPE',
    `${name}(): argument '${operand}' must be Tensor or Number, not ${kindOf(found)}`,
    { name, operand },
  )

function kindOf(value: unknown): string {
  if (value === null) return 'NoneType'
  if (Array.isArray(value)) return 'list'
  return typeof value === 'object' ? value.constructor.name : typeof value
}

/** `why`: what the runtime found missing. */
export const noWebgl = (why = 'there is no WebGL2 here; browsers have it'): TorchError =>
  new TorchError('RuntimeError', 'TORCH_NO_DEVICE', `No WebGL2 device is available: ${why}`, { why })

export const deviceDType = (device: string, dtype: string): TorchError =>
  new TorchError(
    'TypeError',
    'TORCH_DEVICE_DTYPE',
    `Cannot convert a ${device} Tensor to ${dtype} dtype as the ${device} framework doesn't support ${dtype}.${dtype === 'float64' ? ' Please use float32 instead.' : ''}`,
    { device, dtype },
  )

/** A value that a device cannot keep; the first words are PyTorch's. */
export const deviceRange = (
  device: string,
  dtype: string,
  value: number | bigint,
  place: number,
): TorchError =>
  new TorchError(
    'RuntimeError',
    'BACKEND_NARROWED_RANGE',
    `value cannot be converted without overflow: element ${place} of ${dtype} is ${value}, and ${device} keeps ${dtype} in 32 bits`,
    { device, dtype, value: String(value), place },
  )

export const notCompiled = (what: string): TorchError =>
  new TorchError('AssertionError', 'TORCH_NO_DEVICE', `Torch not compiled with ${what} enabled`, { what })
