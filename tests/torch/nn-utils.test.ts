// `torch.nn.utils` as PyTorch has it, as `tools/golden/torch/modules.py` recorded it.
import * as torch from '@heddle/torch'
import { describe, expect, it } from 'vitest'
import golden from './modules.json' with { type: 'json' }
import { refused, wrong } from './refused.ts'

const { nn } = torch

describe('nn.utils', () => {
  const { clipGradNorm_, clipGradValue_, parametersToVector, vectorToParameters } = nn.utils
  const { utils } = golden
  const parameters = (first = [3, -4]) => {
    const found = [[1, -2], [[3], [0.5]], 2].map((data) => new nn.Parameter(torch.tensor(data)))
    const [a, b] = found as [torch.nn.Parameter, torch.nn.Parameter]
    a.grad = torch.tensor(first)
    b.grad = torch.tensor([[1], [0.25]])
    return found
  }
  const grads = (found: readonly torch.Tensor[]) =>
    found.slice(0, 2).map(({ grad }) => grad?.reshape(-1).tolist())

  it.each(utils.clipped)(
    'scales gradients to a norm of at most %d, order %d',
    (most, order, norm, expected) => {
      const found = parameters()
      const before = clipGradNorm_(found, Number(most), { normType: Number(order) })
      const close = (values: unknown, wanted: unknown) => {
        const [x, y] = [values, wanted].map((each) => [each].flat(3).map(Number)) as [number[], number[]]
        x.forEach((value, k) => {
          expect(Math.abs(value - (y[k] ?? Number.NaN))).toBeLessThanOrEqual(2 ** -22 * Math.abs(value))
        })
      }

      close(before.item(), norm)
      close(grads(found), expected)
    },
  )

  it('brings each element of gradients between bounds', () => {
    const found = parameters()
    clipGradValue_(found, 0.75)

    expect(grads(found)).toEqual(utils.values)
  })

  it('has a norm of 0 where there are no gradients', () => {
    expect(clipGradNorm_([new nn.Parameter(torch.ones(1))], 1).item()).toBe(utils.none)
  })

  it('throws where the norm is not finite, if asked', () => {
    const found = parameters([Number.POSITIVE_INFINITY, 1])

    expect(refused(() => clipGradNorm_(found, 1, { errorIfNonfinite: true }))).toEqual(utils.error)
  })

  it('makes one vector of parameters, and parameters that look at one', () => {
    const found = parameters()
    const vector = parametersToVector(found)

    expect([vector.tolist(), vector.gradFn?.name()]).toEqual([utils.vector, utils.node])
    const given = torch.arange(5).float()
    vectorToParameters(given, found)
    torch.noGrad(() => given.select(0, 0).fill_(9))
    expect(found.map((parameter) => parameter.tolist())).toEqual(utils.parameters)
    expect(refused(() => vectorToParameters(wrong(3), found))).toEqual(utils['type error'])
  })

  it('prunes tensors there are', () => {
    expect(() => nn.utils.prune.l1Unstructured(new nn.Linear(2, 2), 'wight', 1)).toThrow(
      "'Linear' object has no attribute 'wight'",
    )
  })

  it('normalises a weight once', () => {
    for (const norm of [nn.utils.weightNorm, nn.utils.spectralNorm]) {
      const layer = norm(new nn.Linear(3, 2))

      expect(() => norm(layer)).toThrow('hooks on the same parameter weight')
    }
  })

  it('takes outputs of transposed convolutions as rows, of their subclasses too', () => {
    class Up extends nn.ConvTranspose1d {}

    expect(nn.utils.spectralNorm(new Up(2, 3, 1)).getBuffer('weight_u').shape).toEqual([3])
  })

  it('gives copies of a module a weight of their own', () => {
    const layer = nn.utils.spectralNorm(new nn.Linear(3, 2))
    const copy = nn.deepcopy(layer)
    torch.noGrad(() => copy.getParameter('weight_orig').copy_(torch.ones(2, 3)))
    const x = torch.eye(3)

    expect(torch.allclose(layer.eval()(x), copy.eval()(x))).toBe(false)
    nn.utils.removeSpectralNorm(copy)
    expect(copy.weight).toBeInstanceOf(nn.Parameter)
    expect(layer.getParameter('weight_orig').requiresGrad).toBe(true)
  })
})
