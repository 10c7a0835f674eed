// Functions of functions: Jacobians both ways, functions of examples, and modules over stacked tensors.
import * as torch from '@heddle/torch'
import { describe, expect, test } from 'vitest'

const { func, nn } = torch

const close = (x: torch.Tensor, y: torch.Tensor): void => {
  expect([...x.shape]).toEqual([...y.shape])
  expect(torch.allclose(x, y)).toBe(true)
}

describe('derivatives', () => {
  const wave = (x: torch.Tensor): torch.Tensor => x.sin().mul(x.sum())
  const x = torch.tensor([
    [0.5, -1],
    [2, 0.25],
  ])

  test('a Jacobian is the same forward and backward', () => {
    close(func.jacfwd(wave)(x) as torch.Tensor, func.jacrev(wave)(x) as torch.Tensor)
  })

  test('is of the first input, or of those that are named', () => {
    const scaled = (y: torch.Tensor, factor: torch.Tensor): torch.Tensor => y.mul(factor)
    const factor = torch.tensor([3, -2])
    close(func.jacrev(scaled)(x, factor) as torch.Tensor, func.jacfwd(scaled)(x, factor) as torch.Tensor)
    const [, second] = func.jacrev(scaled, { argnums: [0, 1] })(x, factor) as readonly torch.Tensor[]
    close(second as torch.Tensor, func.jacfwd(scaled, { argnums: 1 })(x, factor) as torch.Tensor)
    const cubes = (y: torch.Tensor, z: torch.Tensor): torch.Tensor => y.pow(3).mul(z).sum()
    const curvature = func.hessian(cubes, { argnums: 0 })(torch.tensor([1, 2]), factor) as torch.Tensor
    close(
      curvature,
      torch.tensor([
        [18, 0],
        [0, -24],
      ]),
    )
  })

  test('counts inputs from the last, and refuses those there are none of', () => {
    const product = (y: torch.Tensor, z: torch.Tensor): torch.Tensor => y.mul(z).sum()
    const factor = torch.tensor([3, -2])
    close(func.grad(product, { argnums: -2 })(x, factor) as torch.Tensor, factor.expand(2, 2))
    close(func.jacfwd(product, { argnums: -1 })(x, factor) as torch.Tensor, x.sum(0))
    for (const argnums of [2, -3])
      expect(() => func.grad(product, { argnums })(x, factor)).toThrow(
        `Got argnum=${argnums}, but only 2 positional inputs`,
      )
  })

  test('linearize carries directions as jvp does, several times', () => {
    const [value, carry] = func.linearize(wave, x)
    close(value as torch.Tensor, wave(x))
    for (const direction of [
      torch.ones(2, 2),
      torch.tensor([
        [1, 0],
        [0, -2],
      ]),
    ]) {
      close(carry(direction) as torch.Tensor, func.jvp(wave, [x], [direction])[1] as torch.Tensor)
    }
  })
})

describe('vmap', () => {
  const rows = torch.arange(12).float().view(3, 4)

  test('gives what a batch gives', () => {
    const dot = func.vmap((a: torch.Tensor, b: torch.Tensor) => a.dot(b))
    close(dot(rows, rows), rows.mul(rows).sum(1))
  })

  test('maps over other dimensions, or not at all', () => {
    const scaled = func.vmap((a: torch.Tensor, b: torch.Tensor) => a.mul(b), {
      inDims: [1, null],
      outDims: 1,
    })
    close(scaled(rows, torch.tensor([1, 2, 3])), rows.mul(torch.tensor([[1], [2], [3]])))
  })

  test('gives gradients of each example', () => {
    const loss = (weight: torch.Tensor, row: torch.Tensor): torch.Tensor => row.mul(weight).sum().pow(2)
    const each = func.vmap(func.grad(loss) as (...inputs: torch.Tensor[]) => torch.Tensor, {
      inDims: [null, 0],
    })
    const weight = torch.tensor([1, -1, 0.5, 2])
    close(each(weight, rows), rows.mul(rows.mv(weight).mul(2).unsqueeze(1)))
  })

  test('refuses dimensions for more or fewer inputs and results than there are', () => {
    const add = (a: torch.Tensor, b: torch.Tensor): torch.Tensor => a.add(b)
    const text = 'is not compatible with the structure of'
    expect(() => func.vmap(add, { inDims: [0] })(rows, rows)).toThrow(`inDims ${text} inputs`)
    expect(() => func.vmap(add, { outDims: [0, 0] })(rows, rows)).toThrow(`outDims ${text} outputs`)
  })

  test('refuses sizes that differ', () => {
    const sum = func.vmap((a: torch.Tensor, b: torch.Tensor) => a.add(b))
    expect(() => sum(rows, torch.ones(2, 4))).toThrow('got sizes [3, 2] for the mapped dimension')
  })
})

test('several modules run as one over their stacked tensors', () => {
  const x = torch.ones(4, 2)
  const models = [0, 1, 2].map(() => new nn.Linear(2, 1))
  const [parameters] = func.stackModuleState(models)
  expect([...(parameters.get('weight') as torch.Tensor).shape]).toEqual([3, 1, 2])
  const base = models[0] as torch.nn.Linear
  const run = func.vmap((weight: torch.Tensor, bias: torch.Tensor) =>
    func.functionalCall<torch.Tensor>(base, { weight, bias }, x),
  )
  const all = run(parameters.get('weight') as torch.Tensor, parameters.get('bias') as torch.Tensor)
  close(all, torch.stack(models.map((each) => each(x))))
  expect(() => func.stackModuleState([base, new nn.Identity()])).toThrow('models to be of the same class')
})

test('tensors of several dicts stand in the places of parameters, each in one of them', () => {
  const layer = new nn.Linear(2, 1)
  const [weight, bias] = [torch.ones(1, 2), torch.zeros(1)]
  expect(func.functionalCall(layer, [{ weight }, { bias }], torch.ones(2)).tolist()).toEqual([2])
  expect(() => func.functionalCall(layer, [{ weight, bias }, { bias }], torch.ones(2))).toThrow(
    "['bias'] appeared in multiple dictionaries",
  )
})
