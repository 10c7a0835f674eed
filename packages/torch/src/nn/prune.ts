// `torch.nn.utils.prune`: parameters of which a mask leaves a part. The parameter is what was trained times the mask, made anew
// before each forward; a further method chooses among what is left. Masks are made when a module is pruned, which looks at contents.
import { noGrad } from '../autograd/grad-mode.ts'
import { onesLike, zerosLike } from '../ops/creation.ts'
import { nonzero } from '../ops/nonzero.ts'
import { rand, randLike } from '../ops/random.ts'
import { norm } from '../ops/statistics.ts'
import { Tensor } from '../tensor/tensor.ts'
import type { AnyModule } from './module.ts'
import type { Parameter } from './parameter.ts'
import { parametersToVector } from './parameter-vector.ts'
import * as errors from './prune-errors.ts'
import { Recomputed } from './recomputed.ts'

type PruningType = 'unstructured' | 'structured' | 'global'

/** Chooses what is left. A subclass says `PRUNING_TYPE` and `computeMask`; `apply` prunes a module. */
export abstract class BasePruningMethod {
  abstract readonly PRUNING_TYPE: PruningType
  /** The dimension of channels, of structured methods. */
  readonly dim?: number

  /** The mask of `t`, within what `defaultMask` leaves. */
  abstract computeMask(t: Tensor, defaultMask: Tensor): Tensor

  /** What is left of a tensor. */
  prune(
    t: Tensor,
    options: { readonly defaultMask?: Tensor; readonly importanceScores?: Tensor } = {},
  ): Tensor {
    const { defaultMask = onesLike(t), importanceScores = t } = options
    return t.mul(this.computeMask(importanceScores, defaultMask))
  }

  static apply<A extends readonly unknown[]>(
    this: new (
      ...args: A
    ) => BasePruningMethod,
    module: AnyModule,
    name: string,
    ...args: A
  ): BasePruningMethod {
    return pruneBy(new this(...args), module, name)
  }
}

interface Pruning {
  readonly name: string
  readonly methods: readonly BasePruningMethod[]
}
function masked(module: AnyModule, name: string): Tensor {
  const [original, mask] = ['orig', 'mask'].map((each) => Reflect.get(module, `${name}_${each}`)) as [
    Tensor,
    Tensor,
  ]
  return mask.to(original.dtype).mul(original)
}
const prunings = new Recomputed<Pruning>((module, { name }) => masked(module, name))

/** Prunes, on top of what was pruned before. */
function pruneBy(
  method: BasePruningMethod,
  module: AnyModule,
  name: string,
  importanceScores: Tensor | null = null,
): BasePruningMethod {
  const before = prunings.find(module, name)
  const current: unknown = Reflect.get(module, name)
  if (!(current instanceof Tensor)) throw errors.noTensor(module, name)
  const scores = (importanceScores ?? current).detach()
  const mask = noGrad(() => {
    if (before === undefined) return method.computeMask(scores, onesLike(scores))
    return within(method, scores, (Reflect.get(module, `${name}_mask`) as Tensor).clone())
  })
  if (before === undefined) {
    Reflect.deleteProperty(module, name)
    module.registerParameter(`${name}_orig`, current as Parameter)
  } else prunings.remove(module, name)
  module.registerBuffer(`${name}_mask`, mask)
  Reflect.set(module, name, masked(module, name))
  prunings.add(module, { name, methods: [...(before?.methods ?? []), method] })
  return method
}

/** The mask with what the method leaves of that which it has left so far. */
function within(method: BasePruningMethod, t: Tensor, mask: Tensor): Tensor {
  switch (method.PRUNING_TYPE) {
    case 'global':
      return method.computeMask(t, mask)
    case 'structured': {
      const dim = channelDim(method, t)
      const others = t.shape.map((_, axis) => axis).filter((axis) => axis !== dim)
      const kept = nonzero(mask.sum(others).ne(0)).view(-1)
      const part = method.computeMask(t.indexSelect(dim, kept), mask.indexSelect(dim, kept))
      return mask.indexCopy(dim, kept, part.to(mask.dtype))
    }
    case 'unstructured': {
      const kept = mask.eq(1)
      const part = method.computeMask(t.maskedSelect(kept), mask.maskedSelect(kept))
      return mask.maskedScatter(kept, part.to(mask.dtype))
    }
    default:
      throw errors.unknownType(String(method.PRUNING_TYPE))
  }
}

function channelDim({ dim }: BasePruningMethod, t: Tensor): number {
  if (dim === undefined) throw errors.noDim()
  const axis = dim < 0 ? dim + t.ndim : dim
  if (axis < 0) throw errors.negativeDim(t.ndim)
  return axis
}

/** A number to prune, or a share: as Python rounds it. */
function countOf(amount: number, size: number): number {
  if (!Number.isInteger(amount)) {
    const exact = amount * size
    const low = Math.floor(exact)
    const isHalf = exact - low === 0.5
    return isHalf ? low + (low % 2) : Math.round(exact)
  }
  if (amount > size) throw errors.amountSize(amount, size)
  return amount
}

function requireAmount(amount: number): void {
  if (typeof amount !== 'number') throw errors.amountType(amount)
  if (amount < 0 || (!Number.isInteger(amount) && amount > 1)) throw errors.amountRange(amount)
}

/** 0 at the places of a flat mask. */
const without = (mask: Tensor, places: Tensor): Tensor =>
  mask.reshape(-1).indexFill(0, places, 0).reshape(mask.shape)

/** Leaves all. */
export class Identity extends BasePruningMethod {
  readonly PRUNING_TYPE = 'unstructured'
  override computeMask(_t: Tensor, defaultMask: Tensor): Tensor {
    return defaultMask
  }
}

/** Takes out `amount` elements that are drawn. */
export class RandomUnstructured extends BasePruningMethod {
  readonly PRUNING_TYPE = 'unstructured'
  readonly amount: number

  constructor(amount: number) {
    super()
    requireAmount(amount)
    this.amount = amount
  }
  override computeMask(t: Tensor, defaultMask: Tensor): Tensor {
    const count = countOf(this.amount, t.numel())
    if (count === 0) return defaultMask.clone()
    return without(defaultMask, randLike(t).view(-1).topk(count).indices)
  }
}

/** The smallest. */
export class L1Unstructured extends BasePruningMethod {
  readonly PRUNING_TYPE = 'unstructured'
  readonly amount: number

  constructor(amount: number) {
    super()
    requireAmount(amount)
    this.amount = amount
  }
  override computeMask(t: Tensor, defaultMask: Tensor): Tensor {
    const count = countOf(this.amount, t.numel())
    if (count === 0) return defaultMask.clone()
    return without(defaultMask, t.abs().reshape(-1).topk(count, { largest: false }).indices)
  }
}

/** What whole channels have in common. */
abstract class Structured extends BasePruningMethod {
  readonly PRUNING_TYPE = 'structured'
  readonly amount: number
  override readonly dim: number

  constructor(amount: number, dim: number) {
    super()
    requireAmount(amount)
    this.amount = amount
    this.dim = dim
  }
  override computeMask(t: Tensor, defaultMask: Tensor): Tensor {
    if (t.ndim <= 1) throw errors.notStructured(t.shape)
    if (this.dim >= t.ndim) throw errors.dimIndex(this.dim, t.shape)
    const size = t.size(this.dim)
    const count = countOf(this.amount, size)
    if (count === 0) return defaultMask
    const kept = this.kept(t, size, count)
    return zerosLike(t).indexFill(this.dim, kept, 1).mul(defaultMask.to(t.dtype))
  }
  /** The channels that stay, without `count`. */
  protected abstract kept(t: Tensor, size: number, count: number): Tensor
}

/** Takes out `amount` channels that are drawn. */
export class RandomStructured extends Structured {
  constructor(amount: number, dim = -1) {
    super(amount, dim)
  }
  protected kept(_t: Tensor, size: number, count: number): Tensor {
    const drawn = rand(size)
    return nonzero(drawn.gt(drawn.kthvalue(count).values)).view(-1)
  }
}

/** Those with the smallest norms. */
export class LnStructured extends Structured {
  readonly n: number | 'fro' | 'nuc'

  constructor(amount: number, n: number | 'fro' | 'nuc', dim = -1) {
    super(amount, dim)
    this.n = n
  }
  protected kept(t: Tensor, size: number, count: number): Tensor {
    const axis = this.dim < 0 ? this.dim + t.ndim : this.dim
    const others = t.shape.map((_, each) => each).filter((each) => each !== axis)
    return norm(t, this.n, others).topk(size - count).indices
  }
}

/** Leaves what a given mask leaves. */
export class CustomFromMask extends BasePruningMethod {
  readonly PRUNING_TYPE = 'global'
  readonly mask: Tensor

  constructor(mask: Tensor) {
    super()
    this.mask = mask
  }
  override computeMask(_t: Tensor, defaultMask: Tensor): Tensor {
    return defaultMask.mul(this.mask.to(defaultMask.dtype))
  }
}

interface Scores {
  /** In the place of the parameter, what it is judged by. */
  readonly importanceScores?: Tensor | null
}

const pruned = <M extends AnyModule>(
  module: M,
  name: string,
  method: BasePruningMethod,
  scores?: Scores,
): M => {
  pruneBy(method, module, name, scores?.importanceScores)
  return module
}

/** A mask that leaves all. */
export const identity = <M extends AnyModule>(module: M, name: string): M =>
  pruned(module, name, new Identity())
/** Takes out `amount` elements that are drawn: a number of them, or a share. */
export const randomUnstructured = <M extends AnyModule>(module: M, name: string, amount: number): M =>
  pruned(module, name, new RandomUnstructured(amount))
/** Takes out the `amount` elements that are nearest to 0. */
export const l1Unstructured = <M extends AnyModule>(
  module: M,
  name: string,
  amount: number,
  scores?: Scores,
): M => pruned(module, name, new L1Unstructured(amount), scores)
/** Takes out `amount` places of `dim` that are drawn. */
export const randomStructured = <M extends AnyModule>(
  module: M,
  name: string,
  amount: number,
  dim: number,
): M => pruned(module, name, new RandomStructured(amount, dim))
/** Takes out the `amount` places of `dim` whose norms of order `n` are smallest. */
export const lnStructured = <M extends AnyModule>(
  module: M,
  name: string,
  amount: number,
  n: number | 'fro' | 'nuc',
  dim: number,
  scores?: Scores,
): M => pruned(module, name, new LnStructured(amount, n, dim), scores)
/** Leaves what `mask` leaves. */
export const customFromMask = <M extends AnyModule>(module: M, name: string, mask: Tensor): M =>
  pruned(module, name, new CustomFromMask(mask))

/** Prunes several parameters as if they were one. `args`: of the method. */
export function globalUnstructured<A extends readonly unknown[]>(
  parameters: Iterable<readonly [AnyModule, string]>,
  Method: new (...args: A) => BasePruningMethod,
  ...args: A
): void {
  const method = new Method(...args)
  if (method.PRUNING_TYPE !== 'unstructured') throw errors.onlyUnstructured(Method.name, method.PRUNING_TYPE)
  const places = [...parameters]
  const tensors = places.map(([module, name]) => (Reflect.get(module, name) as Tensor).detach())
  const masks = places.map(
    ([module, name], k) =>
      (Reflect.get(module, `${name}_mask`) as Tensor | undefined) ?? onesLike(tensors[k] as Tensor),
  )
  const mask = noGrad(() => within(method, parametersToVector(tensors), parametersToVector(masks)))
  let from = 0
  places.forEach(([module, name], k) => {
    const { shape } = tensors[k] as Tensor
    const size = (tensors[k] as Tensor).numel()
    customFromMask(module, name, mask.narrow(0, from, size).view(shape).clone())
    from += size
  })
}

/** Makes what is left the parameter. */
export function remove<M extends AnyModule>(module: M, name: string): M {
  if (prunings.find(module, name) === undefined) throw errors.notPruned(name, module)
  const original = Reflect.get(module, `${name}_orig`) as Parameter
  original.data = noGrad(() => masked(module, name))
  for (const each of ['', '_orig', '_mask']) Reflect.deleteProperty(module, name + each)
  module.registerParameter(name, original)
  prunings.remove(module, name)
  return module
}

/** Whether a parameter of the module, or of one below it, is pruned. */
export const isPruned = (module: AnyModule): boolean =>
  module.modules().some((each) => prunings.find(each) !== undefined)
