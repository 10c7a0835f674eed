// What checkpointed parts keep, and that what is computed again is what was computed.
import * as torch from '@heddle/torch'
import { describe, expect, it } from 'vitest'

const { nn } = torch
const { checkpoint, checkpointSequential } = torch.utils.checkpoint
type Tensor = torch.Tensor

const depth = 12
const rows = 256
const width = 64
const activation = rows * width * 4

const layers = (): torch.nn.Sequential =>
  new nn.Sequential(
    ...Array.from(
      { length: depth },
      () => new nn.Sequential(new nn.Linear(width, width), new nn.Tanh(), new nn.Dropout(0.5)),
    ),
  )

/** Bytes that a forward run leaves. */
function leftBy(forward: (x: Tensor) => Tensor): number {
  const x = torch.randn(rows, width)
  x.sum().item()
  forward(x).sum().item()
  return torch._internal.stats().leftBytes
}

describe.each([true, false])('parts computed again, reentrant: %s', (useReentrant) => {
  const options = { useReentrant }

  it('keep what they are given, and nothing inside', () => {
    torch.manualSeed(0)
    // Masks of dropouts come from the host, whoever keeps them.
    const net = layers().eval()
    for (const parameter of net.parameters()) parameter.sum().item()
    const x = (input: Tensor): Tensor => input.requiresGrad_()
    const all = leftBy((input) => net(x(input)))
    const parts = leftBy((input) => checkpointSequential(net, 4, x(input), options))
    const none = leftBy((input) => checkpoint((h: Tensor) => net(h), x(input), options))

    // Each layer keeps its output; parts keep what they begin with, but for the last, which is kept as it is.
    expect(all).toBeGreaterThanOrEqual(depth * activation)
    expect(parts).toBeLessThanOrEqual((3 + depth / 4 + 1) * activation)
    expect(none).toBeLessThanOrEqual(2 * activation)
  })

  it('have the gradients, the running numbers and the random numbers of the whole', () => {
    const results = [false, true].map((again) => {
      torch.manualSeed(3)
      const net = layers()
      const x = torch.randn(rows, width).requiresGrad_()
      for (let step = 0; step < 2; step++) {
        const y = again ? checkpointSequential(net, 3, x, options) : net(x)
        y.square().mean().backward()
      }
      return [x.grad, ...net.parameters().map(({ grad }) => grad), torch.rand(3)] as Tensor[]
    })
    results[0]?.forEach((wanted, k) => {
      expect(torch.allclose(results[1]?.[k] as Tensor, wanted, 1e-6, 1e-8), `result ${k}`).toBe(true)
    })
  })

  it('may be parts of parts', () => {
    torch.manualSeed(1)
    const net = layers()
    net.eval()
    const inner = (h: Tensor): Tensor => checkpointSequential([...net].slice(0, 6), 2, h, options)
    const outer = (h: Tensor): Tensor => net.slice(6)(checkpoint(inner, h, options))
    const x = torch.randn(2, width).requiresGrad_()
    net(x).sum().backward()
    const wanted = x.grad as Tensor
    x.grad = null
    checkpoint(outer, x, options).sum().backward()

    expect(torch.allclose(x.grad ?? torch.zeros(1), wanted, 1e-5, 1e-7)).toBe(true)
  })

  it('draw other numbers where the state is not preserved', () => {
    torch.manualSeed(2)
    const x = torch.ones(64).requiresGrad_()
    const y = checkpoint((h: Tensor) => torch.nn.functional.dropout(h.mul(1)).mul(h), x, {
      useReentrant,
      preserveRngState: false,
    })
    y.sum().backward()

    expect((x.grad as Tensor).div(2).equal(y.detach())).toBe(false)
  })
})

describe('parts that have nodes of their own', () => {
  const options = { useReentrant: false }

  it('have second derivatives, and can be gone back through twice', () => {
    const x = torch.tensor(0.5, { requiresGrad: true })
    const y = checkpoint((h: Tensor) => h.sin().exp(), x, options)
    const [first] = torch.autograd.grad(y, x, { createGraph: true })
    const [second] = torch.autograd.grad(first as Tensor, x, { retainGraph: true })
    const [s, c] = [Math.sin(0.5), Math.cos(0.5)]

    expect(first?.item()).toBeCloseTo(Math.exp(s) * c, 6)
    expect(second?.item()).toBeCloseTo(Math.exp(s) * (c * c - s), 6)
    y.backward({ retainGraph: true })
    y.backward()
    expect(x.grad?.item()).toBeCloseTo(2 * Math.exp(s) * c, 6)
    expect(() => y.backward()).toThrow('Trying to backward through the graph a second time')
  })

  it('refuse to compute something else again', () => {
    let runs = 0
    const changing = (h: Tensor): Tensor => (runs++ === 0 ? h.sin().exp() : h.sin())
    const x = torch.ones(2, { requiresGrad: true })
    const y = checkpoint(changing, x, options)
    expect(() => y.sum().backward()).toThrow('A different number of tensors was saved')

    let size = 0
    const growing = (h: Tensor): Tensor => h.narrow(0, 0, ++size).sin()
    const z = checkpoint(growing, x, options)
    expect(() => z.sum().backward()).toThrow('have different metadata than during the forward pass')
  })

  it('compile nothing after the first steps', () => {
    torch.manualSeed(0)
    const net = layers()
    const optimizer = new torch.optim.SGD(net.parameters(), { lr: 0.01 })
    const x = torch.randn(4, width)
    const step = (): void => {
      optimizer.zeroGrad()
      const loss = checkpointSequential(net, 4, x, options).square().mean()
      loss.backward()
      optimizer.step()
      loss.item()
    }
    for (let k = 0; k < 3; k++) step()
    const { compileCount, flushCount } = torch._internal.stats()
    for (let k = 0; k < 3; k++) step()
    const after = torch._internal.stats()

    expect([after.compileCount - compileCount, after.flushCount - flushCount]).toEqual([0, 3])
  })

  it('are recorded only where gradients are', () => {
    const x = torch.ones(2, { requiresGrad: true })
    expect(torch.noGrad(() => checkpoint((h: Tensor) => h.sin(), x, options)).requiresGrad).toBe(false)
  })
})

it('checkpoint tells of a choice that was not made', () => {
  const told: string[] = []
  torch.setWarningHandler((text) => told.push(text))
  try {
    checkpoint((h: Tensor) => h.sin(), torch.ones(1, { requiresGrad: true }))
  } finally {
    torch.setWarningHandler((text) => console.warn(text))
  }
  expect(told[0]).toContain('the use_reentrant parameter should be passed explicitly')
})
