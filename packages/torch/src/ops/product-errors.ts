// What PyTorch says about products whose factors do not fit.
import { argumentError, formatSize, type TorchError } from '../errors.ts'

type Sizes = readonly number[]

export const matrixOnly = (which: string): TorchError => argumentError(`${which} must be a matrix`)
export const matrixRank = (which: string, rank: number): TorchError =>
  argumentError(`${which} must be a matrix, got ${rank}-D tensor`, { which, rank })
export const matrixShapes = (left: Sizes, right: Sizes): TorchError =>
  argumentError(`mat1 and mat2 shapes cannot be multiplied (${left.join('x')} and ${right.join('x')})`, {
    left,
    right,
  })
export const scalarTypes = (expected: string, found: string): TorchError =>
  argumentError(`expected scalar type ${expected} but found ${found}`, { expected, found })
export const sameDtype = (): TorchError => argumentError('self and mat2 must have the same dtype')
export const batchRank = (which: string): TorchError => argumentError(`${which} must be a 3D tensor`)
export const batchSize = (expected: Sizes, found: Sizes): TorchError =>
  argumentError(
    `Expected size for first two dimensions of batch2 tensor to be: ${formatSize(expected)} but got: ${formatSize(found)}.`,
    { expected, found },
  )
export const vectorSize = (result: number, left: Sizes, vector: number): TorchError =>
  argumentError(`size mismatch, got ${result}, ${left.join('x')},${vector}`, { left, vector })
export const vectorRanks = (self: number, matrix: number, vector: number): TorchError =>
  argumentError(`vector + matrix @ vector expected, got ${self}, ${matrix}, ${vector}`, {
    self,
    matrix,
    vector,
  })
export const dotRanks = (left: number, right: number): TorchError =>
  argumentError(`1D tensors expected, but got ${left}D and ${right}D tensors`, { left, right })
export const dotTypes = (left: string, right: string): TorchError =>
  argumentError(`dot : expected both vectors to have same dtype, but found ${left} and ${right}`, {
    left,
    right,
  })
export const dotSizes = (left: number, right: number): TorchError =>
  argumentError(
    `inconsistent tensor size, expected tensor [${left}] and src [${right}] to have the same number of elements, but got ${left} and ${right} elements respectively`,
    { left, right },
  )
export const innerShapes = (left: Sizes, right: Sizes): TorchError =>
  argumentError(
    `inner() the last dimension must match on both input tensors but got shapes ${formatSize(left)} and ${formatSize(right)}`,
    { left, right },
  )
export const vectorArgument = (name: string, which: string, rank: number): TorchError =>
  argumentError(`${name}: Expected 1-D argument ${which}, but got ${rank}-D`, { which, rank })
export const crossRanks = (): TorchError =>
  argumentError('linalg.cross: inputs must have the same number of dimensions.')
export const crossNone = (): TorchError => argumentError('no dimension of size 3 in input')
export const crossExtent = (dim: number, left: number, right: number): TorchError =>
  argumentError(`linalg.cross: inputs dimension ${dim} must have length 3. Got ${left} and ${right}`, {
    dim,
    left,
    right,
  })
export const powerSquare = (rows: number, columns: number): TorchError =>
  argumentError(
    `linalg.matrix_power: A must be batches of square matrices, but they are ${rows} by ${columns} matrices`,
    { rows, columns },
  )
export const powerRank = (): TorchError =>
  argumentError('linalg.matrix_power: The input tensor A must have at least 2 dimensions.')

export const tensordotLists = (): TorchError => argumentError('both dimension lists should have same length')
export const tensordotCount = (dims: number): TorchError =>
  argumentError(`tensordot expects dims >= 0, but got dims=${dims}`, { dims })
interface Pair {
  readonly own: number
  readonly first: number
  readonly other: number
  readonly second: number
}
export const tensordotPair = ({ own, first, other, second }: Pair): TorchError =>
  argumentError(
    `contracted dimensions need to match, but first has size ${own} in dim ${first} and second has size ${other} in dim ${second}`,
    { own, first, other, second },
  )

export const multiDotCount = (count: number): TorchError =>
  argumentError(`multi_dot(): expected at least 2 tensors but got ${count}`, { count })
export const multiDotRank = (place: number, wanted: string, rank: number): TorchError =>
  argumentError(`multi_dot(): tensor ${place} must be ${wanted} but got ${rank}D`, { place, rank })
export const multiDotShapes = (place: number, left: Sizes, right: Sizes): TorchError =>
  argumentError(
    `multi_dot(): tensors ${place} and ${place + 1} with shapes ${formatSize(left)} and ${formatSize(right)} cannot be multiplied`,
    { place, left, right },
  )
export const multiDotTypes = (): TorchError =>
  argumentError('multi_dot(): all tensors must have be the same dtype')

const einsum = (text: string): TorchError => argumentError(`einsum(): ${text}`)
export const einsumSubscript = (at: number): TorchError =>
  einsum(`invalid subscript given at index ${at} in the equation string, subscripts must be in [a-zA-Z]`)
export const einsumOperands = (word: 'fewer' | 'more'): TorchError =>
  einsum(`${word} operands were provided than specified in the equation`)
export const einsumNothing = (): TorchError => einsum('must provide at least one operand')
export const einsumRank = (count: number, rank: number, place: number): TorchError =>
  einsum(
    `the number of subscripts in the equation (${count}) does not match the number of dimensions (${rank}) for operand ${place} and no ellipsis was given`,
  )
export const einsumRankEllipsis = (count: number, rank: number, place: number): TorchError =>
  einsum(
    `the number of subscripts in the equation (${count}) is more than the number of dimensions (${rank}) for operand ${place}`,
  )
export const einsumRepeated = (label: string, place: number, first: number, other: number): TorchError =>
  einsum(
    `subscript ${label} is repeated for operand ${place} but the sizes don't match, ${other} != ${first}`,
  )
export const einsumSize = (label: string, size: number, place: number, known: number): TorchError =>
  einsum(
    `subscript ${label} has size ${size} for operand ${place} which does not broadcast with previously seen size ${known}`,
  )
export const einsumUnknown = (label: string): TorchError =>
  einsum(`output subscript ${label} does not appear in the equation for any input operand`)
export const einsumTwice = (label: string): TorchError =>
  einsum(`output subscript ${label} appears more than once in the output`)
