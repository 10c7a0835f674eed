// Errors of the shim: PyTorch's class as `name`, PyTorch's text as `message`, and our stable code in `code`.
// One small function per kind of mistake; no text is built where it is thrown.
import { type ErrorCode, type ErrorContext, HeddleError } from '@heddle/core'

/** PyTorch's names of exception classes. */
export type TorchErrorName =
  | 'RuntimeError'
  | 'IndexError'
  | 'TypeError'
  | 'ValueError'
  | 'NotImplementedError'

export class TorchError extends HeddleError {
  override readonly name: string

  constructor(
    name: TorchErrorName,
    code: ErrorCode,
    text: string,
    details: NonNullable<ErrorContext['details']> = {},
  ) {
    super(code, text, { details })
    this.name = name
    this.message = text
  }
}

/** `[2, 3]`, as PyTorch's messages print sizes. */
export const formatSize = (shape: readonly number[]): string => `[${shape.join(', ')}]`

export const notSupported = (what: string): TorchError =>
  new TorchError('NotImplementedError', 'TORCH_NOT_SUPPORTED', `${what} is not supported yet`, { what })

export const int64Missing = (what: string): TorchError =>
  new TorchError(
    'NotImplementedError',
    'TORCH_INT64',
    `${what}: bigint values make int64 tensors, which are not supported yet. Use numbers with { dtype: torch.int32 }.`,
    { what },
  )

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

export const floatingOnly = (): TorchError =>
  new TorchError(
    'RuntimeError',
    'TORCH_GRAD_DTYPE',
    'only Tensors of floating point dtype can require gradients',
  )

export const meanDtype = (dtype: string): TorchError =>
  new TorchError(
    'RuntimeError',
    'TORCH_MEAN_DTYPE',
    `mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: ${dtype}`,
    { dtype },
  )

export const boolSubtract = (): TorchError =>
  new TorchError(
    'RuntimeError',
    'TORCH_BOOL_SUBTRACT',
    'Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.',
  )

export const boolNegate = (): TorchError =>
  new TorchError(
    'RuntimeError',
    'TORCH_BOOL_NEGATE',
    'Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.',
  )

export const noGradient = (index: number): TorchError =>
  new TorchError(
    'RuntimeError',
    'TORCH_NO_GRAD_FN',
    `element ${index} of tensors does not require grad and does not have a grad_fn`,
    { index },
  )

export const scalarOnly = (): TorchError =>
  new TorchError(
    'RuntimeError',
    'TORCH_GRAD_IMPLICIT',
    'grad can be implicitly created only for scalar outputs',
  )

export const gradientShape = (given: readonly number[], expected: readonly number[]): TorchError =>
  new TorchError(
    'RuntimeError',
    'TORCH_GRAD_SHAPE',
    `Mismatch in shape: grad_output[0] has a shape of torch.Size(${formatSize(given)}) and output[0] has a shape of torch.Size(${formatSize(expected)}).`,
    { given, expected },
  )

export const secondBackward = (): TorchError =>
  new TorchError(
    'RuntimeError',
    'TORCH_BACKWARD_TWICE',
    'Trying to backward through the graph a second time (or directly access saved tensors after they have already been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second time or if you need to access saved tensors after calling backward.',
  )

export const leafInPlace = (): TorchError =>
  new TorchError(
    'RuntimeError',
    'TORCH_LEAF_INPLACE',
    'a leaf Variable that requires grad is being used in an in-place operation.',
  )

export const requiresGradOfNonLeaf = (): TorchError =>
  new TorchError(
    'RuntimeError',
    'TORCH_REQUIRES_GRAD_NON_LEAF',
    "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in a subgraph that doesn't require differentiation use var_no_grad = var.detach().",
  )

export const unusedInput = (): TorchError =>
  new TorchError(
    'RuntimeError',
    'TORCH_UNUSED_INPUT',
    'One of the differentiated Tensors appears to not have been used in the graph. Set allow_unused=True if this is the desired behavior.',
  )

export const inputNotRequiringGrad = (): TorchError =>
  new TorchError(
    'RuntimeError',
    'TORCH_INPUT_NO_GRAD',
    'One of the differentiated Tensors does not require grad',
  )

export function modifiedInPlace(
  type: string,
  shape: readonly number[],
  producer: string | undefined,
  found: number,
  expected: number,
): TorchError {
  const which = producer === undefined ? '' : `, which is output 0 of ${producer},`
  return new TorchError(
    'RuntimeError',
    'TORCH_MODIFIED_INPLACE',
    `one of the variables needed for gradient computation has been modified by an inplace operation: [torch.${type} ${formatSize(shape)}]${which} is at version ${found}; expected version ${expected} instead. Hint: enable anomaly detection to find the operation that failed to compute its gradient, with torch.autograd.set_detect_anomaly(True).`,
    { shape, producer, found, expected },
  )
}

export const invalidOption = (text: string): TorchError => new TorchError('ValueError', 'TORCH_OPTION', text)
