// Random functions, compiled and eager, called in turn with arguments that share memory or contents with what the function captures,
// while parameters, gradients, modes and optimizers change between the calls: results, gradients, versions and random numbers agree
// to the bit. The seed is the name of the test.
import * as torch from '@heddle/torch'
import { expect, test } from 'vitest'

type Tensor = torch.Tensor
const size = 3

/** Whole numbers below a limit, the same for the same seed. */
function numbersOf(seed: number): (limit: number) => number {
  let state = (seed * 2654435761) >>> 0
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
}

/** What a function captures, and the function. */
class World {
  readonly params: readonly Tensor[]
  readonly buffers: readonly Tensor[]
  readonly optimizers: readonly torch.optim.Optimizer[]
  readonly generator = new torch.Generator(5)
  readonly norm = new torch.nn.BatchNorm1d(size)

  constructor(seed: number) {
    torch.manualSeed(seed)
    this.params = [0, 1].map(() => torch.randn(size).requiresGrad_())
    const [first, second] = this.params as readonly [Tensor, Tensor]
    this.buffers = [torch.randn(size), first.detach().clone()]
    this.optimizers = [
      new torch.optim.SGD([first, second], { lr: 0.1, momentum: 0.5 }),
      new torch.optim.Adam([second], { lr: 0.01 }),
    ]
  }
}

interface Operands {
  readonly x: Tensor
  readonly y: Tensor
  readonly param: Tensor
  readonly buffer: Tensor
  readonly optimizer: torch.optim.Optimizer
  readonly world: World
}

/** Steps of functions; what they give is an operand of those that follow. */
const steps: readonly ((operands: Operands) => Tensor | undefined)[] = [
  ({ x, y }) => x.mul(0.5).add(y),
  ({ x, param }) => x.mul(param),
  ({ x }) => x.sin(),
  ({ x, buffer }) => x.add(buffer),
  ({ x }) => x.clone(),
  ({ x }) => x.detach(),
  ({ x, y }) => torch.where(x.gt(y), x, y),
  ({ x }) => x.flip(0).cumsum(0).mul(0.1),
  ({ x, buffer }) => x.mul(1).mul_(buffer),
  ({ x }) => torch.nn.functional.dropout(x, 0.5),
  ({ x, world }) => x.mul(torch.rand(size, { generator: world.generator })),
  ({ x, y, buffer, world }) => world.norm(torch.stack([x, y, buffer])).sum(0),
  ({ x, param }) => (param.grad === null ? undefined : x.add(param.grad)),
  ({ x, param }) => {
    const leaf = param.detach().clone().requiresGrad_()
    return x.add(torch.autograd.grad(leaf.mul(leaf).sum(), [leaf])[0] as Tensor)
  },
  ({ x }) => {
    const copy = x.clone()
    copy.narrow(0, 0, 1).mul_(2)
    return copy
  },
  ({ x, buffer }) => doing(() => torch.noGrad(() => buffer.lerp_(x.detach(), 0.1))),
  ({ param, buffer }) => doing(() => torch.noGrad(() => buffer.copy_(param))),
  ({ x, buffer }) => doing(() => torch.mul(x.detach(), 2, { out: buffer })),
  ({ param }) => doing(() => torch.noGrad(() => param.mul_(0.99))),
  ({ param }) => doing(() => param.data.mul_(0.98)),
  ({ param }) => doing(() => torch.noGrad(() => param.grad?.mul_(0.5))),
  ({ x, y }) => doing(() => x.requiresGrad && x.mul(y).sum().backward(undefined, { retainGraph: true })),
  ({ param }) => {
    param.grad = null
    return undefined
  },
  ({ optimizer }) => doing(() => optimizer.zeroGrad()),
  ({ optimizer }) => doing(() => optimizer.step()),
]

function doing(body: () => unknown): undefined {
  body()
}

const taken = <T>(list: readonly T[], k: number): T => list[k % list.length] as T

function functionOf(seed: number, world: World): (...args: readonly Tensor[]) => readonly Tensor[] {
  const number = numbersOf(seed)
  const plan = Array.from({ length: 3 + number(10) }, () => [number(steps.length), number(999), number(999)])
  const other = number(999)
  return (...args) => {
    const made = [...args]
    for (const [step = 0, i = 0, j = 0] of plan) {
      const result = taken(
        steps,
        step,
      )({
        x: taken(made, i),
        y: taken(made, j),
        param: taken(world.params, i),
        buffer: taken(world.buffers, j),
        optimizer: taken(world.optimizers, i),
        world,
      })
      if (result !== undefined) made.push(result)
    }
    return [taken(made, made.length - 1), taken(made, other)]
  }
}

function argumentOf({ buffers, params }: World, number: (limit: number) => number, kinds: number): Tensor {
  const fresh = torch.randn(size)
  const makers = [
    () => fresh,
    () => fresh.clone().requiresGrad_(),
    () => taken(buffers, number(2)),
    () => taken(buffers, number(2)).detach(),
    () => taken(buffers, number(2)).clone(),
    () => taken(params, number(2)),
    () => torch.randn(2 * size).narrow(0, 0, size),
  ]
  return taken(makers, number(kinds))()
}

function change({ params, buffers, optimizers, norm }: World, kind: number): void {
  const [p, q] = params as readonly [Tensor, Tensor]
  const [b, c] = buffers as readonly [Tensor, Tensor]
  const optimizer = optimizers[0] as torch.optim.Optimizer
  const changes = [
    () => optimizer.zeroGrad(),
    () => torch.noGrad(() => b.copy_(p)),
    () => Object.assign(p, { data: p.data.mul(0.5) }),
    () => Object.assign(b, { data: c.data }),
    () => norm.eval(),
    () => q.requiresGrad_(!q.requiresGrad),
    () => Object.assign(p, { grad: torch.ones(size) }),
    () => Object.assign(p, { grad: torch.zeros(2 * size).narrow(0, 0, size) }),
    () => p.registerHook((grad) => grad.mul(2)),
    () => optimizer.loadStateDict(optimizer.stateDict()),
  ]
  changes[kind]?.()
}

/** All that nine calls do. */
function observed(seed: number, compile: boolean): readonly unknown[] {
  const world = new World(seed)
  const eager = functionOf(seed, world)
  const run = compile ? torch.compile(eager) : eager
  const number = numbersOf(seed + 77)
  const log: unknown[] = []
  torch.manualSeed(seed)
  for (let call = 0; call < 9; call++) {
    const x = argumentOf(world, number, call < 4 ? 2 : 7)
    const y = number(4) === 0 ? x : argumentOf(world, number, call < 4 ? 2 : 7)
    log.push(attempt(() => resultsOf(run(x, y), number(3))))
    log.push(
      [x, y, ...world.buffers, ...world.params].map(seen),
      world.params.map(({ grad }) => contentsOf(grad)),
    )
    log.push(
      [x, y].map((arg) => (arg.isLeaf ? contentsOf(arg.grad) : null)),
      contentsOf(world.norm.runningMean),
    )
    log.push(torch.rand(1).item())
    if (call > 2) change(world, number(14))
  }
  return log
}

function resultsOf(results: readonly Tensor[], which: number): readonly unknown[] {
  const values = results.map(contentsOf)
  const through = results[which]
  if (through?.gradFn != null) through.sum().backward()
  return values
}

/** What `body` gives, or the error. */
function attempt(body: () => unknown): unknown {
  try {
    return body()
  } catch (error) {
    return String(error).slice(0, 60)
  }
}

const contentsOf = (tensor: Tensor | null): unknown =>
  tensor === null ? null : [[...tensor.detach().toArray()], tensor.requiresGrad]

/** Versions of what the function made begin anew when it is repeated: only those of tensors from outside are compared. */
const seen = (tensor: Tensor): unknown => [contentsOf(tensor), tensor._version, [...tensor.stride()]]

test.each(Array.from({ length: 40 }, (_, seed) => seed))('seed %i', (seed) => {
  expect(observed(seed, true)).toEqual(observed(seed, false))
})
