// The programs of `tools/golden/torch/autograd.py`, rewritten by the API rules.
// long because the programs are, one after the other as they stand there.
import * as torch from '@heddle/torch'
import { autograd, nn } from '@heddle/torch'
import { afterAll, beforeAll } from 'vitest'
import recorded from './autograd.json' with { type: 'json' }
import { comparePrograms, type Program } from './programs.ts'

type Tensor = torch.Tensor

const leaf = (...values: readonly number[]): Tensor => torch.tensor(values, { requiresGrad: true })

beforeAll(() => torch.setWarningHandler(() => undefined))
afterAll(() => torch.setWarningHandler(console.warn))

const programs: Readonly<Record<string, Program>> = {
  'nodes of a small graph': ({ show }) => {
    const [x, c] = [leaf(2, 3), torch.ones(2)]
    const y = x.mul(c).add(1).pow(2)
    show(y.gradFn, y.gradFn?.name())
    show(y.gradFn?.nextFunctions)
    const add = y.gradFn?.nextFunctions[0]?.[0]
    show(add?.nextFunctions)
    const mul = add?.nextFunctions[0]?.[0]
    show(mul?.nextFunctions)
    const accumulate = mul?.nextFunctions[0]?.[0] as autograd.AccumulateGrad
    show(accumulate.variable === x)
    show(x.add(x).gradFn?.nextFunctions[0]?.[0] === x.add(x).gradFn?.nextFunctions[1]?.[0])
    show(x.split(1)[1]?.sum().gradFn?.nextFunctions)
    show(x.max(0).values.gradFn?.nextFunctions)
  },
  'what nodes saved': ({ show, fails }) => {
    const x = leaf(2, 3)
    const saved = (of: Tensor, name: `_saved${string}`): unknown => (of.gradFn as autograd.SavedNode)[name]
    show(saved(x.pow(2), '_savedSelf'), saved(x.pow(2), '_savedExponent'))
    show(saved(x.mul(torch.ones(2)), '_savedSelf'), saved(x.mul(torch.ones(2)), '_savedOther'))
    show(saved(x.exp(), '_savedResult'))
    show(saved(x.sigmoid(), '_savedResult'))
    show(saved(x.log(), '_savedSelf'))
    const y = x.exp()
    y.sum().backward()
    fails(() => saved(y, '_savedResult'))
  },
  leaves: ({ show, fails }) => {
    const x = leaf(2, 3)
    const y = x.mul(2)
    show(x.isLeaf, y.isLeaf, y.detach().isLeaf, x.gt(1).isLeaf, torch.ones(2).isLeaf)
    const [z, w] = torch.noGrad(() => [x.mul(2), torch.ones(2, { requiresGrad: true })] as const)
    show(z.isLeaf, z.requiresGrad, w.requiresGrad)
    show(x.gt(1).requiresGrad, x.max(0).indices.requiresGrad, x.detach().requiresGrad)
    fails(() => y.requiresGrad_(false))
    fails(() => torch.arange(3).requiresGrad_())
  },
  accumulation: ({ show, fails }) => {
    const x = leaf(2, 3)
    x.pow(2).backward(torch.ones(2))
    const first = x.grad
    x.pow(2).backward(torch.ones(2))
    show(x.grad, x.grad === first)
    x.grad?.zero_()
    show(x.grad)
    x.grad = null
    x.pow(3).sum().backward({ createGraph: true })
    show(x.grad)
    fails(() => {
      x.grad = torch.ones(3)
    })
    fails(() => {
      x.grad = torch.ones(2, { dtype: torch.float64 })
    })
  },
  'backward of more than one element': ({ show, fails }) => {
    const x = leaf(2, 3)
    fails(() => x.mul(2).backward())
    fails(() => x.mul(2).backward(torch.ones(3)))
    fails(() => torch.ones(2).sum().backward())
    x.mul(2).reshape(2, 1).narrow(0, 0, 1).backward()
    show(x.grad)
  },
  'graphs that were freed': ({ show, fails }) => {
    const x = leaf(2, 3)
    const y = x.exp().sum()
    y.backward()
    fails(() => y.backward())
    const z = x.add(1).sum()
    z.backward()
    z.backward()
    show(x.grad)
    const w = x.exp().sum()
    w.backward({ retainGraph: true })
    w.backward()
    show(x.grad)
  },
  'results that keep their gradient': ({ show, fails }) => {
    const x = leaf(2, 3)
    const y = x.mul(2)
    y.retainGrad()
    show(y.retainsGrad, x.retainsGrad)
    y.pow(2).sum().backward()
    show(y.grad, x.grad)
    fails(() => torch.ones(2).retainGrad())
  },
  'hooks of tensors': ({ show, fails }) => {
    const x = leaf(2, 3)
    const y = x.mul(2)
    y.registerHook((grad) => void show('first', grad))
    y.registerHook((grad) => grad.mul(10))
    const handle = y.registerHook(() => void show('never'))
    handle.remove()
    y.registerHook((grad) => void show('last', grad))
    x.registerHook((grad) => {
      show('leaf', grad)
      return grad.add(1)
    })
    y.pow(2).sum().backward()
    show(x.grad)
    fails(() => torch.ones(2).registerHook((grad) => grad))
  },
  'order of backward': ({ show }) => {
    const x = leaf(2, 3)
    const a = x.mul(2)
    const b = a.exp()
    const c = a.sin()
    const d = b.add(c)
    for (const [name, tensor] of Object.entries({ a, b, c, d, x })) tensor.registerHook(() => void show(name))
    d.sum().backward()
  },
  'hooks of nodes': ({ show }) => {
    const x = leaf(2, 3)
    const y = x.mul(2)
    y.gradFn?.registerHook((inputs, outputs) => void show('after', inputs, outputs))
    y.sum().backward()
  },
  'gradients of some inputs': ({ show, fails }) => {
    const [x, w] = [leaf(2, 3), leaf(1, -1)]
    const y = x.mul(w)
    const z = y.sin().sum()
    show(autograd.grad(z, [x, y], { retainGraph: true }))
    show(x.grad, w.grad)
    z.backward({ inputs: [w] })
    show(x.grad, w.grad)
    const other = leaf(1)
    fails(() => autograd.grad(x.mul(w).sum(), [other]))
    show(autograd.grad(x.mul(w).sum(), [x, other], { allowUnused: true }))
    fails(() => autograd.grad(x.mul(w).sum(), [torch.ones(2)]))
  },
  'gradients of gradients': ({ show }) => {
    const x = leaf(2, 3)
    const [first] = autograd.grad(x.pow(3).sum(), x, { createGraph: true })
    show(first)
    const [second] = autograd.grad(first?.sum() as Tensor, x, { createGraph: true })
    show(second)
    const [third] = autograd.grad(second?.sum() as Tensor, x)
    show(third)
    const y = leaf(0.5, -0.25)
    const [slope] = autograd.grad(y.tanh().sum(), y, { createGraph: true })
    const [curvature] = autograd.grad(slope?.sum() as Tensor, y)
    show(curvature)
  },
  'writes to leaves': ({ show, fails }) => {
    const x = leaf(2, 3)
    fails(() => x.add_(1))
    fails(() => x.zero_())
    fails(() => x.narrow(0, 0, 1).add_(1))
    torch.noGrad(() => x.add_(1))
    show(x, x._version)
    x.detach().add_(1)
    show(x, x._version)
    x.data.add_(1)
    show(x, x._version)
  },
  'writes to what backward needs': ({ show, fails }) => {
    const x = leaf(2, 3)
    const y = x.exp()
    const z = y.mul(y)
    y.add_(1)
    fails(() => z.sum().backward())
    const a = x.exp()
    a.add_(1)
    fails(() => a.sum().backward())
    const b = x.mul(2)
    const c = b.sin()
    b.mul_(2)
    fails(() => c.sum().backward())
    const d = x.mul(2)
    const e = d.add(1)
    d.mul_(2)
    e.sum().backward()
    show(x.grad)
  },
  'writes in place': ({ show, fails }) => {
    const x = leaf(2, 3)
    const y = x.mul(2)
    const same = y
    y.mul_(3)
    show(y, same === y, y._version)
    y.sum().backward()
    show(x.grad)
    const z = torch.zeros(2)
    z.add_(x)
    show(z, z.isLeaf)
    fails(() => torch.zeros(2).add_(torch.zeros(3)))
    fails(() => torch.arange(2).add_(x))
  },
  'writes to views': ({ show }) => {
    const x = leaf(2, 3, 4, 5)
    const y = x.mul(1)
    const v = y.narrow(0, 1, 2)
    const w = y.view(2, 2)
    v.mul_(10)
    show(y)
    show(v)
    show(w)
    show(y._version, v._version, w._version)
    show(v.gradFn?.nextFunctions[0]?.[0])
    show(y.gradFn?.nextFunctions)
    y.mul(torch.tensor([1, 2, 3, 4]))
      .sum()
      .backward()
    show(x.grad)
  },
  'views see writes to their base': ({ show }) => {
    const x = leaf(2, 3)
    const y = x.mul(1)
    const v = y.view(2, 1)
    y.mul_(4)
    show(v)
    v.sum().backward()
    show(x.grad)
  },
  'writing what requires a gradient into a plain tensor': ({ show }) => {
    const x = leaf(2, 3)
    const z = torch.zeros(4)
    z.narrow(0, 1, 2).copy_(x)
    show(z)
    z.sum().backward()
    show(x.grad)
  },
  'views that must not be written': ({ fails }) => {
    const x = leaf(2, 3, 4, 5)
    const y = x.mul(1)
    fails(() => y.split(2)[0]?.mul_(2))
    fails(() => y.unbind()[0]?.mul_(2))
    const v = torch.noGrad(() => y.view(2, 2))
    fails(() => v.mul_(2))
    fails(() => torch.zeros(1, 2).expand(3, 2).add_(1))
  },
  bases: ({ show }) => {
    const x = torch.zeros(2, 3)
    const v = x.view(6)
    const w = v.narrow(0, 1, 3)
    show(x._base === null, v._base === x, w._base === x)
    show(x.detach()._base === null, x.t()._base === x)
    w.add_(1)
    show(x, x._version, v._version, x.detach()._version)
  },
  'dtypes of gradients': ({ show }) => {
    const x = leaf(2, 3)
    x.mul(torch.tensor([1, 2], { dtype: torch.float64 }))
      .sum()
      .backward()
    show(x.grad)
    const y = torch.tensor([[1, 2]], { requiresGrad: true })
    y.expand(3, 2).mul(2).sum().backward()
    show(y.grad)
    const z = torch.tensor(2, { requiresGrad: true })
    z.mul(torch.ones(3)).sum().backward()
    show(z.grad)
  },
  'custom functions': ({ show }) => {
    class Cube extends autograd.Function {
      static override forward(ctx: autograd.FunctionContext, x: Tensor, scale: number): Tensor {
        ctx.saveForBackward(x)
        ctx['scale'] = scale
        show(x.requiresGrad, ctx.needsInputGrad)
        return x.pow(3).mul(scale)
      }
      static override backward(ctx: autograd.FunctionContext, grad: Tensor): (Tensor | null)[] {
        const [x] = ctx.savedTensors as [Tensor]
        return [
          grad
            .mul(3)
            .mul(x.pow(2))
            .mul(ctx['scale'] as number),
          null,
        ]
      }
    }
    const x = leaf(2, 3)
    const y = Cube.apply(x, 2)
    show(y, y.gradFn?.nextFunctions)
    show((y.gradFn as autograd.CustomNode).savedTensors)
    const [first] = autograd.grad(y.sum(), x, { createGraph: true })
    show(first?.detach())
    const [second] = autograd.grad(first?.sum() as Tensor, x)
    show(second)
  },
  'custom functions that are wrong': ({ fails }) => {
    class Extra extends autograd.Function {
      static override forward(_: autograd.FunctionContext, x: Tensor): Tensor {
        return x.mul(2)
      }
      static override backward(_: autograd.FunctionContext, grad: Tensor): Tensor[] {
        return [grad, grad]
      }
    }
    class Stray extends autograd.Function {
      static override forward(_: autograd.FunctionContext, x: Tensor, number: number): Tensor {
        return x.mul(number)
      }
      static override backward(_: autograd.FunctionContext, grad: Tensor): Tensor[] {
        return [grad, grad]
      }
    }
    const x = leaf(2, 3)
    fails(() => Extra.apply(x).sum().backward())
    fails(() => Stray.apply(x, 2).sum().backward())
  },
  'custom functions with several results': ({ show }) => {
    class Both extends autograd.Function {
      static override forward(ctx: autograd.FunctionContext, x: Tensor): Tensor[] {
        ctx.setMaterializeGrads(false)
        const position = x.max(0).indices
        ctx.markNonDifferentiable(position)
        return [x.mul(2), x.mul(3), position]
      }
      static override backward(_: autograd.FunctionContext, ...grads: (Tensor | null)[]): Tensor {
        const [first, second] = grads
        show(first == null, second == null)
        return (second as Tensor).mul(3)
      }
    }
    const x = leaf(2, 3)
    const [a, b, position] = Both.apply<readonly Tensor[]>(x)
    show(a, b, position)
    b?.sum().backward()
    show(x.grad)
  },
  'functional derivatives': ({ show, fails }) => {
    const F = autograd.functional
    const [x, v] = [torch.tensor([1, 2]), torch.tensor([1, -1])]
    show(F.jacobian((y) => (y as Tensor).pow(2), x))
    show(F.jacobian((y, z) => (y as Tensor).mul((z as Tensor).sum()), [x, v]))
    const cubes = (y?: Tensor): Tensor => (y as Tensor).pow(3).sum()
    show(F.hessian(cubes, x))
    show(F.vjp((y) => (y as Tensor).pow(2), x, v))
    show(F.jvp((y) => (y as Tensor).pow(2), x, v))
    show(F.hvp(cubes, x, v))
    show(F.vhp(cubes, x, v))
    fails(() => F.vjp((y) => (y as Tensor).pow(2), x))
  },
  'inference mode': ({ show, fails }) => {
    const x = leaf(2, 3)
    const y = torch.inferenceMode(() => {
      const made = x.mul(2)
      show(torch.isGradEnabled(), torch.isInferenceModeEnabled(), made.isInference())
      return made.add_(1)
    })
    fails(() => x.mul(y))
    x.mul(y.clone()).sum().backward()
    show(x.grad)
    fails(() => y.add_(1))
  },
  'modes nest': ({ show }) => {
    show(torch.isGradEnabled())
    torch.noGrad(() => {
      show(torch.isGradEnabled())
      torch.enableGrad(() => show(torch.isGradEnabled()))
      show(torch.isGradEnabled())
    })
    torch.setGradEnabled(false, () => show(torch.isGradEnabled()))
    show(torch.isGradEnabled())
  },
  'anomalies are named': ({ fails }) => {
    const x = leaf(0, 1)
    autograd.detectAnomaly(() => {
      const y = x
        .sqrt()
        .mul(torch.tensor([0, 1]))
        .sum()
      fails(() => y.backward())
    })
  },
  'micro batches add up': ({ show }) => {
    torch.manualSeed(0)
    const m = new nn.Linear(3, 1)
    const [X, Y] = [torch.randn(32, 3), torch.randn(32, 1)]
    new nn.MSELoss()(m(X), Y).backward()
    const gradOf = (of: Tensor): Tensor => of.grad as Tensor
    const g = gradOf(m.weight).clone()
    m.weight.grad = null
    for (let k = 0; k < 4; k++) {
      const rows = [0, 8 * k, 8] as const
      new nn.MSELoss()(m(X.narrow(...rows)), Y.narrow(...rows))
        .div(4)
        .backward()
    }
    show(g.sub(gradOf(m.weight)).abs().max().item() < 1e-6)
  },
}

comparePrograms(recorded, programs)
