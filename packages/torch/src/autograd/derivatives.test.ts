// Derivatives as functions of functions, and the comparison of derivatives with differences.
import { describe, expect, it } from 'vitest'
import * as torch from '../index.ts'
import { autograd, func } from '../index.ts'

type Tensor = torch.Tensor

const doubles = (...values: readonly number[]): Tensor =>
  torch.tensor(values, { dtype: torch.float64, requiresGrad: true })

/** Twice its operand, with a derivative of three. */
class Wrong extends autograd.Function {
  static override forward(_: autograd.FunctionContext, x: Tensor): Tensor {
    return x.mul(2)
  }
  static override backward(_: autograd.FunctionContext, grad: Tensor): Tensor {
    return grad.mul(3)
  }
}

describe('gradcheck', () => {
  it('accepts derivatives that are right, of several inputs and results', () => {
    const [x, y] = [doubles(0.5, -1.5, 2), doubles(1, 2, 3)]
    const both = (a?: Tensor, b?: Tensor): Tensor[] => [
      (a as Tensor).sin().mul(b as Tensor),
      (b as Tensor).exp(),
    ]

    expect(autograd.gradcheck(both, [x, y])).toBe(true)
    expect(autograd.gradgradcheck(both, [x, y])).toBe(true)
  })

  it('tells which derivative is wrong, with both tables', () => {
    const x = doubles(1, 2)
    const check = (): boolean => autograd.gradcheck((a) => Wrong.apply(a), x)

    expect(check).toThrow(expect.objectContaining({ name: 'RuntimeError', code: 'TORCH_GRADCHECK' }))
    expect(check).toThrow(
      /^Jacobian mismatch for output 0 with respect to input 0,\nnumerical:tensor\(\[\[2\.[\s\S]*\nanalytical:tensor\(\[\[3\., 0\.\],\n {8}\[0\., 3\.\]\], dtype=torch\.float64\)\n$/,
    )
    expect(autograd.gradcheck((a) => Wrong.apply(a), x, { raiseException: false })).toBe(false)
  })

  it('finds second derivatives that are wrong where the first are right', () => {
    class Flat extends autograd.Function {
      static override forward(ctx: autograd.FunctionContext, x: Tensor): Tensor {
        ctx.saveForBackward(x.detach())
        return x.pow(2)
      }
      static override backward(ctx: autograd.FunctionContext, grad: Tensor): Tensor {
        const [x] = ctx.savedTensors as [Tensor]
        return grad.mul(x).mul(2)
      }
    }
    const x = doubles(1, 2)

    expect(autograd.gradcheck((a) => Flat.apply(a), x)).toBe(true)
    expect(() => autograd.gradgradcheck((a) => Flat.apply(a), x)).toThrow('Jacobian mismatch')
  })
})

describe('torch.func', () => {
  const cubes = (x?: Tensor): Tensor => (x as Tensor).pow(3).sum()

  it('makes gradients of functions, and gradients of those', () => {
    const x = torch.tensor([1, 2])
    const slope = func.grad(cubes)
    const curvature = func.grad((y) => (slope(y as Tensor) as Tensor).sum())

    expect((slope(x) as Tensor).tolist()).toEqual([3, 12])
    expect((curvature(x) as Tensor).tolist()).toEqual([6, 12])
    expect([x.requiresGrad, x.grad]).toEqual([false, null])
  })

  it('differentiates by the inputs that are named', () => {
    const product = (x?: Tensor, y?: Tensor): Tensor => (x as Tensor).mul(y as Tensor).sum()
    const [x, y] = [torch.tensor([1, 2]), torch.tensor([3, 4])]
    const [dx, dy] = func.grad(product, { argnums: [0, 1] })(x, y) as readonly [Tensor, Tensor]

    expect((func.grad(product, { argnums: 1 })(x, y) as Tensor).tolist()).toEqual([1, 2])
    expect([dx.tolist(), dy.tolist()]).toEqual([
      [3, 4],
      [1, 2],
    ])
  })

  it('gives values beside gradients, and refuses results of more than one element', () => {
    const [gradient, value] = func.gradAndValue(cubes)(torch.tensor([1, 2]))

    expect([(gradient as Tensor).tolist(), value.item(), value.requiresGrad]).toEqual([[3, 12], 9, false])
    expect(() => func.grad((x) => (x as Tensor).mul(2))(torch.ones(2))).toThrow(
      'Expected f(*args) to return a scalar tensor, got tensor with 1 dims.',
    )
  })

  it('carries directions back and forward, and makes Jacobians and Hessians', () => {
    const x = torch.tensor([1, 2])
    const squares = (y?: Tensor): Tensor => (y as Tensor).pow(2)
    const [value, back] = func.vjp(squares, x)
    const [, forward] = func.jvp(squares, [x], [torch.tensor([1, -1])])

    expect((value as Tensor).tolist()).toEqual([1, 4])
    expect(back(torch.tensor([1, 10]))[0]?.tolist()).toEqual([2, 40])
    expect((forward as Tensor).tolist()).toEqual([2, -4])
    expect((func.jacrev(squares)(x) as Tensor).tolist()).toEqual([
      [2, 0],
      [0, 4],
    ])
    expect((func.hessian(cubes)(x) as Tensor).tolist()).toEqual([
      [6, 0],
      [0, 12],
    ])
  })
})
