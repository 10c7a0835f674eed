// What modules refuse, in PyTorch's words.
import { typeName as pythonTypeName } from '../arguments/type-names.ts'
import { argumentError, TorchError } from '../errors.ts'
import { Tensor } from '../tensor/tensor.ts'

/** What PyTorch's messages about modules call the type of a value: of a tensor the dtype, too. Undefined is not None here. */
export function typeName(value: unknown): string {
  if (value instanceof Tensor) return value.type()
  return value === undefined ? 'undefined' : pythonTypeName(value)
}

const typeError = (text: string): TorchError => argumentError(text, {}, 'TypeError')
const keyError = (text: string): TorchError => argumentError(text, {}, 'KeyError')
const attributeError = (text: string): TorchError => argumentError(text, {}, 'AttributeError')

export const assignedParameter = (value: unknown, name: string): TorchError =>
  typeError(`cannot assign '${typeName(value)}' as parameter '${name}' (torch.nn.Parameter or None expected)`)
export const assignedModule = (value: unknown, name: string): TorchError =>
  typeError(`cannot assign '${typeName(value)}' as child module '${name}' (torch.nn.Module or None expected)`)
export const assignedBuffer = (value: unknown, name: string): TorchError =>
  typeError(`cannot assign '${typeName(value)}' as buffer '${name}' (torch.Tensor or None expected)`)

export const registeredParameter = (value: unknown, name: string): TorchError =>
  typeError(
    `cannot assign '${typeName(value)}' object to parameter '${name}' (torch.nn.Parameter or None required)`,
  )
export const registeredBuffer = (value: unknown, name: string): TorchError =>
  typeError(`cannot assign '${typeName(value)}' object to buffer '${name}' (torch Tensor or None required)`)
export const notAModule = (value: unknown): TorchError =>
  typeError(`${typeName(value)} is not a Module subclass`)

export const nonLeafParameter = (name: string): TorchError =>
  argumentError(
    `Cannot assign non-leaf Tensor to parameter '${name}'. Model parameters must be created explicitly. To express '${name}' as a function of another Tensor, compute the value in the forward() method.`,
    { name },
    'ValueError',
  )

export type Kind = 'parameter' | 'buffer' | 'module'

export const dottedName = (kind: Kind, name: string): TorchError =>
  keyError(`${kind} name can't contain "."${kind === 'module' ? `, got: ${name}` : ''}`)
export const emptyName = (kind: Kind): TorchError => keyError(`${kind} name can't be empty string ""`)
export const takenName = (name: string): TorchError => keyError(`attribute '${name}' already exists`)
export const missingKey = (key: string): TorchError => keyError(key)

export const noAttribute = (module: string, name: string): TorchError =>
  attributeError(`${module} has no attribute \`${name}\``)
export const notAnAttribute = (name: string, what: string): TorchError =>
  attributeError(`\`${name}\` is not ${what}`)

export const emptySubmodule = (): TorchError =>
  argumentError('Cannot set the submodule without a target name!', {}, 'ValueError')

export const noForward = (name: string): TorchError =>
  new TorchError(
    'NotImplementedError',
    'TORCH_NO_FORWARD',
    `Module [${name}] is missing the required "forward" function`,
    { name },
  )

export const trainingMode = (): TorchError =>
  argumentError('training mode is expected to be boolean', {}, 'ValueError')
export const floatingModule = (dtype: string): TorchError =>
  typeError(`nn.Module.to only accepts floating point or complex dtypes, but got desired dtype=${dtype}`)

export const notAStateDict = (value: unknown): TorchError =>
  typeError(`Expected state_dict to be dict-like, got <class '${typeName(value)}'>.`)

export const loadFailed = (module: string, problems: readonly string[]): TorchError =>
  new TorchError(
    'RuntimeError',
    'TORCH_STATE_DICT',
    `Error(s) in loading state_dict for ${module}:\n\t${problems.join('\n\t')}`,
    { module },
  )

export const gradInputCount = (given: number, expected: number): TorchError =>
  argumentError(
    `Backward hook returned an invalid number of grad_input, got ${given}, but expected ${expected}`,
  )
export const gradOutputCount = (given: number, expected: number): TorchError =>
  argumentError(
    `Backward pre hook returned an invalid number of grad_output, got ${given}, but expected ${expected}`,
  )
export const preHookResult = (result: unknown): TorchError =>
  argumentError(
    `forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got ${String(result)}.`,
  )
export const gradInputWithoutInputs = (): TorchError =>
  argumentError(
    'Backward hook for Modules where no input requires gradient should always return None or None for all gradients.',
  )
export const hookWithoutInputs = (): TorchError =>
  argumentError('Cannot set Module backward hook for a Module with no input Tensors.')
export const postHookResult = (): TorchError =>
  argumentError(
    'Hooks registered with ``register_load_state_dict_post_hook`` are notexpected to return new values, if incompatible_keys need to be modified,it should be done inplace.',
    {},
    'AssertionError',
  )

export const indexRange = (index: number): TorchError =>
  argumentError(`index ${index} is out of range`, { index }, 'IndexError')
export const insertRange = (index: number): TorchError =>
  argumentError(`Index out of range: ${index}`, { index }, 'IndexError')
export const notCalled = (name: string): TorchError => argumentError(`${name} should not be called.`)
