// The types of parameters: what PyTorch's messages call them, and which kinds of arguments they take.
import * as kinds from './kinds.ts'

export interface Letter {
  readonly letter: string
  readonly title: string
  /** A bit for each kind. */
  readonly accepts: number
}

const letter = (name: string, title: string, ...accepted: readonly number[]): [string, Letter] => [
  name,
  { letter: name, title, accepts: accepted.reduce((bits, kind) => bits | (1 << kind), 0) },
]

const { tensor, floatScalar, intScalar, int, float, bool, str } = kinds

export const letters: Readonly<Record<string, Letter>> = Object.fromEntries([
  letter('T', 'Tensor', tensor, floatScalar, intScalar),
  letter('S', 'Number', int, float, bool, floatScalar, intScalar),
  letter('i', 'int', int, intScalar),
  letter('f', 'float', int, float, bool, floatScalar, intScalar),
  letter('b', 'bool', bool),
  letter('s', 'str', str),
  letter('I', 'tuple of ints', kinds.emptyList, kinds.intList, kinds.brokenIntList),
  letter('F', 'tuple of floats', kinds.emptyList, kinds.intList, kinds.brokenIntList, kinds.floatList),
  letter('L', 'tuple of Tensors', kinds.emptyList, kinds.tensorList, kinds.brokenTensorList),
  letter('Q', 'tuple of Scalars', kinds.emptyList, kinds.intList, kinds.brokenIntList, kinds.floatList),
  letter('d', 'torch.dtype', kinds.dtype),
  letter('D', 'torch.device', kinds.device, str, int),
  letter('g', 'torch.Generator', kinds.generator),
  letter('l', 'torch.layout', str, kinds.other),
  letter('m', 'torch.memory_format', str, kinds.other),
  letter('n', 'name', str, kinds.none),
  letter('N', 'tuple of names', kinds.strList),
  ['o', { letter: 'o', title: 'object', accepts: -1 }],
])
