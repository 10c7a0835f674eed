// Backward against PyTorch's recorded gradients and against differences of values, and the structure and errors around it.
import { describe, expect, it } from 'vitest'
import recorded from './golden/linear-regression.json' with { type: 'json' }
import * as torch from './index.ts'

const { nn, autograd } = torch

const leaf = (data: torch.NestedData): torch.Tensor => torch.tensor(data, { requiresGrad: true })
const thrownBy = (body: () => unknown): torch.TorchError => {
  try {
    body()
  } catch (error) {
    if (error instanceof torch.TorchError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

function expectClose(found: Iterable<number>, expected: readonly number[], tolerance = 1e-6): void {
  const values = [...found]
  expect(values).toHaveLength(expected.length)
  values.forEach((value, k) => {
    expect(Math.abs(value - (expected[k] ?? Number.NaN)), `${k}: ${value}`).toBeLessThanOrEqual(tolerance)
  })
}

const numbers = (tensor: torch.Tensor | null): number[] => [...(tensor?.toArray() ?? [])].map(Number)

describe('backward', () => {
  it('gives a network the gradients PyTorch gives it', () => {
    const { network } = recorded
    torch.manualSeed(7)
    const model = new nn.Sequential(new nn.Linear(3, 8), new nn.ReLU(), new nn.Linear(8, 2))
    const x = torch.randn(5, 3)
    const y = torch.randn(5, 2)

    const loss = new nn.MSELoss()(model(x).tanh(), y)
    loss.backward()

    expect([...model.stateDict().keys()]).toEqual(network.keys)
    expect(Number(loss.item())).toBeCloseTo(network.loss, 6)
    model.parameters().forEach((parameter, k) => {
      expect([...parameter.toArray()]).toEqual(network.parameters[k])
      expectClose(numbers(parameter.grad), network.gradients[k] ?? [])
    })
  })

  const functions: Readonly<Record<string, (x: torch.Tensor, w: torch.Tensor) => torch.Tensor>> = {
    'products and quotients': (x, w) => x.mul(w).div(x.add(3)).sub(w).sum(),
    'powers of tensors': (x, w) => x.add(2).pow(w).mean(),
    'exponentials and logarithms': (x, w) => x.exp().add(w.add(4).log()).sum(),
    activations: (x, w) => x.tanh().mul(w.sigmoid()).add(x.relu()).sum(),
    'matrix products of views': (x, w) => x.matmul(w.t()).permute(1, 0).reshape(-1).pow(2).sum(),
    'reductions with dimensions': (x, w) => x.mul(w).sum(1, true).mul(x).mean(0).max(),
    'broadcast operands': (x, w) =>
      x
        .mul(w.sum({ dim: 0 }))
        .rsub(1)
        .pow(3)
        .sum(),
    'tensors written in place': (x, w) => x.mul(2).add_(w).mul_(w).sum(),
  }
  it.each(Object.entries(functions))('agrees with differences of values for %s', (_, of) => {
    const options = { dtype: torch.float64, requiresGrad: true }
    const x = torch.tensor(
      [
        [0.3, -1.2, 0.7],
        [1.1, 0.4, -0.6],
      ],
      options,
    )
    const w = torch.tensor(
      [
        [0.9, 0.2, -0.5],
        [-0.8, 1.3, 0.1],
      ],
      options,
    )
    of(x, w).backward()

    for (const wrt of [x, w]) {
      const found = numbers(wrt.grad)
      const data = numbers(wrt)
      const differences = Array.from(data, (_, at) => {
        const [high, low] = [1e-5, -1e-5].map((step) => {
          const moved = torch
            .tensor(
              data.map((value, k) => (k === at ? value + step : value)),
              { dtype: torch.float64 },
            )
            .reshape(2, 3)
          return Number(wrt === x ? of(moved, w).item() : of(x, moved).item())
        })
        return ((high ?? 0) - (low ?? 0)) / 2e-5
      })
      expectClose(found, differences, 1e-7)
    }
  })

  it('accumulates into the same tensor', () => {
    const x = leaf([1, 2])
    x.mul(x).sum().backward()
    const first = x.grad

    x.mul(3).sum().backward()

    expect(x.grad).toBe(first)
    expect(x.grad?.tolist()).toEqual([5, 7])
  })

  it('keeps leaves with equal contents apart', () => {
    const [x, y] = [leaf([1, 2]), leaf([1, 2])]

    x.mul(2).add(y.mul(5)).sum().backward()

    expect([x.grad?.tolist(), y.grad?.tolist()]).toEqual([
      [2, 2],
      [5, 5],
    ])
  })

  it('lets nothing flow through detach and noGrad', () => {
    const x = leaf([2, 3])
    const square = x.mul(x)
    const inside = torch.noGrad(() => x.mul(10))

    x.mul(square.detach()).add(inside.mul(x)).sum().backward()

    expect(inside.requiresGrad).toBe(false)
    expect(x.grad?.tolist()).toEqual([4 + 20, 9 + 30])
  })

  it('keeps leaves apart that were computed by the same expression', () => {
    const x = torch.tensor([1, 2])
    const [v, w] = [x.mul(2).requiresGrad_(), x.mul(2).requiresGrad_()]

    v.mul(3).add(w.mul(5)).sum().backward()

    expect([v.grad?.tolist(), w.grad?.tolist()]).toEqual([
      [3, 3],
      [5, 5],
    ])
  })

  it('does not see writes made by way of detach', () => {
    const x = leaf([1, 2])
    const y = x.mul(3)
    y.detach().mul_(10)

    y.add(x).sum().backward()

    expect(y.tolist()).toEqual([30, 60])
    expect(x.grad?.tolist()).toEqual([4, 4])
  })

  it('crosses steps: a graph kept over an update still leads back', () => {
    const [x, w] = [leaf([1, 2]), leaf([3, 4])]
    const early = x.mul(5).exp().log()
    w.mul(2).sum().backward()
    torch.noGrad(() => w.sub_(w.grad as torch.Tensor))

    early.mul(w).sum().backward()

    expectClose(numbers(x.grad), [5, 10], 1e-4)
    expectClose(numbers(w.grad), [2 + 5, 2 + 10], 1e-4)
  })

  it('reads intermediates of earlier steps with the contents they had', () => {
    const w = leaf([1, 1])
    const x = torch.tensor([2, 3])
    const predictions: torch.Tensor[] = []
    for (let step = 0; step < 3; step++) {
      const prediction = x.mul(w)
      predictions.push(prediction)
      prediction.sum().backward()
      torch.noGrad(() => w.sub_(1))
      w.grad = null
    }

    expect(predictions.map((prediction) => prediction.tolist())).toEqual([
      [2, 3],
      [0, 0],
      [-2, -3],
    ])
  })

  it('takes a gradient for results with more than one element', () => {
    const x = leaf([1, 2])

    x.mul(x).backward(torch.tensor([1, 10]))

    expect(x.grad?.tolist()).toEqual([2, 40])
  })

  it('sums to its dtype: a float32 leaf of a float64 result', () => {
    const x = leaf([1, 2])

    x.mul(torch.tensor([3, 4], { dtype: torch.float64 }))
      .sum()
      .backward()

    expect(x.grad?.dtype).toBe(torch.float32)
    expect(x.grad?.tolist()).toEqual([3, 4])
  })
})

describe('autograd.grad', () => {
  it('gives gradients of leaves and of results on the way, and leaves grad alone', () => {
    const x = leaf([1, 2])
    const y = x.mul(3)

    const [dx, dy] = autograd.grad(y.mul(y).sum(), [x, y])

    expect([dx?.tolist(), dy?.tolist()]).toEqual([
      [18, 36],
      [6, 12],
    ])
    expect(x.grad).toBe(null)
  })

  it('sums what reaches an input on several ways', () => {
    const x = leaf([1, 2])
    const y = x.mul(3)

    expect(autograd.grad([y.sum(), y.mul(y).sum()], [x, y]).map((each) => each?.tolist())).toEqual([
      [3 + 18, 3 + 36],
      [1 + 6, 1 + 12],
    ])
  })

  it('names inputs that were not used, or gives null for them', () => {
    const [x, unused] = [leaf([1]), leaf([1])]

    expect(thrownBy(() => autograd.grad(x.mul(2).sum(), [unused])).message).toMatch(
      /^One of the differentiated Tensors appears to not have been used/,
    )
    expect(autograd.grad(x.mul(2).sum(), [unused], { allowUnused: true })).toEqual([null])
  })
})

describe('the graph', () => {
  it('has the names of PyTorch', () => {
    const x = leaf([
      [1, 2],
      [3, 4],
    ])
    const names = [
      x.add(1),
      x.pow(2),
      x.pow(x),
      x.sum(),
      x.sum(0),
      x.mean(),
      x.max(),
      x.matmul(x),
      x.t(),
      x.exp(),
    ]

    expect(names.map((result) => result.gradFn?.name())).toEqual([
      'AddBackward0',
      'PowBackward0',
      'PowBackward1',
      'SumBackward0',
      'SumBackward1',
      'MeanBackward0',
      'MaxBackward1',
      'MmBackward0',
      'TBackward0',
      'ExpBackward0',
    ])
  })

  it('tells leaves: made by users, or not requiring a gradient', () => {
    const x = leaf([1])

    expect([x.isLeaf, x.mul(2).isLeaf, x.detach().isLeaf, x.gt(0).isLeaf]).toEqual([true, false, true, true])
    expect([x.gradFn, x.mul(2).requiresGrad, x.gt(0).requiresGrad]).toEqual([null, true, false])
  })

  it('restores the mode when a scope ends, by an exception too', () => {
    const failing = () =>
      torch.noGrad(() => {
        throw new Error('inside')
      })

    expect(failing).toThrow('inside')
    expect(torch.isGradEnabled()).toBe(true)
    {
      using _ = torch.noGrad()
      expect(torch.isGradEnabled()).toBe(false)
      torch.enableGrad(() => expect(torch.isGradEnabled()).toBe(true))
    }
    expect(torch.isGradEnabled()).toBe(true)
  })
})

describe('errors', () => {
  it.each([
    [() => leaf([1, 2]).mul(2).backward(), 'grad can be implicitly created only for scalar outputs'],
    [
      () => torch.tensor(1).backward(),
      'element 0 of tensors does not require grad and does not have a grad_fn',
    ],
    [() => leaf([1]).add_(1), 'a leaf Variable that requires grad is being used in an in-place operation.'],
    [
      () => torch.ones(2, 3).add(torch.ones(4)),
      'The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1',
    ],
    [
      () => torch.ones(2, 3).matmul(torch.ones(4, 5)),
      'mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)',
    ],
    [() => torch.ones(2, 3).matmul(torch.ones(4)), 'size mismatch, got 2, 2x3,4'],
    [() => torch.ones(3).matmul(torch.ones(4, 2)), 'mat1 and mat2 shapes cannot be multiplied (1x3 and 4x2)'],
    [
      () => torch.ones(2, 2, 3).matmul(torch.ones(2, 4, 2)),
      'Expected size for first two dimensions of batch2 tensor to be: [2, 3] but got: [2, 4].',
    ],
    [() => new nn.Linear(3, 4)(torch.ones(2, 5)), 'mat1 and mat2 shapes cannot be multiplied (2x5 and 3x4)'],
    [() => torch.ones(6).view(4, 2), "shape '[4, 2]' is invalid for input of size 6"],
    [() => torch.ones(2).item(), 'a Tensor with 2 elements cannot be converted to Scalar'],
    [
      () => torch.ones(2).add_(torch.ones(3, 2)),
      "output with shape [2] doesn't match the broadcast shape [3, 2]",
    ],
    [() => torch.arange(3).add_(0.5), "result type Float can't be cast to the desired output type Long"],
  ])('are RuntimeErrors with the text of PyTorch (%#)', (body, text) => {
    const error = thrownBy(body)

    expect([error.name, error.message]).toEqual(['RuntimeError', text])
    expect(error.code).toMatch(/^TORCH_[A-Z_]+$/)
  })

  it('refuses a second backward where contents were freed, and allows it where none were needed or they were kept', () => {
    const x = leaf([1, 2])
    const square = x.mul(x).sum()
    const kept = x.mul(x).sum()
    const plain = x.add(1).sum()
    square.backward()
    kept.backward(null, { retainGraph: true })
    plain.backward()

    expect(thrownBy(() => square.backward()).message).toMatch(
      /^Trying to backward through the graph a second time/,
    )
    kept.backward()
    plain.backward()
    expect(x.grad?.tolist()).toEqual([2 * 3 + 2, 4 * 3 + 2])
  })

  it('names the operation whose result was written to before backward', () => {
    const x = leaf([1, 2, 3])
    const y = x.exp()
    const z = y.mul(y)
    y.add_(1)

    expect(thrownBy(() => z.sum().backward()).message).toBe(
      'one of the variables needed for gradient computation has been modified by an inplace operation: [torch.FloatTensor [3]], which is output 0 of AddBackward0, is at version 1; expected version 0 instead. Hint: enable anomaly detection to find the operation that failed to compute its gradient, with torch.autograd.set_detect_anomaly(True).',
    )
  })

  it('refuses gradients of integers', () => {
    expect(thrownBy(() => torch.arange(3).requiresGrad_()).message).toBe(
      'only Tensors of floating point dtype can require gradients',
    )
  })
})
