// What may be written of the families of functions and methods, and what their results are: compiled, not run.
import type { DType } from '../dtypes.ts'
import * as torch from '../index.ts'
import type { Named } from './named.ts'

type Tensor = torch.Tensor
type Pair = Named<'values' | 'indices'>

/** Results in the types they have. */
export const results = (x: Tensor, mask: Tensor): unknown => {
  const tensors: readonly Tensor[] = [
    x.sum(1, true),
    x.sum({ dim: [0, 1], dtype: torch.float64 }),
    x.var(false),
    x.var(0, true, true),
    x.std({ dim: 1, correction: 0 }),
    x.clamp(0, 1),
    x.clamp({ max: x }),
    x.clamp_(null, 1),
    x.where(mask, 0),
    torch.where(mask, 1, x),
    torch.pow(2, x),
    x.pow_(2),
    torch.bitwiseAnd(1, mask),
    x.eq(true),
    x.lerp(x, 0.5),
    x.addcmul(x, x, { value: 2 }),
    x.round({ decimals: 2 }),
    x.softmax(-1),
    x.logSoftmax({ dim: 1, dtype: torch.float32 }),
    x.norm(),
    x.norm('fro', 0, true),
    x.cumsum_(0),
    x.quantile(0.5, 1, { interpolation: 'nearest' }),
    x.median(),
    x.max(),
    x.diff({ n: 2, prepend: x }),
    torch.trapezoid(x, x, { dim: 0 }),
    torch.searchsorted(x, 3, { side: 'right' }),
    torch.selu_(x),
    torch.add(x, 1, { alpha: 2, out: x }),
    torch.sum(x, 0, true, { out: x }),
    torch.zeros(2, 3, { out: x }),
    torch.max(x, { out: x }),
  ]
  const pairs: readonly Pair[] = [
    x.max(1),
    x.median(0, true),
    x.sort({ descending: true }),
    x.topk(2, { largest: false }),
    x.kthvalue(1),
    x.mode(),
    x.cummax(0),
    torch.max(x, 0, { out: [x, x] }),
    torch.sort(x, { dim: 0, out: [x, x] }),
  ]
  const answers: readonly boolean[] = [x.equal(x), torch.allclose(x, x, { rtol: 0.1 })]
  const dtypes: readonly DType[] = [torch.resultType(x, 1), torch.promoteTypes(torch.int8, torch.uint8)]
  const { min, max } = x.aminmax({ dim: 0 })
  const { hist, binEdges } = torch.histogram(x, 4, { density: true })
  const [variance, mean] = torch.varMean(x, 0)
  const distinct: Tensor | readonly Tensor[] = x.unique({ returnCounts: true })
  const places: readonly Tensor[] = torch.where(mask)
  return [tensors, pairs, answers, dtypes, min, max, hist, binEdges, variance, mean, distinct, places]
}

/** What is no call of them. */
export const mistakes = (x: Tensor): unknown => [
  // @ts-expect-error A dimension is a number.
  x.cumsum('rows'),
  // @ts-expect-error Keywords are checked.
  x.sum({ axis: 1 }),
  // @ts-expect-error The number of elements is needed.
  x.topk(),
  // @ts-expect-error Interpolations have names.
  x.quantile(0.5, { interpolation: 'cubic' }),
  // @ts-expect-error The second operand is a tensor.
  torch.maximum(x, 2),
]

/** Gradients of one tensor and of several, each a tensor unless unused inputs are allowed. */
export const gradients = (x: Tensor, w: Tensor): unknown => {
  const [one]: readonly [Tensor] = torch.autograd.grad(x.sum(), x)
  const [dx, dw]: readonly [Tensor, Tensor] = torch.autograd.grad(x.sum(), [x, w], null, true, true)
  const [unused]: readonly [Tensor | null] = torch.autograd.grad(x.sum(), [w], { allowUnused: true })
  x.sum().backward(null, true)
  return [one, dx, dw, unused]
}

/** Modules of a Sequential by their places, results by theirs. */
export const places = (x: Tensor): unknown => {
  const net = new torch.nn.Sequential(new torch.nn.Linear(2, 3), new torch.nn.ReLU())
  const weight: Tensor = net.at(0).weight
  const any: torch.nn.Module = new torch.nn.Sequential(...net).at(0)
  const values: Tensor = x.max(1)[0]
  const rows: Tensor = x.nonzero()
  const lists: readonly Tensor[] = x.nonzero({ asTuple: true })
  return [weight, any, values, rows, lists]
}

/** Hooks know the module they are of; those that only look give nothing back. */
export const hooks = (x: Tensor): unknown => {
  const layer = new torch.nn.Linear(2, 3)
  layer.registerForwardPreHook((module, inputs) => inputs.map((input) => input.mul(module.inFeatures)))
  layer.registerForwardHook((_module, _inputs, output) => output.clamp({ min: 0 }))
  return x.registerHook((grad) => void grad.sum())
}
