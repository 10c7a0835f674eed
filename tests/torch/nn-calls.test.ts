// Layers made and called in every way the API rules allow: arguments by position, by name, and some of each. What is written here
// must also be accepted by the types.
import * as torch from '@heddle/torch'
import { describe, expect, it } from 'vitest'

const { nn } = torch
type Tensor = torch.Tensor

/** Texts and states of layers made after the same seed. */
function expectSame(...makes: readonly (() => torch.nn.AnyModule)[]): void {
  const [first, ...others] = makes.map((make) => {
    torch.manualSeed(0)
    const layer = make()
    return [String(layer), [...layer.stateDict()].map(([name, value]) => [name, value.tolist()])]
  })
  for (const other of others) expect(other).toEqual(first)
}

describe('layers are made', () => {
  it('in PyTorch’s order, by name, or of both', () => {
    expectSame(
      () => new nn.Conv2d(2, 4, 3, 1, 1),
      () => new nn.Conv2d(2, 4, 3, { padding: 1 }),
      () => new nn.Conv2d({ inChannels: 2, outChannels: 4, kernelSize: 3, padding: 1 }),
    )
    expectSame(
      () => new nn.LSTM(3, 4, 2, true, false, 0, true),
      () => new nn.LSTM(3, 4, 2, { bidirectional: true }),
    )
    expectSame(
      () => new nn.RNN(3, 4, 1, 'relu', false),
      () => new nn.RNN(3, 4, { nonlinearity: 'relu', bias: false }),
    )
    expectSame(
      () => new nn.Linear(2, 3, true, 'cpu', torch.float64),
      () => new nn.Linear(2, 3, { dtype: torch.float64 }),
    )
    expectSame(
      () => new nn.LayerNorm(4, 1e-6, true, false),
      () => new nn.LayerNorm([4], { eps: 1e-6, bias: false }),
    )
    expectSame(
      () => new nn.TransformerEncoderLayer(4, 2, 8, 0.1, 'gelu', 1e-5, true, true, false),
      () =>
        new nn.TransformerEncoderLayer(4, 2, {
          dimFeedforward: 8,
          activation: 'gelu',
          batchFirst: true,
          normFirst: true,
          bias: false,
        }),
    )
    expectSame(
      () => new nn.CrossEntropyLoss(torch.ones(3), null, 1, null, 'sum', 0.1),
      () =>
        new nn.CrossEntropyLoss({
          weight: torch.ones(3),
          ignoreIndex: 1,
          reduction: 'sum',
          labelSmoothing: 0.1,
        }),
    )
  })

  it('without biases where they are told so', () => {
    const layer = new nn.Transformer(4, 2, 1, 1, 8, { bias: false })

    expect([...layer.stateDict().keys()].filter((name) => name.includes('bias'))).toEqual([])
  })
})

describe('layers are called', () => {
  torch.manualSeed(1)
  const [src, tgt] = [torch.randn(3, 2, 4), torch.randn(5, 2, 4)]
  const square = (size: number): Tensor => nn.Transformer.generateSquareSubsequentMask(size)
  const padding = torch.tensor([
    [false, false, true],
    [false, true, true],
  ])

  it('with masks by position or by name', () => {
    const transformer = new nn.Transformer(4, 2, 1, 1, 8, 0)
    const byPosition = transformer(src, tgt, square(3), square(5), null, padding)
    const byName = transformer(src, tgt, {
      srcMask: square(3),
      tgtMask: square(5),
      srcKeyPaddingMask: padding,
    })
    const mixed = transformer(src, tgt, square(3), {
      tgtMask: square(5),
      srcKeyPaddingMask: padding,
      tgtIsCausal: true,
    })

    expect(byName.equal(byPosition)).toBe(true)
    expect(mixed.equal(byPosition)).toBe(true)
  })

  it('with attention to what is before', () => {
    const attention = new nn.MultiheadAttention(4, 2)
    const [output] = attention(src, src, src, null, false, square(3))
    const [same] = attention(src, src, src, { attnMask: square(3), needWeights: false, isCausal: true })

    expect(same.equal(output)).toBe(true)
    expect(() => attention(src, src, src, { isCausal: true })).toThrow(
      'Need attn_mask if specifying the is_causal hint.',
    )
  })

  it('and refuse names they do not know', () => {
    const layer = new nn.TransformerEncoderLayer(4, 2, 8)

    expect(() => layer(src, { mask: square(3) } as object)).toThrow(
      expect.objectContaining({
        name: 'TypeError',
        message: "TransformerEncoderLayer.forward() got an unexpected keyword argument 'mask'",
      }),
    )
  })

  it('as copies are', () => {
    torch.manualSeed(2)
    const lazy = nn.deepcopy(new nn.LazyLinear(2))
    const normed = nn.deepcopy(nn.utils.spectralNorm(new nn.Linear(4, 2)))
    const list = nn.deepcopy(nn.utils.parametrizations.weightNorm(new nn.Linear(4, 2)))
    const x = torch.randn(3, 4)

    expect([lazy(x), normed(x), list(x)].map(({ shape }) => [...shape])).toEqual([
      [3, 2],
      [3, 2],
      [3, 2],
    ])
    expect([String(lazy), String(nn.utils.removeSpectralNorm(normed))]).toEqual([
      'Linear(in_features=4, out_features=2, bias=True)',
      'Linear(in_features=4, out_features=2, bias=True)',
    ])
    expect([...list.stateDict().keys()]).toEqual([
      'bias',
      'parametrizations.weight.original0',
      'parametrizations.weight.original1',
    ])
    expect(String(nn.utils.parametrize.removeParametrizations(list, 'weight'))).toBe(String(lazy))
  })

  it('of weight norms, from states of the older form', () => {
    torch.manualSeed(3)
    const older = nn.utils.weightNorm(new nn.Linear(4, 2))
    const newer = nn.utils.parametrizations.weightNorm(new nn.Linear(4, 2))
    newer.loadStateDict(older.stateDict())
    const x = torch.randn(3, 4)

    expect(torch.allclose(newer(x), older(x))).toBe(true)
  })

  it('with weights that are tied, and all of them if that is asked for', () => {
    const layer = new nn.Linear(2, 2, { bias: false })
    const net = new nn.Sequential(layer, layer)
    const weight = torch.eye(2).mul(3)
    const x = torch.ones(1, 2)
    const { functionalCall } = torch.func

    expect(functionalCall(net, { '0.weight': weight }, x).tolist()).toEqual([[9, 9]])
    expect(functionalCall(net, { '0.weight': weight }, [x], null, { strict: true }).tolist()).toEqual([
      [9, 9],
    ])
    expect(() => functionalCall(net, {}, x, null, { strict: true })).toThrow(
      "Error(s) in reparametrizing for Sequential:\n\tMissing key(s): '0.weight'.",
    )
    expect(layer.weight).toBeInstanceOf(nn.Parameter)
    expect(net.parameters().length).toBe(1)
  })
})
