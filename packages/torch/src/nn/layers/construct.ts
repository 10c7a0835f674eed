// How layers take what they are made with: in PyTorch's order or by name, and refused in the words of Python, which counts `self`
// and names the class whose `__init__` it is.
import { argumentError, TorchError } from '../../errors.ts'
import { isOptions, parse } from '../../ops/signature.ts'

/** Those whose class comes before their own arguments, and counts. */
const ofBase = /^(RNN|LSTM|GRU)$/

/** Classes that take over the `__init__` of another. */
const owners: readonly (readonly [RegExp, string])[] = [
  [/^(Feature)?(Alpha)?Dropout\dd$|^(Feature)?(Alpha)?Dropout$/, '_DropoutNd'],
  [/^BatchNorm\dd$/, '_BatchNorm'],
  [/^InstanceNorm\dd$/, '_InstanceNorm'],
  [/^AdaptiveAvgPool\dd$/, '_AdaptiveAvgPoolNd'],
  [/^AdaptiveMaxPool\dd$/, '_AdaptiveMaxPoolNd'],
  [/^MaxPool\dd$/, '_MaxPoolNd'],
  [/^LPPool\dd$/, '_LPPoolNd'],
  [ofBase, 'RNNBase'],
  [/^(LogSigmoid|Sigmoid|Softmax2d|Softsign|Tanh|Tanhshrink)$/, 'Module'],
]

const initOf = (name: string): string => `${owners.find(([is]) => is.test(name))?.[1] ?? name}.__init__`

/** The arguments of a layer by name; the first `required` of the positional ones must be there. */
export function construct<P extends object>(
  name: string,
  positional: readonly (keyof P & string)[],
  keywords: readonly (keyof P & string)[],
  args: readonly unknown[],
  required = 0,
): P {
  const init = initOf(name)
  const count = isOptions(args.at(-1)) ? args.length - 1 : args.length
  const self = ofBase.test(name) ? 2 : 1
  if (count > positional.length) {
    throw tooMany(init, required + self, positional.length + self, count + self)
  }
  const params = parse<P>(init, positional, keywords, args)
  const missing = positional.slice(0, required).filter((each) => params[each] === undefined)
  if (missing.length > 0) throw missingArguments(init, missing)
  return params
}

function tooMany(init: string, least: number, most: number, found: number): TorchError {
  const range = least === most ? `${most}` : `from ${least} to ${most}`
  const text = `${init}() takes ${range} positional argument${most === 1 ? '' : 's'} but ${found} were given`
  return new TorchError('TypeError', 'TORCH_ARGUMENT_COUNT', text, { init, most, found })
}

const snakeCase = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

function missingArguments(init: string, names: readonly string[]): TorchError {
  const quoted = names.map((name) => `'${snakeCase(name)}'`)
  const last = quoted.pop() ?? ''
  const list = quoted.length === 0 ? last : `${quoted.join(', ')}${quoted.length > 1 ? ',' : ''} and ${last}`
  return argumentError(
    `${init}() missing ${names.length} required positional argument${names.length === 1 ? '' : 's'}: ${list}`,
    { init, names },
    'TypeError',
  )
}
