// What traces show: tensors with their elements, graphs, and what nodes saved, in the words of tools/golden/torch/traces.py.
import * as torch from '@heddle/torch'

const { Node, SavedNode } = torch.autograd
type Node = torch.autograd.Node

/** Five digits, as Python's `.5g`. */
function digits(value: number, count = 5): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf'
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  const exponent = Number(value.toExponential(count - 1).split('e')[1])
  const text = exponent < -4 || exponent >= count ? value.toExponential(count - 1) : value.toPrecision(count)
  const [mantissa = '', power] = text.split('e')
  const short = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa
  return power === undefined ? short : `${short}e${power[0]}${power.slice(1).padStart(2, '0')}`
}

export function numbers(tensor: torch.Tensor): string {
  const list: readonly unknown[] = [tensor.detach().tolist()]
  const items: readonly unknown[] = list.flat(20)
  const isFloat = tensor.dtype.isFloatingPoint
  return `[${items.map((each) => (isFloat ? digits(Number(each) * (1 + 3e-7)) : spell(each))).join(', ')}]`
}

const spell = (value: unknown): string =>
  value === null || value === undefined
    ? 'None'
    : value === true
      ? 'True'
      : value === false
        ? 'False'
        : String(value)

export function show(value: unknown): string {
  if (value instanceof torch.Tensor) return `${value.dtype.name}${listOf(value.shape)}${numbers(value)}`
  if (value instanceof torch.Size || Array.isArray(value)) return `(${[...value].map(show).join(', ')})`
  if (value instanceof Node) return value.name()
  return typeof value === 'number' && !Number.isInteger(value) ? digits(value, 6) : spell(value)
}

const listOf = (shape: readonly number[]): string => `[${[...shape].join(', ')}]`

export function graph(root: torch.Tensor): string {
  const order: Node[] = root.gradFn === null ? [] : [root.gradFn]
  for (const node of order) {
    for (const [follower] of node.nextFunctions)
      if (follower !== null && !order.includes(follower)) order.push(follower)
  }
  return order
    .map((node) => {
      const edges = node.nextFunctions.map(([follower, output]) =>
        follower === null ? 'None' : `${order.indexOf(follower)}.${output}`,
      )
      return `${node.name()}(${edges.join(', ')})`
    })
    .join('; ')
}

/** The attributes of the node, sorted by PyTorch's names. */
export function saved(root: torch.Tensor): string {
  const node = root.gradFn
  if (!(node instanceof SavedNode)) return String(node?.name())
  const found = node.savedNames.map((name) => `${name}=${show(node.saved(name))}`)
  return [node.name(), ...found].join(', ')
}

/** What a tensor is in the end. */
export function state(names: ReadonlyMap<string, unknown>, tensor: torch.Tensor): unknown {
  const base = tensor._base
  const named = [...names].find(([, other]) => other === base)?.[0]
  const grad = tensor.isLeaf ? tensor.grad : null
  return [
    tensor.dtype.name,
    [...tensor.shape],
    [...tensor.stride()],
    tensor.storageOffset(),
    tensor.isInference() ? 0 : tensor._version,
    tensor.requiresGrad,
    tensor.gradFn?.name() ?? null,
    base === null ? null : (named ?? '?'),
    numbers(tensor),
    grad === null ? null : numbers(grad),
  ]
}
