// What layers do beyond single recorded calls: training steps as one plan, masks of attention, running state.
import { describe, expect, it } from 'vitest'
import * as torch from '../../index.ts'

const { nn } = torch
const F = nn.functional

function trained(model: torch.nn.Module, input: torch.Tensor, target: torch.Tensor, steps: number) {
  const optimizer = new torch.optim.SGD(model.parameters(), { lr: 0.05 })
  const criterion = new nn.CrossEntropyLoss()
  const seen: { loss: number; compileCount: number; flushCount: number }[] = []
  for (let step = 0; step < steps; step++) {
    const before = torch._internal.stats()
    optimizer.zeroGrad()
    const loss = criterion(model(input), target)
    loss.backward()
    optimizer.step()
    const value = loss.item()
    const after = torch._internal.stats()
    seen.push({
      loss: value,
      compileCount: after.compileCount - before.compileCount,
      flushCount: after.flushCount - before.flushCount,
    })
  }
  return seen
}

describe('a convolutional network with batch norm and dropout', () => {
  it('trains, each step one cached plan', () => {
    torch.manualSeed(0)
    const model = new nn.Sequential(
      new nn.Conv2d(1, 4, 3, { padding: 1 }),
      new nn.BatchNorm2d(4, { momentum: null }),
      new nn.ReLU(),
      new nn.MaxPool2d(2),
      new nn.Flatten(),
      new nn.Dropout(0.2),
      new nn.Linear(4 * 3 * 3, 3),
    )
    const seen = trained(model, torch.randn(6, 1, 6, 6), torch.tensor([0n, 1n, 2n, 0n, 1n, 2n]), 12)

    expect((seen.at(-1)?.loss ?? 9) < (seen[0]?.loss ?? 0)).toBe(true)
    for (const { compileCount, flushCount } of seen.slice(3)) {
      expect({ compileCount, flushCount }).toEqual({ compileCount: 0, flushCount: 1 })
    }
  })

  it('loads statistics of batches that were not counted', () => {
    const model = new nn.Sequential(new nn.BatchNorm1d(2))
    model(
      torch.tensor([
        [1, 2],
        [3, 6],
      ]),
    )
    const state = new Map([...model.stateDict()].filter(([name]) => name !== '0.num_batches_tracked'))

    expect(String(model.loadStateDict(state))).toBe('<All keys matched successfully>')
    expect(model.stateDict().get('0.num_batches_tracked')?.item()).toBe(0)
    state.delete('0.running_var')
    expect(() => model.loadStateDict(state)).toThrow('Missing key(s) in state_dict: "0.running_var"')
  })

  it('counts batches in its state, which evaluating leaves alone', () => {
    const norm = new nn.BatchNorm1d(2)
    const batch = torch.tensor([
      [1, 2],
      [3, 6],
    ])
    norm(batch)
    norm(batch)
    norm.eval()
    norm(batch)

    expect(norm.numBatchesTracked?.item()).toBe(2)
    expect(norm.runningMean?.tolist()).toEqual([Math.fround(0.38), Math.fround(0.76)])
  })
})

describe('scaledDotProductAttention', () => {
  const [query, key, value] = [torch.randn(2, 3, 4), torch.randn(2, 5, 4), torch.randn(2, 5, 4)]
  const close = (x: torch.Tensor, y: torch.Tensor): boolean => x.sub(y).abs().max().item() < 1e-5

  it('is softmax of scaled products times values', () => {
    const weights = F.softmax(query.matmul(key.transpose(1, 2)).div(2), -1)

    expect(close(F.scaledDotProductAttention(query, key, value), weights.matmul(value))).toBe(true)
  })

  it('sees keys where a mask of bools is true, as one of floats with -Infinity elsewhere', () => {
    const seen = torch.tensor([
      [true, true, false, false, true],
      [true, false, false, true, true],
      [false, true, true, true, true],
    ])
    const added = torch.tensor(
      (seen.tolist() as boolean[][]).map((row) => row.map((each) => (each ? 0 : Number.NEGATIVE_INFINITY))),
    )

    expect(
      close(
        F.scaledDotProductAttention(query, key, value, seen),
        F.scaledDotProductAttention(query, key, value, added),
      ),
    ).toBe(true)
  })

  it('with isCausal sees no later keys, and takes no mask', () => {
    const own = torch.randn(2, 3, 4)
    const first = F.scaledDotProductAttention(own, own, own, { isCausal: true }).select(0, 0).select(0, 0)

    expect(close(first, own.select(0, 0).select(0, 0))).toBe(true)
    expect(() =>
      F.scaledDotProductAttention(own, own, own, { isCausal: true, attnMask: torch.zeros(3, 3) }),
    ).toThrow('Explicit attn_mask should not be set when is_causal=True')
  })
})

describe('layers that draw', () => {
  it('gives nothing to zero in evaluation, and the tensor itself', () => {
    const x = torch.ones(4)

    expect(new nn.Dropout(0.5).eval()(x)).toBe(x)
  })

  it('numbers outside of a table are told of', () => {
    const table = new nn.Embedding(3, 2)

    expect(() => table(torch.tensor([3n]))).toThrow('index out of range in self')
  })
})

describe('weightNorm', () => {
  it('makes a weight of a direction and lengths, which are trained in its place', () => {
    torch.manualSeed(3)
    const layer = new nn.Linear(3, 2)
    const before = layer.weight.detach().clone()
    const x = torch.randn(4, 3)
    const plain = layer(x).detach()
    nn.utils.weightNorm(layer)

    expect([...layer.stateDict().keys()]).toEqual(['bias', 'weight_g', 'weight_v'])
    expect(layer.weight.gradFn?.name()).toBe('WeightNormInterfaceBackward0')
    expect(layer(x).sub(plain).abs().max().item()).toBeLessThan(1e-6)
    layer(x).sum().backward()
    expect(layer.getParameter('weight_g').grad?.shape).toEqual([2, 1])
    expect(() => nn.utils.weightNorm(layer)).toThrow('Cannot register two weight_norm hooks')
    nn.utils.removeWeightNorm(layer)
    expect([...layer.stateDict().keys()]).toEqual(['bias', 'weight'])
    expect(layer.weight.sub(before).abs().max().item()).toBeLessThan(1e-6)
  })
})

it('a subclass of a padding pads the axes of its base', () => {
  class Frame extends nn.ZeroPad2d {}

  expect(new Frame(1)(torch.ones(1, 1, 2, 2)).shape).toEqual([1, 1, 4, 4])
})
