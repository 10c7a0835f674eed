// What nodes saved beside tensors: options, sizes and numbers, under PyTorch's names.
import { camelCase } from '../arguments/signatures.ts'

export interface SavedFacts {
  /** The options of the operation, and its operands that are numbers, by name. */
  readonly options: object
  readonly numbers: Readonly<Record<string, number>>
  /** Of the operands that are tensors: their names and sizes. */
  readonly operands: readonly string[]
  readonly shapes: readonly (readonly number[])[]
}

type Options = Readonly<Record<string, unknown>>

/** Names that options have here, by PyTorch's. */
const otherNames: Readonly<Record<string, readonly string[]>> = {
  dim: ['dim', 'axis', 'axes', 'dims'],
  dims: ['dims', 'axes'],
  dimension: ['dim'],
  keepdim: ['keepDims', 'keepdim'],
  offset: ['offset'],
  diagonal: ['diagonal', 'offset'],
  repeats: ['counts'],
  shifts: ['shifts'],
  size: ['size', 'shape'],
  stride: ['stride', 'strides'],
  storage_offset: ['offset'],
  start: ['start'],
  k: ['turns'],
  p: ['p', 'ord'],
  lambd: ['lambd', 'lambda'],
}
const defaults: Readonly<Record<string, unknown>> = {
  alpha: 1,
  beta: 1,
  value: 1,
  keepdim: false,
  sparse_grad: false,
  approximate: 'none',
  negative_slope: 0.01,
  scale: 1,
  input_scale: 1,
  max_val: 1,
  min_val: -1,
  exponent: 2,
}
const reductions: Readonly<Record<string, number>> = { none: 0, mean: 1, sum: 2 }
/** Nodes of one dimension whose operation is one of several. */
const ofOneDim = /^(Prod|Squeeze|Cum|Sort|Topk|Max|Min|Median|Mode|Kthvalue|Softmax|LogSoftmax)/

/** A value that a node saved; null where there is none. */
export function savedValue(node: string, name: string, facts: SavedFacts): unknown {
  const { options, numbers, operands, shapes } = facts
  const given = options as Options
  const ofOperand = /^(self|input|source|mat\d?)_(?:sym_)?(sizes|numel|dim)$/.exec(name)
  if (ofOperand !== null) {
    const [, operand = '', what] = ofOperand
    const shape = shapes[Math.max(0, operands.indexOf(operand))] ?? []
    if (what === 'dim') return shape.length
    return what === 'sizes' ? [...shape] : shape.reduce((product, extent) => product * extent, 1)
  }
  const key = camelCase(name)
  if (key in numbers) return numbers[key]
  const special = ofView(name, given) ?? ofBounds(name, given, numbers)
  if (special !== undefined) return special
  const found = [key, ...(otherNames[name] ?? [])].find((each) => given[each] !== undefined)
  const value = found === undefined ? (defaults[name] ?? null) : given[found]
  if (name === 'reduction') return reductions[String(value)] ?? value
  if (name === 'dim' && Array.isArray(value) && ofOneDim.test(node)) return value[0] ?? 0
  return value
}

/** Of views, the numbers that their options say otherwise. */
function ofView(name: string, { dims, sizes }: Options): unknown {
  if (name === 'split_sizes') return sizes
  if (name === 'split_size' && Array.isArray(sizes)) return sizes[0]
  if (!Array.isArray(dims) || !/^dim[01]$/.test(name)) return undefined
  const moved = dims.flatMap((dim, at) => (dim === at ? [] : [at]))
  return moved[Number(name.slice(3))] ?? 0
}

/** Bounds are numbers beside the tensor, in the order of their names. */
function ofBounds(name: string, { bounds }: Options, numbers: Readonly<Record<string, number>>): unknown {
  if (name !== 'min' && name !== 'max') return undefined
  const names = Array.isArray(bounds) ? bounds : [name]
  return Object.values(numbers)[names.indexOf(name)] ?? null
}
