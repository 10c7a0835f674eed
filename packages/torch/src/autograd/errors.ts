// What PyTorch says about graphs, gradients and writes in place.
import { argumentError, formatSize, TorchError, warn } from '../errors.ts'

export const floatingOnly = (others = ''): TorchError =>
  new TorchError(
    'RuntimeError',
    'TORCH_GRAD_DTYPE',
    `only Tensors of floating point${others} dtype can require gradients`,
  )

export const requiresGradType = (): TorchError => argumentError('requires_grad must be a bool')
export const inferenceRequiresGrad = (): TorchError =>
  argumentError('Setting requires_grad=True on inference tensor outside InferenceMode is not allowed.')
export const inferenceVersion = (): TorchError =>
  argumentError('Inference tensors do not track version counter.')
export const gradType = (found: string): TorchError =>
  new TorchError(
    'TypeError',
    'TORCH_GRAD_ASSIGNED',
    `assigned grad expected to be a Tensor or None but got grad of type${found}`,
    { found },
  )
export const dataType = (found: string): TorchError =>
  argumentError(`Variable data has to be a tensor, but got ${found}`, { found }, 'TypeError')
export const noInputs = (): TorchError => argumentError("'inputs' argument to backward() cannot be empty.")
/** Of functions that make tensors. */
export const newFloatingOnly = (): TorchError =>
  new TorchError(
    'RuntimeError',
    'TORCH_GRAD_DTYPE',
    'Only Tensors of floating point and complex dtype can require gradients',
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

export const requiresGradOfNonLeaf = (value: boolean): TorchError =>
  new TorchError(
    'RuntimeError',
    'TORCH_REQUIRES_GRAD_NON_LEAF',
    `you can only change requires_grad flags of leaf variables.${value ? '' : " If you want to use a computed variable in a subgraph that doesn't require differentiation use var_no_grad = var.detach()."}`,
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

/** A tensor as messages tell of it. */
interface Told {
  readonly dtype: { readonly title: string }
  readonly shape: readonly number[]
  readonly _version: number
}

export function modifiedInPlace(
  { dtype, shape, _version: found }: Told,
  producer: { name(): string } | null,
  output: number,
  expected: number,
): TorchError {
  const which = producer === null ? '' : `, which is output ${output} of ${producer.name()},`
  return new TorchError(
    'RuntimeError',
    'TORCH_MODIFIED_INPLACE',
    `one of the variables needed for gradient computation has been modified by an inplace operation: [torch.${dtype.title}Tensor ${formatSize(shape)}]${which} is at version ${found}; expected version ${expected} instead. Hint: enable anomaly detection to find the operation that failed to compute its gradient, with torch.autograd.set_detect_anomaly(True).`,
    { shape, producer: producer?.name(), found, expected },
  )
}

export const noDerivative = (name: string): TorchError =>
  new TorchError('RuntimeError', 'TORCH_NO_DERIVATIVE', `derivative for aten::${name} is not implemented`, {
    name,
  })

/** The same of operations whose node is called after them. */
export const derivativeMissing = (name: string): TorchError =>
  new TorchError(
    'NotImplementedError',
    'TORCH_NO_DERIVATIVE',
    `the derivative for '${name}' is not implemented.`,
    { name },
  )

/** What core says of an operation without a derivative, with the node it was met at. */
export const notDifferentiable = (node: string, cause: unknown): TorchError => {
  if (cause instanceof TorchError) return cause
  const text = cause instanceof Error ? cause.message : String(cause)
  const error = new TorchError(
    'RuntimeError',
    'TORCH_NO_DERIVATIVE',
    `derivative of ${node} is not implemented: ${text}`,
    {
      node,
    },
  )
  error.cause = cause
  return error
}

export const viewOfLeafInPlace = (): TorchError =>
  new TorchError(
    'RuntimeError',
    'TORCH_LEAF_INPLACE',
    'a view of a leaf Variable that requires grad is being used in an in-place operation.',
  )

/** Why a view may not be written to in place: the view itself, or what it is a view of, as is found out when it is asked. */
export function viewInPlace(creation: string, node: string, output: number, isIndirect = false): TorchError {
  const modified = `${isIndirect ? 'its base or another view of its base has been' : 'is being'} modified inplace`
  const isInference = creation === 'inference'
  const outside = isInference
    ? `A view was created in inference mode and ${modified} in normal mode.`
    : `A view was created in no_grad mode and ${modified} with grad mode enabled.`
  const header =
    node === '' || isInference || creation === 'without gradients'
      ? outside
      : `Output ${output} of ${node} is a view and ${modified}.`
  return new TorchError('RuntimeError', 'TORCH_VIEW_INPLACE', `${header} ${adviceFor(creation)}`, {
    creation,
    node,
  })
}

function adviceFor(creation: string): string {
  switch (creation) {
    case 'several results':
      return 'This view is the output of a function that returns multiple views. Such functions do not allow the output views to be modified inplace. You should replace the inplace operation by an out-of-place one.'
    case 'inference':
    case 'without gradients': {
      const block = creation === 'inference' ? 'inference_mode' : 'no_grad'
      return `Given that this use case is ambiguous and error-prone, it is forbidden. You can clarify your code by moving both the view and the inplace either both inside the ${block} block (if you don't want the inplace to be tracked) or both outside (if you want the inplace to be tracked).`
    }
    default:
      return 'This view was created inside a custom Function (or because an input was returned as-is) and the autograd logic to handle view+inplace would override the custom backward associated with the custom Function, leading to incorrect gradients. This behavior is forbidden. You can fix this by cloning the output of the custom Function.'
  }
}

export const retainWithoutGrad = (): TorchError =>
  argumentError("can't retain_grad on Tensor that has requires_grad=False")

export const hookWithoutGrad = (): TorchError =>
  argumentError("cannot register a hook on a tensor that doesn't require gradient")

export const hookOfNonLeaf = (): TorchError =>
  argumentError('post accumulate grad hooks cannot be registered on non-leaf tensors')

export const detachOfView = (): TorchError =>
  argumentError(
    "Can't detach views in-place. Use detach() instead. If you are using DistributedDataParallel (DDP) for training, and gradient_as_bucket_view is set as True, gradients are views of DDP buckets, and hence detach_() cannot be called on these gradients. To fix this error, please refer to the Optimizer.zero_grad() function in torch/optim/optimizer.py as the solution.",
  )

export const dataOfOtherType = (): TorchError =>
  argumentError('data set to a tensor that requires gradients must be floating point or complex dtype')

interface Place {
  toString(): string
}

export const gradientDevice = (expected: Place, given: Place): TorchError =>
  argumentError(`invalid gradient at index 0 - expected device ${expected} but got ${given}`, {
    expected: String(expected),
    given: String(given),
  })

export const gradOfItself = (): TorchError => argumentError("can't assign Variable as its own grad")

export const gradDType = (given: object, expected: object): TorchError =>
  new TorchError('RuntimeError', 'TORCH_GRAD_ASSIGNED', `assigned grad has data of a different type`, {
    given: String(given),
    expected: String(expected),
  })

export const assignedGradShape = (given: readonly number[], expected: readonly number[]): TorchError =>
  new TorchError('RuntimeError', 'TORCH_GRAD_ASSIGNED', 'assigned grad has data of a different size', {
    given,
    expected,
  })

export const anomalousBackward = (node: string, output: number): TorchError =>
  new TorchError(
    'RuntimeError',
    'TORCH_ANOMALY',
    `Function '${node}' returned nan values in its ${output}th output.`,
    { node, output },
  )

export const warnGradOfNonLeaf = (): void =>
  warn(
    "UserWarning: The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be populated during autograd.backward(). If you indeed want the .grad field to be populated for a non-leaf Tensor, use .retain_grad() on the non-leaf Tensor. If you access the non-leaf Tensor by mistake, make sure you access the leaf Tensor instead. See github.com/pytorch/pytorch/pull/30531 for more informations.",
  )

export const inferenceSaved = (): TorchError =>
  argumentError(
    'Inference tensors cannot be saved for backward. To work around you can make a clone to get a normal tensor and use it in autograd.',
  )

export const inferenceWritten = (): TorchError =>
  argumentError(
    'Inplace update to inference tensor outside InferenceMode is not allowed.You can make a clone to get a normal tensor before doing inplace update.See https://github.com/pytorch/rfcs/pull/17 for more details.',
  )

export const gradientCount = (name: string, expected: number, found: number): TorchError =>
  argumentError(
    `function ${name} returned an incorrect number of gradients (expected ${expected}, got ${found})`,
    { name, expected, found },
  )

export const gradientForNonTensor = (name: string, position: number): TorchError =>
  argumentError(
    `function ${name} returned a gradient different than None at position ${position}, but the corresponding forward input was not a Variable`,
    { name, position },
  )

export const jacobianMismatch = (
  output: number,
  input: number,
  numerical: object,
  analytical: object,
): TorchError =>
  new TorchError(
    'RuntimeError',
    'TORCH_GRADCHECK',
    `Jacobian mismatch for output ${output} with respect to input ${input},\nnumerical:${numerical}\nanalytical:${analytical}\n`,
    { output, input },
  )

export const noForward = (): TorchError =>
  argumentError(
    'You must implement the forward function for custom autograd.Function.',
    {},
    'NotImplementedError',
  )

export const noBackward = (): TorchError =>
  argumentError(
    'You must implement either the backward or vjp method for your custom autograd.Function to use it with backward mode AD.',
    {},
    'NotImplementedError',
  )
